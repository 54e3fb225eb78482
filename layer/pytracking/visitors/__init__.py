"""Who came: a verdict on each request for a link, with the signals that decided.

Pure and deterministic: the same request always gets the same verdict, and nobody is asked. Nothing
is dropped on a verdict; it is sent with the event, for the receiver to judge.
docs/visitors.md has each signal with its source.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Literal

from pytracking.visitors import browsers
from pytracking.visitors.browsers import Browser, Device

VisitorClass = Literal["human", "proxy", "prefetch", "scanner", "bot", "unknown"]

RULESET = "6 crawlers 1.67.0 0.4.2"
"""Which rules a verdict was made by: ours, counted, and the versions of the lists of crawlers."""

MAX_AGENT_CHARS = 1024
"""How much of a user agent is read; people's are at most a few hundred characters long."""

TOO_SOON_SECONDS = 2
"""A link this young has been in nobody's hands: a mail takes longer to be sent and shown. (Mautic
draws the line at the same age.)"""

SIGNALS: dict[str, VisitorClass] = {
    "decoy": "scanner",
    "app": "human",
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
    "tool": "bot",
    "service": "bot",
    "bot-word": "bot",
    "injection": "scanner",
    "contact": "bot",
    "remark": "bot",
    "owner": "bot",
    "malformed": "bot",
    "headless-hint": "bot",
    "tool-header": "bot",
    "signed-agent": "bot",
    "from-header": "bot",
    "prefetch-header": "prefetch",
    "head": "scanner",
    "no-agent": "bot",
    "too-soon": "scanner",
    "hints-disagree": "bot",
    "wrong-fetch-mode": "bot",
    "no-fetch-metadata": "bot",
    "impossible-version": "bot",
    "unlike-browser": "bot",
    "hidden-agent": "unknown",
    "office-fetch": "unknown",
    "mail-client": "human",
    "bare-agent": "bot",
    "program": "bot",
    "browser": "human",
    "browser-headers": "human",
}
"""The class that each signal stands for, the most telling signal first."""

# okhttp/4.12.0; Shop/12 CFNetwork/1498.700.2 Darwin/23.6.0
_OF_AN_APP = r"okhttp/\d|\S+ cfnetwork/\d"

SHADOWS: dict[str, VisitorClass] = {
    "network": "scanner",
    "foreign-accept": "bot",
}
"""Signals that decide nothing yet, and the class that each would stand for. They are sent apart,
where a deployment asks for them, until it is known how often they are right."""


class Verdict:
    """What a request shows about who made it.

    Attributes:
        cls: the class of the first signal; ``unknown`` when there is none.
        signals: what decided, the most telling first; some name what was found behind a colon
            (``crawler:bingbot``).
        age_seconds: how old the link was, None when it does not say when it was made.
        client: the mail client or browser, coarse: ``apple-mail``, ``outlook``, ``chrome``,
            ``other``.
        device: ``phone``, ``tablet``, ``desktop`` or ``other``.
        shadow: signals of ``SHADOWS``; None where nobody asked for them.
    """

    __slots__ = ("age_seconds", "client", "cls", "device", "shadow", "signals")

    def __init__(
        self,
        cls: VisitorClass,
        signals: tuple[str, ...],
        age_seconds: int | None,
        *,
        client: str,
        device: Device,
        shadow: tuple[str, ...] | None = None,
    ) -> None:
        self.cls, self.signals, self.age_seconds = cls, signals, age_seconds
        self.client, self.device, self.shadow = client, device, shadow

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verdict) and self.to_json() == other.to_json()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Verdict({self.to_json()})"

    def to_json(self) -> dict[str, Any]:
        """Return the ``visitor`` of an event, ready for ``json.dumps``."""
        visitor = {
            "class": self.cls,
            "signals": list(self.signals),
            "age_seconds": self.age_seconds,
            "client": self.client,
            "device": self.device,
            "ruleset": RULESET,
        }
        if self.shadow is not None:
            visitor["shadow"] = list(self.shadow)
        return visitor


def classify(
    user_agent: str | None,
    headers: Mapping[str, str],
    method: str,
    age_seconds: int | None,
    kind: str,
    *,
    decoy: bool = False,
    address: str | None = None,
    shadows: bool = False,
    app: bool = False,
) -> Verdict:
    """Return the verdict on one request for a link.

    Args:
        user_agent: the ``User-Agent`` as it came, of whatever length.
        headers: the request's headers, names in lower case. With no more than the user agent among
            them, no rule looks at what is missing.
        method: ``GET``, ``HEAD`` or ``POST``.
        age_seconds: seconds since the link was made; None when it does not say, negative when the
            clocks of its maker and of this machine disagree.
        kind: what the link is.
        decoy: the link was put where only programs find it.
        address: whole, of the one who made the request; looked at for shadows only.
        shadows: whether to look for the signals of ``SHADOWS`` as well.
        app: the link is one that telephones open in an app, which asks for it itself.
    """
    text = (user_agent or "")[:MAX_AGENT_CHARS].strip().lower()
    browser = browsers.browser_of(text)
    signals = ["decoy"] if decoy else []
    machine = None
    if not browser.plain:
        words_of, machine_signal = _of_machines()
        words = words_of(text)
        machine = machine_signal(text, words, kind)
    if app and method == "GET" and re.match(_OF_AN_APP, text):
        machine = "app"
    if machine:
        signals.append(machine)
    whole = len(headers) > 1
    if whole:
        signals += browsers.header_signals(headers)
    if method == "HEAD":
        signals.append("head")
    if not text:
        signals.append("no-agent")
    if age_seconds is not None and 0 <= age_seconds < TOO_SOON_SECONDS:
        signals.append("too-soon")
    if not machine:
        signals += browsers.disagreements(text, browser, headers, kind, whole=whole)
    if not signals:
        last = "browser" if browser.plain else _of_people()(text, words, kind)
        if last:
            signals.append(last)
        if last == "browser" and browsers.agree(browser, headers, kind):
            signals.append("browser-headers")
    first = signals[0].partition(":")[0] if signals else ""
    age = None if age_seconds is None else max(0, age_seconds)
    return Verdict(
        SIGNALS[first] if first else "unknown",
        tuple(signals),
        age,
        client=browsers.client_of(text, browser, first, kind),
        device=browsers.device_of(text, browser),
        shadow=tuple(_shadows(browser, headers, age, address)) if shadows else None,
    )


_Rule = Callable[[str, list[str], str], str | None]


# What most browsers need not be looked up in loads when the first other user agent comes.


@cache
def _of_machines() -> tuple[Callable[[str], list[str]], _Rule]:
    from pytracking.visitors.machines import machine_signal, words_of

    return words_of, machine_signal


@cache
def _of_people() -> _Rule:
    from pytracking.visitors.people import last_signal

    return last_signal


def _shadows(
    browser: Browser, headers: Mapping[str, str], age: int | None, address: str | None
) -> Iterator[str]:
    from pytracking.visitors.networks import network_signal

    if network := network_signal(address, age):
        yield network
    if browsers.foreign_accept(browser, headers):
        yield "foreign-accept"
