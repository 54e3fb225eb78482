"""The link keys of a running function, which its links are decoded with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pytracking import Configuration, TrackingResult
from pytracking.aws.kept_secret import KeptSecret
from pytracking.aws.services import secret_text
from pytracking.errors import ConfigurationError, InvalidKey, InvalidLink, PytrackingError
from pytracking.handlers.settings import HOW_TO_MAKE_A_KEY, Settings
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.repair import readings
from pytracking.tokens.sealed import claimed_key_id

SAMPLE_SECRET = "sample-secret-published-with-pytracking-for-local-use"  # noqa: S105 - the point
"""What the links of ``events/`` are sealed with. Everybody knows it: refused once deployed."""

RETRY_SECONDS = 60
"""Least time between two fetches once there are keys, whatever strangers send."""

COLD_RETRY_SECONDS = 5
"""The same while there are none, so that a visitor's second try can succeed."""

FETCH_SECONDS = 0.4
"""Most that a fetch may take out of the time of an answer."""


class KeysUnavailable(PytrackingError):
    """No link keys could be fetched yet, so no link can be decoded now."""


class _Keys(NamedTuple):
    """A keyring, and what decodes with it."""

    ring: Keyring
    configuration: Configuration


class LinkKeys:
    """Decodes links with the keyring that the settings name.

    Args:
        settings: where the keyring is, and the webhook of links that name none.
        fetch: returns the keyring's JSON, given the seconds it may take; AwsError when it fails.
            None when the settings hold the keyring itself.
        clock: seconds that only grow.
        fetch_seconds: most that a fetch may take.

    Raises:
        ConfigurationError: the keyring in the settings cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        fetch: Callable[[float], str] | None,
        clock: Callable[[], float] = time.monotonic,
        *,
        fetch_seconds: float = FETCH_SECONDS,
    ) -> None:
        self._settings = settings
        self._kept = KeptSecret(
            "link keys",
            fetch,
            self._made,
            clock,
            fetch_seconds=fetch_seconds,
            retry_seconds=RETRY_SECONDS,
            first_retry_seconds=COLD_RETRY_SECONDS,
        )
        if settings.link_keys:
            try:
                self._kept.value = self._made(settings.link_keys)
            except InvalidKey as error:
                raise ConfigurationError(
                    f"PYTRACKING_LINK_KEYS cannot be used: {error}. {HOW_TO_MAKE_A_KEY}"
                ) from error

    @classmethod
    def of_environment(
        cls,
        settings: Settings,
        environment: Mapping[str, str],
        *,
        fetch_seconds: float = FETCH_SECONDS,
    ) -> LinkKeys:
        """Return the keys that the settings hold, or name by their secret.

        Raises:
            ConfigurationError: as above, or no region is set.
        """
        if settings.link_keys or not settings.link_keys_secret:
            return cls(settings, None)
        fetch = secret_text(settings.link_keys_secret, environment)
        return cls(settings, fetch, fetch_seconds=fetch_seconds)

    def decode(self, token: str, kind: Kind, request_data: dict[str, Any]) -> TrackingResult:
        """Return what ``token`` says; fetches keys first when they are missing, old or unknown.

        Raises:
            InvalidLink: no key of the ring opens it.
            KeysUnavailable: there is no keyring yet.
        """
        try:
            return self._current().configuration.decode(token, request_data, kind)
        except InvalidLink:
            if not (self._is_of_unknown_key(token) and self._kept.refresh()):
                raise
        return self._current().configuration.decode(token, request_data, kind)

    def keyring(self) -> Keyring:
        """Return the keyring to mint with, fetched anew when it is missing or old.

        Raises:
            KeysUnavailable: there is none yet.
        """
        return self._current().ring

    def refresh(self) -> bool:
        """Fetch the keyring, unless that was done a moment ago; tell whether there is a new one."""
        return self._kept.refresh()

    def _current(self) -> _Keys:
        keys = self._kept.current()
        if keys is None:
            raise KeysUnavailable("no link keys could be fetched yet")
        return keys

    def _made(self, text: str) -> _Keys:
        """Return the keys in the keyring's JSON."""
        keyring = Keyring.from_json(text)
        # Not in the text as it came: JSON has many spellings of one string.
        if SAMPLE_SECRET in keyring.to_json() and not self._settings.local:
            raise ConfigurationError(
                "the published sample key opens everybody's links; it serves only under `sam "
                f"local` (AWS_SAM_LOCAL=true). {HOW_TO_MAKE_A_KEY}"
            )
        configuration = Configuration(
            keyring=keyring, webhook_url=self._settings.webhook_url, include_webhook_url=True
        )
        return _Keys(keyring, configuration)

    def _is_of_unknown_key(self, token: str) -> bool:
        """Tell whether ``token`` claims to be sealed with a key that is not in the ring."""
        claimed = claimed_key_id(readings(token)[0])
        return claimed is not None and claimed not in self._current().ring.opening
