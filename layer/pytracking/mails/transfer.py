"""The body of one MIME part: out of its transfer encoding, and changes back into it.

What did not change keeps its spelling, so that two mails can be compared, and so that a mail in
which nothing changes is the same mail.
"""

import base64
import binascii
import copy
import re
from bisect import bisect_right
from collections.abc import Sequence
from email.message import Message

from pytracking.errors import UnreadableBody
from pytracking.mails.charset import spliced

MAX_LINE_BYTES = 998
"""RFC 5322, section 2.1.1: without the CRLF."""

QUOTED_PRINTABLE = "quoted-printable"
BASE64 = "base64"
_LINE_BYTES = 76  # of quoted-printable and base64: RFC 2045, sections 6.7 and 6.8
# RFC 2045, section 6.2; and what programs write that mean the same.
_PLAIN = frozenset(
    """
    7bit 8bit binary 7-bit 8-bit 7bits 8bits 7 8 none identity text plain ascii us-ascii utf-8 utf8
    iso-8859-1 unicode raw default
    """.split()  # noqa: SIM905
)
_COMMENT = re.compile(r"\([^()]*\)")
_BASE64_LINE = re.compile(rb"[ \t]*([A-Za-z0-9+/]+={0,2})[ \t]*(?:\r\n|\n|\r|\Z)")

_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n")
_SENTENCE = re.compile(rb"\S[ \t]+\S")

ByteEdit = tuple[int, int, bytes]


def encoding_of(header: str | None) -> str:
    """What a Content-Transfer-Encoding says: "" for none, "quoted-printable", "base64" or another.

    Comments and parameters, which have no place there, do not count: "8bit (x)", "base64; a=b".
    """
    value = _COMMENT.sub("", header or "").partition(";")[0].strip().strip("\"'").lower()
    return "" if value in _PLAIN else value


def decoded(raw: bytes, encoding: str) -> bytes:
    """The body of a part that is no multipart.

    Raises:
        UnreadableBody: it cannot be decoded for certain.
    """
    if not encoding:
        return raw
    if encoding == QUOTED_PRINTABLE:
        return binascii.a2b_qp(raw)
    if encoding == BASE64:
        body = b"".join(_base64(raw).split())
        return base64.b64decode(body + b"=" * (-len(body) % 4))
    raise UnreadableBody(f"its Content-Transfer-Encoding is {encoding!r}")


def edited(raw: bytes, encoding: str, edits: Sequence[ByteEdit]) -> tuple[bytes, str]:
    """A body as it stands in the mail after edits of what `decoded` gave; and its encoding then.

    A part without encoding that a change has given too long a line, or its first character beyond
    ASCII, becomes quoted-printable.
    """
    line_end = b"\r\n" if b"\r\n" in raw else b"\n"
    if encoding == BASE64:
        return _edited_base64(raw, edits, line_end), encoding
    if encoding == QUOTED_PRINTABLE:
        return _edited_quoted(raw, edits, line_end), encoding
    new = spliced(raw, edits)
    too_long = longest_line(new) > MAX_LINE_BYTES >= longest_line(raw)
    if too_long or (raw.isascii() and not new.isascii()):
        return _quoted(new, line_end), QUOTED_PRINTABLE
    return new, encoding


def written(part: Message) -> bytes:
    """The body of a part as it stands in the mail.

    Raises:
        UnreadableBody: there is none, or it is no bytes.
    """
    try:
        raw = part.get_payload()
    except ValueError:  # the charset's name holds a NUL: ask a copy that names none
        part = copy.copy(part)
        del part["Content-Type"]
        raw = part.get_payload()
    if not isinstance(raw, str):
        raise UnreadableBody("it has no body of its own")
    if raw.isascii():
        return raw.encode()
    # Bytes beyond ASCII were kept, and are shown as text only: ask for the bytes. A message that
    # was parsed from a str, which mail is not, never had them.
    kept = part.get_payload(decode=True)
    if isinstance(kept, bytes):
        try:
            shown = kept.decode(part.get_content_charset("ascii"), "replace")
        except (LookupError, ValueError):  # as email.message does with a charset it does not know
            shown = kept.decode("ascii", "replace")
        if shown == raw:
            return kept
    raise UnreadableBody("it was read from a str: use email.message_from_bytes")


def longest_line(body: bytes) -> int:
    """Bytes in the longest line, without its end."""
    return max(map(len, re.split(rb"\r?\n", body)))


