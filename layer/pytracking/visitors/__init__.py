"""Who came: a verdict on each request for a link, with the signals that decided.

Pure and deterministic: the same request always gets the same verdict, and nothing is looked up
anywhere. Nothing is dropped on a verdict; it is sent with the event, for the receiver to judge.
docs/visitors.md has each signal with its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pytracking.visitors import headers as _headers
from pytracking.visitors.crawlers import SOURCE
from pytracking.visitors.machines import machine_signal, stranger_signal, words_of
from pytracking.visitors.people import browser_signal, mail_client_signal

VisitorClass = Literal["human", "proxy", "prefetch", "scanner", "bot", "unknown"]

RULESET = f"1 {SOURCE}"
"""Which rules a verdict was made by: ours, counted, and the list of crawlers they look up."""

MAX_AGENT_CHARS = 1024
"""How much of a user agent is read; people's are at most a few hundred characters long."""

TOO_SOON_SECONDS = 2
"""A link this young has been in nobody's hands: a mail takes longer to be sent and shown. (Mautic
draws the line at the same age.)"""

SIGNALS: dict[str, VisitorClass] = {
    "apple-mail-privacy": "prefetch",
    "gmail-proxy": "proxy",
    "yahoo-proxy": "proxy",
    "mail-proxy": "proxy",
    "gmail-prefetch": "prefetch",
    "office-discovery": "prefetch",
    "link-scanner": "scanner",
    "security-crawler": "scanner",
    "crawler": "bot",
    "http-library": "bot",
    "bot-word": "bot",
    "contact": "bot",
    "remark": "bot",
    "owner": "bot",
    "headless-hint": "bot",
    "from-header": "bot",
    "prefetch-header": "prefetch",
    "head": "scanner",
    "no-agent": "bot",
    "too-soon": "scanner",
    "mail-client": "human",
    "bare-agent": "bot",
    "program": "bot",
    "browser": "human",
}
"""The class that each signal stands for, the most telling signal first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a request tells of who made it.

    Attributes:
        cls: the class of the first signal; ``unknown`` when there is none.
        signals: what decided, the most telling first; some name what was found behind a colon
            (``crawler:bingbot``).
        age_seconds: how old the link was, None when it does not say when it was made.
        ruleset: ``RULESET``.
    """

    cls: VisitorClass
    signals: tuple[str, ...]
    age_seconds: int | None
    ruleset: str = RULESET

    def to_json(self) -> dict[str, Any]:
        """Return the ``visitor`` of an event, ready for ``json.dumps``."""
        return {
            "class": self.cls,
            "signals": list(self.signals),
            "age_seconds": self.age_seconds,
            "ruleset": self.ruleset,
        }


def classify(
    user_agent: str | None,
    headers: Mapping[str, str],
    method: str,
    age_seconds: int | None,
    kind: str,
) -> Verdict:
    """Return the verdict on one request for a link.

    Args:
        user_agent: the ``User-Agent`` as it came, of whatever length.
        headers: the request's headers, names in lower case.
        method: ``GET`` or ``HEAD``.
        age_seconds: seconds since the link was made; None when it does not say, negative when the
            clocks of its maker and of this machine disagree.
        kind: what the link is.
    """
    text = (user_agent or "")[:MAX_AGENT_CHARS].strip().lower()
    words = words_of(text)
    machine = machine_signal(text, words, kind)
    signals = [machine] if machine else []
    if len(headers) > 1:
        signals += _headers.signals(headers)
    if method == "HEAD":
        signals.append("head")
    if not text:
        signals.append("no-agent")
    if age_seconds is not None and 0 <= age_seconds < TOO_SOON_SECONDS:
        signals.append("too-soon")
    if not signals:
        last = mail_client_signal(text, words) or stranger_signal(text) or browser_signal(text)
        signals = [last] if last else []
    cls = SIGNALS[signals[0].partition(":")[0]] if signals else "unknown"
    return Verdict(cls, tuple(signals), None if age_seconds is None else max(0, age_seconds))
