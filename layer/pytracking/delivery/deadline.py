"""A deadline that holds for sockets too, whatever the other side does.

A socket's timeout bounds the silence between two bytes, not the whole: a receiver that drips its
answer is never silent. Shutting the connection down from another thread ends that, under TLS as
well, since it is done on a duplicate of the descriptor below it.
"""

import contextlib
import heapq
import itertools
import socket
import threading
import time
from types import TracebackType


class Deadline:
    """``with Deadline(15) as deadline``: sockets given to :meth:`watch` are cut after 15 s."""

    def __init__(self, seconds: float) -> None:
        """Start the clock.

        Args:
            seconds: from now on.
        """
        self.at = time.monotonic() + seconds
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Return the seconds left, never less than 0."""
        return max(0.0, self.at - time.monotonic())

    def watch(self, cutter: socket.socket) -> None:
        """Cut this connection at the deadline. ``cutter`` is a duplicate; its owner closes it.

        Raises:
            TimeoutError: the deadline is over already.
        """
        with self._lock:
            self._socket = cutter
            if self.expired:
                raise TimeoutError("the deadline is over")

    def shorten(self, seconds: float) -> None:
        """Bring the deadline forward to ``seconds`` from now, if that is earlier."""
        self.at = min(self.at, time.monotonic() + seconds)
        _watchdog.watch(self)

    def release(self) -> None:
        """Watch nothing any more: its descriptor may now be closed and its number used again."""
        with self._lock:
            self._socket = None

    def __enter__(self) -> "Deadline":
        _watchdog.watch(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._lock:
            self._socket = None
            self.at = float("inf")

    def cut_if_due(self) -> None:
        """Shut the watched connection down if the time has come; the watchdog calls this."""
        with self._lock:
            if self.expired or time.monotonic() < self.at:
                return
            self.expired = True
            if self._socket is not None:
                # It may be gone already: the other side can close at this very moment.
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


class _Watchdog:
    """One thread that wakes for the deadlines of all connections."""

    def __init__(self) -> None:
        self._wake = threading.Condition()
        self._agenda: list[tuple[float, int, Deadline]] = []
        self._order = itertools.count()
        self._thread: threading.Thread | None = None

    def watch(self, deadline: Deadline) -> None:
        with self._wake:
            entry = (deadline.at, next(self._order), deadline)
            heapq.heappush(self._agenda, entry)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                self._thread.start()
            elif self._agenda[0] is entry:
                self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._agenda or self._agenda[0][0] > time.monotonic():
                    self._wake.wait(self._agenda[0][0] - time.monotonic() if self._agenda else None)
                deadline = heapq.heappop(self._agenda)[2]
            deadline.cut_if_due()


_watchdog = _Watchdog()
