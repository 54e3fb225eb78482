"""Which format a token is of, and which keys open it."""

import base64

import pytest
from cryptography.fernet import Fernet
from pytracking import ConfigurationError, InvalidKey, InvalidLink, Keyring
from pytracking.tokens import Kind
from pytracking.tokens.formats import Formats

from tests.tokens.every_format import (
    FERNET,
    FERNET_KEY,
    NOW,
    PLAIN,
    SEALED,
    SECRET,
    STORED,
    fernet_token,
)


@pytest.mark.parametrize("made", [FERNET, SEALED, STORED], ids=["fernet", "sealed", "stored"])
@pytest.mark.parametrize("kind", ["open", "click"])
def test_a_token_of_another_format_is_refused(made: Formats, kind: Kind) -> None:
    document = {"url": "https://a.example/", "metadata": {}}
    for other in (PLAIN, FERNET, SEALED, STORED):
        token = other.encode(document, kind)
        if token[0] == made.encode(document, kind)[0]:
            assert made.decode(token, kind, NOW)[0] == document
        else:
            with pytest.raises(InvalidLink):
                made.decode(token, kind, NOW)
            with pytest.raises(InvalidLink):
                PLAIN.decode(made.encode(document, kind), kind, NOW)


@pytest.mark.parametrize("front", ["", "<", " /", "\u200b"])
def test_a_ring_with_fernet_keys_opens_both_when_something_stands_in_front(front: str) -> None:
    both = Formats(Keyring(SECRET, (), [FERNET_KEY]), None, "utf-8", True)
    for token in (both.encode({"metadata": {"a": 1}}, "open"), fernet_token(b'{"metadata":{}}')):
        for damaged in (front + token, front + f"%{ord(token[0]):x}" + token[1:]):
            found, canonical = both.decode(damaged, "open", NOW)
            assert (list(found), canonical) == (["metadata"], token)
    for text in ("", "x", front, front + PLAIN.encode({}, "open")):
        with pytest.raises(InvalidLink):
            both.decode(text, "open", NOW)


def test_the_first_character_tells_the_format() -> None:
    document = {"url": "https://a.example/"}
    found = [made.encode(document, "click")[0] for made in (PLAIN, FERNET, SEALED, STORED)]
    assert found == ["e", "g", "p", "p"]


def test_the_compression_switch_reaches_the_token() -> None:
    document = {"url": "https://www.example.com/products?utm_source=newsletter"}
    assert base64.urlsafe_b64decode(SEALED.encode(document, "click")[:4])[0] == 0xA5
    assert base64.urlsafe_b64decode(STORED.encode(document, "click")[:4])[0] == 0xA4


def test_several_fernet_keys_are_refused_with_the_way_to_give_them() -> None:
    with pytest.raises(InvalidKey, match=r"not list; .* Keyring\(\.\.\., fernet="):
        Formats(None, [FERNET_KEY], "utf-8", True)  # type: ignore[arg-type]


@pytest.mark.parametrize("encoding", ["utf-9", "base64", "undefined", "idna", ""])
def test_an_encoding_that_is_none_is_refused_when_it_is_configured(encoding: str) -> None:
    with pytest.raises(ConfigurationError, match="text encoding"):
        Formats(None, None, encoding, True)


def test_a_ring_with_fernet_keys_opens_both_and_mints_sealed() -> None:
    both = Formats(Keyring(SECRET, (), [FERNET_KEY]), None, "utf-8", True)
    also = Formats(Keyring(SECRET), FERNET_KEY, "utf-8", True)
    document = {"metadata": {"id": 1}}
    for made in (both, also):
        assert made.encode(document, "open") == SEALED.encode(document, "open")
        for other in (FERNET, SEALED):
            assert made.decode(other.encode(document, "open"), "open", NOW)[0] == document
        with pytest.raises(InvalidLink):
            made.decode(PLAIN.encode(document, "open"), "open", NOW)
        with pytest.raises(InvalidLink):
            made.decode(SEALED.encode(document, "open"), "click", NOW)
        with pytest.raises(InvalidLink):
            made.decode(fernet_token(b'{"exp":1}'), "open", NOW)


def test_the_configured_key_and_the_rings_keys_all_open() -> None:
    other_key = Fernet.generate_key().decode()
    made = Formats(Keyring(SECRET, (), [other_key]), FERNET_KEY, "utf-8", True)
    for key in (FERNET_KEY, other_key):
        token = Fernet(key).encrypt(b'{"metadata":{}}').decode()
        assert made.decode(token, "open", NOW)[0] == {"metadata": {}}
