"""Which origins are slow, so that their hits are handed to a lane of their own.

A batch ends with its slowest post, and an environment that waits for one serves nobody else. So an
origin that once took longer than the others can be made to wait for is remembered, and its hits
move to a second queue with workers of its own. Now and then one hit of it is posted in the fast
lane all the same, to find out whether it is quick again.
"""

from pytracking.delivery.memory import Memory

SLOW_SECONDS = 2.0
"""A post that takes longer makes its origin slow, whatever came of it."""

MEMORY_SECONDS = 600.0
"""How long an origin counts as slow before one hit of it tries again."""


class SlowOrigins(Memory[float]):
    """Remembers until when an origin counts as slow. Any thread may ask."""

    def divert(self, origin: str) -> bool:
        """Return whether a hit is to move to the slow lane; of many that ask, one may try again."""
        with self._lock:
            until = self._values.get(origin)
            if until is None or self._now() < until:
                return until is not None
            self._keep(origin, self._later(MEMORY_SECONDS))
            return False

    def record(self, origin: str, seconds: float) -> None:
        """Take note of how long a post took."""
        with self._lock:
            if seconds > SLOW_SECONDS:
                self._keep(origin, self._later(MEMORY_SECONDS))
            else:
                self._values.pop(origin, None)
