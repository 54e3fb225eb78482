"""Sealed tokens, version 1: encrypted, authenticated, bound to their kind, and short.

    token   = base64url(raw), unpadded, canonical
    raw[0]  = 0xA4 | c     c: 0 body stored, 1 body deflated with dictionary 1
    raw[1]  = key id
    raw[2:] = AES-256-SIV (RFC 5297): 16-byte synthetic IV, then ciphertext
    AD      = raw[0] raw[1] kind, one string; kind: b"o" open, b"c" click, b"g", b"a"
    plain   = n (1 byte), n * 16 bytes of UUIDs, body
    body    = the document as compact JSON in UTF-8; the byte 0x01 stands where each UUID stood

JSON text never holds a raw control character (RFC 8259, section 7), so 0x01 is unambiguous.
SIV, because links are minted by the billion under one key: there is no nonce to repeat, and equal
documents giving equal links is all that it reveals. ``docs/formats.md`` has the format in full.
"""

import re
import zlib
from base64 import urlsafe_b64decode
from binascii import hexlify, unhexlify
from functools import cache
from pkgutil import get_data
from typing import Any

from pytracking.errors import InvalidLink, InvalidPayload, dependency
from pytracking.tokens import KIND_BYTES, KINDS_WITH_URL, NOT_SEALED_SO, Kind, base64url, document
from pytracking.tokens.keyring import Keyring

with dependency("sealed links need the cryptography package: pip install cryptography"):
    from cryptography.exceptions import InvalidTag

MAX_BODY_BYTES = 65_536
"""Longest JSON body, in bytes, that is minted, or inflated to."""

MAX_UUIDS = 255
"""Most UUIDs lifted out of one body: their number is one byte."""

# 2 bytes of header, 16 of IV, 1 of n, the UUIDs, and the body, in characters of 6 bits
MAX_TOKEN_CHARS = -(-(2 + 16 + 1 + 16 * MAX_UUIDS + MAX_BODY_BYTES) * 8 // 6)
"""Longest token, in characters, that is opened."""

_STORED, _DEFLATED = 0xA4, 0xA5  # 0b101001_0c: the text starts with "p"
_MARK = b"\x01"

# 9c921e3f-a7e1-495b-9b7f-559dbb4b02d4, less its first eight digits: a dash is rare, where a pattern
# that starts with digits is tried at each of them
_UUID_TAIL = re.compile(rb"(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")


class SealedCodec:
    """Encodes with the newest secret of ``keyring``, decodes with any of them.

    Args:
        compress: lift UUIDs and deflate the body, where that makes a token shorter.
    """

    def __init__(self, keyring: Keyring, compress: bool = True) -> None:
        self._keyring = keyring
        self._compress = compress

    def encode(self, content: dict[str, Any], kind: Kind) -> str:
        """Return the sealed token of a document. It ends in a letter or a digit.

        Args:
            content: as ``pytracking.links.content_of`` makes it.
            kind: what the link is for; it opens as this kind only.

        Raises:
            InvalidPayload: JSON cannot hold ``content``, or it is longer than 64 KiB.
        """
        if "url" not in content and kind in KINDS_WITH_URL:
            raise InvalidPayload(f"a {kind} link needs the URL it goes to")
        return self.seal(document.dump_compact(content), kind)

    def seal(self, body: bytes, kind: Kind) -> str:
        """Return the sealed token of a document that is JSON already, as ``dump_compact`` has it.

        Raises:
            InvalidPayload: it is longer than 64 KiB.
        """
        key_id, cipher = self._keyring.sealing
        uuids, body = lift_uuids(body) if self._compress else (b"\x00", body)
        while True:
            if len(body) > MAX_BODY_BYTES:
                raise InvalidPayload(
                    f"the link's content takes {len(body)} bytes of JSON; "
                    f"at most {MAX_BODY_BYTES} fit"
                )
            first = _DEFLATED
            packed = _deflate(body) if self._compress else body
            if len(packed) >= len(body):
                first, packed = _STORED, body
            header = bytes((first, key_id))
            raw = header + cipher.encrypt(uuids + packed, [header + KIND_BYTES[kind]])
            token = base64url.encode(raw).rstrip("=")
            if token[-1] not in "-_":  # mail clients end a link before these
                return token
            body += b" "

    def decode(self, token: str, kind: Kind, now: float) -> dict[str, Any]:
        """Return the document of a sealed token.

        Args:
            kind: what the link was followed as.
            now: the present, seconds since the epoch.

        Raises:
            InvalidLink: forged, damaged, of another kind or key, expired, or from the future.
        """
        raw = base64url.decode(token, False)
        if len(token) > MAX_TOKEN_CHARS:
            raise InvalidLink(f"the token is longer than {MAX_TOKEN_CHARS} characters")
        if len(raw) < 2 or raw[0] not in (_STORED, _DEFLATED):
            raise InvalidLink("the token is not a sealed token of version 1")
        failure = None
        for cipher in self._keyring.opening.get(raw[1], ()):
            try:
                plain = cipher.decrypt(raw[2:], [raw[:2] + KIND_BYTES[kind]])
                break
            except InvalidTag as error:
                failure = error
        else:
            raise InvalidLink(NOT_SEALED_SO) from failure
        try:
            end = 1 + 16 * plain[0]
            body = plain[end:]
            text = (_inflate(body) if raw[0] == _DEFLATED else body).decode()
        except (IndexError, UnicodeDecodeError) as error:
            raise InvalidLink("the token's body is not UTF-8") from error
        if end > 1:
            text = _restore(text, plain[1:end].hex())
        content = document.load(text, now)
        if "url" not in content and kind in KINDS_WITH_URL:
            raise InvalidLink(f"the {kind} token holds no URL")
        return content


def claimed_key_id(token: str) -> int | None:
    """Return the key id that a token claims to be sealed with; None when it is not a sealed token.

    The claim is in clear and not yet authenticated: it says which key to look for, no more.
    """
    try:
        header = urlsafe_b64decode(token[:4])
    except ValueError:
        return None
    return header[1] if len(header) == 3 and token[0] == "p" else None


def lift_uuids(body: bytes) -> tuple[bytes, bytes]:
    """Return the count and bytes of the UUIDs in ``body``, and the body with marks for them."""
    parts = _UUID_TAIL.split(body, MAX_UUIDS)  # text, tail, text, tail, ..., text
    if len(parts) == 1:
        return b"\x00", body
    digits = b""
    for index in range(0, len(parts) - 1, 2):
        before = parts[index]
        digits += before[-8:] + parts[index + 1]
        parts[index] = before[:-8]
    digits = digits.replace(b"-", b"")
    try:
        uuids = unhexlify(digits)
    except ValueError:
        uuids = b""
    count = len(parts) // 2
    # a tail without eight digits of its own in lower case in front is not a UUID: all stay
    if len(uuids) != 16 * count or hexlify(uuids) != digits:
        return b"\x00", body
    return count.to_bytes() + uuids, _MARK.join(parts[::2])


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
    """Return dictionary 1, frozen permanently: tokens cannot be read with another one."""
    return get_data(__package__, "dictionary1.bin") or b""


@cache
def _compressor() -> "zlib._Compress":
    """Return the compressor that every body starts from a copy of.

    In so short a text level 2 finds nearly what level 9 does. The window of 2**13 bytes holds the
    end of the dictionary, where its commonest words stand, and a body.
    """
    return zlib.compressobj(2, zlib.DEFLATED, -13, 5, zlib.Z_DEFAULT_STRATEGY, dictionary())


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
