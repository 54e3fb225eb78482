"""Signing webhooks, and verifying them, as Standard Webhooks 1.0.0 lays down.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md

A webhook is signed with HMAC-SHA256 over ``id.timestamp.body``. Several secrets sign side by side,
so that a receiver that knows only one of them, old or new, verifies all through a rotation.
"""

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Iterable, Mapping

from pytracking.errors import InvalidKey, InvalidWebhook

PREFIX = "whsec_"
"""What a secret begins with when base64 follows; anything else is taken as it stands."""

MIN_KEY_BYTES = 24
"""Least length of the bytes behind ``whsec_`` (Standard Webhooks: 24-64 bytes)."""

MIN_RANDOM_CHARACTERS = 32
"""Least length of a secret without ``whsec_``."""

NEW_KEY_BYTES = 32
"""Length of the secrets made here: as many bytes as SHA-256 gives."""

TOLERANCE_SECONDS = 300
"""How far a webhook's timestamp may lie from the receiver's clock, either way."""


class Signer:
    """Signs with every secret it was given, the newest first. Its repr hides them."""

    def __init__(self, webhook_secrets: Iterable[str]) -> None:
        """Decode the secrets.

        Raises:
            InvalidKey: a secret is malformed or too short, or there is none.
        """
        if isinstance(webhook_secrets, str):
            webhook_secrets = (webhook_secrets,)
        self._keys = tuple(secret_bytes(secret) for secret in webhook_secrets)
        if not self._keys:
            raise InvalidKey("webhooks are always signed: give at least one secret")

    @classmethod
    def from_json(cls, text: str) -> "Signer":
        """Return the signer for ``{"current": "whsec_...", "retired": ["whsec_...", ...]}``.

        Raises:
            InvalidKey: the text is not of this form, or a secret in it is unusable.
        """
        current, retired = parse_secrets(text)
        return cls((current, *retired))

    def headers(self, identifier: str, timestamp: int, body: bytes) -> dict[str, str]:
        """Return the three headers of a webhook sent at ``timestamp`` (seconds since the epoch)."""
        if "." in identifier:  # nobody could tell where it ends
            raise ValueError(f"the id of a signed webhook holds no dot: {identifier!r}")
        return {
            "webhook-id": identifier,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": " ".join(
                "v1," + _signature(key, identifier, str(timestamp), body) for key in self._keys
            ),
        }

    def verify(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        tolerance: float = TOLERANCE_SECONDS,
        now: float | None = None,
    ) -> str:
        """Return the id of a webhook, once it is known to be genuine and recent.

        Args:
            headers: the request's headers; the case of their names does not matter.
            body: the request's body, untouched.
            tolerance: how far the timestamp may lie from ``now``, in seconds.
            now: the time in seconds since the epoch, by default the clock's.

        Raises:
            InvalidWebhook: a header is missing or malformed, no signature matches a known
                secret, or the timestamp is too far off.
        """
        identifier, timestamp, signatures = _signed_headers(headers)
        # isdecimal alone passes other scripts' digits, and int() takes '1_0' and ' 10 '.
        if not (timestamp.isdecimal() and len(timestamp) <= 16):
            raise InvalidWebhook(f"webhook-timestamp is in whole seconds, not {timestamp[:40]!r}")
        off = int(timestamp) - (time.time() if now is None else now)
        if not abs(off) <= tolerance:
            raise InvalidWebhook(f"webhook-timestamp is {off:+.0f} s off, more than {tolerance} s")
        expected = [
            f"v1,{_signature(key, identifier, timestamp, body)}".encode() for key in self._keys
        ]
        known = (
            hmac.compare_digest(one.encode(), other)
            for one in signatures.split(" ")
            for other in expected
        )
        if not any(known):
            raise InvalidWebhook("no signature was made with a secret known here")
        return identifier

    def __repr__(self) -> str:
        return f"<Signer with {len(self._keys)} secrets>"


def new_secret() -> str:
    """Return a new random secret, ``whsec_`` and 44 characters of base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(NEW_KEY_BYTES)).decode()


def secret_bytes(secret: str) -> bytes:
    """Return the HMAC key that a secret stands for.

    ``whsec_`` and base64: the bytes so encoded. Any other text: its own UTF-8 bytes, as AWS
    Secrets Manager generates it.

    Raises:
        InvalidKey: too short, or ``whsec_`` with what is not base64.
    """
    if not isinstance(secret, str):
        raise InvalidKey(f"a webhook secret is a text, not {type(secret).__name__}")
    if not secret.startswith(PREFIX):
        if len(secret) < MIN_RANDOM_CHARACTERS:
            raise InvalidKey(
                f"a webhook secret without {PREFIX!r} has at least {MIN_RANDOM_CHARACTERS} random "
                f"characters; this one has {len(secret)}"
            )
        try:
            return secret.encode()
        except UnicodeEncodeError:  # which holds the secret: not chained
            raise InvalidKey("a webhook secret cannot hold half a character") from None
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError as error:
        raise InvalidKey(f"what follows {PREFIX!r} in a webhook secret is base64") from error
    if len(key) < MIN_KEY_BYTES:
        raise InvalidKey(
            f"a webhook secret holds at least {MIN_KEY_BYTES} bytes; this one holds {len(key)}"
        )
    return key


def receiver_secret(secret: str) -> str:
    """Return a secret in the form that every Standard Webhooks package takes: ``whsec_...``."""
    return PREFIX + base64.b64encode(secret_bytes(secret)).decode()


def parse_secrets(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the current and the retired secrets of a Secrets Manager value.

    Raises:
        InvalidKey: not ``{"current": "...", "retired": ["...", ...]}``. The text, which is secret,
            is in no message.
    """
    expected = 'webhook secrets are {"current": "whsec_...", "retired": ["whsec_...", ...]}'
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # Not chained: the cause holds the text.
        raise InvalidKey(f"{expected}; this is not JSON") from None
    if not isinstance(document, dict):
        raise InvalidKey(f"{expected}; this is a {type(document).__name__}")
    current, retired = document.get("current"), document.get("retired") or []
    if not isinstance(current, str) or not isinstance(retired, list):
        raise InvalidKey(f"{expected}; this has the fields {sorted(map(str, document))}")
    for secret in (current, *retired):
        secret_bytes(secret)
    return current, tuple(retired)


def _signed_headers(headers: Mapping[str, str]) -> list[str]:
    """Return id, timestamp and signatures, each of them ASCII."""
    named = {name.lower(): value for name, value in headers.items() if isinstance(name, str)}
    found = []
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        value = named.get(name)
        if value is None:
            raise InvalidWebhook(f"the header {name!r} of a signed webhook is missing")
        if not (isinstance(value, str) and value.isascii()):
            raise InvalidWebhook(f"the header {name!r} of a signed webhook is not ASCII text")
        found.append(value)
    return found


def _signature(key: bytes, identifier: str, timestamp: str, body: bytes) -> str:
    signed = f"{identifier}.{timestamp}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
