"""Rewriting a mail's plain text: tracked links, and all else as it was."""

from collections.abc import Mapping
from typing import Any, Unpack

from pytracking.configuration import Configuration
from pytracking.mails.options import Job, MailKeywords, Options
from pytracking.mails.plain import plan_text
from pytracking.mails.policy import MailLink
from pytracking.mails.problems import check_links, warn
from pytracking.mails.rewriting import Minting

__all__ = ["MailLink", "Options", "adapt_text", "find_links"]


def adapt_text(
    text: str,
    extra_metadata: Mapping[str, Any] | None,
    configuration: Configuration | None = None,
    **kwargs: Unpack[MailKeywords],
) -> str:
    """Return a plain text with its http and https links replaced by tracking links.

    Punctuation and brackets around a URL stay where they are; a URL in angle brackets may be
    wrapped over several lines. One that seems to go on in the next line without them is left.

    Args:
        extra_metadata: put into every link; what JSON can hold.
        configuration: how links are minted.
        kwargs: parameters of `Configuration`, which override those of `configuration`; and
            those of `pytracking.html.Options` that text has a use for.

    Raises:
        ConfigurationError: `base_click_tracking_url` is missing.
        InvalidPayload: JSON cannot hold the metadata.
        TypeError: an unknown keyword.
    """
    job = Job.of(configuration, kwargs, True, False)
    minting = Minting(job.configuration, extra_metadata)
    planned = plan_text(text, job)
    new = planned.rendered(minting)
    warn(check_links(planned.links, minting.longest), stacklevel=2)
    return new


def find_links(
    text: str, configuration: Configuration | None = None, **kwargs: Unpack[MailKeywords]
) -> tuple[MailLink, ...]:
    """Every link of a text in order, with what `adapt_text` would do to it, and why.

    No link is minted, so no key and no base URL is needed.
    """
    return plan_text(text, Job.of(configuration, kwargs, False, False)).links
