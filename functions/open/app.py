"""Opens: ``/o/{token}`` is the address of a pixel, and asking for it is the event."""

from pytracking.errors import InvalidLink
from pytracking.handlers.answering import Hit, Tracker
from pytracking.handlers.keys import KeysUnavailable
from pytracking.handlers.responses import PIXEL, Answer

tracker = Tracker("open")


@tracker.answering(otherwise=PIXEL)
def handler(hit: Hit) -> Answer:
    """Record the open, and answer with the pixel whatever comes: no mail shows a broken image."""
    try:
        result = hit.decode()
    except KeysUnavailable:
        hit.record_undecoded()
    except InvalidLink:
        pass  # nothing of ours: there is no event
    else:
        hit.record(result)
    return PIXEL
