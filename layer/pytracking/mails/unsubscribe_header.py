"""What is wrong with a mail's List-Unsubscribe headers (RFC 2369, RFC 8058)."""

import re
from collections.abc import Callable, Iterable, Iterator
from email.message import Message
from urllib.parse import urlsplit

from pytracking.mails.parts import list_unsubscribe, raw_values, urls_in
from pytracking.mails.problems import Problem

_NAME = "List-Unsubscribe"
_POST = "List-Unsubscribe-Post"
_ONE_CLICK = "list-unsubscribe=one-click"
_FOLDED_URL = re.compile(r"<[^<>]*[\r\n][^<>]*>")
# What filter lists block, no matter which domain follows: `||email.*`, `||click.email.*`
_BLOCKED = re.compile(
    r"(?:(?:click|clicks|track|tracking|links?|open|go)\.)?email\.", re.IGNORECASE
)


def check_headers(headers: Message, is_tracked: Callable[[str], bool]) -> Iterator[Problem]:
    """What keeps mailbox providers from offering to unsubscribe; `is_tracked` finds our links."""
    given = raw_values(headers, _NAME)
    if not given:
        return
    if len(given) > 1:
        yield Problem("", f"it has {len(given)} {_NAME} headers: programs read one, or none")
    for value in given:
        if "=?" in value:
            yield Problem("", f"its {_NAME} is encoded, and programs look for <...>: fold it less")
        if _FOLDED_URL.search(value):
            yield Problem("", f"a URL in its {_NAME} is folded: put each URL on one line")
    urls = [url for value in list_unsubscribe(headers) for url in urls_in(value)]
    posts = raw_values(headers, _POST)
    if urls and not any("".join(post.split()).lower() == _ONE_CLICK for post in posts):
        yield Problem("", f"it has no {_POST}: List-Unsubscribe=One-Click (RFC 8058)")
    for url in urls:
        yield from _check_url(url, is_tracked)
    yield from _check_signatures(headers)


def _check_signatures(headers: Message) -> Iterator[Problem]:
    """Whether a DKIM signature covers both headers, as RFC 8058, section 4, has it."""
    signatures = raw_values(headers, "DKIM-Signature")
    for name in (_NAME, _POST):
        if signatures and not any(name.lower() in _signed(value) for value in signatures):
            problem = f"no DKIM signature covers its {name}: put it among the signed headers (h=)"
            yield Problem("", f"{problem}, or mailbox providers offer no one-click (RFC 8058)")


def _signed(signature: str) -> list[str]:
    """The names in lower case that a DKIM signature covers (RFC 6376, section 3.5)."""
    found = re.search(r"(?:^|;)\s*h\s*=([^;]*)", signature)
    return "".join(found[1].split()).lower().split(":") if found else []


def check_visible(headers: Message, links: Iterable[tuple[str, str]]) -> Iterator[Problem]:
    """Whether a mail that programs can unsubscribe from shows people a link, too.

    Args:
        headers: of the mail.
        links: outcome and reason of each link of its texts, as a ``MailLink`` has them.
    """
    if not raw_values(headers, _NAME):
        return
    if not any(outcome == "unsubscribe" or _NAME in reason for outcome, reason in links):
        yield Problem("", f"it has {_NAME}, and none of its links says that it unsubscribes")


def _check_url(url: str, is_tracked: Callable[[str], bool]) -> Iterator[Problem]:
    if url.lower().startswith("http://"):
        yield Problem("", f"{url} in its {_NAME} is http: one click takes https (RFC 8058)")
    if is_tracked(url):
        yield Problem("", f"{url} in its {_NAME} is a tracked link: it must unsubscribe by itself")
    yield from check_host(url, f"in its {_NAME}")


def check_host(url: str, place: str) -> Iterator[Problem]:
    """Whether filter lists block a URL for how its host begins."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return
    if blocked := _BLOCKED.match(host):
        problem = f"{host} {place}: filter lists block hosts that begin with {blocked[0]}"
        yield Problem("", problem)
