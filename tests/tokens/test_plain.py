"""Plain tokens, beside those of the original."""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from pytracking import InvalidLink
from pytracking.tokens.plain import PlainCodec

from tests.tokens.every_format import NOW, PLAIN, documents


@given(documents)
def test_plain_tokens_are_those_of_the_original_byte_for_byte(document: dict[str, Any]) -> None:
    expected = base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
    assert PLAIN.encode(document, "open") == expected


@pytest.mark.parametrize(
    "token",
    [
        "",
        "e",
        "e3A=",  # p, not {
        "e31=",  # bits that are not zero
        "e3+=",
        "e3/=",
        "e30=e30=",
    ],
)
def test_a_plain_token_has_one_spelling(token: str) -> None:
    codec = PlainCodec()
    assert codec.decode("e30=", "open", NOW) == {}
    with pytest.raises(InvalidLink):
        codec.decode(token, "open", NOW)
