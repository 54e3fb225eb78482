"""Clicks: ``/c/{token}`` leads to the URL that the link was minted for."""

from pytracking.errors import InvalidLink, InvalidTarget
from pytracking.handlers.answering import Hit, Tracker
from pytracking.handlers.keys import KeysUnavailable
from pytracking.handlers.responses import FAILURE, GONE, NOT_FOUND, UNAVAILABLE, Answer, redirect

tracker = Tracker("click")


@tracker.answering(otherwise=FAILURE)
def handler(hit: Hit) -> Answer:
    """Record the click and redirect; never to a target that was not verified."""
    try:
        result = hit.decode()
        target = hit.target(result)
    except KeysUnavailable:
        return UNAVAILABLE
    except (InvalidLink, InvalidTarget) as error:
        if page := hit.fallback():
            return redirect(page)
        return GONE if isinstance(error, InvalidTarget) else NOT_FOUND
    hit.record(result)
    return redirect(target)