# base64 -------------------------------------------------------------------------------------------


def _base64(raw: bytes) -> bytes:
    """Return what is base64 in a body: all of it but white space, or a list's footer, behind it."""
    body = raw.rstrip()
    blank = _BLANK_LINE.search(body)
    if blank and _SENTENCE.search(body, blank.end()):
        body = body[: blank.start()].rstrip()
    try:
        base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return _base64_before_footer(raw)
    return body


def _base64_before_footer(raw: bytes) -> bytes:
    """Lines of one length, and a last one that may be shorter; padding may be missing."""
    start = position = len(raw) - len(raw.lstrip())
    length = 0
    while line := _BASE64_LINE.match(raw, position):
        if length and len(line[1]) > length:
            break
        position = line.end()
        length = length or len(line[1])
        if len(line[1]) < length or line[1].endswith(b"="):
            break
    body = raw[:position].rstrip()
    bits = sum(map(len, body.split()))
    behind = raw[position:].lstrip(b" \t")
    if position == start or bits % 4 == 1 or (behind and length % 4 and bits % 4):
        raise UnreadableBody("it is no base64, as it says")
    return body


def _edited_base64(raw: bytes, edits: Sequence[ByteEdit], line_end: bytes) -> bytes:
    body = _base64(raw)
    lines = body.split()
    length = len(lines[0]) if len(lines) > 1 and len(lines[0]) % 4 == 0 else _LINE_BYTES
    new = base64.b64encode(spliced(decoded(raw, BASE64), edits))
    rows = [new[at : at + length] for at in range(0, len(new), length)]
    indent = raw[: len(raw) - len(raw.lstrip())] if body else b""
    return indent + line_end.join(rows) + raw[len(body) :]


# quoted-printable ---------------------------------------------------------------------------------


def _edited_quoted(raw: bytes, edits: Sequence[ByteEdit], line_end: bytes) -> bytes:
    """Only lines that an edit touches are spelt anew; soft line ends between others stay."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", raw) or [b""]
    texts = [binascii.a2b_qp(line) for line in lines]
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text))
    pieces: list[bytes] = []
    done = 0
    for first, last, group in _by_lines(edits, starts):
        pieces += lines[done:first]
        offset = starts[first]
        moved = [(start - offset, end - offset, new) for start, end, new in group]
        text = spliced(b"".join(texts[first : last + 1]), moved)
        is_soft = lines[last].endswith(b"\n") and not texts[last].endswith(b"\n")
        pieces.append(_quoted(text, line_end, soft=is_soft))
        done = last + 1
    return b"".join((*pieces, *lines[done:]))


def _by_lines(
    edits: Sequence[ByteEdit], starts: list[int]
) -> list[tuple[int, int, list[ByteEdit]]]:
    """Edits with the lines that they touch, those of shared lines together."""
    groups: list[tuple[int, int, list[ByteEdit]]] = []
    last_line = len(starts) - 2
    for edit in edits:
        start, end, _ = edit
        first = min(bisect_right(starts, start) - 1, last_line)
        last = max(first, min(bisect_right(starts, max(start, end - 1)) - 1, last_line))
        if groups and first <= groups[-1][1]:
            begun, until, group = groups.pop()
            groups.append((begun, max(until, last), [*group, edit]))
        else:
            groups.append((first, last, [edit]))
    return groups


def _quoted(text: bytes, line_end: bytes, *, soft: bool = False) -> bytes:
    """A text as quoted-printable, with its own line ends; `soft`: the text goes on behind it."""
    encoded = b"".join(
        _quoted_line(line, line_end) for line in re.findall(rb"[^\n]*\n|[^\n]+", text)
    )
    if not soft or not encoded:
        return encoded
    last = encoded[encoded.rfind(b"\n") + 1 :]
    if len(last) >= _LINE_BYTES:  # no room for the soft line end
        cut = 3 if last[-3:-2] == b"=" else 1
        encoded = encoded[:-cut] + b"=" + line_end + encoded[-cut:]
    return encoded + b"=" + line_end


def _quoted_line(line: bytes, line_end: bytes) -> bytes:
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    hard_end = line[len(text) :]
    if hard_end == b"\r":  # a lone carriage return is no line end in mail
        text, hard_end = line, b""
    return binascii.b2a_qp(text, istext=False).replace(b"=\n", b"=" + line_end) + hard_end
