"""Actions: ``/a/{token}`` shows a page with a button, and does what its link says on a POST."""

from functools import partial

from pytracking.handlers import acting
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import FAILURE, READING, Answer, Request
from pytracking.links import Link

endpoint = LinkEndpoint("action")


@endpoint.answering(partial(acting.unread, endpoint), otherwise=FAILURE, methods=(*READING, "POST"))
def handler(request: Request, link: Link, target: str) -> Answer:
    """Ask; act on a POST alone, and never say so before it is recorded."""
    if request.method == "POST":
        return acting.act(endpoint, request, link)
    return acting.ask(endpoint, request, link)
