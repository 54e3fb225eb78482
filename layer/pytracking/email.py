"""Rewriting a whole mail: its HTML and its plain text, in whatever way they are encoded."""

import copy
import dataclasses
import re
import warnings
from collections.abc import Iterator, Mapping
from email.message import Message
from typing import Any, NamedTuple, TypeVar

from pytracking.configuration import Configuration, get_configuration
from pytracking.mails import charset as charsets
from pytracking.mails import transfer
from pytracking.mails.options import Options
from pytracking.mails.plain import rewrite_text
from pytracking.mails.policy import Link
from pytracking.mails.rewriting import Rewritten, require_bases, rewrite

__all__ = [
    "GMAIL_CLIPS_BYTES",
    "MailWarning",
    "Options",
    "Problem",
    "adapt_message",
    "check_message",
    "check_size",
    "find_links",
]

AnyMessage = TypeVar("AnyMessage", bound=Message)

GMAIL_CLIPS_BYTES = 102 * 1024
"""Gmail shows no more than about this much of a mail's HTML, and hides the pixel with the rest."""

_CLOSED = ("multipart/signed", "multipart/encrypted")
_PGP = re.compile(rb"^-----BEGIN PGP ", re.MULTILINE)
# Folded headers may have white space within a URL, which is to be ignored (RFC 2369, section 2).
_URL_IN_HEADER = re.compile(r"<\s*(https?://[^<>]+)>", re.IGNORECASE)


class MailWarning(UserWarning):
    """Something about a mail that will keep readers from seeing it as it was meant."""


class Problem(NamedTuple):
    """One such thing. `part` is "part 1.2 text/html", or "" for the whole mail."""

    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}" if self.part else self.message


def adapt_message(
    message: AnyMessage,
    extra_metadata: Mapping[str, Any] | None,
    click_tracking: bool = True,
    open_tracking: bool = True,
    configuration: Configuration | None = None,
    **kwargs: Any,
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
        open_tracking: whether the first HTML part gets the pixel.
        configuration: how links are minted.
        kwargs: parameters of `Configuration`, which override those of `configuration`; and
            those of `pytracking.html.Options`.

    Warns:
        MailWarning: for each of `check_message`'s problems with the new mail.

    Raises:
        ConfigurationError: the base URL of what is to be tracked is missing.
        InvalidPayload: JSON cannot hold the metadata.
        TypeError: an unknown keyword.
    """
    options = Options.taken_from(kwargs)
    configuration = get_configuration(configuration, kwargs)
    message = copy.deepcopy(message)
    for body in _rewritten(
        message, extra_metadata, click_tracking, open_tracking, configuration, options
    ):
        if body.new.text != body.text:
            transfer.write(body.part, charsets.written(body.new.text, body.codec))
    for problem in check_message(message):
        warnings.warn(str(problem), MailWarning, stacklevel=2)
    return message


def find_links(
    message: Message, configuration: Configuration | None = None, **kwargs: Any
) -> tuple[Link, ...]:
    """Every link of a mail in order, with what `adapt_message` would do to it, and why.

    Each names its part. No link is minted, so no key and no base URL is needed.
    """
    options = Options.taken_from(kwargs)
    configuration = get_configuration(configuration, kwargs)
    bodies = _rewritten(message, None, False, False, configuration, options)
    return tuple(link._replace(part=body.name) for body in bodies for link in body.new.links)


def check_message(message: Message) -> list[Problem]:
    """What about a mail will keep readers from seeing it as it was meant.

    Lines longer than SMTP carries (998 bytes, RFC 5322, section 2.1.1), HTML longer than Gmail
    shows, and a DKIM signature, which a mail must get after its links were replaced.
    """
    problems = []
    if "DKIM-Signature" in message:
        problems.append(
            Problem("", "it has a DKIM-Signature already: sign it after its links are replaced")
        )
    for name, part in _parts(message, closed=True):
        raw = transfer.written(part)
        over = transfer.longest_line(raw) - transfer.MAX_LINE_BYTES if raw else 0
        if over > 0:
            problems.append(
                Problem(
                    name,
                    f"a line is {over} bytes longer than the {transfer.MAX_LINE_BYTES} that SMTP "
                    "carries: encode the part as quoted-printable",
                )
            )
        if part.get_content_type() == "text/html" and not _is_attached(part):
            problems += check_size(transfer.read(part) or b"", name)
    return problems


def check_size(html: bytes, part: str = "") -> list[Problem]:
    """Whether Gmail shows all of an HTML text."""
    over = len(html) - GMAIL_CLIPS_BYTES
    if over <= 0:
        return []
    clipped = f"Gmail clips it: {over} bytes more than {GMAIL_CLIPS_BYTES // 1024} KB"
    return [Problem(part, clipped)]


class _Body(NamedTuple):
    """One text of a mail, before and after."""

    name: str
    part: Message
    text: str
    codec: str
    new: Rewritten


def _rewritten(
    message: Message,
    metadata: Mapping[str, Any] | None,
    click_tracking: bool,
    open_tracking: bool,
    configuration: Configuration,
    options: Options,
) -> Iterator[_Body]:
    require_bases(configuration, click=click_tracking, open=open_tracking)
    options = _leaving_list_unsubscribe(message, options)
    for name, part in _parts(message):
        kind = part.get_content_type()
        if kind not in ("text/html", "text/plain") or _is_attached(part):
            continue
        body = transfer.read(part)
        if body is None or _PGP.search(body):
            continue
        text, codec = charsets.readable(body, _charset(part, body))
        if kind == "text/html":
            new = rewrite(
                text,
                metadata,
                click_tracking=click_tracking,
                open_tracking=open_tracking,
                configuration=configuration,
                options=options,
            )
            open_tracking = False  # one mail, one pixel
        else:
            new = rewrite_text(
                text,
                metadata,
                click_tracking=click_tracking,
                configuration=configuration,
                options=options,
                lines_join=_lines_join(part),
            )
        yield _Body(name, part, text, codec, new)


def _parts(
    message: Message, number: str = "", *, closed: bool = False
) -> Iterator[tuple[str, Message]]:
    """The parts that hold something, with their names; `closed`: those under a signature too."""
    kind = message.get_content_type()
    if kind in _CLOSED and not closed:
        return
    children = message.get_payload()
    if kind.startswith("multipart/") and isinstance(children, list):
        for count, child in enumerate(children, 1):
            if isinstance(child, Message):
                name = f"{number}.{count}" if number else str(count)
                yield from _parts(child, name, closed=closed)
    else:
        yield f"part {number or '1'} {kind}", message


def _is_attached(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or part.get_filename() is not None


def _charset(part: Message, body: bytes) -> str:
    """The header's charset; without one, HTML is asked for its own."""
    declared = part.get_content_charset()
    if declared or part.get_content_type() != "text/html":
        return charsets.declared_codec(declared, body)
    return charsets.charset_of(body)


def _lines_join(part: Message) -> bool:
    """Whether a line that ends in a space goes on in the next, without it (RFC 3676, section 4)."""
    values = (part.get_param("format"), part.get_param("delsp"))
    return [str(value).lower() for value in values] == ["flowed", "yes"]


def _leaving_list_unsubscribe(message: Message, options: Options) -> Options:
    header = " ".join(map(str, message.get_all("List-Unsubscribe", [])))
    named = frozenset("".join(url.split()) for url in _URL_IN_HEADER.findall(header))
    if not named or options.unsubscribe == "track":
        return options
    asked = options.leave
    return dataclasses.replace(
        options, leave=lambda url: url in named or bool(asked and asked(url))
    )
