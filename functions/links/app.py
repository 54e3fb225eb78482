"""Mints links and rewrites mails for senders in any language; invoked, never on the web."""

from typing import Any

from pytracking import Tracker
from pytracking.handlers.minting import answer

tracker = Tracker.from_environment()


def handler(event: Any, context: object) -> dict[str, Any]:
    """Answer one request: a link, a batch of links, or the whole body of a mail."""
    return answer(tracker, event)
