"""The link keys of a running function: fetched once, refreshed, and never lost to an outage."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from pytracking import Configuration, TrackingResult
from pytracking.aws.api import AwsError
from pytracking.aws.observability import count, log_error
from pytracking.aws.settings import HOW_TO_MAKE_A_KEY, Settings
from pytracking.errors import ConfigurationError, InvalidKey, InvalidLink, PytrackingError
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.repair import repair
from pytracking.tokens.sealed import claimed_key_id

SAMPLE_SECRET = "sample-secret-published-with-pytracking-for-local-use"  # noqa: S105 - the point
"""What the links of ``events/`` are sealed with. Everybody knows it: refused once deployed."""

REFRESH_SECONDS = 300
"""Age at which keys are fetched again, so the longest that a removed key still opens links."""

RETRY_SECONDS = 60
"""Least time between two fetches once there are keys, whatever strangers send."""

COLD_RETRY_SECONDS = 5
"""The same while there are none, so that a visitor's second try can succeed."""

FETCH_SECONDS = 0.4
"""Most that a fetch may take out of the time of an answer."""


class KeysUnavailable(PytrackingError):
    """No link keys could be fetched yet, so no link can be decoded now."""


class LinkKeys:
    """Decodes links with the keyring that the settings name.

    The last good keyring stays in use for as long as a newer one cannot be had, be it hours.

    Args:
        settings: where the keyring is, and the webhook of links that name none.
        fetch: returns the keyring's JSON, given the seconds it may take; AwsError when it fails.
            None when the settings hold the keyring itself.
        clock: seconds that only grow.

    Raises:
        ConfigurationError: the keyring in the settings cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        fetch: Callable[[float], str] | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._fetch = fetch
        self._clock = clock
        self._configuration: Configuration | None = None
        self._known_ids: frozenset[int] = frozenset()
        self._tried_at = self._fetched_at = float("-inf")
        self._failure = ""
        self._busy = threading.Lock()
        if settings.link_keys:
            try:
                self._use(settings.link_keys)
            except InvalidKey as error:
                raise ConfigurationError(
                    f"PYTRACKING_LINK_KEYS cannot be used: {error}. {HOW_TO_MAKE_A_KEY}"
                ) from error

    def decode(self, token: str, kind: Kind, request_data: dict[str, Any]) -> TrackingResult:
        """Return what ``token`` says; fetches keys first when they are missing, old or unknown.

        Raises:
            InvalidLink: no key of the ring opens it.
            KeysUnavailable: there is no keyring yet.
        """
        age = self._clock() - self._fetched_at
        if self._configuration is None or age > REFRESH_SECONDS:
            self.refresh()
        try:
            return self._decode(token, kind, request_data)
        except InvalidLink:
            if not (self._is_of_unknown_key(token) and self.refresh()):
                raise
        return self._decode(token, kind, request_data)

    def keyring(self) -> Keyring:
        """Return the keyring to mint with, fetched anew when it is missing or old.

        Raises:
            KeysUnavailable: there is none yet.
        """
        if self._configuration is None or self._clock() - self._fetched_at > REFRESH_SECONDS:
            self.refresh()
        if self._configuration is None or self._configuration.keyring is None:
            raise KeysUnavailable("no link keys could be fetched yet")
        return self._configuration.keyring

    def refresh(self) -> bool:
        """Fetch the keyring, unless that was done a moment ago; tell whether a new one is in use.

        Failures are logged, once for each cause, and counted: they are the operator's matter.
        """
        pause = COLD_RETRY_SECONDS if self._configuration is None else RETRY_SECONDS
        if self._fetch is None or self._clock() - self._tried_at < pause:
            return False
        if not self._busy.acquire(blocking=False):
            return False
        try:
            self._tried_at = self._clock()
            self._use(self._fetch(FETCH_SECONDS))
        except (AwsError, InvalidKey, ConfigurationError) as error:
            count("KeyFailures")
            failure = f"{type(error).__name__}: {error}"
            if failure != self._failure:
                log_error("link keys not read", reason=failure)
            self._failure = failure
            return False
        finally:
            self._busy.release()
        self._fetched_at = self._clock()
        self._failure = ""
        return True

    def _use(self, text: str) -> None:
        keyring = Keyring.from_json(text)
        # Not in the text as it came: JSON has many spellings of one string.
        if SAMPLE_SECRET in keyring.to_json() and not self._settings.local:
            raise ConfigurationError(
                "the published sample key opens everybody's links; it serves only under `sam "
                f"local` (AWS_SAM_LOCAL=true). {HOW_TO_MAKE_A_KEY}"
            )
        self._configuration = Configuration(
            keyring=keyring, webhook_url=self._settings.webhook_url, include_webhook_url=True
        )
        self._known_ids = frozenset(keyring.opening)

    def _decode(self, token: str, kind: Kind, request_data: dict[str, Any]) -> TrackingResult:
        if self._configuration is None:
            raise KeysUnavailable("no link keys could be fetched yet")
        return self._configuration.decode(token, request_data, kind)

    def _is_of_unknown_key(self, token: str) -> bool:
        """Tell whether ``token`` claims to be sealed with a key that is not in the ring."""
        claimed = claimed_key_id(repair(token))
        return claimed is not None and claimed not in self._known_ids
