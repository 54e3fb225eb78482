"""What a request's headers tell of who made it, by themselves and against its user agent.

Browsers say with each request what it is for (fetch metadata) and, Chromium's, which they are
(client hints). A program that borrows a browser's name seldom sends the rest. docs/visitors.md has
each rule with its source and the people it could wrong.
"""

import re
from collections.abc import Iterator, Mapping

from pytracking.visitors.browsers import Browser, is_impossible

# Fetch metadata's Sec-Purpose, and what came before it; Sec-Speculation-Tags goes with prefetches.
_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-sec-purpose", "x-moz")
# "prefetch;prerender", "prefetch;anonymous-client-ip", Safari's "preview", early Chrome's "instant"
_PURPOSES = ("prefetch", "prerender", "preview", "instant")

FETCH_METADATA_SINCE = {"chromium": 90, "firefox": 100, "safari": 17}
"""Versions that surely send ``Sec-Fetch-Mode`` over https: 76, 90 and 16.4 were the first to."""

HINTS_SINCE = 110
"""The version of Chromium that surely sends ``Sec-CH-UA`` over https: 89 was the first to."""

OLD_CHROME = 100
"""Desktop Chrome updates itself; older than this one, of 2022, few are left."""

# What only a page or its parts fetch; a mail's image is no script, style, font or worker.
_FOREIGN_TO_IMAGES = frozenset((
    "audio", "audioworklet", "font", "json", "manifest", "paintworklet", "report", "script",
    "serviceworker", "sharedworker", "style", "track", "video", "webidentity", "worker", "xslt",
))  # fmt: skip

_CHROMIUM_HINT = r'"chromium"; ?v="(\d+)'
# The platform that the user agent names -> what else ``Sec-CH-UA-Platform`` may be. Phones that
# ask for the desktop's page borrow its string.
_PLATFORMS = (
    ("windows nt", ("windows", "android")),
    ("macintosh", ("macos", "android", "ios")),
    ("cros ", ("chrome os", "chromium os", "linux", "android")),
    ("android", ("android", "chrome os", "chromium os")),
    ("linux", ("linux", "android", "chrome os", "chromium os")),
)
_KNOWN_PLATFORMS = frozenset(
    ("windows", "macos", "linux", "android", "chrome os", "chromium os", "ios")
)


