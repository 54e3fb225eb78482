"""Which of the three formats a configuration mints, and which it accepts.

| first character | format | minted with            | accepted with          |
| --------------- | ------ | ---------------------- | ---------------------- |
| ``e``           | plain  | no key of any kind     | no key of any kind     |
| ``g``           | Fernet | a Fernet key alone     | a Fernet key           |
| ``p``           | sealed | a keyring              | a keyring              |
"""

from typing import Any, Protocol

from pytracking.errors import (
    ConfigurationError,
    InvalidKey,
    InvalidLink,
    LinkExpired,
    MalformedToken,
)
from pytracking.tokens import SEALED_KINDS, Kind
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.plain import PlainCodec


class Codec(Protocol):
    """What every format has."""

    def encode(self, content: dict[str, Any], kind: Kind, /) -> str:
        """Return the token of a document."""

    def decode(self, token: str, kind: Kind, now: float, /) -> dict[str, Any]:
        """Return the document in a token; InvalidLink if there is none."""


class Formats:
    """Mints and opens the tokens of one set of keys.

    Args:
        keyring: mints sealed tokens and accepts them, and Fernet tokens of its Fernet keys.
        fernet_key: accepts Fernet tokens; mints them where there is no keyring.
        encoding: of the JSON text inside plain and Fernet tokens.
        compress: deflate sealed tokens.

    Raises:
        ConfigurationError: Python does not know the ``encoding``.
        InvalidKey: a key cannot be used.
        MissingDependency: a key is given, and the ``cryptography`` package is not installed.
    """

    def __init__(
        self,
        keyring: Keyring | None = None,
        fernet_key: bytes | str | None = None,
        encoding: str = "utf-8",
        compress: bool = True,
    ) -> None:
        _check_encoding(encoding)
        if not isinstance(fernet_key, (bytes, str, type(None))):
            raise InvalidKey(
                f"a Fernet key is bytes or str, not {type(fernet_key).__name__}; several are given "
                "as Keyring(..., fernet=[...])"
            )
        fernet_keys = [fernet_key] if fernet_key else []
        self._codecs: dict[str, Codec] = {}  # by the first character of their tokens; mint first
        if keyring is not None:
            if not isinstance(keyring, Keyring):
                raise InvalidKey(
                    f"keyring must be a Keyring, not {type(keyring).__name__}; make one with "
                    "Keyring.generate(), or from its JSON form with Keyring.from_json(text)"
                )
            from pytracking.tokens.sealed import SealedCodec

            self._codecs["p"] = SealedCodec(keyring, compress)
            fernet_keys += keyring.fernet_keys
        if fernet_keys:
            from pytracking.tokens.fernet import FernetCodec

            self._codecs["g"] = FernetCodec(fernet_keys, encoding)
        self._codecs = self._codecs or {"e": PlainCodec(encoding)}
        self._minting = next(iter(self._codecs.values()))

    def encode(self, content: dict[str, Any], kind: Kind) -> str:
        """Return a token of a document.

        Raises:
            InvalidPayload: JSON cannot hold ``content``.
            ConfigurationError: only sealed tokens can be of this ``kind``, and there is no keyring.
        """
        if kind in SEALED_KINDS and "p" not in self._codecs:
            raise ConfigurationError(f"links of kind {kind} need a keyring")
        return self._minting.encode(content, kind)

    def decode(self, token: str, kind: Kind, now: float) -> tuple[dict[str, Any], str]:
        """Return the document of a token as it arrived, and the token as it was minted.

        Args:
            token: perhaps damaged by mail.
            kind: what its link was followed as.
            now: the present, seconds since the epoch.

        Raises:
            LinkExpired: authentic, and expired.
            InvalidLink: of no accepted format, forged, or damaged beyond repair.
        """
        if not isinstance(token, str):
            raise InvalidLink(f"a token is a str, not {type(token).__name__}")
        try:
            return self._codec(token, kind).decode(token, kind, now), token
        except MalformedToken:
            from pytracking.tokens.repair import readings

            found = readings(token)
            if found == [token]:
                raise
        failure = None
        for reading in found:
            try:
                return self._codec(reading, kind).decode(reading, kind, now), reading
            except LinkExpired:
                raise
            except InvalidLink as error:
                failure = failure or error
        raise failure or InvalidLink("the token is empty")

    def _codec(self, token: str, kind: Kind) -> Codec:
        if kind in SEALED_KINDS and token[:1] != "p":
            raise InvalidLink(f"a token of kind {kind} is a sealed one")
        # a token of no format accepted here gets the error of the format that is minted
        return self._codecs.get(token[:1], self._minting)


_SAMPLE = '{"metadata": {"a": "' + 100 * "b" + '"}}'  # longer than what "idna" takes


def _check_encoding(encoding: str) -> None:
    try:
        _SAMPLE.encode(encoding)
    except (LookupError, ValueError, TypeError) as error:
        raise ConfigurationError(f"encoding is not a text encoding of Python: {error}") from error
