"""Fernet tokens: the encrypted links of pytracking 0.2.2 (https://github.com/fernet/spec)."""

from collections.abc import Sequence
from typing import Any

from pytracking.errors import InvalidKey, InvalidLink, dependency
from pytracking.tokens import Kind, base64url, document

with dependency("encrypted links need the cryptography package: pip install cryptography"):
    from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class FernetCodec:
    """Encodes with the first of ``keys``, decodes with any of them.

    Args:
        keys: Fernet keys, newest first, each 32 bytes as 44 characters of url-safe base64.

    Raises:
        InvalidKey: a key is not a Fernet key.
    """

    def __init__(self, keys: Sequence[bytes | str], encoding: str = "utf-8") -> None:
        self._fernet = MultiFernet([fernet(key) for key in keys])
        self._encoding = encoding

    def encode(self, content: dict[str, Any], _: Kind) -> str:
        """Return the Fernet token of ``content``.

        Raises:
            InvalidPayload: JSON cannot hold ``content``.
        """
        return self._fernet.encrypt(document.dump(content).encode(self._encoding)).decode()

    def decode(self, token: str, _: Kind, now: float) -> dict[str, Any]:
        """Return the document of ``token`` at ``now`` (seconds since the epoch).

        Raises:
            InvalidLink: forged, damaged, of a key that is not among these, or expired.
        """
        base64url.decode(token, True)  # Fernet alone takes other alphabets and stray characters
        try:
            text = self._fernet.decrypt(token).decode(self._encoding)
        except InvalidToken as error:
            raise InvalidLink("the token was not made with any of the configured keys") from error
        except UnicodeError as error:
            raise InvalidLink(f"the token holds no text in {self._encoding}") from error
        return document.load(text, now)


def fernet(key: bytes | str) -> Fernet:
    """Return the ``cryptography`` package's ``Fernet`` of ``key``.

    Raises:
        InvalidKey: not a Fernet key.
    """
    try:
        return Fernet(key)
    except (ValueError, TypeError):  # the error might show the key
        raise InvalidKey(
            "a Fernet key is 32 bytes as 44 characters of url-safe base64; "
            "make one with cryptography.fernet.Fernet.generate_key()"
        ) from None
