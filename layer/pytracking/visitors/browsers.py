"""What browsers say of themselves: by their user agents, and by the headers that go with them.

Browsers say with each request what it is for (fetch metadata) and, Chromium's, which they are
(client hints). A program that borrows a browser's name seldom sends the rest. docs/visitors.md has
each rule with its source and the people it could wrong. One file, since each file costs a cold
start as much as all that is in this one.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Literal

Engine = Literal["chromium", "firefox", "safari", "other"]
Device = Literal["phone", "tablet", "desktop", "other"]


class Browser:
    """A browser by its own word.

    Attributes:
        engine: of the browser; ``other`` where no rule on headers holds.
        version: of the engine, 0 for ``other``.
        plain: the string is the engine's maker's own, and nobody has put a name into it: of a
            Chromium inside an application, of a television or a car nothing is known.
    """

    __slots__ = ("engine", "plain", "version")  # made in a tenth of a NamedTuple's time

    def __init__(self, engine: Engine, version: int, *, plain: bool) -> None:
        self.engine, self.version, self.plain = engine, version, plain


OTHER = Browser("other", 0, plain=False)

_CHROMIUM = "applewebkit/537.36 (khtml, like gecko) "
# What makers put into their brackets: behind which system what stands by itself, and what before
# a version
_PARTS: dict[str, tuple[frozenset[str], tuple[str, ...]]] = {
    "windows": (frozenset(("win64", "x64", "wow64", "arm64")), ("rv:",)),
    "macintosh": (frozenset(), ("intel mac os x ", "rv:")),
    "iphone": (frozenset(), ("cpu iphone os ",)),
    "ipad": (frozenset(), ("cpu os ",)),
    "x11": (frozenset((
        "ubuntu", "fedora", "linux x86_64", "linux aarch64", "linux i686", "linux i686 on x86_64",
        "linux armv7l", "linux armv8l", "freebsd amd64", "openbsd amd64", "netbsd amd64",
    )), ("rv:", "cros x86_64 ", "cros aarch64 ", "cros armv7l ")),
}  # fmt: skip
MAX_WINDOWS = 10
"""The version in the strings of Windows 11 and later as well."""

# What telephones are called in; and never with "..", nor with more than a letter before a bracket
_ALPHABET = frozenset("abcdefghijklmnopqrstuvwxyz0123456789 .;()_-")
_CALL = r"[a-z]{2}\("
# Devices whose browsers differ from those of their maker: TVs, consoles, cars
_DEVICES_APART = ("tv", "bravia", "aft", "crkey", "quest", "wv")


def browser_of(text: str) -> Browser:
    """Return what ``text``, a user agent in lower case, says of its browser.

    The forms are those of the makers, from beginning to end:
    ``Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)
    Chrome/156.0.0.0 Safari/537.36``, maybe with ``Mobile`` before ``Safari`` and Edge behind it;
    ``Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0``;
    ``Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like
    Gecko) Version/18.6 Mobile/15E148 Safari/604.1``.
    """
    if not text.startswith("mozilla/5.0 ("):
        return OTHER
    platform, _, rest = text[len("mozilla/5.0 (") :].partition(") ")
    if rest.startswith(_CHROMIUM):
        products = rest[len(_CHROMIUM) :].replace(" mobile ", " ").split(" ")
        version = _number(products[0], "chrome/")
        edge = len(products) == 3 and _number(products[2], "edg/", "edga/")
        if version and products[1:2] == ["safari/537.36"] and (edge or len(products) == 2):
            return Browser("chromium", version, plain=_is_of_maker(platform))
    elif rest.startswith("gecko/"):
        engine, *products = rest.split(" ")
        whole = len(products) == 1 and "rv:" in platform and _number(engine, "gecko/")
        if whole and (version := _number(products[0], "firefox/")):
            return Browser("firefox", version, plain=_is_of_maker(platform))
    elif platform.startswith(("macintosh", "iphone", "ipad")):
        engine, *products = rest.replace(" (khtml, like gecko) ", " ", 1).split(" ")
        if len(products) == 3 and products[1].startswith("mobile/") and products[1][7:].isalnum():
            del products[1]
        whole = len(products) == 2 and _number(engine, "applewebkit/")
        whole = whole and _number(products[1], "safari/")
        if whole and (version := _number(products[0], "version/")):
            return Browser("safari", version, plain=_is_of_maker(platform))
    return OTHER


def _is_of_maker(platform: str) -> bool:
    """Return whether nobody has added to what a browser's maker puts into its brackets."""
    first, *parts = platform.removesuffix(" like mac os x").split("; ")
    if first == "linux" and parts and parts[0].startswith("android "):
        named = len(parts) == 2 and not any(map(parts[1].__contains__, _DEVICES_APART))
        return _is_of_telephone(platform) and (named or len(parts) == 1)
    if first.startswith("android "):
        return _is_of_telephone(platform.replace("; rv:", "; ", 1)) and len(parts) <= 2
    if 0 < _number(first, "windows nt ") <= MAX_WINDOWS:
        first = "windows"
    if first not in _PARTS or (first in ("iphone", "ipad") and len(parts) > 1):
        return False
    alone, before_version = _PARTS[first]
    return all(part in alone or _number(part, *before_version) for part in parts)


