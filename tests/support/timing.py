"""Time in tests: a clock that only the test moves, and waiting for what comes about."""

import threading
import time
from collections.abc import Callable
from typing import Any

from pytracking.delivery.deadline import THREAD_NAME


class Clock:
    """Stands until a test moves it: ``clock.now += 1``."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def until(found: Callable[[], Any], seconds: float = 60) -> Any:
    """Return what ``found`` finds, once it finds anything; a test that waits in vain fails here."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def wait_for_threads() -> None:
    """Wait for the threads of work under a deadline, which go on when the deadline has passed."""
    for thread in threading.enumerate():
        if thread.name == THREAD_NAME:
            thread.join(5)
