"""Problems that stop readers from seeing a mail as intended."""

import warnings
from collections.abc import Iterable
from typing import NamedTuple

from pytracking.errors import MailWarning
from pytracking.mails.charset import Reading, read_html
from pytracking.mails.policy import MailLink

GMAIL_CLIPS_BYTES = 102 * 1024
"""Gmail shows no more than about this much of a mail's HTML, and hides the pixel with the rest."""

LONGEST_LINK_CHARACTERS = 2_000
"""Longer links are cut by some programs: Internet Explorer's engine, which Outlook used, took
2,083 characters."""


class Problem(NamedTuple):
    """One such thing. `part` is "part 1.2 text/html", or "" for the whole mail."""

    part: str
    message: str

    def __str__(self) -> str:
        return f"{self.part}: {self.message}" if self.part else self.message


def warn(problems: Iterable[Problem], stacklevel: int) -> None:
    """Give each problem as a MailWarning; `stacklevel` as `warnings.warn` takes it, from here."""
    for problem in problems:
        warnings.warn(str(problem), MailWarning, stacklevel=stacklevel + 1)


def readable(html: bytes, declared: str | None = None) -> Reading:
    """HTML as text, for a caller's caller, who gets a MailWarning where it cannot be read."""
    reading = read_html(html, declared)
    if reading.problem:
        warn([Problem("", f"nothing in it is tracked: {reading.problem}")], stacklevel=3)
    return reading


def check_size(html: bytes, part: str = "") -> list[Problem]:
    """Whether Gmail shows all of an HTML text."""
    over = len(html) - GMAIL_CLIPS_BYTES
    if over <= 0:
        return []
    clipped = f"Gmail clips it: {over} bytes more than {GMAIL_CLIPS_BYTES // 1024} KB"
    return [Problem(part, clipped)]


def check_links(links: Iterable[MailLink], longest: int, part: str = "") -> list[Problem]:
    """Which links were to be reported, and whether programs cut the `longest` one."""
    problems = []
    if longest > LONGEST_LINK_CHARACTERS:
        problems.append(Problem(part, too_long(longest)))
    problems += [
        Problem(part, f"{link.href}: {link.reason}")
        for link in links
        if link.outcome == "tracked" and link.reason
    ]
    return problems


def too_long(characters: int) -> str:
    """What there is to say about a link that programs cut."""
    return (
        f"a link has {characters} characters, and some programs cut at "
        f"{LONGEST_LINK_CHARACTERS}: give it less metadata"
    )
