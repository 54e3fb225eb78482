"""A queue in memory that behaves as SQS does: at least once, visibility, delays, dead letters."""

import hashlib
import heapq
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

MAX_DELAY_SECONDS = 900
"""Longest DelaySeconds of SQS."""

MAX_BATCH = 10
"""Most messages SQS hands out at once."""

State = Literal["visible", "delayed", "in flight"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One receipt of a message. Times are seconds since the epoch."""

    message_id: str
    receipt_handle: str
    body: str
    receive_count: int
    sent_at: float
    first_received_at: float

    @property
    def md5_of_body(self) -> str:
        """The checksum SQS sends along."""
        return md5_of_body(self.body)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that is still in the queue, for a page or a test to look at."""

    message_id: str
    body: str
    state: State
    receive_count: int
    sent_at: float
    due_at: float


@dataclass(slots=True)
class _Entry:
    message_id: str
    body: str
    sent_at: float
    due_at: float
    first_received_at: float = 0.0
    receipt_handle: str = ""
    receive_count: int = 0


@dataclass(eq=False)
class Queue:
    """A queue; every method may be called from any thread.

    ``visibility_timeout`` is in seconds. A message that was received ``max_receive_count`` times
    and never deleted moves to ``dead_letters`` when it is due again.
    """

    name: str
    visibility_timeout: float = 30.0
    dead_letters: "Queue | None" = None
    max_receive_count: int = 5
    clock: Callable[[], float] = time.time
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)
    _entries: dict[str, _Entry] = field(default_factory=dict, repr=False)
    # (due_at, order of arrival, message id); an entry is stale when its due_at is not its message's
    _agenda: list[tuple[float, int, str]] = field(default_factory=list, repr=False)
    _order: "itertools.count[int]" = field(default_factory=itertools.count, repr=False)

    def send(self, body: str, delay_seconds: float = 0) -> str:
        """Store a message and return its id.

        Raises:
            ValueError: the delay is not within 0-900 seconds, or the body is empty.
        """
        if not 0 <= delay_seconds <= MAX_DELAY_SECONDS:
            raise ValueError(f"DelaySeconds is 0-{MAX_DELAY_SECONDS}, not {delay_seconds}")
        if not body:
            raise ValueError("a message needs a body of at least one character")
        now = self.clock()
        entry = _Entry(str(uuid.uuid4()), body, sent_at=now, due_at=now + delay_seconds)
        self._store(entry)
        return entry.message_id

    def receive(self, max_messages: int = MAX_BATCH, wait_seconds: float = 0) -> list[Delivery]:
        """Return up to ``max_messages`` that are due, waiting up to ``wait_seconds`` for the first.

        They stay hidden for the visibility timeout; the receiver deletes each when done.
        """
        deadline = time.monotonic() + wait_seconds
        while True:
            with self._changed:
                received, exhausted = self._take(max_messages)
                if not received and not exhausted:
                    left = deadline - time.monotonic()
                    if left <= 0:
                        return []
                    # A fake clock never wakes a waiter: look again every 50 ms.
                    self._changed.wait(min(left, 0.05))
            # Outside the lock: two queues that were each other's dead letters would lock up.
            for entry in exhausted:
                self._to_dead_letters(entry)
            if received:
                return received

    def delete(self, receipt_handle: str) -> bool:
        """Delete a message by its latest receipt; an outdated receipt deletes nothing."""
        message_id = receipt_handle.partition("#")[0]
        with self._changed:
            entry = self._entries.get(message_id)
            if entry is None or entry.receipt_handle != receipt_handle:
                return False
            del self._entries[message_id]
            return True

    def change_visibility(self, receipt_handle: str, seconds: float) -> bool:
        """Hide a received message for ``seconds`` from now; 0 makes it due at once."""
        message_id = receipt_handle.partition("#")[0]
        with self._changed:
            entry = self._entries.get(message_id)
            if entry is None or entry.receipt_handle != receipt_handle:
                return False
            self._schedule(entry, self.clock() + seconds)
            return True

    def waiting(self) -> list[Waiting]:
        """Return all messages in the queue, the oldest first."""
        with self._changed:
            now = self.clock()
            return sorted(
                (
                    Waiting(
                        e.message_id, e.body, _state(e, now), e.receive_count, e.sent_at, e.due_at
                    )
                    for e in self._entries.values()
                ),
                key=lambda waiting: waiting.sent_at,
            )

    def counts(self) -> dict[State, int]:
        """Return how many messages are visible, delayed and in flight."""
        counts: dict[State, int] = {"visible": 0, "delayed": 0, "in flight": 0}
        with self._changed:
            now = self.clock()
            for entry in self._entries.values():
                counts[_state(entry, now)] += 1
        return counts

    def purge(self) -> None:
        """Forget every message."""
        with self._changed:
            self._entries.clear()
            self._agenda.clear()

    def __len__(self) -> int:
        with self._changed:
            return len(self._entries)

    def _store(self, entry: _Entry) -> None:
        with self._changed:
            self._entries[entry.message_id] = entry
            self._schedule(entry, entry.due_at)

    def _schedule(self, entry: _Entry, due_at: float) -> None:
        entry.due_at = due_at
        heapq.heappush(self._agenda, (due_at, next(self._order), entry.message_id))
        self._changed.notify()

    def _take(self, max_messages: int) -> tuple[list[Delivery], list[_Entry]]:
        now = self.clock()
        received: list[Delivery] = []
        exhausted: list[_Entry] = []
        while self._agenda and self._agenda[0][0] <= now and len(received) < max_messages:
            due_at, _, message_id = heapq.heappop(self._agenda)
            entry = self._entries.get(message_id)
            if entry is None or entry.due_at != due_at:
                continue
            if self.dead_letters is not None and entry.receive_count >= self.max_receive_count:
                del self._entries[message_id]
                exhausted.append(entry)
                continue
            entry.receive_count += 1
            entry.first_received_at = entry.first_received_at or now
            entry.receipt_handle = f"{message_id}#{entry.receive_count}"
            self._schedule(entry, now + self.visibility_timeout)
            received.append(
                Delivery(
                    message_id,
                    entry.receipt_handle,
                    entry.body,
                    entry.receive_count,
                    entry.sent_at,
                    entry.first_received_at,
                )
            )
        return received, exhausted

    def _to_dead_letters(self, entry: _Entry) -> None:
        if self.dead_letters is not None:
            moved = _Entry(entry.message_id, entry.body, entry.sent_at, due_at=self.clock())
            self.dead_letters._store(moved)


def md5_of_body(body: str) -> str:
    """Return the hexadecimal MD5 by which SQS clients check that a body arrived whole."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def _state(entry: _Entry, now: float) -> State:
    if entry.due_at <= now:
        return "visible"
    return "in flight" if entry.receive_count else "delayed"
