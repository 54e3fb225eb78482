"""What a sealed token holds, and how long it may be."""

import zlib

import pytest
from pytracking import InvalidPayload
from pytracking.tokens import sealed

from tests.support.sealing import decode, encode
from tests.tokens.authentic import CLICK, RING, assert_refused, deflate, seal


def test_a_click_without_a_url_is_neither_minted_nor_taken() -> None:
    with pytest.raises(InvalidPayload, match=r"^a click link needs the URL it goes to$"):
        encode({"metadata": {}}, "click", RING)
    token = seal(b'\x00{"metadata":{}}', b"c")
    assert_refused(token, "click", why="^the click token holds no URL$")


# Inflating


def test_a_body_inflates_to_at_most_64_kib() -> None:
    def of(length: int) -> bytes:
        return b"{}" + b" " * (length - 2)

    assert decode(seal(b"\x00" + deflate(of(65_536)), packing=1), "open", RING) == {}
    assert_refused(seal(b"\x00" + deflate(of(65_537)), packing=1))
    assert_refused(seal(b"\x00" + deflate(of(50_000_000)), packing=1))


def test_a_deflated_body_must_end_and_have_nothing_behind() -> None:
    whole = deflate(b'{"metadata":{"some":"text of a length"}}')
    assert decode(seal(b"\x00" + whole, packing=1), "open", RING)
    for end in range(len(whole)):
        assert_refused(seal(b"\x00" + whole[:end], packing=1))
    assert_refused(seal(b"\x00" + whole + b"\x00", packing=1))
    assert_refused(seal(b"\x00" + whole + whole, packing=1))
    assert_refused(seal(b"\x00\x07" + whole, packing=1))  # a block of the reserved type


def test_nothing_is_inflated_before_it_is_authenticated(monkeypatch: pytest.MonkeyPatch) -> None:
    token = encode(CLICK, "click", RING)

    def refuse(*_: object) -> None:
        pytest.fail("inflated")

    monkeypatch.setattr(zlib, "decompressobj", refuse)
    assert_refused(token[:-1] + ("A" if token[-1] != "A" else "E"), "click")


# Length


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_64_kib_is_the_most_that_is_minted(size: int) -> None:
    frame = len('{"metadata":{"a":""}}')
    document = {"metadata": {"a": "x" * (size - frame)}}
    token = encode(document, "open", RING)
    assert decode(token, "open", RING) == document


def test_a_document_of_up_to_64_kib_is_minted_and_read() -> None:
    frame = len('{"metadata":{"a":""}}')
    for compress in (True, False):
        document = {"metadata": {"a": "x" * (65_536 - frame - 4)}}
        token = encode(document, "open", RING, compress=compress)
        assert len(token) <= sealed.MAX_TOKEN_CHARS
        assert decode(token, "open", RING) == document
        with pytest.raises(InvalidPayload, match="65537 bytes"):
            encode({"metadata": {"a": "x" * (65_537 - frame)}}, "open", RING, compress=compress)


def test_the_longest_token_is_the_longest_body_with_all_its_uuids() -> None:
    assert sealed.MAX_TOKEN_CHARS == -(-(18 + 1 + 255 * 16 + 65_536) * 4 // 3) == 92_847
