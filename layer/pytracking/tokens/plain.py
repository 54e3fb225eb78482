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


def encode(content: dict[str, Any], encoding: str = "utf-8") -> str:
    """Return the plain token of ``content``, byte for byte that of pytracking 0.2.2.

    Raises:
        InvalidPayload: JSON cannot hold ``content``.
    """
    return base64url.encode(document.dump(content).encode(encoding)).decode("ascii")


def decode(token: str, encoding: str = "utf-8") -> dict[str, Any]:
    """Return the document of a plain ``token``.

    Raises:
        InvalidLink: ``token`` is not the padded url-safe base64 of a link's JSON document.
    """
    try:
        text = base64url.decode(token, padded=True).decode(encoding)
    except UnicodeError as error:
        raise InvalidLink(f"the token holds no text in {encoding}") from error
    return document.load(text)
