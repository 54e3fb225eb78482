"""Clicks: ``/c/{token}`` leads to the URL that the link was minted for, a guarded one by a page."""

from pytracking.errors import InvalidLink, InvalidTarget, KeysUnavailable
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

endpoint = LinkEndpoint("click")


@endpoint.answering(otherwise=FAILURE, methods=(*READING, "POST"))
def handler(request: Request) -> Answer:
    """Record the click and redirect; never to a target that was not verified."""
    try:
        link, target = endpoint.read(request)
    except KeysUnavailable:
        return UNAVAILABLE
    except (InvalidLink, InvalidTarget) as error:
        if page := endpoint.fallback(request):
            return redirect(page)
        return GONE if isinstance(error, InvalidTarget) else NOT_FOUND
    pressed = request.method == "POST"
    if link.kind == "guarded" and not pressed:
        return endpoint.pages.guarded(target, request)
    if pressed and link.kind != "guarded":
        return method_not_allowed()
    endpoint.record(request, link)
    return redirect(target, 303 if pressed else 302)
