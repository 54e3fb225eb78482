"""Sealed tokens: their wire format, what they survive, and what they refuse."""

import base64
import hashlib
import hmac
import json
import random
import string
import uuid
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from pytracking import InvalidLink, InvalidPayload
from pytracking.tokens import Kind, sealed
from pytracking.tokens.keyring import Keyring, derive_key

from tests.support.sealing import decode, encode

SECRET = "the keyring of the sealed token tests"
RING = Keyring(SECRET)
FOREIGN = Keyring("the keyring of someone else altogether")
KEY_ID, CIPHER = derive_key(SECRET.encode())
UUID = "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"
CLICK = {
    "url": "https://shop.example.com/products/blue-shoes?utm_source=newsletter&utm_medium=email",
    "metadata": {"campaign": "spring-2026", "customer_id": 7, "message_id": UUID},
}
ALPHABET = string.ascii_letters + string.digits + "-_"


def seal(plain: bytes, kind: bytes = b"o", packing: int = 0, version: int = 0xA4) -> str:
    """Return an authentic token around any plaintext, as only the holder of the key can."""
    header = bytes([version | packing, KEY_ID])
    raw = header + CIPHER.encrypt(plain, [header + kind])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, 0, sealed.dictionary())
    return compressor.compress(body) + compressor.flush()


# The wire format


def independent_reader(token: str, kind: bytes, secret: bytes) -> Any:
    """Read a sealed token from RFC 5869, RFC 4493, RFC 5297 and RFC 1951 alone.

    None of the code under test is used, so that what ``docs/formats.md`` says can be trusted.
    """

    def hkdf(info: bytes, length: int) -> bytes:
        prk = hmac.digest(bytes(32), secret, "sha256")
        one = hmac.digest(prk, info + b"\x01", "sha256")
        return (one + hmac.digest(prk, one + info + b"\x02", "sha256"))[:length]

    def cmac(data: bytes) -> bytes:
        mac = CMAC(AES(mac_key))
        mac.update(data)
        return mac.finalize()

    def double(block: bytes) -> bytes:
        number = int.from_bytes(block) << 1
        return (number ^ (0x87 if number >> 128 else 0)).to_bytes(17)[1:]

    def xor(one: bytes, other: bytes) -> bytes:
        return bytes(a ^ b for a, b in zip(one, other, strict=True))

    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert raw[1:2] == hkdf(b"pytracking/link/v1/key-id", 1)
    key = hkdf(b"pytracking/link/v1/aes256-siv\x00" + raw[1:2], 64)
    mac_key, encryption_key = key[:32], key[32:]
    iv, encrypted = raw[2:18], raw[18:]
    counter = (int.from_bytes(iv) & ~(1 << 63 | 1 << 31)).to_bytes(16)
    plain = Cipher(AES(encryption_key), CTR(counter)).decryptor().update(encrypted)
    # S2V of one string of associated data and the plaintext
    d = xor(double(cmac(bytes(16))), cmac(raw[:2] + kind))
    if len(plain) >= 16:
        last = plain[:-16] + xor(plain[-16:], d)
    else:
        last = xor(double(d), plain + b"\x80" + bytes(15 - len(plain)))
    assert cmac(last) == iv

    count = plain[0]
    body = plain[1 + 16 * count :]
    if raw[0] == 0xA5:
        body = zlib.decompressobj(-15, DICTIONARY.read_bytes()).decompress(body)
    else:
        assert raw[0] == 0xA4
    for index in range(count):
        digits = plain[1 + 16 * index : 17 + 16 * index].hex()
        uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
        body = body.replace(b"\x01", uuid.encode(), 1)
    return json.loads(body)


DICTIONARY = Path(sealed.__file__).with_name("dictionary1.bin")


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (CLICK, "click"),
        ({}, "open"),
        ({"metadata": {"ids": [UUID, UUID[::-1].replace("f", "0")], "clé": "été"}}, "open"),
        ({"metadata": {"key": "a" * 5_000}, "webhook": "https://hooks.example/"}, "open"),
    ],
)
def test_a_reader_written_from_the_standards_alone_reads_every_token(
    document: dict[str, Any], kind: Kind, compress: bool
) -> None:
    token = encode(document, kind, RING, compress=compress)
    assert independent_reader(token, kind[:1].encode(), SECRET.encode()) == document


