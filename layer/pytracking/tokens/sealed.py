"""Sealed tokens, version 1: encrypted, authenticated, bound to their kind, and short.

    token   = base64url(raw), unpadded, canonical
    raw[0]  = 0xA4 | c     c: 0 body stored, 1 body deflated with dictionary 1
    raw[1]  = key id
    raw[2:] = AES-256-SIV (RFC 5297): 16-byte synthetic IV, then ciphertext
    AD      = raw[0] raw[1] kind, one string; kind: b"o" open, b"c" click
    plain   = n (1 byte), n * 16 bytes of UUIDs, body
    body    = the document as compact JSON in UTF-8; the byte 0x01 stands where each UUID stood

JSON text never holds a raw control character (RFC 8259, section 7), so 0x01 is unambiguous.
SIV, because links are minted by the billion under one key: there is no nonce to repeat, and equal
documents giving equal links is all that it tells. ``docs/formats.md`` has the format in full.
"""

import re
import time
import zlib
from base64 import urlsafe_b64decode
from binascii import unhexlify
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from pytracking.errors import InvalidLink, InvalidPayload
from pytracking.tokens import Kind, base64url, document
from pytracking.tokens.keyring import Keyring

MAX_BODY_BYTES = 65_536
"""Longest JSON body, in bytes, that is minted, or inflated to."""

MAX_UUIDS = 255
"""Most UUIDs lifted out of one body: their number is one byte."""

