"""The secrets that sign webhooks: fetched once, refreshed, and kept through an outage."""

import threading
import time
from collections.abc import Callable

from pytracking.aws.observability import count, log_error
from pytracking.delivery.signatures import Signer
from pytracking.errors import ConfigurationError, InvalidKey, PytrackingError

REFRESH_SECONDS = 300.0
"""Age at which the secrets are fetched again: how long a rotation takes to be everywhere."""

RETRY_SECONDS = 5.0
"""Least time between two fetches that fail."""

FETCH_SECONDS = 2.0
"""Most that a fetch may take."""


class SecretsUnavailable(PytrackingError):
    """No webhook secrets could be fetched yet, so nothing can be signed now."""


class WebhookSecrets:
    """Holds the signer made of the newest secrets that could be had. Any thread may ask."""

    def __init__(
        self, fetch: Callable[[float], str], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Fetch nothing yet: the first ``signer()`` does.

        Args:
            fetch: returns the secrets' JSON, given the seconds it may take.
        """
        self._fetch = fetch
        self._clock = clock
        self._signer: Signer | None = None
        self._next_fetch = float("-inf")
        self._failure = ""
        self._lock = threading.Lock()

    @classmethod
    def fixed(cls, text: str) -> "WebhookSecrets":
        """Return secrets that are known from the start.

        Raises:
            ConfigurationError: they cannot be used.
        """
        try:
            Signer.from_json(text)
        except InvalidKey as error:
            raise ConfigurationError(f"PYTRACKING_WEBHOOK_SECRETS: {error}") from error
        return cls(lambda timeout: text)

    def signer(self) -> Signer:
        """Return the signer, fetching the secrets first when they are missing or old.

        Raises:
            SecretsUnavailable: there are none yet, and none could be fetched.
        """
        with self._lock:
            if self._clock() >= self._next_fetch:
                self._refresh()
            if self._signer is None:
                raise SecretsUnavailable(f"nothing to sign with yet: {self._failure}")
            return self._signer

    def _refresh(self) -> None:
        try:
            self._signer = Signer.from_json(self._fetch(FETCH_SECONDS))
        except PytrackingError as error:
            self._next_fetch = self._clock() + RETRY_SECONDS
            count("KeyFailures")
            failure = f"{type(error).__name__}: {error}"
            if failure != self._failure:
                log_error("webhook secrets not read", reason=failure)
            self._failure = failure
        else:
            self._next_fetch = self._clock() + REFRESH_SECONDS
            self._failure = ""
