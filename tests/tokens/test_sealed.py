"""Sealed tokens: their wire format, their times and their cipher."""

import base64
import hashlib
import hmac
import json
import zlib
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from pytracking.tokens import Kind, sealed
from pytracking.tokens.sealed import claimed_key_id

from tests.support.sealing import decode, encode
from tests.tokens.authentic import ALPHABET, CIPHER, CLICK, FOREIGN, RING, SECRET, UUID

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


# Minted once, with the keyring of authentic.py; they must stay readable. Only reading is
# pinned: another zlib may deflate to other bytes.
GOLDEN: list[tuple[Kind, str, dict[str, Any]]] = json.loads(
    Path(__file__).with_name("golden.json").read_text()
)


@pytest.mark.parametrize(("kind", "token", "document"), GOLDEN)
def test_tokens_minted_by_the_first_release_stay_readable(
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


# Times


def test_a_link_without_times_does_not_care_what_time_it_is() -> None:
    token = encode(CLICK, "click", RING)
    for now in (-1e12, 0, 1e12):
        assert decode(token, "click", RING, now=now) == CLICK


# The cipher


# What stands in clear


def test_a_token_shows_which_key_it_claims_to_be_sealed_with() -> None:
    for ring in (RING, FOREIGN):
        assert claimed_key_id(encode(CLICK, "click", ring)) == next(iter(ring.opening))
    assert claimed_key_id("pO0A") == 0xED


@pytest.mark.parametrize(
    "text", ["", "p", "pO0", "p\u00e90A", "gAAAAABrBCMNK4BRxd", "eyJ1cmwiOiAiaHR0"]
)
def test_what_is_no_sealed_token_claims_no_key(text: str) -> None:
    assert claimed_key_id(text) is None
