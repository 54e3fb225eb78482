"""Bytes to text as browsers read them, and changes of that text back into the bytes."""

import codecs
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pytracking.mails.labels_of_charsets import BROWSERS, MAIL_ONLY
from pytracking.mails.markup import Edit

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
_WIDE = ("utf-16", "utf-32")
_JAPANESE = "iso-2022-jp"


class Reading(NamedTuple):
    """A body as text.

    `codec` writes it again; where it cannot, because a charset has several spellings of one
    character, `offsets` say where in `data` each character begins, and the end. Bytes that the
    charset lacks are lone surrogates in `text` ("surrogateescape"). `problem` says what could not
    be read.
    """

    data: bytes
    text: str
    codec: str
    offsets: Sequence[int] | None = None
    problem: str = ""

    def byte_edits(self, edits: Iterable[Edit]) -> list[tuple[int, int, bytes]]:
        """Edits of the text, in order, as edits of the bytes; the replacements are ASCII."""
        changed: list[tuple[int, int, bytes]] = []
        place = position = 0
        for start, end, replacement in sorted(edits):
            if start < position:
                continue  # of two that overlap, the first
            if self.offsets is None:
                place += self._size(position, start)
                stop = place + self._size(start, end)
                changed.append((place, stop, self._written(replacement)))
                place = stop
            else:
                span = self.offsets[start], self.offsets[end]
                changed.append((*span, replacement.encode("ascii")))
            position = end
        return changed

    def with_edits(self, edits: Iterable[Edit]) -> bytes:
        """The bytes with the edits made."""
        return spliced(self.data, self.byte_edits(edits))

    def _size(self, start: int, end: int) -> int:
        return len(self._written(self.text[start:end]))

    def _written(self, text: str) -> bytes:
        return text.encode(self.codec, "surrogateescape")


def spliced(data: bytes, edits: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Bytes with edits made, which are in order and do not overlap."""
    pieces: list[bytes] = []
    position = 0
    for start, end, replacement in edits:
        pieces += data[position:start], replacement
        position = end
    return b"".join((*pieces, data[position:]))


def read_html(data: bytes, declared: str | None = None) -> Reading:
    """An HTML file, by its byte order mark, the label that is declared, its <meta>, or UTF-8."""
    return read(data, declared or _of_meta(data))


def read(data: bytes, label: str | None) -> Reading:
    """Bytes whose charset has a label, as headers give it; None and unknown ones are UTF-8.

    A byte order mark goes before it (Encoding Standard, section 6 "decode").
    """
    codec = codec_of(label, data)
    if codec == _JAPANESE:
        return _japanese(data)
    try:
        text = data.decode(codec, "surrogateescape")
        if text.encode(codec, "surrogateescape") == data:
            return Reading(data, text, codec)
    except UnicodeError:  # e.g. UTF-16 of an odd length
        pass
    if codec.startswith((*_WIDE, "utf-7", "hz", "iso2022")):
        # what is markup and what is not cannot be known for certain
        return Reading(data, "", codec, problem=f"it is not {codec}, as it says")
    return _by_character(data, codec)


def codec_of(label: str | None, data: bytes) -> str:
    """The codec for bytes whose charset has a label."""
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return codec
    name = re.sub(r"[\s\"'\x00]", "", label or "").lower()
    codec = BROWSERS.get(name) or MAIL_ONLY.get(name, "utf-8")
    if codec == "utf-16-le" and data[::2].count(0) > data[1::2].count(0):
        return "utf-16-be"  # little-endian, but where the bytes say otherwise (RFC 2781)
    return codec


def _of_meta(data: bytes) -> str | None:
    """What a <meta> names; one that can be read is not in UTF-16 (HTML Standard, 13.2.3.2)."""
    found = _META.search(data, 0, _PRESCAN_BYTES)
    label = found[1].decode("ascii").lower() if found else None
    return None if codec_of(label, b"").startswith(_WIDE) else label


def _by_character(data: bytes, codec: str) -> Reading:
    """As the incremental decoder gives one character after the other."""
    decoder = codecs.getincrementaldecoder(codec)("surrogateescape")
    pieces: list[str] = []
    offsets: list[int] = []
    begun = 0
    for place in range(len(data)):
        piece = decoder.decode(data[place : place + 1])
        if piece:
            # several at once only where the first ones are undecodable bytes, one each
            offsets += range(begun, begun + len(piece))
            pieces.append(piece)
            begun = place + 1 - len(decoder.getstate()[0])
    rest = decoder.decode(b"", final=True)
    offsets += range(begun, begun + len(rest))
    text = "".join((*pieces, rest))
    return Reading(data, text, codec, [*offsets[: len(text)], len(data)])


# ISO-2022-JP (RFC 1468, Encoding Standard, section 12.2) ------------------------------------------

_ESCAPES = {
    b"\x1b(B": "ascii",
    b"\x1b(J": "ascii",
    b"\x1b(I": "katakana",
    b"\x1b$@": "kanji",
    b"\x1b$B": "kanji",
    b"\x1b$(D": "opaque",  # JIS X 0212, and other sets, are read as what they are: unknown pairs
    b"\x1b$(O": "opaque",
    b"\x1b$(Q": "opaque",
    b"\x1b$(P": "opaque",
    b"\x1b$A": "opaque",
    b"\x1b$(C": "opaque",
}
_ESCAPE = re.compile(rb"\x1b(?:\([A-Z]|\$[@AB]|\$\([A-Z])")


def _japanese(data: bytes) -> Reading:
    """Sets are switched by escape sequences, within which `<` is half of a character.

    A switch to ASCII belongs to the character before it, any other to the one behind it, so that
    ASCII can be put in wherever ASCII stands.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    mode, place, begun = "ascii", 0, 0
    while place < len(data):
        escape = _ESCAPE.match(data, place)
        if escape:
            mode = _ESCAPES.get(escape[0], "opaque")
            place = escape.end()
            begun = begun if mode != "ascii" else place
            continue
        if mode == "ascii":
            escape = _ESCAPE.search(data, place)
            end = escape.start() if escape else len(data)
            pieces.append(data[place:end].decode("ascii", "surrogateescape"))
            offsets += begun, *range(place + 1, end)
            place = begun = end
            continue
        char, size = _of_set(data, place, mode)
        pieces.append(char)
        offsets.append(begun)
        place = begun = place + size
        if data[place - 1] in b"\n":
            mode = "ascii"  # lines end in ASCII (RFC 1468); programs forget to say so
    return Reading(data, "".join(pieces), _JAPANESE, [*offsets, len(data)])


def _of_set(data: bytes, place: int, mode: str) -> tuple[str, int]:
    first = data[place]
    if first < 0x21 or first == 0x7F:
        return (chr(first), 1) if first < 0x80 else (chr(0xDC00 + first), 1)
    if mode == "katakana":
        return (chr(0xFF40 + first), 1) if first < 0x60 else ("\ufffd", 1)
    second = data[place + 1] if place + 1 < len(data) else 0
    if mode == "opaque" or first > 0x7E or not 0x21 <= second <= 0x7E:
        return "\ufffd", 2 if 0x21 <= second <= 0x7E else 1
    return _kanji(first, second), 2


def _kanji(first: int, second: int) -> str:
    """JIS X 0208 with the extensions of windows-31j, by way of Shift JIS."""
    lead = (first - 0x21) // 2 + (0x81 if first < 0x5F else 0xC1)
    trail = second + ((0x1F if second < 0x60 else 0x20) if first % 2 else 0x7E)
    char = bytes((lead, trail)).decode("cp932", "replace")
    return char if len(char) == 1 else "\ufffd"
