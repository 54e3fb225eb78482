"""Keyrings: the secrets that links are sealed with, the newest first.

A keyring mints with its newest secret and accepts all of them, so rotating is adding one. Nobody
numbers keys: the key id in a token is derived from the secret. Two secrets of one ring may share
an id (1 pair in 256 does); each key of that id is then tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Protocol

from pytracking.errors import InvalidKey, dependency
from pytracking.tokens.document import without_equal_keys

MIN_SECRET_BYTES = 32
"""A master secret holds at least this many bytes, as many as the strength of AES-256 asks for."""

_KEY_ID_INFO = b"pytracking/link/v1/key-id"
_SEALING_INFO = b"pytracking/link/v1/aes256-siv\x00"  # the key id follows

_HOW_TO_MAKE_ONE = "make one with Keyring.generate()"


class _Cipher(Protocol):  # AESSIV of cryptography, which loads with the first key
    def encrypt(self, data: bytes, associated_data: list[bytes]) -> bytes: ...
    def decrypt(self, data: bytes, associated_data: list[bytes]) -> bytes: ...


class Keyring:
    """Master secrets, newest first, and the Fernet keys of an earlier pytracking.

    Immutable and safe to share between threads. Its text form hides the secrets.

    Args:
        current: the secret that links are sealed with: any random string (or bytes) of at least
            32 bytes; what a password generator makes of that length will do.
        retired: secrets whose links are still accepted, newest first.
        fernet: Fernet keys whose links are still accepted, newest first, each 44 characters of
            url-safe base64.

    Raises:
        InvalidKey: a secret is too short, or a Fernet key is not one.
    """

    def __init__(
        self,
        current: str | bytes,
        retired: Iterable[str | bytes] = (),
        fernet: Iterable[str | bytes] = (),
    ) -> None:
        for name, value in (("retired", retired), ("fernet", fernet)):
            # a text would be taken for a list of characters
            if isinstance(value, (str, bytes)) or not isinstance(value, Iterable):
                raise InvalidKey(f"{name} must be a list of secrets, not one secret")
        # dict.fromkeys: a secret given twice counts once, where it stood first
        self._secrets = tuple(
            dict.fromkeys(
                _secret_bytes(secret, name)
                for name, group in (("current", [current]), ("retired", retired))
                for secret in group
            )
        )
        self._fernet_keys = tuple(dict.fromkeys(_text(key) for key in fernet))
        if self._fernet_keys:
            from pytracking.tokens.fernet import fernet as fernet_of

            for key in self._fernet_keys:
                fernet_of(key)  # refuses an invalid one

    @property
    def fernet_keys(self) -> tuple[str, ...]:
        """The Fernet keys, newest first, as text."""
        return self._fernet_keys

    @classmethod
    def generate(cls) -> Keyring:
        """Return a keyring with one new random secret of 256 bits."""
        return cls(_new_secret())

    @classmethod
    def from_json(cls, text: str | bytes) -> Keyring:
        """Return the keyring of ``{"current": "...", "retired": ["..."], "fernet": ["..."]}``.

        ``retired`` and ``fernet`` may be missing.

        Raises:
            InvalidKey: not that form; the message never shows what was given.
        """
        try:
            # of equal members one would be lost, and all links made with its secrets
            form = json.loads(text, object_pairs_hook=without_equal_keys)
        except (ValueError, TypeError, RecursionError):  # the error would show the secrets
            raise InvalidKey(
                f"the keyring is not JSON, or has a member twice; {_HOW_TO_MAKE_ONE}"
            ) from None
        if not isinstance(form, dict) or "current" not in form:
            raise InvalidKey(
                'a keyring is a JSON object {"current": "...", "retired": [...], "fernet": [...]}; '
                + _HOW_TO_MAKE_ONE
            )
        if not form.keys() <= {"current", "retired", "fernet"}:  # a secret may stand for a name
            raise InvalidKey("a keyring has no members but 'current', 'retired' and 'fernet'")
        if not isinstance(form["current"], str):
            raise InvalidKey("the keyring's 'current' must be a string")
        for name in ("retired", "fernet"):
            group = form.get(name, [])
            if not isinstance(group, list) or not all(isinstance(item, str) for item in group):
                raise InvalidKey(f"the keyring's {name!r} must be a list of strings")
        return cls(**form)

    def to_json(self) -> str:
        """Return the JSON form that ``from_json`` reads, with every member.

        Raises:
            InvalidKey: a secret was given as bytes that are not UTF-8 text.
        """
        try:
            current, *retired = (secret.decode() for secret in self._secrets)
        except UnicodeDecodeError:  # the error would show the secret
            raise InvalidKey(
                "a secret of this keyring is bytes that JSON cannot hold; use text, e.g. its "
                "url-safe base64"
            ) from None
        return json.dumps(
            {"current": current, "retired": retired, "fernet": list(self.fernet_keys)}
        )

    def extended(self) -> Keyring:
        """Return a keyring that also opens links of a new secret, and mints as this one does.

        The new secret is the first of the retired ones, where every version looks for it. The
        first of the two steps of a rotation: `promoted()` comes once all who read the keyring
        have this one, or they would refuse the links minted meanwhile.
        """
        taken = {key_id for key_id, _ in self._keys}
        fresh = _new_secret()
        # an id of its own spares decoding the second try; a full ring has none left to give
        while len(taken) < 256 and derive_key(fresh.encode())[0] in taken:
            fresh = _new_secret()
        current, *retired = self._secrets
        return Keyring(current, (fresh, *retired), self.fernet_keys)

    def promoted(self) -> Keyring:
        """Return a keyring that mints with the first of the retired secrets, and opens as before.

        Raises:
            InvalidKey: there is no retired secret.
        """
        if len(self._secrets) < 2:
            raise InvalidKey("the keyring has no retired secret that could become current")
        current, successor, *retired = self._secrets
        return Keyring(successor, (current, *retired), self.fernet_keys)

    @cached_property
    def _keys(self) -> tuple[tuple[int, _Cipher], ...]:
        return tuple(derive_key(secret) for secret in self._secrets)

    @cached_property
    def sealing(self) -> tuple[int, _Cipher]:
        """The key id (0-255) and cipher that tokens are minted with."""
        return self._keys[0]

    @cached_property
    def opening(self) -> dict[int, tuple[_Cipher, ...]]:
        """The ciphers to try, newest first, by key id."""
        ciphers: dict[int, tuple[_Cipher, ...]] = {}
        for key_id, cipher in self._keys:
            ciphers[key_id] = (*ciphers.get(key_id, ()), cipher)
        return ciphers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keyring) and self._given() == other._given()

    def __hash__(self) -> int:
        return hash(self._given())

    def __repr__(self) -> str:
        return (
            f"<pytracking Keyring: {len(self._secrets)} secrets, "
            f"{len(self.fernet_keys)} Fernet keys>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # ciphers cannot be pickled; the secrets can, and give the same ring
        return Keyring, (self._secrets[0], self._secrets[1:], self.fernet_keys)

    def _given(self) -> tuple[tuple[bytes, ...], tuple[str, ...]]:
        return self._secrets, self.fernet_keys


def _new_secret() -> str:
    """Return 256 random bits as text."""
    import secrets  # only making keys needs it

    return secrets.token_urlsafe(32)


def derive_key(secret: bytes) -> tuple[int, _Cipher]:
    """Return the key id (0-255) of a master secret, and its cipher (AES-256-SIV, RFC 5297).

    Both come from HKDF-SHA256 (RFC 5869) without salt: the id is the first byte of
    ``info = "pytracking/link/v1/key-id"``, the key the 64 bytes of
    ``info = "pytracking/link/v1/aes256-siv" 0x00 id``.
    """
    with dependency("sealed links need the cryptography package: pip install cryptography"):
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    def derived(info: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(secret)

    key_id = derived(_KEY_ID_INFO, 1)
    return key_id[0], AESSIV(derived(_SEALING_INFO + key_id, 64))


def _secret_bytes(secret: str | bytes, name: str) -> bytes:
    if not isinstance(secret, (str, bytes)):
        raise InvalidKey(f"{name} must hold str or bytes, not {type(secret).__name__}")
    try:
        raw = secret.encode() if isinstance(secret, str) else secret
    except UnicodeEncodeError:  # the error would show the secret
        raise InvalidKey(f"a {name} secret holds a lone surrogate; {_HOW_TO_MAKE_ONE}") from None
    if len(raw) < MIN_SECRET_BYTES:
        raise InvalidKey(
            f"a {name} secret has {len(raw)} bytes and needs at least {MIN_SECRET_BYTES}; "
            + _HOW_TO_MAKE_ONE
        )
    return raw


def _text(key: str | bytes) -> str:
    try:
        return key.decode("ascii") if isinstance(key, bytes) else str(key)
    except UnicodeDecodeError:
        raise InvalidKey("a Fernet key holds bytes that are not ASCII") from None
