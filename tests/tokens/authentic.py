"""The keyring of the tests of sealed tokens, and authentic tokens around any plaintext."""

import base64
import string
import zlib

import pytest
from pytracking import InvalidLink
from pytracking.tokens import Kind, sealed
from pytracking.tokens.keyring import Keyring

from tests.support.sealing import decode

SECRET = "the keyring of the sealed token tests"
RING = Keyring(SECRET)
FOREIGN = Keyring("the keyring of someone else altogether")
_, CIPHER = RING.sealing
UUID = "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"
CLICK = {
    "url": "https://shop.example.com/products/blue-shoes?utm_source=newsletter&utm_medium=email",
    "metadata": {"campaign": "spring-2026", "customer_id": 7, "message_id": UUID},
}
ALPHABET = string.ascii_letters + string.digits + "-_"


def seal(
    plain: bytes, kind: bytes = b"o", packing: int = 0, version: int = 0xA4, ring: Keyring = RING
) -> str:
    """Return an authentic token around any plaintext, as only the holder of the key can."""
    key_id, cipher = ring.sealing
    header = bytes([version | packing, key_id])
    raw = header + cipher.encrypt(plain, [header + kind])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def deflate(body: bytes) -> bytes:
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9, 0, sealed.dictionary())
    return compressor.compress(body) + compressor.flush()


def assert_refused(
    token: str, kind: Kind = "open", ring: Keyring = RING, why: str | None = None
) -> None:
    with pytest.raises(InvalidLink, match=why):
        decode(token, kind, ring)
