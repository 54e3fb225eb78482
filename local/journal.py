"""What happened to each event, oldest first: the state behind the live page.

Two sources report on an event: the receiver's calls and the queues' contents. Everything here
runs on the gateway's event loop.
"""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from local.queue import Entry
from local.queues import Standing
from local.receiver import Call, json_object

State = Literal["queued", "delivering", "retrying", "delivered", "failed", "dead", "refused"]
CAPACITY = 2000  # events remembered; the oldest are forgotten first
_MAX_MARKS = 50  # times that one event was a dead letter, or was replayed
_MAX_CALLS = 50  # calls kept of one event; the schedule has ten attempts
_SUBSCRIBER_BACKLOG = 10_000  # changes; a page that reads none is dropped


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened to an event besides calls."""

    at: float  # epoch seconds
    what: Literal["dead letter", "replayed"]
    reason: str = ""  # why it became a dead letter


@dataclass(slots=True)
class HitRecord:
    """One hit and what became of its webhook. Times are epoch seconds."""

    id: str
    at: float
    body: Mapping[str, Any]  # the webhook's body as far as it is known
    state: State = "queued"
    attempt: int = 0  # attempts the queue has counted so far
    due_at: float | None = None  # when the next attempt is due
    last_status: int | None = None
    reason: str = ""  # why it lies in the dead letters
    webhook: str = ""  # where it is sent; empty until it was seen in a queue
    calls: list[Call] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    # What is shown of the body, as text: JavaScript's numbers are not those of JSON.
    text: str = field(init=False)
    metadata: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.hold(self.body)

    def hold(self, body: Mapping[str, Any]) -> None:
        """Take over a body that says more than the one known so far."""
        self.body = body
        self.text = json.dumps(body, indent=2, ensure_ascii=False)
        self.metadata = _pairs(body.get("metadata"))

    def mark(self, mark: Mark) -> None:
        """Add a mark; the oldest beyond the limit are dropped."""
        self.marks = [*self.marks, mark][-_MAX_MARKS:]


class Journal:
    """The latest events, and the pages that subscribe to changes."""

    def __init__(self, changed: Callable[[HitRecord], None] = lambda event: None) -> None:
        """`changed` gets every event that changed."""
        self._on_change = changed
        self._events: dict[str, HitRecord] = {}
        self._queued: set[str] = set()  # ids of the events that were last seen in a queue
        self._parsed: dict[str, dict[str, Any]] = {}  # the messages of the last look, by text
        self._refused = itertools.count(1)
        self._subscribers: set[asyncio.Queue[str | None]] = set()
        self._ended = False

    def events(self) -> list[dict[str, Any]]:
        """Return every event remembered, oldest first, as JSON would carry it."""
        return [asdict(event) for event in self._events.values()]

    def event(self, identifier: str) -> HitRecord | None:
        """Return one event; None for an unknown or forgotten id."""
        return self._events.get(identifier)

    def called(self, call: Call, body: dict[str, Any] | None) -> None:
        """Record a call that the receiver got.

        A call that is not genuine belongs to no event, whatever id it claims: it is an entry of its
        own, refused.
        """
        if call.signature != "valid":
            refused = HitRecord(
                f"refused-{next(self._refused)}", call.at, {}, "refused", calls=[call]
            )
            self._changed(self._add(refused))
            return
        event = self._events.get(call.id)
        if event is None:
            event = self._add(HitRecord(call.id, call.at, body or {}))
        elif body and body != event.body:  # so far it was a hit that is undecoded
            event.hold(body)
        if event.state == "dead":  # it went back and came here between two looks at the queues
            event.mark(Mark(call.at, "replayed"))
        event.calls = [*event.calls, call][-_MAX_CALLS:]
        event.last_status = call.status
        if call.status is None:
            event.state = "delivering"
        else:
            event.state = "delivered" if 200 <= call.status < 300 else "failed"
        self._changed(event)

    def observe(self, standings: Iterable[Standing]) -> None:
        """Record where each event is in the queues; one that left them was delivered."""
        standing = {}
        parsed = {}
        for entry, dead in standings:
            # Parsed once, not at every look: messages may wait here by the thousand.
            document = self._parsed.get(entry.body) or _parse(entry.body)
            if document is not None:
                parsed[entry.body] = document
                standing[document["id"]] = entry, dead, document
        self._parsed = parsed
        for identifier, stands in standing.items():
            self._stands(identifier, *stands)
        for identifier in self._queued - standing.keys():
            event = self._events.get(identifier)
            if event is not None and event.state not in ("delivered", "failed"):
                event.state = "delivered"
                event.due_at = None
                self._changed(event)
        self._queued = set(standing)

    async def changes(self, first: Callable[[], Mapping[str, Any]]) -> AsyncIterator[str]:
        """Yield what `first` returns and then each change as a server-sent event, until `end()`.

        The wire format is "9.2.6 Interpreting an event stream" of the HTML standard.
        """
        backlog: asyncio.Queue[str | None] = asyncio.Queue(_SUBSCRIBER_BACKLOG)
        self._subscribers.add(backlog)  # before the first look: no change falls in between
        try:
            yield _frame("state", first())
            while not self._ended:
                try:
                    frame = await asyncio.wait_for(backlog.get(), timeout=15)
                except TimeoutError:
                    frame = ": still here\n\n"  # lets both sides notice a dead connection
                if frame is None:
                    return
                yield frame
        finally:
            self._subscribers.discard(backlog)

    def publish(self, name: str, value: Mapping[str, Any]) -> None:
        """Send every page a server-sent event of this name."""
        self._send(_frame(name, value))

    def end(self) -> None:
        """End every stream of changes: the gateway stops."""
        self._ended = True
        self._send(None)

    def _stands(self, identifier: str, entry: Entry, dead: bool, document: dict[str, Any]) -> None:
        event = self._events.get(identifier)
        if event is None:
            if identifier in self._queued:
                return  # forgotten: there were too many since
            event = self._add(HitRecord(identifier, time.time(), _body(document)))
        elif entry.state == "in flight" and not dead and _called_since(event, entry):
            return  # the receiver's answer is known already; what follows from it is under way
        before = event.state, event.attempt, event.due_at, event.last_status, event.reason
        event.attempt = document.get("attempt", 0)
        event.last_status = document.get("last_status")
        event.reason = (document.get("dead") or {}).get("reason", "")
        event.state = "dead" if dead else _state(entry, event.attempt)
        event.webhook = str(document.get("webhook") or "")
        if event.state == "dead" and before[0] != "dead":
            event.mark(Mark(time.time(), "dead letter", event.reason))
        if event.state != "dead" and before[0] == "dead":
            event.mark(Mark(time.time(), "replayed"))
        event.due_at = entry.due_at if event.state == "retrying" else None
        after = event.state, event.attempt, event.due_at, event.last_status, event.reason
        if after != before or identifier not in self._queued:
            self._changed(event)

    def _add(self, event: HitRecord) -> HitRecord:
        self._events[event.id] = event
        while len(self._events) > CAPACITY:
            del self._events[next(iter(self._events))]
        return event

    def _changed(self, event: HitRecord) -> None:
        self.publish("event", asdict(event))
        self._on_change(event)

    def _send(self, frame: str | None) -> None:
        for backlog in list(self._subscribers):
            try:
                backlog.put_nowait(frame)
            except asyncio.QueueFull:
                self._subscribers.discard(backlog)


def _state(entry: Entry, attempt: int) -> State:
    if entry.state == "in flight":
        return "delivering"
    return "retrying" if attempt > 0 else "queued"


def _called_since(event: HitRecord, entry: Entry) -> bool:
    return bool(event.calls) and event.calls[-1].at >= entry.received_at


def _parse(text: str) -> dict[str, Any] | None:
    """Return a queue message as JSON; None for what has no event id and so no place here."""
    document = json_object(text)
    return document if document and isinstance(document.get("id"), str) else None


def _body(document: dict[str, Any]) -> dict[str, Any]:
    """Return the webhook's body, or what is known of it while the link is still undecoded."""
    if "undecoded" not in document:
        return dict(document.get("body") or {})
    kind = document["undecoded"].get("kind")
    return {
        "is_open_tracking": kind == "open",
        "is_click_tracking": kind == "click",
        "request_data": document.get("request_data"),
        "timestamp": document.get("timestamp"),
        "visitor": document.get("visitor"),
        "privacy": document.get("privacy"),
    }


def _pairs(metadata: Any) -> list[tuple[str, str]]:
    """Return the keys of metadata and their values as text; none of what is no object."""
    if not isinstance(metadata, Mapping):
        return []
    compact: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
    return [
        (name, value if isinstance(value, str) else json.dumps(value, **compact))
        for name, value in metadata.items()
    ]


def _frame(name: str, value: Mapping[str, Any]) -> str:
    stamped = {"now": time.time(), **value}
    return f"event: {name}\ndata: {json.dumps(stamped, separators=(',', ':'))}\n\n"
