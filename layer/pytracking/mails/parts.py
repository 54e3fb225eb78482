"""The parts of a whole mail: of a parsed message, or of its bytes with the places of each.

No part is looked for within another by recursion, so that a mail may be nested as it likes.
"""

import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

from pytracking.mails import transfer

_CLOSED = ("multipart/signed", "multipart/encrypted")
_HEADERS = re.compile(
    rb"(?:From [^\r\n]*(?:\r\n|[\r\n]|\Z))?"
    rb"(?:(?:[^\s:]+[ \t]*:|[ \t])[^\r\n]*(?:\r\n|[\r\n]|\Z))*+(?:\r\n|[\r\n])?"
)
_DELIMITER = re.compile(rb"(?:\A|(?<=[\r\n]))--[^\r\n]*(?:\r\n|[\r\n])?")
_LINE_END = re.compile(rb"(?:\r\n|[\r\n])\Z")
_URL_IN_HEADER = re.compile(r"<\s*(https?://[^<>]+)>", re.IGNORECASE)


@dataclass(eq=False, slots=True)
class _Multipart:
    """One that is open while the parts in it are read; `place` counts from 1 in its parent."""

    kind: str
    parent: "_Multipart | None"
    place: int
    closed: bool
    boundary: bytes = b""
    count: int = 0
    alternative: "_Multipart | None" = None
    """The innermost multipart/alternative that this is, or is in."""

    def __post_init__(self) -> None:
        if self.kind == "multipart/alternative":
            self.alternative = self
        elif self.parent:
            self.alternative = self.parent.alternative


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is no multipart.

    Attributes:
        parent: the multipart it is in, and its `place` there, from 1.
        kind: its content type, "text/html".
        headers: its own, of the older policy, which raises for none.
        start: where its body begins in the mail's bytes, and `end`; `header` where its headers do.
        is_body: it is a text of the mail, not an attachment.
        is_closed: it is under a signature, or encrypted.
        message: of a parsed mail, the part.
    """

    parent: _Multipart | None
    place: int
    kind: str
    headers: Message
    is_body: bool
    is_closed: bool
    raw: bytes | None = None
    header: int = 0
    start: int = 0
    end: int = 0
    message: Message | None = None

    @property
    def name(self) -> str:
        """What problems call it: "part 1.2 text/html", the second part of the first."""
        places: list[int] = []
        node: Part | _Multipart = self
        while node.parent:
            places.append(node.place)
            node = node.parent
        return f"part {'.'.join(map(str, reversed(places))) or 1} {self.kind}"

    @property
    def alternative(self) -> object:
        """Which multipart/alternative it is in, the innermost; None for none."""
        return self.parent.alternative if self.parent else None

    @property
    def encoding(self) -> str:
        """Its transfer encoding, as `transfer.encoding_of` gives it."""
        return transfer.encoding_of(str(self.headers.get("Content-Transfer-Encoding", "")))

    def written(self) -> bytes:
        """Its body as it stands in the mail.

        Raises:
            UnreadableBody: there is none, or it is no bytes.
        """
        if self.message is not None:
            return transfer.written(self.message)
        return self.raw or b""

    def parameter(self, name: str) -> str | None:
        """A parameter of its Content-Type, whatever characters it holds."""
        try:
            value = self.headers.get_param(name)
            return str(value[2] if isinstance(value, tuple) else value) if value else None
        except (ValueError, LookupError):
            return None


def of_message(message: Message) -> list[Part]:
    """The parts of a parsed mail."""
    found: list[Part] = []
    waiting: list[tuple[Message, _Multipart | None, int]] = [(message, None, 1)]
    while waiting:
        part, parent, place = waiting.pop()
        headers = _older_headers(part)
        children = part.get_payload() if part.is_multipart() else None
        if headers.get_content_maintype() == "multipart" and isinstance(children, list):
            opened = _opened(headers, parent, place)
            numbered = [(child, opened, count) for count, child in enumerate(children, 1)]
            waiting += reversed([entry for entry in numbered if isinstance(entry[0], Message)])
        else:
            found.append(_part(headers, parent, place, message=part))
    return found


def of_bytes(data: bytes) -> list[Part]:
    """The parts of a mail, with the places of their headers and bodies."""
    found: list[Part] = []
    opened: list[_Multipart] = []
    by_boundary: dict[bytes, list[int]] = {}
    delimiters = _DELIMITER.finditer(data)
    position, place = 0, 1
    while True:
        parsed = _HEADERS.match(data, position)
        body = parsed.end() if parsed else position
        headers = BytesHeaderParser(policy=email.policy.compat32).parsebytes(data[position:body])
        parent = opened[-1] if opened else None
        boundary = _boundary(headers)
        if boundary:
            opened.append(_opened(headers, parent, place, boundary))
            by_boundary.setdefault(boundary, []).append(len(opened) - 1)
        end, following = _next_part(data, body, delimiters, opened, by_boundary)
        if not boundary:
            spans = {"raw": data[body:end], "header": position, "start": body, "end": end}
            found.append(_part(headers, parent, place, **spans))
        if following < 0:
            return found
        position = following
        opened[-1].count += 1
        place = opened[-1].count


def list_unsubscribe(headers: Message) -> list[str]:
    """The values of a mail's List-Unsubscribe headers, unfolded and decoded."""
    return [_plain(value) for value in raw_values(headers, "List-Unsubscribe")]


