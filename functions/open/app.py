"""Opens: ``/o/{token}`` is the address of a pixel, and asking for it is the event."""

from pytracking.errors import InvalidLink, KeysUnavailable
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import PIXEL, Answer, Request

endpoint = LinkEndpoint("open")


@endpoint.answering(otherwise=PIXEL)
def handler(request: Request) -> Answer:
    """Record the open, and answer with the pixel whatever comes: no mail shows a broken image."""
    try:
        link, _ = endpoint.read(request)
        endpoint.record(request, link)
    except KeysUnavailable:
        endpoint.record(request, None)
    except InvalidLink:
        pass  # nothing of ours: there is no event
    return PIXEL