# Minted once, with the keyring above; they must be readable for ever. Only reading is pinned:
# another zlib may deflate to other bytes.
GOLDEN: list[tuple[Kind, str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("golden.json").read_text()
)


@pytest.mark.parametrize(("kind", "token", "document"), GOLDEN)
def test_tokens_minted_by_the_first_release_are_read_for_ever(
    kind: Kind, token: str, document: dict[str, Any]
) -> None:
    assert decode(token, kind, RING) == document


def test_the_dictionary_is_frozen() -> None:
    assert hashlib.sha256(DICTIONARY.read_bytes()).hexdigest() == (
        "2e91054e27e61580993789c9d2995aa98f514b039139eb556aeee541406b62a0"
    )


@given(st.integers(0, 10**9), st.booleans())
def test_tokens_start_with_p_end_in_a_letter_or_digit_and_need_no_encoding(
    number: int, compress: bool
) -> None:
    token = encode({"metadata": {"n": number}}, "open", RING, compress=compress)
    assert token[0] == "p"
    assert token[-1].isalnum()
    assert set(token) <= set(ALPHABET)


def test_a_token_that_would_end_in_punctuation_is_minted_anew_with_a_space_behind() -> None:
    spaced = 0
    for number in range(1_000, 1_400):  # 42 bytes: the last character holds six bits of them
        token = encode({"metadata": {"n": number}}, "open", RING, compress=False)
        assert token[-1].isalnum()
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        spaced += CIPHER.decrypt(raw[2:], [raw[:2] + b"o"]).endswith(b" ")
        assert decode(token, "open", RING) == {"metadata": {"n": number}}
    assert spaced


def test_equal_documents_give_equal_tokens_and_others_do_not() -> None:
    token = encode(CLICK, "click", RING)
    assert encode(dict(CLICK), "click", RING) == token
    assert encode({**CLICK, "metadata": {}}, "click", RING) != token
    assert encode(CLICK, "open", RING) != token
    assert encode(CLICK, "click", FOREIGN) != token


def test_a_token_shows_nothing_of_what_it_carries() -> None:
    token = encode(CLICK, "click", RING, compress=False)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for text in (b"shop", b"spring", b"http", bytes.fromhex(UUID.replace("-", ""))):
        assert text not in raw


def test_a_body_is_stored_where_deflating_makes_it_no_shorter() -> None:
    def first_byte(token: str) -> int:
        return base64.urlsafe_b64decode(token[:4])[0]

    assert first_byte(encode({}, "open", RING)) == 0xA4  # {} deflates to four bytes
    assert first_byte(encode(CLICK, "click", RING)) == 0xA5
    assert first_byte(encode(CLICK, "click", RING, compress=False)) == 0xA4


# UUIDs


@pytest.mark.parametrize(
    "text",
    [
        UUID,
        f"order-{UUID}-x",
        UUID + UUID,
        f"{UUID}-a7e1-495b-9b7f-559dbb4b02d4",
        f"{UUID[:-8]}{UUID}",
        "0" + UUID + "0",
        UUID.upper(),
        UUID.replace("-", ""),
        UUID[:-1],
        UUID[1:],
        "\x01",
        "\\u0001",
        f"\x01{UUID}\x01",
        "-" * 80,
    ],
)
def test_what_looks_like_a_uuid_comes_back_letter_for_letter(text: str) -> None:
    document = {"metadata": {text: text, "list": [text, [text]], "k": f"{text} {text}"}}
    assert decode(encode(document, "open", RING), "open", RING) == document


def test_a_lifted_uuid_takes_sixteen_bytes() -> None:
    r = random.Random(1)
    texts = [str(uuid.UUID(int=r.getrandbits(128))) for _ in range(101)]

    def length(count: int) -> int:
        return len(encode({"metadata": {"ids": texts[:count]}}, "open", RING))

    assert (length(101) - length(1)) / 100 * 6 / 8 < 17.5  # bytes each, with mark and commas


@pytest.mark.parametrize("size", [65_535, 65_536])
def test_64_kib_is_the_most_that_is_minted(size: int) -> None:
    frame = len('{"metadata":{"a":""}}')
    document = {"metadata": {"a": "x" * (size - frame)}}
    token = encode(document, "open", RING)
    assert decode(token, "open", RING) == document


def test_without_compression_nothing_is_lifted() -> None:
    token = encode(CLICK, "click", RING, compress=False)
    raw = base64.urlsafe_b64decode(token + "===")
    plain = CIPHER.decrypt(raw[2:], [raw[:2] + b"c"])
    assert plain == b"\x00" + json.dumps(CLICK, separators=(",", ":")).encode()


def test_more_uuids_than_one_byte_counts_come_back_too() -> None:
    uuids = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(300)]
    document = {"metadata": {"ids": uuids}}
    assert decode(encode(document, "open", RING), "open", RING) == document


def test_keys_keep_their_order() -> None:
    document = {"metadata": {"z": 1, "a": {"y": 1, "b": 2}, "m": 3}}
    found = decode(encode(document, "open", RING), "open", RING)
    assert json.dumps(found) == json.dumps(document)


# What is refused


