"""Where a hit goes before its visitor is answered: the queue, or the webhook, or at worst the log.

``Outbox.record`` never raises and never takes longer than it is given: a visitor's answer does not
depend on what becomes of the hit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from pytracking.aws.observability import count, log_fallback
from pytracking.aws.services import Queue, QueueEntry
from pytracking.delivery.messages import MAX_BODY_BYTES, Message, Undecoded
from pytracking.delivery.origin import message_group
from pytracking.errors import PytrackingError

TRIMMED_CHARS = 128
"""What is left of user agent and referer in a hit that is too large for the queue."""

QueuedHit = Message | Undecoded
Send = Callable[[QueuedHit, float], None]
"""Takes a hit and the seconds it may take; raises PytrackingError when it did not arrive."""


class Outbox:
    """Records hits with ``send``; what cannot be sent is written to the log, still sealed."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def record(self, hit: QueuedHit, *, kind: str, token: str, timeout: float) -> bool:
        """Send ``hit`` within ``timeout`` seconds, or log it with its ``token``; tell which.

        The log line is what ``replay`` reads: with the link keys, the token gives the hit again.
        """
        try:
            self._send(hit, timeout)
        except Exception as error:
            if isinstance(hit, Message):
                kept = ("timestamp", "request_data", "visitor", "privacy")
                facts = {key: hit.body[key] for key in kept if key in hit.body}
            else:
                facts = hit.facts()
            log_fallback(
                {"id": hit.id, "kind": kind, "token": token, **facts, "reason": _reason(error)}
            )
            count("Fallbacks")
            return False
        return True


def to_queue(queue: Queue) -> Send:
    """Return a ``send`` that puts one message into ``queue``."""

    def send(hit: QueuedHit, timeout: float) -> None:
        group = message_group(hit.webhook) if isinstance(hit, Message) else None
        queue.send(QueueEntry(_fitting(hit), group=group), timeout)

    return send


def _fitting(hit: QueuedHit) -> str:
    """Return the queue's message of ``hit``, with long headers trimmed if it is too large."""
    text = hit.to_json()
    if len(text) <= MAX_BODY_BYTES or isinstance(hit, Undecoded):
        return text
    data = {
        name: value[:TRIMMED_CHARS] if isinstance(value, str) else value
        for name, value in hit.body["request_data"].items()
    }
    return dataclasses.replace(hit, body={**hit.body, "request_data": data}).to_json()


def _reason(error: Exception) -> str:
    """Return what to log of an error: only our own messages are known to quote no secret."""
    own = isinstance(error, PytrackingError | TimeoutError)
    return f"{type(error).__name__}: {error}" if own else type(error).__name__
