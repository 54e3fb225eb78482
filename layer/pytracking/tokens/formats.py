"""Which of the three formats a configuration mints, and which it accepts.

| first character | format | minted with            | accepted with          |
| --------------- | ------ | ---------------------- | ---------------------- |
| ``e``           | plain  | no key of any kind     | no key of any kind     |
| ``g``           | Fernet | a Fernet key alone     | a Fernet key           |
| ``p``           | sealed | a keyring              | a keyring              |
"""

from __future__ import annotations

from functools import lru_cache

from pytracking.errors import ConfigurationError, InvalidKey, InvalidLink, LinkExpired
from pytracking.tokens.plain import PlainCodec

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from pytracking.tokens import Kind
    from pytracking.tokens.keyring import Keyring

    class Encode(Protocol):
        """Makes a token of a document and a kind."""

        def __call__(
            self, content: dict[str, Any], kind: Kind, target: str | None = None, /
        ) -> str: ...

    Decode = Callable[[str, Kind, float], tuple[dict[str, Any], str]]

    class Codec(Protocol):
        """What every format has."""

        @property
        def encode(self) -> Encode: ...
        @property
        def decode(self) -> Decode: ...


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
    """Makes a token of a document and a kind. Raises InvalidPayload for what it cannot hold.

    A third argument, a URL that ``check_target`` has returned, becomes the document's ``url``."""

    decode: Decode
    """Gives the document of a token as it arrived, and the token as it was minted.

    Its arguments are the token, perhaps damaged by mail, the kind that its link was followed as,
    and the present in seconds since the epoch. Raises InvalidLink for what is of no accepted
    format, forged, damaged beyond repair, or expired.
    """

    def __init__(
        self,
        keyring: Keyring | None,
        fernet_key: bytes | str | None,
        encoding: str,
        compress: bool,
    ) -> None:
        fernet_keys = [fernet_key] if fernet_key else []
        codec: Codec
        if keyring is not None:
            codec = _sealed(keyring, compress)
            fernet_keys += keyring.fernet_keys
        elif fernet_keys:
            codec = _fernet(fernet_keys, encoding)
        else:
            codec = PlainCodec(encoding)
        self.encode, self.decode = codec.encode, codec.decode
        if keyring is not None and fernet_keys:
            self.decode = _either(codec, _fernet(fernet_keys, encoding))
        self.decode = _repairing(self.decode)


def formats(
    keyring: Keyring | None, fernet_key: bytes | str | None, encoding: str, compress: bool
) -> Formats:
    """Return the ``Formats`` of these keys, whose preparation is the dear part, made once.

    Raises:
        ConfigurationError: ``encoding`` is none that Python knows.
        InvalidKey, MissingDependency: as ``Formats``.
    """
    # what is of another type may be nothing that can be looked up
    _check_encoding(encoding)
    if keyring is not None:
        _check_keyring(keyring)
    if not isinstance(fernet_key, (bytes, str, type(None))):
        raise InvalidKey(
            f"a Fernet key is bytes or str, not {type(fernet_key).__name__}; several are given as "
            "Keyring(..., fernet=[...])"
        )
    return _formats(keyring, fernet_key, encoding, compress)


_formats = lru_cache(maxsize=64)(Formats)


def _check_keyring(keyring: Keyring) -> None:
    from pytracking.tokens.keyring import Keyring  # noqa: PLC0415 - loads cryptography

    if not isinstance(keyring, Keyring):
        raise InvalidKey(
            f"keyring must be a Keyring, not {type(keyring).__name__}; make one with "
            "Keyring.generate(), or from its JSON form with Keyring.from_json(text)"
        )


_SAMPLE = '{"metadata": {"a": "' + 100 * "b" + '"}}'  # longer than what "idna" takes


def _check_encoding(encoding: str) -> None:
    try:
        _SAMPLE.encode(encoding)
    except (LookupError, ValueError, TypeError) as error:
        raise ConfigurationError(f"encoding is no text encoding of Python: {error}") from error


def _fernet(keys: list[bytes | str], encoding: str) -> Codec:
    from pytracking.tokens.fernet import FernetCodec  # noqa: PLC0415 - loads cryptography

    return FernetCodec(keys, encoding)


def _sealed(keyring: Keyring, compress: bool) -> Codec:
    from pytracking.tokens.sealed import SealedCodec  # noqa: PLC0415 - loads cryptography

    return SealedCodec(keyring, compress)


def _either(sealed: Codec, fernet: Codec) -> Decode:
    def decode(token: str, kind: Kind, now: float) -> tuple[dict[str, Any], str]:
        return (sealed if token[:1] == "p" else fernet).decode(token, kind, now)

    return decode


def _repairing(decode: Decode) -> Decode:
    """Return ``decode`` for tokens as they arrive: what it refuses is tried without its damage."""

    def decode_any(token: str, kind: Kind, now: float) -> tuple[dict[str, Any], str]:
        try:
            return decode(token, kind, now)
        except LinkExpired:
            raise
        except InvalidLink:
            from pytracking.tokens.repair import readings  # noqa: PLC0415 - damage is rare

            found = readings(token)
            if found == [token]:
                raise
        failure = None
        for reading in found:
            try:
                return decode(reading, kind, now)
            except LinkExpired:
                raise
            except InvalidLink as error:
                failure = failure or error
        raise failure or InvalidLink("the token is empty")

    return decode_any