def urls_in(header: str) -> list[str]:
    """The http and https URLs of a List-Unsubscribe header.

    Folded headers may have white space within a URL, which is to be ignored (RFC 2369, section 2).
    """
    return ["".join(url.split()) for url in _URL_IN_HEADER.findall(header)]


def raw_values(headers: Message, name: str) -> list[str]:
    """A header's values as they stand in the mail, one for each time that it is there."""
    return [str(value) for key, value in headers.raw_items() if key.lower() == name.lower()]


def _plain(value: str) -> str:
    if "=?" not in value:
        return value
    pieces = []
    try:
        for text, charset in decode_header(value):
            pieces.append(
                text if isinstance(text, str) else text.decode(charset or "ascii", "replace")
            )
    except (ValueError, LookupError):  # broken encoded words stay what they are
        return value
    return "".join(pieces)


def _next_part(
    data: bytes,
    body: int,
    delimiters: Iterator[re.Match[bytes]],
    opened: list[_Multipart],
    by_boundary: dict[bytes, list[int]],
) -> tuple[int, int]:
    """Where the body that begins at `body` ends, and the next part begins (-1 for none)."""
    end = -1
    for delimiter in delimiters:
        if delimiter.start() < body:
            continue
        line = delimiter[0].rstrip()[2:]
        is_last = line not in by_boundary
        boundary = line.removesuffix(b"--") if is_last else line
        if boundary not in by_boundary:
            continue
        if end < 0:
            line_end = _LINE_END.search(data, max(body, delimiter.start() - 2), delimiter.start())
            end = line_end.start() if line_end else delimiter.start()
        depth = by_boundary[boundary][-1]
        _close(opened, by_boundary, depth if is_last else depth + 1)
        if not is_last:
            return end, delimiter.end()
    return (len(data) if end < 0 else end), -1


def _close(opened: list[_Multipart], by_boundary: dict[bytes, list[int]], depth: int) -> None:
    while len(opened) > depth:
        boundary = opened.pop().boundary
        by_boundary[boundary].pop()
        if not by_boundary[boundary]:
            del by_boundary[boundary]


def _boundary(headers: Message) -> bytes:
    if headers.get_content_maintype() != "multipart":
        return b""
    return (headers.get_boundary() or "").encode("ascii", "surrogateescape")


def _opened(
    headers: Message, parent: _Multipart | None, place: int, boundary: bytes = b""
) -> _Multipart:
    kind = headers.get_content_type()
    closed = kind in _CLOSED or bool(parent and parent.closed)
    return _Multipart(kind, parent, place, closed, boundary)


def _part(headers: Message, parent: _Multipart | None, place: int, **given: object) -> Part:
    is_named = headers.get_filename() is not None
    is_attached = headers.get_content_disposition() == "attachment" or (
        is_named and parent is not None and parent.kind != "multipart/alternative" and place > 1
    )
    return Part(
        parent,
        place,
        headers.get_content_type(),
        headers,
        not is_attached,
        bool(parent and parent.closed),
        **given,  # type: ignore[arg-type]
    )


def _older_headers(part: Message) -> Message:
    """Headers of a part in a message that parses none of them but when asked to."""
    headers = Message(policy=email.policy.compat32)
    for name, value in part.raw_items():
        if name.lower().startswith("content-"):
            headers[name] = str(value)
    headers.set_default_type(part.get_default_type())
    return headers


def headers_of(data: bytes) -> Message:
    """A mail's own headers."""
    found = _HEADERS.match(data)
    head = data[: found.end()] if found else b""
    return BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)


def encoding_edits(
    data: bytes, part: Part, encoding: str, needs_version: bool
) -> Iterator[transfer.ByteEdit]:
    """What gives a part another transfer encoding, and its mail the version that this takes."""
    line_end = b"\r\n" if data[part.header : part.start].endswith(b"\r\n") else b"\n"
    header = b"Content-Transfer-Encoding: " + encoding.encode()
    old = _TRANSFER_ENCODING.search(data, part.header, part.start)
    version = b"MIME-Version: 1.0" + line_end if needs_version else b""
    if version:
        yield 0, 0, version
    if old:
        yield *old.span(), header
    else:
        yield part.header, part.header, header + line_end


_TRANSFER_ENCODING = re.compile(
    rb"(?:\A|(?<=[\r\n]))Content-Transfer-Encoding[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE,
)
