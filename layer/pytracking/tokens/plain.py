"""Plain tokens: url-safe base64 (RFC 4648, section 5) of the JSON document, padded.

Anyone can read and forge them. They are pytracking 0.2.2's default and are minted and accepted
only where no key of any kind is configured.
"""

from typing import Any

from pytracking.errors import InvalidLink
from pytracking.tokens import Kind, base64url, document


class PlainCodec:
    """Encodes and decodes without a key."""

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding

    def encode(self, content: dict[str, Any], _: Kind) -> str:
        """Return the plain token of ``content``, byte for byte that of pytracking 0.2.2.

        Raises:
            InvalidPayload: JSON cannot hold ``content``.
        """
        return base64url.encode(document.dump(content).encode(self._encoding))

    def decode(self, token: str, _: Kind, now: float) -> dict[str, Any]:
        """Return the document of ``token`` at ``now`` (seconds since the epoch).

        Raises:
            InvalidLink: not the padded url-safe base64 of a link's JSON document, or expired.
        """
        try:
            text = base64url.decode(token, True).decode(self._encoding)
        except UnicodeError as error:
            raise InvalidLink(f"the token holds no text in {self._encoding}") from error
        return document.load(text, now)
