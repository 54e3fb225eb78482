"""Actions: ``/a/{token}`` shows a page with a button, and does what its link says on a POST."""

from pytracking.errors import InvalidLink, KeysUnavailable
from pytracking.handlers.acting import act, ask, unread
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import FAILURE, READING, Answer, Request

endpoint = LinkEndpoint("action")


@endpoint.answering(otherwise=FAILURE, methods=(*READING, "POST"))
def handler(request: Request) -> Answer:
    """Ask; act on a POST alone, and never say so before it is recorded."""
    try:
        link, _ = endpoint.read(request)
        return (
            act(endpoint, request, link)
            if request.method == "POST"
            else ask(endpoint, request, link)
        )
    except (InvalidLink, KeysUnavailable) as error:
        return unread(endpoint, request, error)
