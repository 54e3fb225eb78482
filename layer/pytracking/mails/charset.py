"""Bytes to text and back again, losing none."""

import codecs
import contextlib
import re

# `<meta charset="utf-8">` and `<meta http-equiv="Content-Type" content="text/html; charset=...">`,
# in the first 1,024 bytes (HTML Standard, 13.2.3.2 "Prescan a byte stream").
_META = re.compile(
    rb"""<meta[\t\n\f\r /][^>]*?charset[\t\n\f\r ]*=[\t\n\f\r "']*([A-Za-z0-9_:.-]+)""",
    re.IGNORECASE,
)
_PRESCAN_BYTES = 1024
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What browsers read the names of Latin 1 and ASCII as (Encoding Standard, 4.2).
_WESTERN = frozenset({"iso8859-1", "ascii"})


def charset_of(data: bytes) -> str:
    """The codec for an HTML file: from its byte order mark, its <meta>, or else UTF-8."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return charset
    found = _META.search(data, 0, _PRESCAN_BYTES)
    return codec(found[1].decode("ascii")) if found else "utf-8"


def codec(name: str | None) -> str:
    """The codec for a declared charset; UTF-8 for one that is missing, unknown or cannot be meant.

    (A <meta> or a header of single bytes cannot be read in UTF-16.)
    """
    try:
        known = codecs.lookup(name or "utf-8").name
        "<a>".encode(known)
    except (LookupError, ValueError):  # unknown, or no codec for text
        return "utf-8"
    if known in _WESTERN:
        return "cp1252"
    return "utf-8" if known.startswith(("utf-16", "utf-32", "utf-7")) else known


def declared_codec(name: str | None, data: bytes) -> str:
    """The codec for a charset that a header declares of `data`; unlike a <meta>, it may be UTF-16.

    Without a byte order mark that is big-endian (RFC 2781, section 4.3).
    """
    try:
        known = codecs.lookup(name or "utf-8").name
    except LookupError:
        return "utf-8"
    if not known.startswith(("utf-16", "utf-32")):
        return codec(name)
    for mark, charset in _BYTE_ORDER_MARKS:
        if data.startswith(mark) and charset.startswith(known):
            return charset
    return known if known.endswith(("-le", "-be")) else f"{known}-be"


def readable(data: bytes, charset: str) -> tuple[str, str]:
    """Text that gives `data` again when encoded, and the codec that does so.

    Bytes that the charset does not have become lone surrogates ("surrogateescape"), and
    `written` turns them back. Where even that would not give the same bytes again (multi-byte
    charsets have several spellings of one character), the bytes are read as Latin 1: the markup
    is ASCII in both.
    """
    with contextlib.suppress(UnicodeError):  # e.g. UTF-16 of an odd length
        text = data.decode(charset, "surrogateescape")
        if written(text, charset) == data:
            return text, charset
    return data.decode("latin-1"), "latin-1"


def written(text: str, charset: str) -> bytes:
    """The bytes of a text that `readable` gave, however it was changed with ASCII."""
    return text.encode(charset, "surrogateescape")
