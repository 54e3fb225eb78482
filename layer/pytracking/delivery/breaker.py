"""The circuit breaker: origins that do not answer use up no time of those that do.

A post to a dead receiver holds its place for 10 to 15 s. At a hundred such hits a second every
place would soon be held. So an origin that did not answer gets less time at the next post; after
a few posts in a row without an answer, further ones count as failed at once, and one probe now and
then finds out whether the origin is back. Only silence counts: an origin that answers with an
error is quick, and the next event may well suit it.

The memory is that of one process: it is lost with it, and costs nothing but a few slow posts then.
"""

import random
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

THRESHOLD = 3
"""Posts in a row without an answer after which an origin counts as silent."""

SHORT_TIMEOUT = 5.0
"""Seconds for a post to an origin that left the last one unanswered."""

FULL_TIMEOUT = float("inf")
"""As long as the client waits for anybody."""

FIRST_PAUSE = 15.0
"""Seconds until the first probe of a silent origin; doubled after each that fails."""

LONGEST_PAUSE = 120.0
"""Most seconds between two probes, but for the jitter: so long may a return go unnoticed."""

JITTER = 0.5
"""A pause is stretched or shrunk at random by up to this part. All processes notice a dead origin
at the same moment, and must not all be waiting for it again at the same later one."""

MAX_ORIGINS = 1_000
"""Silent origins remembered; the one unheard of for longest is forgotten first."""


@dataclass(slots=True)
class _Silence:
    unanswered: int = 0
    probes: int = 0
    pause: float = FIRST_PAUSE
    next_probe: float = 0.0


class Breaker:
    """Tells whether a post to an origin is worth its time, and how much. Any thread may ask."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        rng: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self._clock = clock
        self._rng = rng
        self._silent: OrderedDict[str, _Silence] = OrderedDict()
        self._lock = threading.Lock()

    def timeout(self, origin: str) -> float | None:
        """Return the seconds that a post may take now, None if it is not to be made.

        Among many that ask while an origin is silent, one may post now and then. Every other
        such probe has all the time there is: an origin that is slow, but back, needs it.
        """
        with self._lock:
            silence = self._silent.get(origin)
            if silence is None:
                return FULL_TIMEOUT
            if silence.unanswered < THRESHOLD:
                return SHORT_TIMEOUT
            if self._clock() < silence.next_probe:
                return None
            silence.probes += 1
            silence.pause = min(2 * silence.pause, LONGEST_PAUSE)
            silence.next_probe = self._clock() + self._spread(silence.pause)
            return SHORT_TIMEOUT if silence.probes % 2 else FULL_TIMEOUT

    def record(self, origin: str, *, answered: bool) -> None:
        """Take note of what a post led to."""
        with self._lock:
            if answered:
                self._silent.pop(origin, None)
                return
            silence = self._silent.setdefault(origin, _Silence())
            self._silent.move_to_end(origin)
            silence.unanswered += 1
            if silence.unanswered == THRESHOLD:
                silence.next_probe = self._clock() + self._spread(silence.pause)
            if len(self._silent) > MAX_ORIGINS:
                self._silent.popitem(last=False)

    def _spread(self, pause: float) -> float:
        return pause * self._rng(1 - JITTER, 1 + JITTER)
