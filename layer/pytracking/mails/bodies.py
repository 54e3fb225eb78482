"""The texts of a whole mail, and what is to change in each."""

import copy
import re
from collections.abc import Iterator
from email.message import Message
from typing import Any, NamedTuple, TypeVar

from pytracking.errors import InvalidPayload, UnreadableBody
from pytracking.mails import charset as charsets
from pytracking.mails import parts as mail_parts
from pytracking.mails import transfer
from pytracking.mails.options import Job, Options
from pytracking.mails.parts import Part
from pytracking.mails.plain import plan_text
from pytracking.mails.rewriting import Minting, Plan, Values, plan

AnyMessage = TypeVar("AnyMessage", bound=Message)

TEXTS = {"text/html": "html", "text/plain": "text"}
_PGP = re.compile(rb"^-----BEGIN PGP ", re.MULTILINE)


class Body(NamedTuple):
    """One text of a mail, and what is to change in it."""

    part: Part
    raw: bytes
    reading: charsets.Reading
    plan: Plan

    def edited(self, minting: Minting, values: Values | None = None) -> tuple[bytes, str]:
        """The body as it then stands in the mail, and its transfer encoding.

        Raises:
            InvalidPayload: a value holds a character that the charset of a plain text lacks.
        """
        edits = self.plan.edits(minting, values)
        if values:
            edits = [(start, end, self._in_charset(new)) for start, end, new in edits]
        return transfer.edited(self.raw, self.part.encoding, self.reading.byte_edits(edits))

    def _in_charset(self, new: str) -> str:
        codec = self.reading.codec if self.reading.offsets is None else "ascii"
        if self.part.kind == "text/html":
            return new.encode(codec, "xmlcharrefreplace").decode(codec)
        try:
            new.encode(codec)
        except UnicodeEncodeError as error:
            raise InvalidPayload(
                f"{self.part.name} is in {codec}, which has no {new[error.start]!r}: write the "
                "template in UTF-8"
            ) from error
        return new

    def put_into(
        self, part: Message, root: Message, minting: Minting, values: Values | None = None
    ) -> None:
        """Change a part of the mail `root`."""
        raw, encoding = self.edited(minting, values)
        part.set_payload(raw.decode("ascii", "surrogateescape"))
        if encoding != self.part.encoding:
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = encoding
            if "MIME-Version" not in root:  # without it no transfer encoding counts
                root["MIME-Version"] = "1.0"


def bodies_of(found: list[Part], root: Message, job: Job) -> Iterator[Body]:
    """Each text of a mail that is to be tracked and can be read.

    Args:
        found: the mail's parts.
        root: the mail's headers.

    Raises:
        ConfigurationError: the base URL of what is to be tracked is missing.
    """
    job.require_bases()
    named = [
        url for header in mail_parts.list_unsubscribe(root) for url in mail_parts.urls_in(header)
    ]
    readable = [*_readable(found, job.options)]
    seen = _pixel_part([part for part, _, _ in readable]) if job.open_tracking else None
    for part, raw, reading in readable:
        if part.kind == "text/html":
            planned = plan(
                reading.text,
                job._replace(open_tracking=part is seen),
                unsubscribe_urls=named,
            )
        else:
            planned = plan_text(
                reading.text,
                job._replace(open_tracking=False),
                lines_join=_lines_join(part),
                unsubscribe_urls=named,
            )
        yield Body(part, raw, reading, planned)


def _readable(
    found: list[Part], options: Options
) -> Iterator[tuple[Part, bytes, charsets.Reading]]:
    """The texts of a mail that are to be tracked, and can be read."""
    for part in found:
        if not part.is_body or part.is_closed or TEXTS.get(part.kind) not in options.parts:
            continue
        try:
            raw = part.written()
            body = transfer.decoded(raw, part.encoding)
            reading = reading_of(part, body)
        except UnreadableBody:  # `email.check_message` says so
            continue
        if not _PGP.search(body):
            yield part, raw, reading


def reading_of(part: Part, body: bytes) -> charsets.Reading:
    """A decoded body as text: the header's charset; without one, HTML is asked for its own.

    Raises:
        UnreadableBody: it is not in its charset, and what is text in it cannot be known.
    """
    read = charsets.read_html if part.kind == "text/html" else charsets.read
    reading = read(body, part.parameter("charset"))
    if reading.problem:
        raise UnreadableBody(reading.problem)
    return reading


def _pixel_part(readable: list[Part]) -> Part | None:
    """The first HTML part; where it has alternatives, the last of them: programs show that one."""
    html = [part for part in readable if part.kind == "text/html"]
    if not html or html[0].alternative is None:
        return html[0] if html else None
    return [part for part in html if part.alternative == html[0].alternative][-1]


def _lines_join(part: Part) -> bool:
    """Whether a line that ends in a space goes on in the next, without it (RFC 3676, section 4)."""
    values = (part.parameter("format"), part.parameter("delsp"))
    return [str(value).lower() for value in values] == ["flowed", "yes"]


def copied(message: AnyMessage) -> AnyMessage:
    """A deep copy. The innermost parts are copied first, so that no depth is too much for it."""
    found: list[Message] = [message]
    for part in found:
        children = part.get_payload() if part.is_multipart() else None
        if isinstance(children, list):
            found += [child for child in children if isinstance(child, Message)]
    memo: dict[int, Any] = {}
    for part in reversed(found):
        copy.deepcopy(part, memo)
    return copy.deepcopy(message, memo)
