"""Sealed tokens that are refused: changed, cut, spliced, foreign, or never sealed."""

import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking import InvalidLink
from pytracking.tokens import Kind, sealed
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.sealed import SealedCodec

from tests.support.sealing import decode, encode
from tests.tokens.authentic import ALPHABET, CLICK, FOREIGN, RING, assert_refused, seal


@pytest.mark.parametrize("plain", [b"", b"\x00\xff", b"\x00"])
def test_an_authentic_token_that_holds_no_text_is_refused(plain: bytes) -> None:
    assert_refused(seal(plain))


@pytest.mark.parametrize(("kind", "other"), [("open", "click"), ("click", "open")])
def test_a_token_of_one_kind_is_refused_as_the_other(kind: Kind, other: Kind) -> None:
    token = encode(CLICK, kind, RING)
    assert decode(token, kind, RING) == CLICK
    assert_refused(token, other)


def test_a_foreign_key_and_a_key_that_was_removed_are_refused() -> None:
    token = encode(CLICK, "click", RING)
    rotated = RING.extended().promoted()
    assert decode(token, "click", rotated) == CLICK
    assert_refused(token, "click", FOREIGN)
    assert_refused(token, "click", Keyring(json.loads(rotated.to_json())["current"]))


TOKEN = encode({"metadata": {"id": 70}}, "open", RING)


def test_every_single_character_change_is_refused() -> None:
    for position in range(len(TOKEN)):
        for char in ALPHABET + "+/=.~!\x00 \n":
            if char != TOKEN[position]:
                assert_refused(TOKEN[:position] + char + TOKEN[position + 1 :])


def test_every_insertion_and_deletion_of_a_character_is_refused() -> None:
    for position in range(len(TOKEN) + 1):
        foreign = "+~!*;\x00" if 0 < position < len(TOKEN) else ""  # around it is text, no change
        for char in ALPHABET + foreign:
            assert_refused(TOKEN[:position] + char + TOKEN[position:])
    for position in range(len(TOKEN)):
        assert_refused(TOKEN[:position] + TOKEN[position + 1 :])


def test_every_truncation_is_refused() -> None:
    for end in range(len(TOKEN)):
        assert_refused(TOKEN[:end])


def test_two_tokens_cannot_be_spliced() -> None:
    other = encode({"metadata": {"id": 71}}, "open", RING)
    for position in range(1, len(TOKEN)):
        spliced = TOKEN[:position] + other[position:]
        if spliced not in (TOKEN, other):
            assert_refused(spliced)


@pytest.mark.parametrize(
    "token",
    [
        *("", "p", "pA", "pAAA", "pAAAA"),
        "p" * 21,
        "pé" + "A" * 40,
        "A" * 100,
        "p" * 3_000,
        "p" * (sealed.MAX_TOKEN_CHARS + 1),
        "p" * 1_000_000,
        "eyJtZXRhZGF0YSI6IHt9fQ==",
        "gAAAAABrBCMNK4BRxd__GyfoIl9aPUXoPDhx3XX_FO2ZHGk2",
    ],
    ids=lambda token: f"{token[:10]}-{len(token)}",
)
def test_what_was_never_sealed_is_refused(token: str) -> None:
    assert_refused(token)


@given(st.text(ALPHABET + "=+/%") | st.text(max_size=50) | st.binary().map(lambda b: "p" + b.hex()))
def test_any_other_text_is_refused_by_the_one_error(text: str) -> None:
    assert_refused(text)


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16, 32, 64, 128])
def test_an_authentic_token_of_another_version_is_refused(bits: int) -> None:
    assert decode(seal(b"\x00{}"), "open", RING) == {}
    assert_refused(seal(b"\x00{}", version=0xA4 ^ bits))


def test_two_spellings_of_one_token_are_never_both_canonical() -> None:
    for document in ({}, {"metadata": {"a": 1}}, {"metadata": {"a": 12}}):
        token = encode(document, "open", RING)
        raw = base64.urlsafe_b64decode(token + "===")
        spellings = [
            token[:-1] + char
            for char in ALPHABET
            if base64.urlsafe_b64decode(token[:-1] + char + "===") == raw
        ]
        spellings += [token + "=", token + "==", token + "===", token + "\n", "\n" + token]
        accepted = set()
        for spelling in spellings:
            with contextlib.suppress(InvalidLink):
                SealedCodec(RING).decode(spelling, "open", 1_763_000_000)
                accepted.add(spelling)
        assert accepted == {token}
