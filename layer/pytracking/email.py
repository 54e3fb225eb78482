"""Rewriting a whole mail: its HTML and its plain text, in whatever way they are encoded."""

from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any, Unpack

from pytracking.configuration import Configuration
from pytracking.errors import MailWarning, UnreadableBody
from pytracking.mails import charset as charsets
from pytracking.mails import parts as mail_parts
from pytracking.mails import transfer
from pytracking.mails.bodies import TEXTS, AnyMessage, bodies_of, copied, reading_of
from pytracking.mails.options import Job, MailKeywords, Options
from pytracking.mails.parts import Part
from pytracking.mails.policy import MailLink
from pytracking.mails.problems import GMAIL_CLIPS_BYTES, Problem, check_links, check_size, warn
from pytracking.mails.rewriting import Minting

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

_AMP = "text/x-amp-html"


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
    job = Job.of(configuration, kwargs, click_tracking, open_tracking)
    message = copied(message)
    problems: list[Problem] = []
    for body in bodies_of(mail_parts.of_message(message), message, job):
        minting = Minting(job.configuration, extra_metadata)
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
    job = Job.of(configuration, kwargs, click_tracking, open_tracking)
    found = mail_parts.of_bytes(message_bytes)
    root = mail_parts.headers_of(message_bytes)
    problems: list[Problem] = []
    edits: list[transfer.ByteEdit] = []
    for body in bodies_of(found, root, job):
        part, minting = body.part, Minting(job.configuration, extra_metadata)
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
    found, root = _parts_and_headers(message)
    bodies = bodies_of(found, root, Job.of(configuration, kwargs, False, False))
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
    is_text = part.is_body and part.kind in TEXTS
    try:
        raw = part.written()
        over = transfer.longest_line(raw) - transfer.MAX_LINE_BYTES
        if over > 0:
            line = f"a line is {over} bytes longer than the {transfer.MAX_LINE_BYTES} that SMTP"
            yield Problem(part.name, f"{line} carries: encode the part as quoted-printable")
        if part.kind == _AMP and not part.is_closed:
            yield Problem(
                part.name, "nothing in it is tracked: readers whose program shows AMP are missed"
            )
        if not is_text:
            return
        body = transfer.decoded(raw, part.encoding)
        if part.kind == "text/html":
            yield from check_size(body, part.name)
        reading_of(part, body)
    except UnreadableBody as error:
        if is_text and not part.is_closed:
            yield Problem(part.name, f"nothing in it is tracked: {error}")


def _parts_and_headers(message: Message | bytes) -> tuple[list[Part], Message]:
    if isinstance(message, bytes):
        return mail_parts.of_bytes(message), mail_parts.headers_of(message)
    return mail_parts.of_message(message), message
