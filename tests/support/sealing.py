"""Sealed tokens of a keyring, in one call."""

import time
from typing import Any

from pytracking.tokens import Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.sealed import SealedCodec


def encode(document: dict[str, Any], kind: Kind, ring: Keyring, *, compress: bool = True) -> str:
    return SealedCodec(ring, compress).encode(document, kind)


def decode(token: str, kind: Kind, ring: Keyring, *, now: float | None = None) -> dict[str, Any]:
    """Return what a token says that arrived as a link's, damage undone."""
    return Formats(ring).decode(token, kind, time.time() if now is None else now)[0]
