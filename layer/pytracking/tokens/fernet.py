"""Fernet tokens: the encrypted links of pytracking 0.2.2 (https://github.com/fernet/spec).

    token = base64url(raw), padded
    raw   = 0x80, time (8 bytes, seconds since the epoch, big-endian), IV (16 bytes),
            AES-128-CBC of the PKCS #7 padded JSON, HMAC-SHA256 of all before (32 bytes)
    key   = 16 bytes for HMAC, 16 bytes for AES

Written on the cryptography package's AES and HMAC and not on its ``Fernet`` class, which prepares
its key anew for each token; what is on the wire is the same.
"""

import os
import time
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from pytracking.errors import InvalidKey, InvalidLink, MissingDependency
from pytracking.tokens import Kind, base64url, document

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.hmac import HMAC
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
        encoding: of the JSON text inside.

    Raises:
        InvalidKey: a key is not a Fernet key.
    """

    def __init__(self, keys: Sequence[bytes | str], encoding: str = "utf-8") -> None:
        self._keys = [_Key(key) for key in keys]
        self._encoding = encoding

    def encode(self, content: dict[str, Any], _: Kind, target: str | None = None) -> str:
        """Return the Fernet token of ``content``.

        ``target`` becomes its ``url``, as ``document.dump`` says.

        Raises:
            InvalidPayload: JSON cannot hold ``content``.
        """
        body = document.dump(content, target).encode(self._encoding)
        missing = _BLOCK - len(body) % _BLOCK
        key = self._keys[0]
        signed = (
            _VERSION
            + int(time.time()).to_bytes(8)
            + key.encrypt(body + bytes((missing,)) * missing)
        )
        return base64url.encode(signed + key.mac(signed))

    def decode(self, token: str, _: Kind, now: float) -> tuple[dict[str, Any], str]:
        """Return the document of ``token`` at ``now`` (seconds since the epoch), and the token.

        Raises:
            InvalidLink: forged, damaged, of a key that is not among these, or expired.
        """
        raw = base64url.decode(token, True)
        signed, encrypted = raw[:-_MAC], raw[_HEADER:-_MAC]
        if raw[:1] != _VERSION or len(encrypted) < 2 * _BLOCK or len(encrypted) % _BLOCK:
            raise InvalidLink("the token is not a Fernet token")
        padded = self._key_of(signed, raw[-_MAC:]).decrypt(encrypted)
        missing = padded[-1]
        if not 1 <= missing <= _BLOCK or padded[-missing:] != bytes((missing,)) * missing:
            raise InvalidLink("the token's text is not padded as PKCS #7 says")
        try:
            text = padded[:-missing].decode(self._encoding)
        except UnicodeError as error:
            raise InvalidLink(f"the token holds no text in {self._encoding}") from error
        return document.load(text, now), token

    def _key_of(self, signed: bytes, expected: bytes) -> "_Key":
        """Return the key that signed."""
        for key in self._keys:
            if compare_digest(key.mac(signed), expected):
                return key
        raise InvalidLink("the token was not made with any of the configured keys")


class _Key:
    """A Fernet key, prepared once: setting up AES takes ten times as long as using it.

    A cipher's context goes on where its last text ended, so it can be used again, by one thread at
    a time: it is taken out of its list meanwhile.
    """

    def __init__(self, key: bytes | str) -> None:
        try:
            raw = urlsafe_b64decode(key)
        except (ValueError, TypeError):  # not base64, or neither str nor bytes
            raw = b""
        if len(raw) != 32:
            raise InvalidKey(
                "a Fernet key is 32 bytes as 44 characters of url-safe base64; "
                "make one with cryptography.fernet.Fernet.generate_key()"
            )
        self._hmac = HMAC(raw[:16], SHA256())
        self._cipher = Cipher(AES(raw[16:]), CBC(bytes(_BLOCK)))
        self._encryptors: list[CipherContext] = []
        self._decryptors: list[CipherContext] = []

    def mac(self, signed: bytes) -> bytes:
        mac = self._hmac.copy()
        mac.update(signed)
        return mac.finalize()

    def encrypt(self, padded: bytes) -> bytes:
        """Return a random IV and ``padded``, encrypted by it.

        In CBC each encrypted block is the next one's IV (NIST SP 800-38A, 6.2). A random block is
        encrypted in front: whatever stood before, it comes out random, and is the IV.
        """
        try:
            encryptor = self._encryptors.pop()
        except IndexError:
            encryptor = self._cipher.encryptor()
        encrypted = encryptor.update(os.urandom(_BLOCK) + padded)
        self._encryptors.append(encryptor)
        return encrypted

    def decrypt(self, encrypted: bytes) -> bytes:
        """Return what was encrypted behind the IV that ``encrypted`` starts with.

        The block that the IV itself decrypts to depends on what stood before, and is dropped.
        """
        try:
            decryptor = self._decryptors.pop()
        except IndexError:
            decryptor = self._cipher.decryptor()
        padded = decryptor.update(encrypted)[_BLOCK:]
        self._decryptors.append(decryptor)
        return padded


def stock_fernet(key: bytes | str) -> "Fernet":
    """Return the ``cryptography`` package's own ``Fernet`` of ``key``, for callers who ask for it.

    The key has passed ``FernetCodec``.
    """
    from cryptography.fernet import Fernet  # noqa: PLC0415 - 10 ms that minting does not need

    return Fernet(key)
