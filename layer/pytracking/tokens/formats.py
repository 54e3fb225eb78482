"""Which of the three formats a configuration mints, and which it accepts.

| first character | format | minted with            | accepted with          |
| --------------- | ------ | ---------------------- | ---------------------- |
| ``e``           | plain  | no key of any kind     | no key of any kind     |
| ``g``           | Fernet | a Fernet key alone     | a Fernet key           |
| ``p``           | sealed | a keyring              | a keyring              |
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pytracking.errors import InvalidKey, InvalidLink
from pytracking.tokens import Kind, document, plain

if TYPE_CHECKING:
    from pytracking.tokens.fernet import FernetCodec
    from pytracking.tokens.keyring import Keyring


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

    def __init__(
        self,
        keyring: "Keyring | None",
        fernet_key: bytes | str | None,
        encoding: str,
        compress: bool,
    ) -> None:
        self._keyring = keyring
        self._encoding = encoding
        self._compress = compress
        if keyring is not None:
            from pytracking.tokens import sealed  # noqa: PLC0415 - loads cryptography
            from pytracking.tokens.keyring import Keyring  # noqa: PLC0415 - likewise

            if not isinstance(keyring, Keyring):
                raise InvalidKey(
                    f"keyring must be a Keyring, not {type(keyring).__name__}; make one with "
                    "Keyring.generate(), or from its JSON form with Keyring.from_json(text)"
                )
            self._sealed = sealed
        self._fernet = _fernet_codec(keyring, fernet_key)

    def encode(self, content: dict[str, Any], kind: Kind) -> str:
        """Return the token of a document. Raises InvalidPayload for what it cannot hold."""
        if self._keyring is not None:
            return self._sealed.encode(content, kind, self._keyring, compress=self._compress)
        if self._fernet is not None:
            return self._fernet.encode(content, self._encoding)
        return plain.encode(content, self._encoding)

    def decode(self, text: str, kind: Kind, now: float) -> tuple[dict[str, Any], str]:
        """Return the document of a token as it arrived, and the token as it was minted.

        Raises:
            InvalidLink: of no accepted format, forged, damaged beyond repair, expired ...
        """
        try:
            return self._open(text, kind, now), text
        except InvalidLink:
            from pytracking.tokens.repair import repair  # noqa: PLC0415 - damage is rare

            token = repair(text)
            if token == text:
                raise
        return self._open(token, kind, now), token

    def _open(self, token: str, kind: Kind, now: float) -> dict[str, Any]:
        if self._keyring is not None and token[:1] == "p":
            return self._sealed.decode(token, kind, self._keyring, now=now)
        if self._fernet is not None:
            content = self._fernet.decode(token, self._encoding)
        elif self._keyring is None:
            content = plain.decode(token, self._encoding)
        else:
            raise InvalidLink("the token is of no format that is accepted with these keys")
        document.check_times(content, now)
        return content


@lru_cache(maxsize=64)
def formats(
    keyring: "Keyring | None", fernet_key: bytes | str | None, encoding: str, compress: bool
) -> Formats:
    """Return the ``Formats`` of these keys, whose preparation is the dear part, made once."""
    return Formats(keyring, fernet_key, encoding, compress)


def _fernet_codec(
    keyring: "Keyring | None", fernet_key: bytes | str | None
) -> "FernetCodec | None":
    keys = [fernet_key] if fernet_key else []
    keys += keyring.fernet_keys if keyring is not None else ()
    if not keys:
        return None
    from pytracking.tokens.fernet import FernetCodec  # noqa: PLC0415 - loads cryptography

    return FernetCodec(keys)
