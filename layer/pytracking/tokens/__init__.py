"""The wire formats: a document (dict) to the token of a link, and back.

Each format is a module with the same two verbs, ``encode`` and ``decode``. A document is the
JSON object ``{"url", "metadata", "webhook"}`` of pytracking 0.2.2, each key only when it is set.
"""

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from typing import Literal

    Kind = Literal["open", "click"]
else:
    Kind = str


NOT_SEALED_SO = "the token was not sealed as this kind with a key of the ring"
"""All that is told of a sealed token that does not open."""


def link_id(token: str) -> str:
    """Return what a link is known by to receivers: 22 characters of url-safe base64 (132 bits).

    The first characters of the SHA-256 of a fixed prefix and the canonical token. The same for
    every use of one link, and it tells nothing of what the link says, nor can it be followed.
    """
    from base64 import urlsafe_b64encode  # noqa: PLC0415 - decoding needs it, importing does not
    from hashlib import sha256  # noqa: PLC0415

    return urlsafe_b64encode(sha256(b"pytracking/link-id/v1" + token.encode()).digest())[
        :22
    ].decode()
