"""Plain tokens: url-safe base64 (RFC 4648, section 5) of the JSON document, padded.

Anyone can read and forge them. They are pytracking 0.2.2's default and are minted and accepted
only where no key of any kind is configured.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from pytracking.errors import InvalidLink
from pytracking.tokens import document

# eyJ1cmwiOiAiaHR0cHM6Ly9hLmV4YW1wbGUvIn0=
_TOKEN = re.compile(r"[A-Za-z0-9_-]+={0,2}", re.ASCII)


def encode(content: dict[str, Any], encoding: str = "utf-8") -> str:
    """Return the plain token of ``content``, byte for byte that of pytracking 0.2.2.

    Raises:
        InvalidPayload: JSON cannot hold ``content``.
    """
    return urlsafe_b64encode(document.dump(content).encode(encoding)).decode("ascii")


def decode(token: str, encoding: str = "utf-8") -> dict[str, Any]:
    """Return the document of a plain ``token``; lost ``=`` padding is restored.

    Raises:
        InvalidLink: ``token`` is not url-safe base64 of a link's JSON document.
    """
    if not _TOKEN.fullmatch(token):
        raise InvalidLink("the token is not url-safe base64")
    try:
        text = urlsafe_b64decode(token.rstrip("=") + "=" * (-len(token.rstrip("=")) % 4)).decode(
            encoding
        )
    except ValueError as error:
        raise InvalidLink("the token is not url-safe base64 of text") from error
    return document.load(text)
