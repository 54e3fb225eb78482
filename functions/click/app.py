"""Clicks: ``/c/{token}`` leads to the URL that the link was minted for."""

from pytracking.errors import InvalidLink, InvalidTarget, KeysUnavailable
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import (
    FAILURE,
    GONE,
    NOT_FOUND,
    UNAVAILABLE,
    Answer,
    Request,
    redirect,
)

endpoint = LinkEndpoint("click")


@endpoint.answering(otherwise=FAILURE)
def handler(request: Request) -> Answer:
    """Record the click and redirect; never to a target that was not verified."""
    try:
        return redirect(endpoint.hit(request))
    except KeysUnavailable:
        return UNAVAILABLE
    except (InvalidLink, InvalidTarget) as error:
        if page := endpoint.fallback(request):
            return redirect(page)
        return GONE if isinstance(error, InvalidTarget) else NOT_FOUND
