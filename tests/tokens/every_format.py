"""The formats of tokens side by side: codecs, independent authors, and documents for both."""

import base64
import json
from collections.abc import Callable
from typing import Any

from cryptography.fernet import Fernet
from hypothesis import strategies as st
from pytracking import Keyring
from pytracking.tokens.formats import Formats

from tests.tokens.authentic import SECRET, deflate, seal

FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
NOW = 1_763_000_000.0

PLAIN = Formats(None, None, "utf-8", True)
FERNET = Formats(None, FERNET_KEY, "utf-8", True)
SEALED = Formats(Keyring(SECRET), None, "utf-8", True)
STORED = Formats(Keyring(SECRET), None, "utf-8", False)


def plain_token(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


def fernet_token(text: bytes) -> str:
    return Fernet(FERNET_KEY).encrypt(text).decode()


def sealed_token(text: bytes) -> str:
    return seal(b"\x00" + text)


def deflated_token(text: bytes) -> str:
    return seal(b"\x00" + deflate(text), packing=1)


Author = Callable[[bytes], str]

text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
    | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "url": text,
        "metadata": st.dictionaries(text, json_values, max_size=6),
        "webhook": text,
        "iat": st.integers(0, int(NOW)),
        "exp": st.integers(int(NOW) + 1, 2**40),
        "privacy": st.lists(st.sampled_from(["no_ip", "no_agent", "aggregate"])),
    },
)


def dumped(document: Any) -> str:
    """Return text that differs where documents do: 1 and 1.0 and True, -0.0, the order of keys."""
    return json.dumps(document)
