"""What one process remembers of origins; lost with it, which costs nothing but a few slow posts."""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

JITTER = 0.5
"""A time is stretched or shrunk at random by up to this part. All processes notice an origin at the
same moment, and must not all try it again at the same later one."""

MAX_ORIGINS = 1_000
"""Origins remembered; the one unheard of for longest is forgotten first."""

_T = TypeVar("_T")


class Memory(Generic[_T]):
    """One value an origin, for a class whose methods any thread may call, under the lock."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._lock = threading.Lock()
        self._now = clock
        self._rng = rng
        self._values: OrderedDict[str, _T] = OrderedDict()

    def _keep(self, origin: str, value: _T) -> None:
        """Remember a value of an origin that was just heard of."""
        self._values[origin] = value
        self._values.move_to_end(origin)
        if len(self._values) > MAX_ORIGINS:
            self._values.popitem(last=False)

    def _later(self, seconds: float) -> float:
        """Return the time about ``seconds`` from now."""
        return self._now() + seconds * self._rng(1 - JITTER, 1 + JITTER)