def _is_of_telephone(platform: str) -> bool:
    named = platform.replace(" build/", " ", 1)
    return (
        ".." not in named
        and _ALPHABET.issuperset(named)
        and not ("(" in named and re.search(_CALL, named))
    )


def _number(text: str, *names: str) -> int:
    """Return the first number behind one of ``names``: 156 of ``chrome/156.0.0.0``.

    0 where there is none, or anything but a version: an attack, for example.
    """
    for name in names:
        if text.startswith(name):
            parts = text[len(name) :].replace("_", ".").split(".")
            # Gecko's is a day, 20100101, and nobody's is longer
            known = len(parts[0]) < 9 and "".join(parts).isdecimal()
            return int(parts[0] or 0) if known else 0
    return 0


def is_impossible(text: str, browser: Browser) -> bool:
    """Return whether no browser has ever sent ``text``: its parts name versions that never met."""
    if browser.engine == "chromium":
        edge = " edg/" in text and re.search(
            r" edg/(\d+)", text
        )  # on Android the two went apart until 2021
        return browser.version >= MAX_VERSION or bool(edge and int(edge[1]) != browser.version)
    if browser.engine == "firefox":
        return browser.version >= MAX_VERSION or not _same_release(text, browser.version)
    return False


MAX_VERSION = 500
"""No browser has come to it: at 26 releases a year Chromium will be there after 2039."""

RV_AGREES_SINCE = 120


def _same_release(text: str, version: int) -> bool:
    """``rv:`` and ``Firefox/`` agree, since ``rv:``, which stood still at 109, went on at 120."""
    said = re.search(r"rv:(\d+)", text)
    return version < RV_AGREES_SINCE or not said or int(said[1]) == version


# What testers and monitors add to a browser's headers, so that they can be told
_TOOLS_HEADERS = {
    "sec-datadog": "datadog",
    "x-abuse-info": "new-relic",
    "postman-token": "postman",
    "acunetix-product": "acunetix",
}

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

_FOREIGN_TO_PAGES = _FOREIGN_TO_IMAGES | {"image"}

_CHROMIUM_HINT = r'"chromium"; ?v="([0-9]{1,4})\b'
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


