"""The wire formats: a document (dict) to the token of a link, and back.

Each format is a module with the same two verbs, ``encode`` and ``decode``. A document is the
JSON object ``{"url", "metadata", "webhook"}`` of pytracking 0.2.2, each key only when it is set.
"""

import re
from typing import Literal

Kind = Literal["open", "click", "guarded", "action"]
"""What a link is for; a guarded one is a click that only a POST follows."""

KIND_BYTES: dict[Kind, bytes] = {"open": b"o", "click": b"c", "guarded": b"g", "action": b"a"}
"""Each kind of token, and the byte that binds sealed tokens to it. No byte is ever used again."""

KINDS_WITH_URL = frozenset({"click", "guarded"})
"""The kinds whose tokens lead to a URL."""

SEALED_KINDS = frozenset({"guarded", "action"})
"""The kinds that only sealed tokens have: others could be taken for opens and clicks."""

NOT_SEALED_SO = "the token was not sealed as this kind with a key of the ring"
"""All that is reported of a sealed token that does not open."""


# plain {"..., and {}; Fernet; sealed: "p", two bits of the packing and four of the key id, which
# has a capital soon, where the name of a page seldom has. How soon is bounded, or else a long text
# would be read to its end from each of its letters
_LOOKS = re.compile(
    r"(?:eyJ[A-Za-z0-9_-]+|e30|gAAAA[A-Za-z0-9_-]{20,}|p(?=[^/]{0,64}[A-Z])[A-Za-f][A-Za-z0-9_-]{18,})"
    r"(?![A-Za-z0-9_-])"
)


def looks_like_token(text: str) -> bool:
    """Return whether ``text`` starts with what looks like a token of any format.

    Only its shape is looked at: eyJtZXRhZGF0YSI6IHt9fQ==, gAAAABrBCMNK4BRxd__Gyf..., pQHkK0f....
    """
    return _LOOKS.match(text) is not None


def holds_token(text: str) -> bool:
    """Return whether what looks like a token stands anywhere in ``text``."""
    return _LOOKS.search(text) is not None
