"""Fernet tokens: the encrypted links of pytracking 0.2.2 (https://github.com/fernet/spec).

    token = base64url(raw), padded
    raw   = 0x80, time (8 bytes, seconds since the epoch, big-endian), IV (16 bytes),
            AES-128-CBC of the PKCS #7 padded JSON, HMAC-SHA256 of all before (32 bytes)
    key   = 16 bytes for HMAC, 16 bytes for AES

Written on the cryptography package's AES and not on its ``Fernet`` class, which prepares its key
anew for each token; the bytes are the same.
"""

import hmac
import os
import time
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pytracking.errors import InvalidKey, InvalidLink, MissingDependency
from pytracking.tokens import base64url, document

try:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
except ImportError as error:
    raise MissingDependency(
        "encrypted links need the cryptography package: pip install cryptography"
    ) from error

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

_BLOCK = 16  # bytes of AES and of the IV
_MAC = 32  # bytes of SHA-256
_HEADER = 1 + 8  # version, time
_VERSION = b"\x80"


class FernetCodec:
    """Encodes with the first of ``keys``, decodes with any of them.

    Args:
        keys: Fernet keys, newest first, each 32 bytes as 44 characters of url-safe base64.

    Raises:
        InvalidKey: a key is not a Fernet key.
    """

    def __init__(self, keys: Sequence[bytes | str]) -> None:
        self._keys = [_prepared(key) for key in keys]

    def encode(self, content: dict[str, Any], encoding: str = "utf-8") -> str:
        """Return the Fernet token of ``content``. Raises InvalidPayload for what is not JSON."""
        body = document.dump(content).encode(encoding)
        missing = _BLOCK - len(body) % _BLOCK
        iv = os.urandom(_BLOCK)
        signing, encryption = self._keys[0]
        encrypted = (
            Cipher(encryption, CBC(iv)).encryptor().update(body + bytes([missing]) * missing)
        )
        signed = _VERSION + int(time.time()).to_bytes(8) + iv + encrypted
        mac = signing.copy()
        mac.update(signed)
        return base64url.encode(signed + mac.digest()).decode("ascii")

    def decode(self, token: str, encoding: str = "utf-8") -> dict[str, Any]:
        """Return the document of ``token``.

        Raises:
            InvalidLink: forged, damaged, or of a key that is not among these.
        """
        raw = base64url.decode(token, padded=True)
        signed, encrypted = raw[:-_MAC], raw[_HEADER + _BLOCK : -_MAC]
        if raw[:1] != _VERSION or not encrypted or len(encrypted) % _BLOCK:
            raise InvalidLink("the token is not a Fernet token")
        encryption = self._key_of(signed, raw[-_MAC:])
        decryptor = Cipher(encryption, CBC(raw[_HEADER : _HEADER + _BLOCK])).decryptor()
        padded = decryptor.update(encrypted)
        missing = padded[-1]
        if not 1 <= missing <= _BLOCK or padded[-missing:] != bytes([missing]) * missing:
            raise InvalidLink("the token's text is not padded as PKCS #7 says")
        try:
            text = padded[:-missing].decode(encoding)
        except UnicodeError as error:
            raise InvalidLink(f"the token holds no text in {encoding}") from error
        return document.load(text)

    def _key_of(self, signed: bytes, expected: bytes) -> AES:
        """Return the encryption key that belongs to the key which signed."""
        for signing, encryption in self._keys:
            mac = signing.copy()
            mac.update(signed)
            if hmac.compare_digest(mac.digest(), expected):
                return encryption
        raise InvalidLink("the token was not made with any of the configured keys")


def _prepared(key: bytes | str) -> tuple[hmac.HMAC, AES]:
    """Return the signing state, to be copied, and the encryption key of a Fernet key."""
    try:
        raw = urlsafe_b64decode(key)
    except (ValueError, TypeError):  # not base64, or neither str nor bytes
        raw = b""
    if len(raw) != 32:
        raise InvalidKey(
            "a Fernet key is 32 bytes as 44 characters of url-safe base64; "
            "make one with cryptography.fernet.Fernet.generate_key()"
        )
    return hmac.new(raw[:16], digestmod="sha256"), AES(raw[16:])


def stock_fernet(key: bytes | str) -> "Fernet":
    """Return the ``cryptography`` package's own ``Fernet`` of ``key``, for callers who ask for it.

    The key has passed ``FernetCodec``.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415 - 10 ms that minting does not need

    return Fernet(key)
