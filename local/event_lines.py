"""One line in the terminal for each hit, delivery, refusal and dead letter.

20:31:07 5f2b9c0e click https://shop.example/sale  customer_id=1  human
20:31:07 5f2b9c0e delivered  204, attempt 1
"""

import contextlib
import time
from collections.abc import Mapping
from typing import Any

from pytracking.events import event_kind

from local.journal import CAPACITY, HitRecord

_LONGEST = 100  # characters of a target, of metadata, or of a reason
_SHOWN = {"delivered", "failed", "retrying", "dead"}


class EventLines:
    """Prints what is new about an event, each thing once."""

    def __init__(self) -> None:
        self._printed: dict[str, tuple[str, int]] = {}  # by id: state and attempt last printed

    def show(self, event: HitRecord) -> None:
        """Print what happened to an event since the last line about it."""
        if event.state == "refused":
            _print(event, "refused", event.calls[-1].problem)
            return
        if event.id not in self._printed:
            self._printed[event.id] = "queued", 0
            _print(event, *_hit(event.body))
            while len(self._printed) > CAPACITY:
                del self._printed[next(iter(self._printed))]
        attempt = max(event.attempt, len(event.calls))
        now = event.state, attempt
        before, self._printed[event.id] = self._printed[event.id], now
        if event.state not in _SHOWN or now == before:
            return
        if before == ("failed", attempt) and event.state == "retrying":
            self._printed[event.id] = before  # the failure is printed; its wait follows from it
            return
        _print(event, *_outcome(event, attempt))


def _hit(body: Mapping[str, Any]) -> tuple[str, ...]:
    metadata = body.get("metadata")
    pairs = metadata.items() if isinstance(metadata, Mapping) else ()
    visitor = body.get("visitor")
    kind = event_kind(body)
    # "unsubscribed", "tracking_declined"
    name = str(body["type"]).removeprefix("email.") if kind == "action" else kind or "event"
    return (
        name,
        " ".join(str(body[part]) for part in ("tracked_url", "how", "value") if part in body),
        " ".join(f"{name}={value}" for name, value in pairs),
        str(visitor.get("class", "")) if isinstance(visitor, Mapping) else "",
    )


def _outcome(event: HitRecord, attempt: int) -> tuple[str, ...]:
    status = "" if event.last_status is None else str(event.last_status)
    if event.state == "dead":
        return "dead letter", event.reason or "no reason given"
    if event.state == "delivered":
        return "delivered", status, f"attempt {max(1, attempt)}"
    return "failed", status or "no answer", f"attempt {attempt}"


def _print(event: HitRecord, what: str, *details: str) -> None:
    words = "  ".join(_plain(detail) for detail in details if detail)
    with contextlib.suppress(OSError):  # the terminal is closed
        print(f"{time.strftime('%H:%M:%S')} {event.id[:8]} {what:11} {words}".rstrip(), flush=True)


def _plain(text: str) -> str:
    """Return text without control characters and invisible ones; a long text is cut."""
    cut = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
    return "".join(c if c.isascii() and c.isprintable() else ascii(c)[1:-1] for c in cut)