def signals(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the signals of ``headers`` (names in lower case) alone, the most telling first."""
    # "HeadlessChrome";v="120" stays in the hints when the user agent is disguised
    if "headless" in headers.get("sec-ch-ua", "").lower():
        yield "headless-hint"
    if signed := _signer(headers):
        yield signed
    # RFC 9110, 10.1.2: robots say who runs them, and nobody else sends it
    sender = headers.get("from", "")
    if "@" in sender or "(at)" in sender:
        yield "from-header"
    for name in _PURPOSE_HEADERS:
        if name in headers:
            value = headers[name].lower()
            if any(purpose in value for purpose in _PURPOSES):
                yield "prefetch-header"
                return
    if "sec-speculation-tags" in headers:
        yield "prefetch-header"


def disagreements(
    text: str, browser: Browser, headers: Mapping[str, str], kind: str, *, whole: bool
) -> Iterator[str]:
    """Yield the signals in which headers contradict the user agent, the most telling first.

    Args:
        text: the user agent in lower case.
        browser: what it says.
        headers: names in lower case.
        kind: what the link is; a mail shows opens as images, everything else is navigated to.
        whole: ``headers`` are all that came, so that what is missing is a sign, too.
    """
    if _hints_disagree(text, browser, headers):
        yield "hints-disagree"
    if _wrong_mode(headers, kind):
        yield "wrong-fetch-mode"
    seen_whole = whole and not _is_behind_proxy(headers)
    secure = _is_secure(headers)
    if (
        seen_whole
        and secure
        and browser.plain
        and browser.version >= FETCH_METADATA_SINCE[browser.engine]
        and "sec-fetch-mode" not in headers
    ):
        yield "no-fetch-metadata"
    if is_impossible(text, browser):
        yield "impossible-version"
    if seen_whole and browser.plain and _oddities(text, browser, headers, kind, secure) >= 2:
        yield "unlike-browser"


def agree(browser: Browser, headers: Mapping[str, str], kind: str) -> bool:
    """Tell whether headers are all that this browser sends. Ask only where nothing contradicts."""
    return (
        browser.plain
        and "sec-fetch-mode" in headers
        and "sec-fetch-dest" in headers
        and "accept-language" in headers
        and _accepts_what_is_linked(headers, kind)
        and (browser.engine != "chromium" or "sec-ch-ua" in headers)
    )


def foreign_accept(browser: Browser, headers: Mapping[str, str]) -> bool:
    """Tell whether ``Accept`` is not Chromium's, which has asked for APNG since 2017."""
    accept = headers.get("accept", "")
    return (
        browser.engine == "chromium"
        and browser.plain
        and browser.version >= HINTS_SINCE
        and ("text/html" in accept or "image/" in accept)
        and "image/apng" not in accept
    )


def _signer(headers: Mapping[str, str]) -> str | None:
    """Return who signed the request as a robot (Web Bot Auth), by its own word."""
    if "web-bot-auth" in headers.get("signature-input", "") or "signature-agent" in headers:
        found = re.search(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", headers.get("signature-agent", "")[:256])
        return f"signed-agent:{found.group()}" if found else "signed-agent"
    return None


def _hints_disagree(text: str, browser: Browser, headers: Mapping[str, str]) -> bool:
    hints = headers.get("sec-ch-ua", "").lower()
    if not hints:
        return False
    if browser.engine in ("firefox", "safari") or "iphone" in text or "ipad" in text:
        return True  # neither sends any, and on iOS nobody does
    if not browser.plain:
        return False
    version = re.search(_CHROMIUM_HINT, hints)
    if version and int(version[1]) != browser.version:
        return True
    platform = headers.get("sec-ch-ua-platform", "").strip('" ').lower()
    if platform not in _KNOWN_PLATFORMS:
        return False
    return next((platform not in may for name, may in _PLATFORMS if name in text), False)


def _wrong_mode(headers: Mapping[str, str], kind: str) -> bool:
    mode, dest = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    if mode is None:
        return False
    if kind != "open":
        return mode not in ("navigate", "nested-navigate")
    return dest in _FOREIGN_TO_IMAGES or (mode == "cors" and dest is None)


def _is_secure(headers: Mapping[str, str]) -> bool:
    """Tell whether the request came over https: by the gateway's word, or as it asks for brotli.

    Browsers take brotli over https only, where no proxy of old can spoil it.
    """
    proto = headers.get("x-forwarded-proto")
    if proto is not None:
        return proto.strip().lower() == "https"
    return "br" in headers.get("accept-encoding", "").replace(",", " ").split()


def _is_behind_proxy(headers: Mapping[str, str]) -> bool:
    """Tell whether something on the way may have taken the headers away that are missing."""
    return ("via" in headers or "x-amz-cf-id" in headers) and not any(
        name.startswith("sec-") for name in headers
    )


def _oddities(
    text: str, browser: Browser, headers: Mapping[str, str], kind: str, secure: bool
) -> int:
    """Return in how many ways a request differs from its browser's; one alone says nothing."""
    chromium = browser.engine == "chromium"
    return (
        ("accept-language" not in headers)
        + (not _accepts_what_is_linked(headers, kind))
        + (chromium and secure and browser.version >= HINTS_SINCE and "sec-ch-ua" not in headers)
        + (chromium and browser.version < OLD_CHROME and "windows nt 10.0" in text)
    )


def _accepts_what_is_linked(headers: Mapping[str, str], kind: str) -> bool:
    accept = headers.get("accept", "")
    return "text/html" in accept or (kind == "open" and "image/" in accept)
