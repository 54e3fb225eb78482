"""Fernet tokens, beside the library they come from."""

import base64
import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from pytracking import InvalidKey, InvalidLink
from pytracking.tokens.fernet import FernetCodec

from tests.tokens.every_format import FERNET, FERNET_KEY, NOW, documents, dumped, fernet_token


@given(documents)
def test_fernet_tokens_go_both_ways_between_cryptography_and_us(document: dict[str, Any]) -> None:
    fernet = Fernet(FERNET_KEY)
    token = FERNET.encode(document, "open")
    assert fernet.decrypt(token) == json.dumps(document).encode()
    theirs = fernet.encrypt(json.dumps(document).encode()).decode()
    assert dumped(FERNET.decode(theirs, "open", NOW)[0]) == dumped(document)


def resigned(raw: bytes) -> str:
    """Return an authentic Fernet token around anything, made by the holder of the key."""
    import hmac

    key = base64.urlsafe_b64decode(FERNET_KEY)
    return base64.urlsafe_b64encode(raw + hmac.digest(key[:16], raw, "sha256")).decode()


def test_fernet_content_that_is_not_fernets_is_refused_even_when_authentic() -> None:
    whole = base64.urlsafe_b64decode(fernet_token(b'{"metadata":{"text":"more than a block"}}'))
    signed = whole[:-32]
    assert FERNET.decode(resigned(signed), "open", NOW)
    for wrong in (b"", b"\x80", signed[:25], signed[:-1], signed + b"\x00", b"\x81" + signed[1:]):
        with pytest.raises(InvalidLink):
            FERNET.decode(resigned(wrong), "open", NOW)
    with pytest.raises(InvalidLink):
        FERNET.decode(resigned(signed[:-16]), "open", NOW)  # the last block had the padding


def test_a_fernet_token_of_a_foreign_key_is_refused() -> None:
    token = Fernet(Fernet.generate_key()).encrypt(b"{}").decode()
    with pytest.raises(InvalidLink, match=r"^the token was not made with any of the configured "):
        FERNET.decode(token, "open", NOW)


@pytest.mark.parametrize("key", ["", "no key", b"\xff", FERNET_KEY[:-2], None])
def test_what_is_no_fernet_key_is_refused_with_the_way_to_make_one(key: Any) -> None:
    with pytest.raises(InvalidKey) as caught:
        FernetCodec([key])
    assert str(caught.value) == (
        "a Fernet key is 32 bytes as 44 characters of url-safe base64; "
        "make one with cryptography.fernet.Fernet.generate_key()"
    )
