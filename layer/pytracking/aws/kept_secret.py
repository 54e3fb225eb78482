"""A secret of a running function: fetched once, refreshed, and never lost to an outage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from pytracking.aws.observability import count, log_error
from pytracking.errors import PytrackingError

REFRESH_SECONDS = 300
"""Age at which a secret is fetched again: how long a rotation takes to be everywhere, and so the
longest that a removed link key still opens links."""

T = TypeVar("T")


class KeptSecret(Generic[T]):
    """What is made of a secret's text. Any thread may ask.

    The last good one stays in use for as long as a newer one cannot be had, be it hours.

    Attributes:
        value: the last good one; None while there is none.
        failure: why the last fetch failed; empty after one that did not.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[float], str] | None,
        make: Callable[[str], T],
        clock: Callable[[], float],
        *,
        fetch_seconds: float,
        retry_seconds: float,
        first_retry_seconds: float,
    ) -> None:
        """Fetch nothing yet: the first ``current()`` does.

        Args:
            name: what the operator is told could not be read, e.g. "link keys".
            fetch: returns the text, given the seconds it may take; a PytrackingError when it
                fails. None: ``value`` is set by hand and stays.
            make: makes of the text what is kept; a PytrackingError when it cannot.
            clock: seconds that only grow.
            fetch_seconds: most that a fetch may take.
            retry_seconds: least time between two fetches.
            first_retry_seconds: the same while there is nothing yet.
        """
        self.value: T | None = None
        self.failure = ""
        self._name = name
        self._fetch = fetch
        self._make = make
        self._clock = clock
        self._fetch_seconds = fetch_seconds
        self._retry_seconds = retry_seconds
        self._first_retry_seconds = first_retry_seconds
        self._tried_at = self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def current(self) -> T | None:
        """Return the value, fetched anew first when it is missing or old."""
        if self.value is None or self._clock() - self._fetched_at >= REFRESH_SECONDS:
            self.refresh()
        return self.value

    def refresh(self) -> bool:
        """Fetch, unless that was tried a moment ago; tell whether there is a new value.

        Failures are logged, once for each cause, and counted: they are the operator's matter.
        """
        # Who has something to go on with does not wait for another thread's fetch.
        if self._fetch is None or not self._lock.acquire(blocking=self.value is None):
            return False
        try:
            pause = self._first_retry_seconds if self.value is None else self._retry_seconds
            if self._clock() - self._tried_at < pause:
                return False
            self._tried_at = self._clock()
            self.value = self._make(self._fetch(self._fetch_seconds))
        except PytrackingError as error:
            count("KeyFailures")
            failure = f"{type(error).__name__}: {error}"
            if failure != self.failure:
                log_error(f"{self._name} not read", reason=failure)
            self.failure = failure
            return False
        finally:
            self._lock.release()
        self._fetched_at = self._clock()
        self.failure = ""
        return True