# 2 bytes of header, 16 of IV, 1 of n, the UUIDs, and the body, in characters of 6 bits
MAX_TOKEN_CHARS = -(-(2 + 16 + 1 + 16 * MAX_UUIDS + MAX_BODY_BYTES) * 8 // 6)
"""Longest token, in characters, that is looked at."""

_VERSION = 0xA4  # 0b101001_00: the text starts with "p"
_STORED, _DEFLATED = 0, 1
_KIND_BYTES: dict[str, bytes] = {"open": b"o", "click": b"c"}
_MARK = b"\x01"

# 9c921e3f-a7e1-495b-9b7f-559dbb4b02d4, found by its first dash and what stands before it: several
# times faster than a pattern that starts at every hexadecimal digit
_UUID = re.compile(rb"-(?<=([0-9a-f]{8})-)([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


def encode(content: dict[str, Any], kind: Kind, keyring: Keyring, *, compress: bool = True) -> str:
    """Return the sealed token of a document. It ends in a letter or a digit.

    Args:
        content: ``{"url", "metadata", "webhook", "iat", "exp", "privacy"}``, each when set.
        kind: what the link is for; it opens as this kind only.
        keyring: its newest secret seals.
        compress: lift UUIDs and deflate the body, where that makes the token shorter.

    Raises:
        InvalidPayload: JSON cannot hold ``content``, or it is longer than 64 KiB.
    """
    if kind == "click" and "url" not in content:
        raise InvalidPayload("a click link needs the URL it goes to")
    key_id, cipher = keyring.sealing
    body = document.dump_compact(content)
    lifted, body = lift_uuids(body) if compress else (b"\x00", body)
    while True:
        if len(body) > MAX_BODY_BYTES:
            raise InvalidPayload(
                f"the link's content takes {len(body)} bytes of JSON; at most {MAX_BODY_BYTES} fit"
            )
        packing, packed = _STORED, body
        if compress:
            deflated = _deflate(body)
            if len(deflated) < len(body):
                packing, packed = _DEFLATED, deflated
        header = bytes((_VERSION | packing, key_id))
        raw = header + cipher.encrypt(lifted + packed, [header + _KIND_BYTES[kind]])
        token = base64url.encode(raw).rstrip(b"=")
        if token[-1] not in b"-_":  # mail clients end a link before these
            return token.decode("ascii")
        body += b" "


def decode(token: str, kind: Kind, keyring: Keyring, *, now: float | None = None) -> dict[str, Any]:
    """Return the document of a sealed token.

    Args:
        token: in its canonical form; ``repair.repair`` makes it of what mail left of it.
        kind: what the link was followed as.
        keyring: any of its secrets opens.
        now: the present, seconds since the epoch; the system's clock when None.

    Raises:
        InvalidLink: forged, damaged, of another kind or key, expired, or from the future.
    """
    if len(token) > MAX_TOKEN_CHARS:
        raise InvalidLink(f"the token is longer than {MAX_TOKEN_CHARS} characters")
    raw = base64url.decode(token, padded=False)
    if len(raw) < 19 or raw[0] not in (_VERSION | _STORED, _VERSION | _DEFLATED):
        raise InvalidLink("the token is not a sealed token of version 1")
    plain = _decrypt(raw, _KIND_BYTES[kind], keyring)
    end = 1 + 16 * plain[0]
    body = plain[end:]
    if raw[0] == _VERSION | _DEFLATED:
        body = _inflate(body)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidLink("the token's body is not UTF-8") from error
    if end > 1:
        text = _restore(text, plain[1:end].hex())
    content = document.load(text)
    if kind == "click" and "url" not in content:
        raise InvalidLink("the click token holds no URL")
    if "exp" in content or "iat" in content:
        document.check_times(content, time.time() if now is None else now)
    return content


def claimed_key_id(token: str) -> int | None:
    """Return the key id that a token claims to be sealed with; None when it is no sealed token.

    The claim is in clear and not yet authenticated: it tells which key to look for, no more.
    """
    try:
        header = urlsafe_b64decode(token[:4])
    except ValueError:
        return None
    return header[1] if len(header) == 3 and token[0] == "p" else None


def _decrypt(raw: bytes, kind: bytes, keyring: Keyring) -> bytes:
    failure = None
    for cipher in keyring.opening.get(raw[1], ()):
        try:
            return cipher.decrypt(raw[2:], [raw[:2] + kind])
        except InvalidTag as error:
            failure = error
    raise InvalidLink("the token was not sealed as this kind with a key of the ring") from failure


def lift_uuids(body: bytes) -> tuple[bytes, bytes]:
    """Return the count and bytes of the UUIDs in ``body``, and the body with marks for them."""
    parts = _UUID.split(body, MAX_UUIDS)  # text, head, tail, text, head, tail, ..., text
    digits = b""
    for index in range(1, len(parts), 3):
        before = parts[index - 1]
        if len(before) < 8:  # a UUID that starts within the one before it
            return b"\x00", body
        parts[index - 1] = before[:-8]  # the head, which was looked back at
        digits += parts[index] + parts[index + 1]
    uuids = unhexlify(digits.replace(b"-", b""))
    return bytes((len(uuids) // 16,)) + uuids, _MARK.join(parts[::3])


def _restore(text: str, digits: str) -> str:
    """Return ``text`` with UUIDs, of the hexadecimal ``digits``, in place of the marks."""
    pieces = text.split("\x01")
    if len(digits) != 32 * (len(pieces) - 1):
        raise InvalidLink("the token's UUIDs do not match their marks")
    for index in range(len(pieces) - 1):
        d = digits[32 * index : 32 * index + 32]
        pieces[index] += f"{d[:8]}-{d[8:12]}-{d[12:16]}-{d[16:20]}-{d[20:]}"
    return "".join(pieces)


@cache
def dictionary() -> bytes:
    """Return dictionary 1, frozen for ever: tokens cannot be read with another one."""
    return Path(__file__).with_name("dictionary1.bin").read_bytes()


@cache
def _compressor() -> "zlib._Compress":
    """Return the compressor that every body starts from a copy of.

    The window of 2**14 bytes holds the dictionary and a body, and is quicker to copy than the
    largest. Level 5 finds what level 9 finds in so short a text, in less time.
    """
    return zlib.compressobj(4, zlib.DEFLATED, -14, 6, zlib.Z_DEFAULT_STRATEGY, dictionary())


def _deflate(body: bytes) -> bytes:
    compressor = _compressor().copy()
    return compressor.compress(body) + compressor.flush()


def _inflate(packed: bytes) -> bytes:
    inflater = zlib.decompressobj(-15, dictionary())
    try:
        # one byte more than allowed: enough to see the end of what is allowed, and what is not
        body = inflater.decompress(packed, MAX_BODY_BYTES + 1)
    except zlib.error as error:
        raise InvalidLink("the token's body cannot be inflated") from error
    if len(body) > MAX_BODY_BYTES or not inflater.eof or inflater.unused_data:
        raise InvalidLink("the token's body does not end where it must")
    return body
