"""Plain tokens: url-safe base64 (RFC 4648, section 5) of the JSON document, padded.

Anyone can read and forge them. They are pytracking 0.2.2's default and are minted and accepted
only where no key of any kind is configured.
"""

from __future__ import annotations

from pytracking.errors import InvalidLink
from pytracking.tokens import base64url, document

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from typing import Any

    from pytracking.tokens import Kind


class PlainCodec:
    """Encodes and decodes without a key.

    Args:
        encoding: of the JSON text inside.
    """

    def __init__(self, encoding: str = "utf-8") -> None:
        self._encoding = encoding

    def encode(self, content: dict[str, Any], _: Kind, target: str | None = None) -> str:
        """Return the plain token of ``content``, byte for byte that of pytracking 0.2.2.

        ``target`` becomes its ``url``, as ``document.dump`` says.

        Raises:
            InvalidPayload: JSON cannot hold ``content``.
        """
        return base64url.encode(document.dump(content, target).encode(self._encoding))

    def decode(self, token: str, _: Kind, now: float) -> tuple[dict[str, Any], str]:
        """Return the document of ``token`` at ``now`` (seconds since the epoch), and the token.

        Raises:
            InvalidLink: not the padded url-safe base64 of a link's JSON document, or expired.
        """
        try:
            raw = base64url.decode(token, True)
            text = raw.decode(self._encoding)
        except UnicodeError as error:
            raise InvalidLink(f"the token holds no text in {self._encoding}") from error
        return document.load(text, now), token
