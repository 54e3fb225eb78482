"""Which of the three formats a configuration mints, and which it accepts.

| first character | format | minted with            | accepted with          |
| --------------- | ------ | ---------------------- | ---------------------- |
| ``e``           | plain  | no key of any kind     | no key of any kind     |
| ``g``           | Fernet | a Fernet key alone     | a Fernet key           |
| ``p``           | sealed | a keyring              | a keyring              |
"""

from __future__ import annotations

from functools import cache, lru_cache

from pytracking.errors import InvalidKey, InvalidLink
from pytracking.tokens import document, plain

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pytracking.tokens import Kind
    from pytracking.tokens.keyring import Keyring

    Encode = Callable[[dict[str, Any], Kind], str]
    Decode = Callable[[str, Kind, float], dict[str, Any]]


class Formats:
    """Mints and opens the tokens of one set of keys.

    Args:
        keyring: mints sealed tokens and accepts them, and Fernet tokens of its Fernet keys.
        fernet_key: accepts Fernet tokens; mints them where there is no keyring.
        encoding: of the JSON text inside plain and Fernet tokens.
        compress: deflate sealed tokens.

    Raises:
        InvalidKey: a key cannot be used.
        MissingDependency: a key is given, and the ``cryptography`` package is not installed.
    """

    encode: Encode
    """Makes a token of a document and a kind. Raises InvalidPayload for what it cannot hold."""

    def __init__(
        self,
        keyring: Keyring | None,
        fernet_key: bytes | str | None,
        encoding: str,
        compress: bool,
    ) -> None:
        fernet_keys = [fernet_key] if fernet_key else []
        if keyring is None:
            self.encode, self._open = (
                _fernet(fernet_keys, encoding) if fernet_keys else _plain(encoding)
            )
            return
        self.encode, self._open = _sealed(keyring, compress)
        fernet_keys += keyring.fernet_keys
        if fernet_keys:
            self._open = _either(self._open, _fernet(fernet_keys, encoding)[1])

    def decode(self, text: str, kind: Kind, now: float) -> tuple[dict[str, Any], str]:
        """Return the document of a token as it arrived, and the token as it was minted.

        Args:
            text: the token, perhaps damaged by mail.
            kind: what the link was followed as.
            now: the present, seconds since the epoch.

        Raises:
            InvalidLink: of no accepted format, forged, damaged beyond repair, expired ...
        """
        try:
            return self._open(text, kind, now), text
        except InvalidLink:
            token = _repair()(text)
            if token == text:
                raise
        return self._open(token, kind, now), token


@lru_cache(maxsize=64)
def formats(
    keyring: Keyring | None, fernet_key: bytes | str | None, encoding: str, compress: bool
) -> Formats:
    """Return the ``Formats`` of these keys, whose preparation is the dear part, made once."""
    return Formats(keyring, fernet_key, encoding, compress)


def _plain(encoding: str) -> tuple[Encode, Decode]:
    def decode(token: str, _: Kind, now: float) -> dict[str, Any]:
        content = plain.decode(token, encoding)
        document.check_times(content, now)
        return content

    return lambda content, _: plain.encode(content, encoding), decode


def _fernet(keys: list[bytes | str], encoding: str) -> tuple[Encode, Decode]:
    from pytracking.tokens.fernet import FernetCodec  # noqa: PLC0415 - loads cryptography

    codec = FernetCodec(keys)

    def decode(token: str, _: Kind, now: float) -> dict[str, Any]:
        content = codec.decode(token, encoding)
        document.check_times(content, now)
        return content

    return lambda content, _: codec.encode(content, encoding), decode


def _sealed(keyring: Keyring, compress: bool) -> tuple[Encode, Decode]:
    from pytracking.tokens import sealed  # noqa: PLC0415 - loads cryptography
    from pytracking.tokens.keyring import Keyring  # noqa: PLC0415 - likewise

    if not isinstance(keyring, Keyring):
        raise InvalidKey(
            f"keyring must be a Keyring, not {type(keyring).__name__}; make one with "
            "Keyring.generate(), or from its JSON form with Keyring.from_json(text)"
        )
    return (
        lambda content, kind: sealed.encode(content, kind, keyring, compress=compress),
        lambda token, kind, now: sealed.decode(token, kind, keyring, now=now),
    )


def _either(sealed: Decode, fernet: Decode) -> Decode:
    return lambda token, kind, now: (sealed if token[:1] == "p" else fernet)(token, kind, now)


@cache
def _repair() -> Callable[[str], str]:
    from pytracking.tokens.repair import repair  # noqa: PLC0415 - damage is rare

    return repair
