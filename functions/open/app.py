"""Opens: ``/o/{token}`` is the address of a pixel, and asking for it is the event."""

from pytracking.errors import KeysUnavailable, PytrackingError
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import OPENED, PIXEL, Answer, Request
from pytracking.links import Link

endpoint = LinkEndpoint("open")


def unread(request: Request, error: PytrackingError) -> Answer:
    """Answer with the pixel: without keys it may be an open, and else it is nothing of ours."""
    return OPENED if isinstance(error, KeysUnavailable) else PIXEL


@endpoint.answering(unread, otherwise=PIXEL)
def handler(request: Request, link: Link, target: str) -> Answer:
    """Record the open, and answer with the pixel whatever comes: no mail shows a broken image."""
    return OPENED
