"""What is to change in a plain text: its links; all else stays exactly as it was."""

import re
from collections.abc import Collection

from pytracking.mails import bare_urls, markup
from pytracking.mails.options import Job
from pytracking.mails.policy import NO_TRACK, Decision, MailLink, Policy
from pytracking.mails.rewriting import AboutLinks, Plan, Slot, unsubscribe_places

# White space within a URL in angle brackets, with the quote marks of the lines.
_WRAPPED = re.compile(r"[ \t]*\r?\n[ \t]*(?:[>|][ \t]?)*")


def plan_text(
    text: str,
    job: Job,
    *,
    lines_join: bool = False,
    unsubscribe_urls: Collection[str] = (),
) -> Plan:
    """Say what becomes of one plain text.

    Args:
        text: the text.
        job: without ``open_tracking``: a plain text has no pixel.
        lines_join: a line that ends in a space goes on in the next, without the space; so a URL
            there is only the beginning of one.
        unsubscribe_urls: those that the mail's header names.

    Raises:
        ConfigurationError: the base URL is missing.
    """
    job.require_bases()
    policy = Policy(job, unsubscribe_urls)
    about = AboutLinks(job.options, "text")
    links: list[MailLink] = []
    changes = [*unsubscribe_places(text, None, job)]
    for start, end, goes_on in bare_urls.find(text, lines_join=lines_join):
        written = text[start:end]
        if goes_on:
            verdict = Decision("wrapped", reason="it may go on in the next line: put it in <...>")
        else:
            verdict = policy.judge(_WRAPPED.sub("", written))
        if verdict.target and job.click_tracking:
            changes.append((start, end, Slot(None, verdict.target, about.of_next())))
        elif job.click_tracking and (mark := NO_TRACK.match(written)):
            changes.append((start + mark.end(1), start + mark.end(), ""))
        links.append(MailLink(markup.readable(written), *verdict, start, end))
    return Plan.of(text, links, changes, is_html=False)
