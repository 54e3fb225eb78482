"""The circuit breaker: origins that do not answer use up no time of those that do.

A post to a dead receiver holds its place for 10 to 15 s. At a hundred such hits a second every
place would soon be held. So an origin that did not answer gets less time at the next post; after
a few posts in a row without an answer, further ones count as failed at once, and one probe now and
then finds out whether the origin is back. Only silence counts: an origin that answers with an
error is quick, and the next event may well suit it.
"""

from dataclasses import dataclass

from pytracking.delivery.memory import Memory

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


@dataclass(slots=True)
class _Silence:
    unanswered: int = 0
    probes: int = 0
    pause: float = FIRST_PAUSE
    next_probe: float = 0.0


class Breaker(Memory[_Silence]):
    """Decides whether a post to an origin is worth its time, and how much. Any thread may ask."""

    def admit(self, origin: str) -> float | None:
        """Admit a post or not: return the seconds that it may take now, None if it may not be made.

        Among many that ask while an origin is silent, one may post now and then. Every other
        such probe has all the time there is: an origin that is slow, but back, needs it.
        """
        with self._lock:
            silence = self._values.get(origin)
            if silence is None:
                return FULL_TIMEOUT
            if silence.unanswered < THRESHOLD:
                return SHORT_TIMEOUT
            if self._now() < silence.next_probe:
                return None
            silence.probes += 1
            silence.pause = min(2 * silence.pause, LONGEST_PAUSE)
            silence.next_probe = self._later(silence.pause)
            return SHORT_TIMEOUT if silence.probes % 2 else FULL_TIMEOUT

    def record(self, origin: str, *, answered: bool) -> None:
        """Take note of what a post led to."""
        with self._lock:
            if answered:
                self._values.pop(origin, None)
                return
            silence = self._values.get(origin) or _Silence()
            self._keep(origin, silence)
            silence.unanswered += 1
            if silence.unanswered == THRESHOLD:
                silence.next_probe = self._later(silence.pause)