def assert_refused(
    token: str, kind: Kind = "open", ring: Keyring = RING, why: str | None = None
) -> None:
    with pytest.raises(InvalidLink, match=why):
        decode(token, kind, ring)


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("p" * 92_848, "^the token is longer than 92847 characters$"),
        ("pAAAA", "^the token is not canonical url-safe base64$"),
        ("pé", "^the token is not canonical url-safe base64$"),
        ("qAAA", "^the token is not a sealed token of version 1$"),
        ("pAAA", "^the token was not sealed as this kind with a key of the ring$"),
        (seal(b"\x00{}", b"c"), "^the token was not sealed as this kind with a key of the ring$"),
        (seal(b"\x00\xff"), "^the token's body is not UTF-8$"),
        (seal(b""), "^the token's body is not UTF-8$"),
        (seal(b"\x01{}"), "^the token's UUIDs do not match their marks$"),
        (seal(b"\x00" + b"\x07", packing=1), "^the token's body cannot be inflated$"),
        (seal(b"\x00" + deflate(b"{}")[:-1], packing=1), "^the token's body does not end where"),
    ],
    ids=range(11),
)
def test_the_operator_is_told_what_is_wrong(token: str, why: str) -> None:
    assert_refused(token, why=why)


@pytest.mark.parametrize(("kind", "other"), [("open", "click"), ("click", "open")])
def test_a_token_of_one_kind_is_refused_as_the_other(kind: Kind, other: Kind) -> None:
    token = encode(CLICK, kind, RING)
    assert decode(token, kind, RING) == CLICK
    assert_refused(token, other)


def test_a_foreign_key_and_a_key_that_was_removed_are_refused() -> None:
    token = encode(CLICK, "click", RING)
    rotated = RING.rotated()
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
        for char in ALPHABET + "+/=.~!\x00 \n":
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
        "",
        "p",
        "pA",
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


def test_two_spellings_of_one_token_are_never_both_accepted() -> None:
    for document in ({}, {"metadata": {"a": 1}}, {"metadata": {"a": 12}}):
        token = encode(document, "open", RING)
        raw = base64.urlsafe_b64decode(token + "===")
        spellings = [
            token[:-1] + char
            for char in ALPHABET
            if base64.urlsafe_b64decode(token[:-1] + char + "===") == raw
        ]
        spellings += [token + "=", token + "==", token + "===", token + "\n", "\n" + token]
        accepted = []
        for spelling in spellings:
            try:
                decode(spelling, "open", RING)
                accepted.append(spelling)
            except InvalidLink:
                pass
        assert accepted == [token]


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


@pytest.mark.parametrize(
    "plain",
    [
        b"\x01{}",
        b"\x01" + bytes(15),
        b"\x01" + bytes(16),
        b"\x01" + bytes(16) + b"{}",
        b"\x02" + bytes(32) + b'{"metadata":{"a":"\x01"}}',
        b"\x01" + bytes(16) + b'{"metadata":{"a":"\x01\x01"}}',
        b"\xff" + bytes(16) + b'{"metadata":{"a":"\x01"}}',
        b"\xff",
        b"\x02" + bytes(31),
    ],
    ids=bytes.hex,
)
def test_uuids_that_do_not_match_their_marks_are_refused(plain: bytes) -> None:
    good = b"\x01" + bytes(16) + b'{"metadata":{"a":"\x01"}}'
    assert decode(seal(good), "open", RING) == {
        "metadata": {"a": "00000000-0000-0000-0000-000000000000"}
    }
    assert_refused(seal(plain))


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


# Times


def test_the_clock_is_an_argument() -> None:
    token = encode({"iat": 1_000, "exp": 2_000}, "open", RING)
    for now in (1_000, 1_999.9, 1_000 - 5_400):
        assert decode(token, "open", RING, now=now) == {"iat": 1_000, "exp": 2_000}
    for now in (2_000, 2_000.1, 1e12, 1_000 - 5_400.1, 0 - 1e12):
        with pytest.raises(InvalidLink):
            decode(token, "open", RING, now=now)
    with pytest.raises(InvalidLink, match="expired"):
        decode(token, "open", RING)


def test_a_link_without_times_does_not_care_what_time_it_is() -> None:
    token = encode(CLICK, "click", RING)
    for now in (-1e12, 0, 1e12):
        assert decode(token, "click", RING, now=now) == CLICK


# The cipher


def test_the_cipher_is_that_of_rfc_5297() -> None:
    # RFC 5297, appendix A.1, whose AES-128 key stands for the order of key, IV and ciphertext
    key = bytes.fromhex("fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    data = bytes.fromhex("101112131415161718191a1b1c1d1e1f2021222324252627")
    plain = bytes.fromhex("112233445566778899aabbccddee")
    assert AESSIV(key).encrypt(plain, [data]).hex() == (
        "85632d07c6e8f37f950acd320a2ecc9340c02b9690c4dc04daef7f6afe5c"
    )
