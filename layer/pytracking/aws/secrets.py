"""The secrets of a running function: fetched once, refreshed, and never lost to an outage.

``LinkKeys`` and ``WebhookSecrets`` are what the functions hold; each keeps a ``KeptSecret``.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Generic, TypeVar

from pytracking.aws.client import JsonApi
from pytracking.aws.observability import count, log_error, log_warning
from pytracking.delivery.deadline import Deadline
from pytracking.environment import Settings
from pytracking.errors import (
    AwsError,
    ConfigurationError,
    InvalidKey,
    InvalidLink,
    KeysUnavailable,
    LinkExpired,
    PytrackingError,
    SecretsUnavailable,
)
from pytracking.links import Link, link_of
from pytracking.tokens import Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.repair import readings
from pytracking.tokens.sealed import claimed_key_id

if TYPE_CHECKING:
    from pytracking.delivery.signatures import Signer

SAMPLE_SECRET = "sample-secret-published-with-pytracking-for-local-use"  # noqa: S105 - the point
"""What the links of ``events/`` are sealed with. Everybody knows it: refused once deployed."""

HOW_TO_MAKE_A_KEY = (
    "Deployed from the template, the function finds its keys in the secret that the template "
    "generates. To run it elsewhere, make a keyring with `python -m pytracking keys new` and set "
    "PYTRACKING_LINK_KEYS to the JSON it prints; the sample events of events/ need "
    "`--env-vars events/env.json`"
)

REFRESH_SECONDS = 300
"""Age at which a secret is fetched again: how long a rotation takes to be everywhere, and so the
longest that a removed link key still opens links."""

FIRST_FETCH_SECONDS = 3.0
"""Most that a fetch may take while there is nothing to go on with: a slow secret is no outage. A
start waits for it, an answer for no longer than for any fetch."""

REFRESH_FETCH_SECONDS = 0.4
"""Most that a fetch may take out of the time of an answer, beside keys that still serve."""

WEBHOOK_FETCH_SECONDS = 3.0
"""The same for webhook secrets, which no visitor waits for."""

RETRY_SECONDS = 60
"""Least time between two fetches of link keys once there are some, whatever strangers send."""

FIRST_RETRY_SECONDS = 5.0
"""The same while there are none, so that a visitor's second try can succeed; and the same for
webhook secrets."""

MIN_TOKEN_CHARS = 26
"""Of a sealed token: 2 bytes of header, 16 of authentication, 1 of content, in base64."""

Fetch = Callable[[float], str]
"""Returns a secret's text, given the seconds it may take; a PytrackingError when it cannot."""

T = TypeVar("T")


class KeptSecret(Generic[T]):
    """What is made of a secret's text. Any thread may ask.

    The last good one stays in use for as long as a newer one cannot be had, be it hours.

    Args:
        fetch: None: ``value`` is set by hand and stays. Otherwise the first ``current()`` fetches.
        clock: seconds that only grow.

    Attributes:
        name: what could not be read, in the log.
        fetch_seconds: most that a fetch may take beside a value that still serves.
        retry_seconds: least time between two fetches beside one.
        value: the last good one; None while there is none.
        failure: why the last fetch failed; empty after one that did not.
    """

    name: str
    fetch_seconds: float
    retry_seconds: float

    def __init__(self, fetch: Fetch | None, clock: Callable[[], float] = time.monotonic) -> None:
        self.value: T | None = None
        self.failure = ""
        self._fetch = fetch
        self._clock = clock
        self._tried_at = self._fetched_at = float("-inf")
        self._lock = threading.Lock()

    def make(self, text: str) -> T:
        """Return what is kept of a text; a PytrackingError when it cannot be used."""
        raise NotImplementedError

    def current(self) -> T | None:
        """Return the value, fetched anew first when it is missing or old.

        One that is missing is waited for no longer than a fetch beside one may take. Its fetch goes
        on all the same, so that a slow service has answered by one of the next calls.
        """
        if self.value is None:
            with suppress(TimeoutError):
                Deadline(self.fetch_seconds).run(self.refresh)
        elif self._clock() - self._fetched_at >= REFRESH_SECONDS:
            self.refresh()
        return self.value

    def refresh(self) -> bool:
        """Fetch, unless that was tried a moment ago; return whether there is a new value.

        A failure is logged once for each cause. It raises an alarm where there is no earlier value,
        or where the secret holds what cannot be used: the next start would have nothing.
        """
        missing = self.value is None
        # Who has something to go on with does not wait for another thread's fetch.
        if self._fetch is None or not self._lock.acquire(blocking=missing):
            return False
        try:
            pause = FIRST_RETRY_SECONDS if missing else self.retry_seconds
            if self._clock() - self._tried_at < pause:
                return False
            seconds = FIRST_FETCH_SECONDS if missing else 0.0
            self.value = self.make(self._fetch(max(seconds, self.fetch_seconds)))
        except PytrackingError as error:
            self._tried_at = self._clock()
            self._report(error, alarming=missing or not isinstance(error, AwsError))
            return False
        finally:
            self._lock.release()
        self._tried_at = self._fetched_at = self._clock()
        self.failure = ""
        return True

    def _report(self, error: PytrackingError, *, alarming: bool) -> None:
        if alarming:
            count("KeyFailures")
        failure = f"{type(error).__name__}: {error}"
        if failure != self.failure:
            log = log_error if alarming else log_warning
            log(f"{self.name} not read", reason=failure)
        self.failure = failure


