"""The body of one MIME part: out of its transfer encoding, and back into it."""

import base64
import binascii
import re
from email.message import Message

MAX_LINE_BYTES = 998
"""RFC 5322, section 2.1.1: without the CRLF."""

_LINE_BYTES = 76  # of quoted-printable and base64: RFC 2045, sections 6.7 and 6.8
_PLAIN = ("", "7bit", "8bit", "binary")


def read(part: Message) -> bytes | None:
    """The decoded body of a part that is no multipart; None where it cannot be read for certain."""
    raw = written(part)
    if raw is None:
        return None
    encoding = _encoding(part)
    if encoding in _PLAIN:
        return raw
    if encoding == "quoted-printable":
        return binascii.a2b_qp(raw)
    if encoding == "base64":
        try:
            return base64.b64decode(b"".join(raw.split()), validate=True)
        except binascii.Error:
            return None
    return None


def write(part: Message, new: bytes) -> None:
    """Put a body that `read` gave, and that was changed with ASCII, back into its encoding.

    Lines of quoted-printable that did not change keep their spelling. A part without encoding
    that a change has given too long a line is encoded as quoted-printable.
    """
    raw, encoding = written(part) or b"", _encoding(part)
    line_end = b"\r\n" if b"\r\n" in raw else b"\n"
    if encoding == "base64":
        size = _LINE_BYTES // 4 * 3
        lines = (base64.b64encode(new[at : at + size]) for at in range(0, len(new), size))
        encoded = b"".join(line + line_end for line in lines)
    elif encoding == "quoted-printable":
        encoded = _requoted(raw, new, line_end)
    elif longest_line(new) > MAX_LINE_BYTES >= longest_line(raw):
        encoded = _requoted(b"", new, line_end)
        del part["Content-Transfer-Encoding"]
        part["Content-Transfer-Encoding"] = "quoted-printable"
    else:
        encoded = new
    part.set_payload(encoded.decode("ascii", "surrogateescape"))


def written(part: Message) -> bytes | None:
    """The body of a part as it stands in the mail; None where there is none or it is no bytes."""
    raw = part.get_payload()
    if not isinstance(raw, str):
        return None
    if raw.isascii():
        return raw.encode()
    # Bytes beyond ASCII were kept, and are shown as text only: ask for the bytes. A message that
    # was parsed from a str, which mail is not, never had them.
    kept = part.get_payload(decode=True)
    if not isinstance(kept, bytes):
        return None
    try:
        shown = kept.decode(part.get_content_charset("ascii"), "replace")
    except LookupError:  # as email.message does with a charset that it does not know
        shown = kept.decode("ascii", "replace")
    return kept if shown == raw else None


def longest_line(body: bytes) -> int:
    """Bytes in the longest line, without its end."""
    return max(map(len, re.split(rb"\r?\n", body)))


def _encoding(part: Message) -> str:
    return str(part.get("Content-Transfer-Encoding", "")).strip().lower()


def _requoted(raw: bytes, new: bytes, line_end: bytes) -> bytes:
    """`new` as quoted-printable; lines that are in `raw`, at the same place, as they are there."""
    old_lines = _logical_lines(raw)
    new_lines = new.splitlines(keepends=True)
    if len(old_lines) != len(new_lines):
        old_lines = [b""] * len(new_lines)
    return b"".join(
        old if old and binascii.a2b_qp(old) == line else _quoted(line, line_end)
        for old, line in zip(old_lines, new_lines, strict=True)
    )


def _logical_lines(raw: bytes) -> list[bytes]:
    """Quoted-printable split at its hard line ends."""
    lines: list[bytes] = []
    pieces: list[bytes] = []
    for line in raw.splitlines(keepends=True):
        pieces.append(line)
        if not line.rstrip().endswith(b"="):
            lines.append(b"".join(pieces))
            pieces = []
    return [*lines, b"".join(pieces)] if pieces else lines


def _quoted(line: bytes, line_end: bytes) -> bytes:
    text = line.removesuffix(b"\n").removesuffix(b"\r")
    hard_end = line[len(text) :]
    if hard_end == b"\r":  # a lone carriage return is no line end in mail
        text, hard_end = line, b""
    return binascii.b2a_qp(text, istext=False).replace(b"=\n", b"=" + line_end) + hard_end
