"""Fernet tokens: the encrypted links of pytracking 0.2.2 (https://github.com/fernet/spec)."""

import re
from collections.abc import Sequence
from typing import Any

from pytracking.errors import InvalidKey, InvalidLink, MissingDependency
from pytracking.tokens import document

# gAAAAABrBCMNK4BRxd__GyfoIl9aPUXoPDhx3XX_FO2ZHGk2... with up to two = at the end
_TOKEN = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


class FernetCodec:
    """Encodes with the first of ``keys``, decodes with any of them.

    Args:
        keys: Fernet keys, newest first, each 32 bytes as 44 characters of url-safe base64.

    Raises:
        InvalidKey: a key is not a Fernet key.
        MissingDependency: the ``cryptography`` package is not installed.
    """

    def __init__(self, keys: Sequence[bytes | str]) -> None:
        try:
            from cryptography.fernet import Fernet, InvalidToken, MultiFernet  # noqa: PLC0415
        except ImportError as error:
            raise MissingDependency(
                "encrypted links need the cryptography package: pip install cryptography"
            ) from error
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError as error:
            raise InvalidKey(
                "a Fernet key is 32 bytes as 44 characters of url-safe base64; "
                "make one with cryptography.fernet.Fernet.generate_key()"
            ) from error
        self._invalid_token = InvalidToken

    def encode(self, content: dict[str, Any], encoding: str = "utf-8") -> str:
        """Return the Fernet token of ``content``. Raises InvalidPayload for what is not JSON."""
        return self._fernet.encrypt(document.dump(content).encode(encoding)).decode("ascii")

    def decode(self, token: str, encoding: str = "utf-8") -> dict[str, Any]:
        """Return the document of ``token``; lost ``=`` padding is restored.

        Raises:
            InvalidLink: forged, damaged, or of a key that is not among these.
        """
        if not _TOKEN.fullmatch(token):
            raise InvalidLink("the token is not url-safe base64")
        body = token.rstrip("=")
        try:
            text = self._fernet.decrypt(body + "=" * (-len(body) % 4)).decode(encoding)
        except (self._invalid_token, ValueError) as error:
            raise InvalidLink("the token was not made with any of the configured keys") from error
        return document.load(text)
