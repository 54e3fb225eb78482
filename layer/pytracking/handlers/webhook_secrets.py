"""The secrets of a running function that sign webhooks."""

import time
from collections.abc import Callable

from pytracking.aws.kept_secret import KeptSecret
from pytracking.delivery.signatures import Signer
from pytracking.errors import ConfigurationError, InvalidKey, PytrackingError

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
        self._kept = KeptSecret(
            "webhook secrets",
            fetch,
            Signer.from_json,
            clock,
            fetch_seconds=FETCH_SECONDS,
            retry_seconds=RETRY_SECONDS,
            first_retry_seconds=RETRY_SECONDS,
        )

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
        signer = self._kept.current()
        if signer is None:
            raise SecretsUnavailable(f"nothing to sign with yet: {self._kept.failure}")
        return signer
