"""Rewriting a whole mail: its HTML and its plain text, in whatever way they are encoded."""

import copy
import re
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any, NamedTuple, TypeVar, Unpack

from pytracking.configuration import Configuration, get_configuration
from pytracking.errors import MailWarning, UnreadableBody
from pytracking.mails import charset as charsets
from pytracking.mails import parts as mail_parts
from pytracking.mails import transfer
from pytracking.mails.options import MailKeywords, Options
from pytracking.mails.parts import Part
from pytracking.mails.plain import plan_text
from pytracking.mails.policy import MailLink
from pytracking.mails.problems import GMAIL_CLIPS_BYTES, Problem, check_links, check_size, warn
from pytracking.mails.rewriting import Minting, Plan, plan, require_bases

__all__ = [
    "GMAIL_CLIPS_BYTES",
    "MailWarning",
    "Options",
    "Problem",
    "adapt_message",
    "adapt_message_bytes",
    "check_message",
    "check_size",
    "find_links",
]

AnyMessage = TypeVar("AnyMessage", bound=Message)

_TEXTS = {"text/html": "html", "text/plain": "text"}
_AMP = "text/x-amp-html"
_PGP = re.compile(rb"^-----BEGIN PGP ", re.MULTILINE)


def adapt_message(
    message: AnyMessage,
    extra_metadata: Mapping[str, Any] | None,
    click_tracking: bool = True,
    open_tracking: bool = True,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> AnyMessage:
    """Return a copy of a mail with tracked links in its HTML and plain text, and a tracking pixel.

    Attachments, attached mails, and whatever is signed or encrypted (S/MIME, PGP) stay as they
    are; so do headers, boundaries, charsets and transfer encodings. The exception: where a change
    makes a line too long for SMTP, the part becomes quoted-printable. Links that the
    List-Unsubscribe header names are left.

    Args:
        message: an `email.message.EmailMessage`, or the older `Message`.
        extra_metadata: put into every link; what JSON can hold.
        click_tracking: whether links are replaced.
        open_tracking: whether the HTML gets the pixel: of several HTML parts the first, of
            alternatives the last, which is the one that readers see.
        configuration: how links are minted.
        kwargs: parameters of `Configuration`, which override those of `configuration`; and
            those of `pytracking.html.Options`.

    Warns:
        MailWarning: for each of `check_message`'s problems with the new mail, and for links so
            long that programs cut them.

    Raises:
        ConfigurationError: the base URL of what is to be tracked is missing.
        InvalidPayload: JSON cannot hold the metadata.
        TypeError: an unknown keyword.
    """
    options, rest = Options.taken_from(kwargs)
    configuration = get_configuration(configuration, rest)
    message = _copied(message)
    problems: list[Problem] = []
    for body in _bodies(
        mail_parts.of_message(message),
        message,
        click_tracking,
        open_tracking,
        configuration,
        options,
    ):
        minting = Minting(configuration, extra_metadata)
        if body.plan.changes and body.part.message is not None:
            body.put_into(body.part.message, message, minting)
        problems += check_links(body.plan.links, minting.longest, body.part.name)
    warn(check_message(message) + problems, stacklevel=2)
    return message


def adapt_message_bytes(
    message_bytes: bytes,
    extra_metadata: Mapping[str, Any] | None,
    click_tracking: bool = True,
    open_tracking: bool = True,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> bytes:
    """As `adapt_message`, from bytes to bytes: every byte outside the changes is the same.

    Line ends, the folding of headers, preambles and binary parts stay. Where nothing is to be
    changed, the bytes are those that were given.
    """
    options, rest = Options.taken_from(kwargs)
    configuration = get_configuration(configuration, rest)
    found = mail_parts.of_bytes(message_bytes)
    root = mail_parts.headers_of(message_bytes)
    problems: list[Problem] = []
    edits: list[transfer.ByteEdit] = []
    for body in _bodies(found, root, click_tracking, open_tracking, configuration, options):
        part, minting = body.part, Minting(configuration, extra_metadata)
        if body.plan.changes:
            raw, encoding = body.edited(minting)
            edits.append((part.start, part.end, raw))
            if encoding != part.encoding:
                needs_version = "MIME-Version" not in root
                edits += mail_parts.encoding_edits(message_bytes, part, encoding, needs_version)
                root["MIME-Version"] = "1.0"
        problems += check_links(body.plan.links, minting.longest, part.name)
    data = charsets.spliced(message_bytes, sorted(edits))
    warn(check_message(data) + problems, stacklevel=2)
    return data


def find_links(
    message: Message | bytes,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> tuple[MailLink, ...]:
    """Every link of a mail in order, with what `adapt_message` would do to it, and why.

    Each names its part. No link is minted, so no key and no base URL is needed.
    """
    options, rest = Options.taken_from(kwargs)
    configuration = get_configuration(configuration, rest)
    found, root = _parts_and_headers(message)
    bodies = _bodies(found, root, False, False, configuration, options)
    return tuple(link._replace(part=body.part.name) for body in bodies for link in body.plan.links)


def check_message(message: Message | bytes) -> list[Problem]:
    """What about a mail will keep readers from seeing it as intended.

    Lines longer than SMTP carries (998 bytes, RFC 5322, section 2.1.1), HTML longer than Gmail
    shows, a DKIM signature, which a mail must get after its links were replaced, and parts that
    cannot be read, in which nothing is tracked.
    """
    problems = []
    found, root = _parts_and_headers(message)
    if "DKIM-Signature" in root:
        problems.append(
            Problem("", "it has a DKIM-Signature already: sign it after its links are replaced")
        )
    for part in found:
        problems += _problems_of(part)
    return problems


def _problems_of(part: Part) -> Iterator[Problem]:
    is_text = part.is_body and part.kind in _TEXTS
    try:
        raw = part.written()
    except UnreadableBody as error:
        if is_text and not part.is_closed:
            yield Problem(part.name, f"nothing in it is tracked: {error}")
        return
    over = transfer.longest_line(raw) - transfer.MAX_LINE_BYTES
    if over > 0:
        line = f"a line is {over} bytes longer than the {transfer.MAX_LINE_BYTES} that SMTP carries"
        yield Problem(part.name, f"{line}: encode the part as quoted-printable")
    if part.kind == _AMP and not part.is_closed:
        yield Problem(
            part.name, "nothing in it is tracked: readers whose program shows AMP are missed"
        )
    if not is_text:
        return
    try:
        body = transfer.decoded(raw, part.encoding)
    except UnreadableBody as error:
        if not part.is_closed:
            yield Problem(part.name, f"nothing in it is tracked: {error}")
        return
    if part.kind == "text/html":
        yield from check_size(body, part.name)
    reading = _reading(part, body)
    if reading.problem and not part.is_closed:
        yield Problem(part.name, f"nothing in it is tracked: {reading.problem}")


class _Body(NamedTuple):
    """One text of a mail, and what is to change in it."""

    part: Part
    raw: bytes
    reading: charsets.Reading
    plan: Plan

    def edited(self, minting: Minting) -> tuple[bytes, str]:
        """The body as it then stands in the mail, and its transfer encoding."""
        edits = self.reading.byte_edits(self.plan.edits(minting))
        return transfer.edited(self.raw, self.part.encoding, edits)

    def put_into(self, part: Message, root: Message, minting: Minting) -> None:
        """Change a part of the mail `root`."""
        raw, encoding = self.edited(minting)
        part.set_payload(raw.decode("ascii", "surrogateescape"))
        if encoding != self.part.encoding:
            del part["Content-Transfer-Encoding"]
            part["Content-Transfer-Encoding"] = encoding
            if "MIME-Version" not in root:  # without it no transfer encoding counts
                root["MIME-Version"] = "1.0"


def _parts_and_headers(message: Message | bytes) -> tuple[list[Part], Message]:
    if isinstance(message, bytes):
        return mail_parts.of_bytes(message), mail_parts.headers_of(message)
    return mail_parts.of_message(message), message


def _bodies(
    found: list[Part],
    root: Message,
    click_tracking: bool,
    open_tracking: bool,
    configuration: Configuration,
    options: Options,
) -> Iterator[_Body]:
    require_bases(configuration, click=click_tracking, open=open_tracking)
    named = [
        url for header in mail_parts.list_unsubscribe(root) for url in mail_parts.urls_in(header)
    ]
    readable = [*_readable(found, options)]
    seen = _pixel_part([part for part, _, _ in readable]) if open_tracking else None
    for part, raw, reading in readable:
        if part.kind == "text/html":
            planned = plan(
                reading.text,
                click_tracking=click_tracking,
                open_tracking=part is seen,
                configuration=configuration,
                options=options,
                unsubscribe_urls=named,
            )
        else:
            planned = plan_text(
                reading.text,
                click_tracking=click_tracking,
                configuration=configuration,
                options=options,
                lines_join=_lines_join(part),
                unsubscribe_urls=named,
            )
        yield _Body(part, raw, reading, planned)


def _readable(
    found: list[Part], options: Options
) -> Iterator[tuple[Part, bytes, charsets.Reading]]:
    """The texts of a mail that are to be tracked, and can be read."""
    for part in found:
        if not part.is_body or part.is_closed or _TEXTS.get(part.kind) not in options.parts:
            continue
        try:
            raw = part.written()
            body = transfer.decoded(raw, part.encoding)
        except UnreadableBody:  # check_message says so
            continue
        reading = _reading(part, body)
        if not (reading.problem or _PGP.search(body)):
            yield part, raw, reading


def _reading(part: Part, body: bytes) -> charsets.Reading:
    """The header's charset; without one, HTML is asked for its own."""
    declared = part.parameter("charset")
    if part.kind == "text/html":
        return charsets.read_html(body, declared)
    return charsets.read(body, declared)


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


def _copied(message: AnyMessage) -> AnyMessage:
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
