"""A plain text with its links replaced; all else exactly as it was."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pytracking.configuration import Configuration
from pytracking.mails.options import Options
from pytracking.mails.policy import Link, Policy, Verdict
from pytracking.mails.rewriting import Rewritten, applied, require_bases

# 1: a URL in angle brackets, which may be wrapped (RFC 3986, appendix C): <URL:https://x.com/a
# b>; or 2: a bare one, up to white space, quotes, `](` of Markdown, or East Asian punctuation.
_URL = re.compile(
    r"<(?:URL:)?[ \t]*+(https?://[^\s<>\"]++(?:[ \t]*+\r?\n[ \t]*+[^\s<>\"]++)*+)\s*+>"
    r"|(?<![A-Za-z0-9+.-])(https?://(?:[^\s<>\"\]\u3001\u3002\uff0c\u300d\u300f]++|\](?!\())++)",
    re.IGNORECASE,
)
# What ends the sentence around a URL, not the URL: "(see https://x.com/a_(b)), or ..."
_TRAILING = ".,;:!?'*~|\u2019\u201d\u00bb\u2026\u3002\uff01\uff09"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_MAX_LOOKED_AT = 4_096  # no target is half as long
# A mailer that breaks lines by force does so between these columns, mostly at 72 to 78.
_WRAPPED_FROM_COLUMN = 70
_CONTINUED = re.compile(r"\r?\n(?=[^\s<>\"]*[/?&=%#_])[^\s<>\"]")
_JOINED = re.compile(r" \r?\n[^\s<>\"]")


def rewrite_text(
    text: str,
    metadata: Mapping[str, Any] | None,
    *,
    click_tracking: bool,
    configuration: Configuration,
    options: Options,
    lines_join: bool = False,
) -> Rewritten:
    """Rewrite one plain text.

    Args:
        lines_join: a line that ends in a space goes on in the next, without the space; so a URL
            there is only the beginning of one.

    Raises:
        ConfigurationError: the base URL is missing.
        InvalidPayload: JSON cannot hold the metadata.
    """
    require_bases(configuration, click=click_tracking, open=False)
    policy = Policy(options, configuration)
    links: list[Link] = []
    edits: list[tuple[int, int, str]] = []
    for start, end in _found(text):
        written = text[start:end]
        wrapped = _CONTINUED.match(text, end) and not _bracketed(text, start)
        forced = wrapped and end - _line_start(text, start) >= _WRAPPED_FROM_COLUMN
        if forced or (lines_join and _JOINED.match(text, end)):
            verdict = Verdict("wrapped", reason="it may go on in the next line: put it in <...>")
        else:
            verdict = policy.judge("".join(written.split()))
        url = ""
        if verdict.target and click_tracking:
            told = {"link_position": len(edits) + 1} if "position" in options.link_metadata else {}
            own = {**told, **(metadata or {})}
            url = configuration.get_click_tracking_url(verdict.target, own)
            edits.append((start, end, url))
        links.append(Link(written, *verdict, url, start, end))
    return Rewritten(applied(text, edits), tuple(links))


def _found(text: str) -> Iterator[tuple[int, int]]:
    for found in _URL.finditer(text):
        group = found.lastindex or 0
        start, end = found.span(group)
        yield start, end if group == 1 else _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> int:
    """Where a bare URL ends once the punctuation of the sentence around it is taken off."""
    if end - start > _MAX_LOOKED_AT:
        return end
    while end > start:
        last = text[end - 1]
        opening = _BRACKETS.get(last)
        emphasis = last == "_" and text[start - 1 : start] == "_"
        unopened = opening and text.count(opening, start, end) < text.count(last, start, end)
        if not (last in _TRAILING or emphasis or unopened):
            break
        end -= 1
    return end


def _bracketed(text: str, start: int) -> bool:
    return text[_line_start(text, start) : start].rstrip().upper().endswith(("<", "<URL:"))


def _line_start(text: str, position: int) -> int:
    return text.rfind("\n", 0, position) + 1
