"""The one deadline: it holds for sockets and for name look-ups, whatever the other side does.

A socket's timeout bounds the silence between two bytes, not the whole: a receiver that drips its
answer is never silent. Shutting the connection down from another thread ends that, under TLS as
well, since it is done on a duplicate of the descriptor below it. Nothing ends ``getaddrinfo``: it
runs in a thread that is left behind.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import os
import queue
import socket
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

THREAD_NAME = "pytracking-deadline"
"""Of the threads whose work may outlive the time it was given."""

_T = TypeVar("_T")


class Deadline:
    """``with Deadline(15) as deadline``: the socket given to :meth:`watch` is cut after 15 s."""

    def __init__(self, seconds: float) -> None:
        self.at = time.monotonic() + seconds
        self.expired = False
        self._cutter: socket.socket | None = None
        self._lock = threading.Lock()

    def remaining(self) -> float:
        """Return the seconds left, never less than 0."""
        return max(0.0, self.at - time.monotonic())

    def watch(self, sock: socket.socket) -> None:
        """Cut this connection at the deadline; anyone who has it may close it at any time.

        Raises:
            TimeoutError: the deadline is over already.
            OSError: there is no descriptor left for the duplicate.
        """
        self.release()
        cutter = socket.socket(sock.family, sock.type, sock.proto, os.dup(sock.fileno()))
        with self._lock:
            if self.expired:
                cutter.close()
                raise TimeoutError("the deadline is over")
            self._cutter = cutter

    def run(self, work: Callable[[], _T]) -> _T:
        """Return ``work()``, done in a thread of its own that is left behind when it is late.

        Raises:
            TimeoutError: it is not done at the deadline.
            Exception: what ``work`` raised.
        """
        results: queue.SimpleQueue[tuple[_T, None] | tuple[None, Exception]] = queue.SimpleQueue()

        def run_work() -> None:
            try:
                results.put((work(), None))
            except Exception as error:
                results.put((None, error))

        seconds = self.remaining()
        threading.Thread(target=run_work, name=THREAD_NAME, daemon=True).start()
        try:
            result, error = results.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError(f"not done after {seconds:.2f} s") from None
        if error is not None:
            raise error
        return result  # type: ignore[return-value] # it is a _T where there is no error

    def shorten(self, seconds: float) -> None:
        """Bring the deadline forward to ``seconds`` from now, if that is earlier."""
        self.at = min(self.at, time.monotonic() + seconds)
        _watchdog.watch(self)

    def release(self) -> None:
        """Watch nothing any more."""
        with self._lock:
            if self._cutter is not None:
                self._cutter.close()
                self._cutter = None

    def __enter__(self) -> Deadline:
        _watchdog.watch(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()
        self.at = float("inf")

    def cut_if_due(self) -> None:
        """Shut the watched connection down if the time has come; the watchdog calls this."""
        with self._lock:
            if self.expired or time.monotonic() < self.at:
                return
            self.expired = True
            if self._cutter is not None:
                # It may be gone already: the other side can close at this very moment.
                with contextlib.suppress(OSError):
                    self._cutter.shutdown(socket.SHUT_RDWR)


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
