"""A bound on how long anything may take, name look-ups included."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

THREAD_NAME = "pytracking-within"
"""Of the threads that work in the time of others."""


def within(seconds: float, work: Callable[[], T]) -> T:
    """Return ``work()``, done in a thread of its own.

    Socket timeouts bound each single wait, so an answer that drips outlives them, and nothing
    bounds ``getaddrinfo``. A thread that is late is left behind; it ends when its work does.

    Raises:
        TimeoutError: it is not done after ``seconds``.
        Exception: what ``work`` raised.
    """
    job = _Job(work)
    threading.Thread(target=job.run, name=THREAD_NAME, daemon=True).start()
    if not job.finished.wait(seconds):
        raise TimeoutError(f"not done after {seconds:.2f} s")
    return job.result()


class _Job(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self.finished = threading.Event()
        self._work = work
        self._result: T
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            self._result = self._work()
        except Exception as error:
            self._error = error
        finally:
            self.finished.set()

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._result
