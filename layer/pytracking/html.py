"""Rewriting a mail's HTML: tracked links, and a pixel that reports an open.

Only the values of tracked `href` attributes change, and the pixel is inserted; every other
character stays as the designer made it. Nothing but the standard library is needed.
"""

from collections.abc import Mapping
from typing import Any, Unpack

from pytracking.configuration import Configuration
from pytracking.mails.options import Job, MailKeywords, Options
from pytracking.mails.policy import MailLink
from pytracking.mails.problems import check_links, readable, warn
from pytracking.mails.rewriting import Minting, plan

__all__ = ["MailLink", "Options", "adapt_html", "adapt_html_bytes", "find_links"]


def adapt_html(
    html_text: str | bytes,
    extra_metadata: Mapping[str, Any] | None,
    click_tracking: bool = True,
    open_tracking: bool = True,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> str:
    """Return a mail's HTML with its links replaced by tracking links, and with a tracking pixel.

    Args:
        html_text: the HTML. Bytes are read in the charset that they declare themselves (UTF-8
            when they declare none); those that it does not have come out as lone surrogates
            ("surrogateescape"). `adapt_html_bytes` gives bytes for bytes.
        extra_metadata: put into every link; what JSON can hold.
        click_tracking: whether links are replaced: `<a href>` and `<area href>`, to http and
            https, also by way of `//` or of a `<base href>`.
        open_tracking: whether the pixel is inserted.
        configuration: how links are minted.
        kwargs: parameters of `Configuration`, which override those of `configuration`; and
            those of `pytracking.html.Options`.

    Broken HTML raises nothing and loses nothing: it is read as browsers read it. A link that
    cannot be tracked is left as it is; `find_links` reports which those are.

    Warns:
        MailWarning: bytes that cannot be read; links so long that programs cut them.

    Raises:
        ConfigurationError: the base URL of what is to be tracked is missing.
        InvalidPayload: JSON cannot hold the metadata.
        TypeError: an unknown keyword.
    """
    if isinstance(html_text, bytes):
        html_text = readable(html_text).text
    job = Job.of(configuration, kwargs, click_tracking, open_tracking)
    planned, minting = plan(html_text, job), Minting(job.configuration, extra_metadata)
    new = planned.rendered(minting)
    warn(check_links(planned.links, minting.longest), stacklevel=2)
    return new


def adapt_html_bytes(
    html_bytes: bytes,
    extra_metadata: Mapping[str, Any] | None,
    click_tracking: bool = True,
    open_tracking: bool = True,
    configuration: Configuration | None = None,
    *,
    charset: str | None = None,
    **kwargs: Unpack[MailKeywords],
) -> bytes:
    """As `adapt_html`, from bytes to bytes: every byte outside the changes is the same.

    Args:
        charset: the charset that a Content-Type header names; None to read it from
            the bytes themselves.
    """
    reading = readable(html_bytes, charset)
    if reading.problem:
        return html_bytes
    job = Job.of(configuration, kwargs, click_tracking, open_tracking)
    planned, minting = plan(reading.text, job), Minting(job.configuration, extra_metadata)
    edits = planned.edits(minting)
    warn(check_links(planned.links, minting.longest), stacklevel=2)
    return reading.with_edits(edits)


def find_links(
    html_text: str | bytes,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> tuple[MailLink, ...]:
    """Every link of a mail in order, with what `adapt_html` would do to it, and why.

    No link is minted, so no key and no base URL is needed (but without the base URLs, links that
    are tracked already are not recognised).
    """
    if isinstance(html_text, bytes):
        html_text = readable(html_text).text
    return plan(html_text, Job.of(configuration, kwargs, False, False)).links
