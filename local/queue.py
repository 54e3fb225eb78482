"""A queue in memory that behaves as SQS does: at least once, visibility, delays, dead letters."""

import hashlib
import heapq
import itertools
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

MAX_DELAY_SECONDS = 900
"""Longest DelaySeconds of SQS."""

MAX_BATCH = 10
"""Most messages SQS hands out at once."""

State = Literal["visible", "delayed", "in flight"]


@dataclass(slots=True)
class Entry:
    """A message as it stands in a queue. Times are seconds since the epoch."""

    message_id: str
    body: str
    sent_at: float = 0.0
    due_at: float = 0.0  # when it can be received (again)
    receive_count: int = 0
    first_received_at: float = 0.0
    receipt_handle: str = ""
    received_at: float = 0.0  # the last time
    state: State = "visible"  # when it was looked at, or received

    @property
    def attributes(self) -> dict[str, str]:
        """What SQS reports of it to receivers."""
        return {
            "ApproximateReceiveCount": str(self.receive_count),
            "SentTimestamp": str(int(self.sent_at * 1000)),
            "ApproximateFirstReceiveTimestamp": str(int(self.first_received_at * 1000)),
        }


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
    _entries: dict[str, Entry] = field(default_factory=dict, repr=False)
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
        entry = Entry(str(uuid.uuid4()), body, sent_at=now, due_at=now + delay_seconds)
        self._store(entry)
        return entry.message_id

    def receive(self, max_messages: int = MAX_BATCH, wait_seconds: float = 0) -> list[Entry]:
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
        with self._changed:
            entry = self._held(receipt_handle)
            if entry:
                del self._entries[entry.message_id]
            return entry is not None

    def change_visibility(self, receipt_handle: str, seconds: float) -> None:
        """Hide a received message for ``seconds`` from now; 0 makes it due at once."""
        with self._changed:
            if entry := self._held(receipt_handle):
                self._schedule(entry, self.clock() + seconds)

    def waiting(self) -> list[Entry]:
        """Return all messages in the queue, the oldest first."""
        with self._changed:
            seen = [_seen(entry, self.clock()) for entry in self._entries.values()]
        return sorted(seen, key=lambda entry: entry.sent_at)

    def __len__(self) -> int:
        with self._changed:
            return len(self._entries)

    def _held(self, receipt_handle: str) -> Entry | None:
        entry = self._entries.get(receipt_handle.partition("#")[0])
        return entry if entry and entry.receipt_handle == receipt_handle else None

    def _store(self, entry: Entry) -> None:
        with self._changed:
            self._entries[entry.message_id] = entry
            self._schedule(entry, entry.due_at)

    def _schedule(self, entry: Entry, due_at: float) -> None:
        entry.due_at = due_at
        heapq.heappush(self._agenda, (due_at, next(self._order), entry.message_id))
        self._changed.notify()

    def _take(self, max_messages: int) -> tuple[list[Entry], list[Entry]]:
        now = self.clock()
        received: list[Entry] = []
        exhausted: list[Entry] = []
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
            entry.received_at = now
            entry.receipt_handle = f"{message_id}#{entry.receive_count}"
            self._schedule(entry, now + self.visibility_timeout)
            received.append(_seen(entry, now))
        return received, exhausted

    def _to_dead_letters(self, entry: Entry) -> None:
        if self.dead_letters is not None:
            moved = Entry(entry.message_id, entry.body, entry.sent_at, due_at=self.clock())
            self.dead_letters._store(moved)


def md5_of_body(body: str) -> str:
    """Return the hexadecimal MD5 by which SQS clients check that a body arrived whole."""
    return hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()


def _seen(entry: Entry, now: float) -> Entry:
    """Return a copy, which does not change as the queue goes on."""
    hidden: State = "in flight" if entry.receive_count else "delayed"
    return replace(entry, state="visible" if entry.due_at <= now else hidden)
