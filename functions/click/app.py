"""Clicks: ``/c/{token}`` leads to the URL that the link was minted for, a guarded one by a page."""

from pytracking.errors import InvalidTarget, KeysUnavailable, PytrackingError
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import (
    FAILURE,
    GONE,
    NOT_FOUND,
    READING,
    UNAVAILABLE,
    Answer,
    Request,
    method_not_allowed,
    redirect,
)
from pytracking.links import Link

endpoint = LinkEndpoint("click")


def unread(request: Request, error: PytrackingError) -> Answer:
    """Answer for a link that leads nowhere, or not just now."""
    if isinstance(error, KeysUnavailable):
        return UNAVAILABLE
    if page := endpoint.fallback(request):
        return redirect(page)
    return GONE if isinstance(error, InvalidTarget) else NOT_FOUND


@endpoint.answering(unread, otherwise=FAILURE, methods=(*READING, "POST"))
def handler(request: Request, link: Link, target: str) -> Answer:
    """Record the click and redirect; never to a target that was not verified."""
    pressed = request.method == "POST"
    if link.kind == "guarded" and not pressed:
        return endpoint.pages.guarded(target, request)
    if pressed and link.kind != "guarded":
        return method_not_allowed()
    return redirect(target, 303 if pressed else 302, records=True)
