"""UUIDs in sealed tokens: lifted out of the body to take sixteen bytes, and put back."""

import base64
import json
import random
import uuid

import pytest

from tests.support.sealing import decode, encode
from tests.tokens.authentic import CIPHER, CLICK, RING, UUID, assert_refused, seal


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


def test_without_compression_nothing_is_lifted() -> None:
    token = encode(CLICK, "click", RING, compress=False)
    raw = base64.urlsafe_b64decode(token + "===")
    plain = CIPHER.decrypt(raw[2:], [raw[:2] + b"c"])
    assert plain == b"\x00" + json.dumps(CLICK, separators=(",", ":")).encode()


def test_more_uuids_than_one_byte_counts_come_back_too() -> None:
    uuids = [f"{number:08x}-0000-4000-8000-{number:012x}" for number in range(300)]
    document = {"metadata": {"ids": uuids}}
    assert decode(encode(document, "open", RING), "open", RING) == document


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