class LinkKeys(KeptSecret[Keyring]):
    """The keyring that the settings hold, or name by its secret.

    Args:
        fetch: None when the settings hold the keyring itself.

    Raises:
        ConfigurationError: there is neither, or the keyring in the settings cannot be used.
    """

    name = "link keys"
    retry_seconds = RETRY_SECONDS

    def __init__(
        self,
        settings: Settings,
        fetch: Fetch | None,
        clock: Callable[[], float] = time.monotonic,
        *,
        fetch_seconds: float = REFRESH_FETCH_SECONDS,
    ) -> None:
        super().__init__(fetch, clock)
        self.fetch_seconds = fetch_seconds
        self._local = settings.local
        if settings.link_keys:
            try:
                self.value = self.make(settings.link_keys)
            except InvalidKey as error:
                raise ConfigurationError(
                    f"PYTRACKING_LINK_KEYS cannot be used: {error}. {HOW_TO_MAKE_A_KEY}"
                ) from error
        elif not settings.link_keys_secret:
            raise ConfigurationError(
                "no link keys: neither PYTRACKING_LINK_KEYS_SECRET nor PYTRACKING_LINK_KEYS is "
                f"set, and links are never read without a key. {HOW_TO_MAKE_A_KEY}"
            )

    @classmethod
    def of(cls, settings: Settings, *, fetch_seconds: float = REFRESH_FETCH_SECONDS) -> LinkKeys:
        """Return the keys of ``settings``.

        Raises:
            ConfigurationError: as above, or no region is set.
        """
        if settings.link_keys or not settings.link_keys_secret:
            return cls(settings, None)
        fetch = secret_text(settings.link_keys_secret, settings)
        return cls(settings, fetch, fetch_seconds=fetch_seconds)

    def keyring(self) -> Keyring:
        """Return the keyring, fetched anew when it is missing or old.

        Raises:
            KeysUnavailable: there is none yet.
        """
        keyring = self.current()
        if keyring is None:
            raise KeysUnavailable("no link keys could be fetched yet")
        return keyring

    def read(self, token: str, kind: Kind) -> Link:
        """Return the link of ``token``, with keys fetched anew if its own is not among them.

        Raises:
            InvalidLink: it is none; or there are no keys yet, and it has not the shape of a token.
            KeysUnavailable: there are no keys yet.
        """
        keyring = self.current()
        if keyring is None:
            reading = readings(token)[0]
            if len(reading) < MIN_TOKEN_CHARS or not (
                claimed_key_id(reading) is not None or reading[0] == "g"
            ):
                raise InvalidLink("not the shape of a token")
            raise KeysUnavailable("no link keys could be fetched yet")
        try:
            content, canonical = Formats(keyring).decode(token, kind, time.time())
        except LinkExpired:
            raise
        except InvalidLink:
            claimed = claimed_key_id(readings(token)[0])
            if claimed is None or claimed in keyring.opening or not self.refresh():
                raise
            return self.read(token, kind)
        return link_of(content, canonical, kind)

    def make(self, text: str) -> Keyring:
        """Return the keyring of a text; the sample's is refused once deployed."""
        keyring = Keyring.from_json(text)
        # Not in the text as it came: JSON has many spellings of one string.
        if SAMPLE_SECRET in keyring.to_json() and not self._local:
            raise ConfigurationError(
                "the published sample key opens everybody's links; it serves only under `sam "
                f"local` (AWS_SAM_LOCAL=true). {HOW_TO_MAKE_A_KEY}"
            )
        return keyring


class WebhookSecrets(KeptSecret["Signer"]):
    """Holds the signer made of the newest secrets that could be had."""

    name = "webhook secrets"
    fetch_seconds = WEBHOOK_FETCH_SECONDS
    retry_seconds = FIRST_RETRY_SECONDS

    def make(self, text: str) -> Signer:
        """Return the signer of a text."""
        from pytracking.delivery.signatures import Signer

        return Signer.from_json(text)

    @classmethod
    def of(cls, settings: Settings) -> WebhookSecrets:
        """Return the secrets that the settings hold, or name by their secret.

        Raises:
            ConfigurationError: neither is set, or what is given cannot be used.
        """
        if text := settings.webhook_secrets:
            secrets = cls(lambda timeout: text)
            try:
                secrets.make(text)
            except InvalidKey as error:
                raise ConfigurationError(f"PYTRACKING_WEBHOOK_SECRETS: {error}") from error
            return secrets
        if settings.webhook_secrets_secret:
            return cls(secret_text(settings.webhook_secrets_secret, settings))
        raise ConfigurationError(
            "webhooks are always signed, but neither PYTRACKING_WEBHOOK_SECRETS_SECRET nor "
            "PYTRACKING_WEBHOOK_SECRETS is set. Deployed from the template, the function finds "
            "its secrets in the secret that the template generates. To run it elsewhere, set "
            'PYTRACKING_WEBHOOK_SECRETS to {"current": "..."} with 32 random characters or more'
        )

    def signer(self) -> Signer:
        """Return the signer, fetching the secrets first when they are missing or old.

        Raises:
            SecretsUnavailable: there are none yet, and none could be fetched.
        """
        signer = self.current()
        if signer is None:
            raise SecretsUnavailable(f"nothing to sign with yet: {self.failure}")
        return signer


def secret_text(secret: str, settings: Settings) -> Fetch:
    """Return a function that fetches the current text of ``secret``, given the seconds it has.

    It raises AwsError when the secret cannot be had, and InvalidKey when it holds no text.

    Raises:
        ConfigurationError: no region is set.
    """
    api = JsonApi("secretsmanager", settings)

    def fetch(timeout: float) -> str:
        answer = api.call("GetSecretValue", {"SecretId": secret}, timeout=timeout, first_share=1.0)
        text = answer.get("SecretString")
        if not isinstance(text, str):
            raise InvalidKey("the secret holds no text: expected JSON")
        return text

    return fetch
