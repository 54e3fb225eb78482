"""Which origins are slow, so that their hits are handed to a lane of their own.

A batch ends with its slowest post, and an environment that waits for one serves nobody else. So an
origin that once took longer than the others can be made to wait for is remembered, and its hits
move to a second queue with workers of its own. Now and then one hit of it is posted in the fast
lane all the same, to find out whether it is quick again.

The memory is that of one process: it is lost with it, and costs nothing but a few slow posts then.
"""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

SLOW_SECONDS = 2.0
"""A post that takes longer makes its origin slow, whatever came of it."""

MEMORY_SECONDS = 600.0
"""How long an origin counts as slow before one hit of it tries again."""

JITTER = 0.5
"""The memory is stretched or shrunk at random by up to this part: processes try at other times."""

MAX_ORIGINS = 1_000
"""Slow origins remembered; the one unheard of for longest is forgotten first."""


class SlowOrigins:
    """Remembers slow origins. Any thread may ask."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._until: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def has(self, origin: str) -> bool:
        """Tell whether a hit belongs into the slow lane. Of many that ask, one is let try again."""
        with self._lock:
            until = self._until.get(origin)
            if until is None or self._clock() < until:
                return until is not None
            self._remember(origin)
            return False

    def record(self, origin: str, seconds: float) -> None:
        """Take note of how long a post took."""
        with self._lock:
            if seconds > SLOW_SECONDS:
                self._remember(origin)
            else:
                self._until.pop(origin, None)

    def _remember(self, origin: str) -> None:
        self._until[origin] = self._clock() + MEMORY_SECONDS * self._rng(1 - JITTER, 1 + JITTER)
        self._until.move_to_end(origin)
        if len(self._until) > MAX_ORIGINS:
            self._until.popitem(last=False)
