"""What a sealed token holds: authentic content that is no link's, and how long it may be."""

import json
import zlib

import pytest
from pytracking import InvalidPayload
from pytracking.tokens import sealed

from tests.support.sealing import decode, encode
from tests.tokens.authentic import CLICK, RING, assert_refused, deflate, seal

# Authentic plaintext that is no link's


@pytest.mark.parametrize(
    "body",
    {
        "empty": b"",
        "not JSON": b"{",
        "nested 5,000 deep": b'{"metadata":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        "nested one too deep": b'{"metadata":{"a":' + b"[" * 199 + b"]" * 199 + b"}}",
        "objects nested too deep": b'{"metadata":' + b'{"a":' * 200 + b"1" + b"}" * 201,
        "an integer of 5,000 digits": b'{"metadata":{"n":' + b"1" * 5_000 + b"}}",
        "NaN": b'{"metadata":{"n":NaN}}',
        "Infinity": b'{"metadata":{"n":Infinity}}',
        "-Infinity": b'{"metadata":{"n":-Infinity}}',
        "a number beyond a float": b'{"metadata":{"n":1e999}}',
        "a negative number beyond a float": b'{"metadata":{"n":-1e999}}',
        "a lone surrogate": b'{"metadata":{"s":"\\ud800"}}',
        "a lone surrogate in capitals": b'{"metadata":{"s":"\\uDC00"}}',
        "a lone surrogate as a key": b'{"metadata":{"\\ud800":1}}',
        "a surrogate in UTF-8": b'{"metadata":{"s":"\xed\xa0\x80"}}',
        "not UTF-8": b'{"metadata":{"s":"\xff"}}',
        "UTF-16": '{"metadata":{}}'.encode("utf-16"),
        "equal keys": b'{"metadata":{},"metadata":{"a":1}}',
        "equal keys inside": b'{"metadata":{"a":1,"a":2}}',
        "equal keys, one escaped": b'{"metadata":{"a":1,"\\u0061":2}}',
        "a byte order mark": b'\xef\xbb\xbf{"metadata":{}}',
        "null": b"null",
        "an array": b"[]",
        "a string": b'"text"',
        "a number": b"1",
        "two values": b"{}{}",
        "a line break behind": b"{}\n",
        "a space before": b" {}",
        "a comment": b"{}//",
        "a control character": b'{"metadata":{"s":"\x02"}}',
        "a stray mark": b'{"metadata":{"s":"\x01"}}',
        "url is no string": b'{"url":5}',
        "url is null": b'{"url":null}',
        "metadata is an array": b'{"metadata":[]}',
        "metadata is a string": b'{"metadata":"a"}',
        "metadata is null": b'{"metadata":null}',
        "webhook is no string": b'{"webhook":{}}',
        "iat is a string": b'{"iat":"1"}',
        "iat is a boolean": b'{"iat":true}',
        "exp is a float": b'{"exp":1e300}',
        "exp is null": b'{"exp":null}',
        "privacy is a string": b'{"privacy":"no_ip"}',
        "privacy holds a number": b'{"privacy":[1]}',
    }.items(),
    ids=lambda item: item[0],
)
def test_authentic_content_that_is_no_links_is_refused(body: tuple[str, bytes]) -> None:
    assert_refused(seal(b"\x00" + body[1]))
    assert_refused(seal(b"\x00" + deflate(body[1]), packing=1))


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"{}     ",
        b'{"metadata":{"a":' + b"[" * 198 + b"]" * 198 + b"}}",
        b'{"metadata":{"a":"' + b"[" * 5_000 + b'"}}',
        b'{"metadata":{"a":"\\"' + b"[{" * 5_000 + b'\\\\"}}',
        b'{"metadata":{"a":[' + b",".join([b"[]"] * 5_000) + b"]}}",
        b'{"metadata":{"n":' + b"1" * 4_000 + b"}}",
        b'{"metadata":{"s":"\\ud83c\\udf38"}}',
        b'{"metadata":{"s":"\\uD83C\\uDF38"}}',
        b'{"metadata":{"n":1.5e308,"m":-0.0}}',
        b'{"metadata":{}, "unknown": [1, 2]}',
        b'{"url":"https://a.example/"}',
        b'{"iat":-5,"privacy":[]}',
    ],
    ids=lambda body: body[:30],
)
def test_authentic_content_of_other_writers_is_taken(body: bytes) -> None:
    expected = json.loads(body)
    assert decode(seal(b"\x00" + body), "open", RING) == expected
    assert decode(seal(b"\x00" + deflate(body), packing=1), "open", RING) == expected


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