def header_signals(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the signals of ``headers`` (names in lower case) alone, the most telling first."""
    # "HeadlessChrome";v="120" stays in the hints when the user agent is disguised
    hints = headers.get("sec-ch-ua", "") + headers.get("sec-ch-ua-full-version-list", "")
    if "headless" in hints.lower():
        yield "headless-hint"
    if tool := next((name for name in _TOOLS_HEADERS if name in headers), None):
        yield f"tool-header:{_TOOLS_HEADERS[tool]}"
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
    """Return whether headers are all this browser sends. Ask only where nothing contradicts."""
    return (
        browser.plain
        and "sec-fetch-mode" in headers
        and "sec-fetch-dest" in headers
        and "accept-language" in headers
        and _accepts_what_is_linked(headers, kind)
        and (browser.engine != "chromium" or "sec-ch-ua" in headers)
    )


def foreign_accept(browser: Browser, headers: Mapping[str, str]) -> bool:
    """Return whether ``Accept`` is not Chromium's, which has asked for APNG since 2017."""
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
    # Chrome 99 to 117 under the policy ForceMajorVersionToMinorPosition is Chrome/99.105.0.0
    if version and f"chrome/99.{version[1]}." not in text and int(version[1]) != browser.version:
        return True
    platform = headers.get("sec-ch-ua-platform", "").strip('" ').lower()
    if platform not in _KNOWN_PLATFORMS:
        return False
    return next((platform not in may for name, may in _PLATFORMS if name in text), False)


def _wrong_mode(headers: Mapping[str, str], kind: str) -> bool:
    # of a header that came twice, the first
    mode = headers.get("sec-fetch-mode", "").partition(",")[0].strip()
    dest = headers.get("sec-fetch-dest")
    if not mode:
        return False
    if kind != "open":
        return mode not in ("navigate", "nested-navigate") or dest in _FOREIGN_TO_PAGES
    return dest in _FOREIGN_TO_IMAGES or (mode == "cors" and dest is None)


def _is_secure(headers: Mapping[str, str]) -> bool:
    """Return whether the request came over https: by the gateway's word, or as it asks for brotli.

    Browsers take brotli over https only, where no proxy of old can spoil it.
    """
    proto = headers.get("x-forwarded-proto")
    if proto is not None:
        return proto.strip().lower() == "https"
    return "br" in headers.get("accept-encoding", "").replace(",", " ").split()


def _is_behind_proxy(headers: Mapping[str, str]) -> bool:
    """Return whether something on the way may have taken the headers away that are missing."""
    on_the_way = "via" in headers or "x-bluecoat-via" in headers or "x-amz-cf-id" in headers
    return on_the_way and not any(name.startswith("sec-") for name in headers)


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


# Signals that name the mail client whose image proxy or prefetcher it was
_CLIENTS_OF_SIGNALS = {
    "apple-mail-privacy": "apple-mail",
    "gmail-proxy": "gmail",
    "gmail-prefetch": "gmail",
    "yahoo-proxy": "yahoo-mail",
}
_PLAIN = {"chromium": "chrome", "firefox": "firefox", "safari": "safari"}
# A part of the user agent -> the client, the first that is there: applications before their engines
_CLIENTS = (
    ("thunderbird", "thunderbird"),
    ("outlook", "outlook"),
    ("ms-office", "outlook"),
    ("msoffice", "outlook"),
    ("microsoft office", "outlook"),
    ("com.google.android.gm", "gmail"),
    ("gmailios", "gmail"),
    ("yahoomobilemail", "yahoo-mail"),
    ("samsung email", "samsung-mail"),
    ("samsungemail", "samsung-mail"),
    ("lotus-notes", "notes"),
    ("samsungbrowser", "samsung-internet"),
    ("edg/", "edge"),
    ("edga/", "edge"),
    ("edgios/", "edge"),
    ("edge/", "edge"),
    ("opr/", "opera"),
    ("opera", "opera"),
    ("fban/", "in-app"),
    ("fbav/", "in-app"),
    ("instagram", "in-app"),
    ("; wv)", "in-app"),
    ("fxios/", "firefox"),
    ("firefox/", "firefox"),
    ("crios/", "chrome"),
    ("chrome/", "chrome"),
    ("msie ", "internet-explorer"),
    ("trident/", "internet-explorer"),
)
# Mail's views have no version of a browser: (iPhone; ...) AppleWebKit/605.1.15 (...) Mobile/15E148
_APPLE_MAIL = (
    r"mozilla/5\.0 \((?:macintosh|iphone|ipad)[^)]*\) applewebkit/[0-9.]+ "
    r"\(khtml, like gecko\)(?: mobile/\w+)?"
)


def has(text: str, parts: tuple[str, ...]) -> bool:
    """Return whether one of ``parts`` is in ``text``."""
    for part in parts:  # noqa: SIM110 - thrice as fast as any(), some ten times a verdict
        if part in text:
            return True
    return False


def client_of(text: str, browser: Browser, signal: str, kind: str) -> str:
    """Return the mail client or browser behind a user agent, coarse: ``apple-mail``, ``chrome``.

    Args:
        text: the user agent in lower case.
        browser: what it says.
        signal: that decided on it, without what stands behind its colon.
        kind: ``open`` or ``click``: a view without a browser's version is a mail client's only
            where it shows a mail.
    """
    if browser.plain:
        return "edge" if " edg/" in text or " edga/" in text else _PLAIN[browser.engine]
    if signal in _CLIENTS_OF_SIGNALS:
        return _CLIENTS_OF_SIGNALS[signal]
    for part, client in _CLIENTS:
        if part in text:
            return client
    if text.startswith("mail/") or (kind == "open" and re.fullmatch(_APPLE_MAIL, text)):
        return "apple-mail"
    if "version/" in text and "safari/" in text:
        return "safari"
    return "other-mail" if signal == "mail-client" else "other"


def device_of(text: str, browser: Browser) -> Device:
    """Return what is in the visitor's hands, by the user agent in lower case and its browser."""
    if has(text.replace("tablet pc", ""), ("ipad", "tablet", "kindle", "silk/")):
        return "tablet"  # Tablet PC 2.0 is a part of Windows 7
    if has(text, ("iphone", "ipod", "windows phone", "opera mini")):
        return "phone"
    if not browser.plain and has(text, _NO_DESKTOP):
        return "other"
    if "android" in text:
        return "phone" if "mobile" in text else "tablet"
    if has(text, ("windows", "macintosh", "x11", "cros ", "linux x86_64")):
        return "desktop"
    return "phone" if "mobile" in text or "midp" in text else "other"


_NO_DESKTOP = (
    "tv",
    "xbox",
    "playstation",
    "nintendo",
    "crkey",
    "roku",
    "bravia",
    "googleimageproxy",
)
