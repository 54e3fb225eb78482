"""People: browsers and mail clients, by their user agents."""

import re

from pytracking.visitors.browsers import has
from pytracking.visitors.machines import stranger_signal

# A word of the user agent of a mail client that people read with -> what must be there with it
_MAIL_CLIENTS = {
    **dict.fromkeys((
        "airmail", "aquamail", "balsa", "barca", "barcapro", "becky", "betterbird", "bluemail",
        "canarymail", "emclient", "epyrus", "eudora", "foxmail", "geary", "gmailios", "gnus",
        "hiri", "horde", "incredimail", "inky", "interlink", "k9mail", "kmail", "kmail2", "kontact",
        "macoutlook", "mailbar", "mailbird", "mailmate", "mailspring", "missive", "msoffice",
        "mulberry", "mutt", "navermailapp", "neomutt", "nylas", "pocomail", "polymail", "postbox",
        "protonmail", "rainloop", "roundcube", "samsungemail", "shuriken", "spicebird", "sylpheed",
        "thunderbird", "trojita", "turnpike", "tutanota", "typeapp", "unibox", "windowslivemail",
        "yahoomobilemail", "zdesktop", "zimbra",
    ), ""),
    "alpine": "alpine/",
    "aqua": "aqua mail",
    "bat": "the bat!",
    "canary": "canary mail",
    "claws": "claws mail",
    "edison": "edison mail",
    "em": "client",  # eM_Client/9.2, eM Client/8
    "evolution": "evolution/",
    "gm": "com.google.android.gm",
    "k": "k-9 mail",
    "lotus": "lotus-notes",
    "mail": "cfnetwork/",  # Apple Mail: Mail/3696.120.41 CFNetwork/1335 Darwin/21.6.0
    "ms": "ms-office",
    "newton": "newton mail",
    "nine": "nine/",
    "office": "microsoft office/",
    "outlook": "outlook",
    "pine": "pine/",
    "samsung": "samsung email",
    "spark": "spark/",
    "sparrow": "sparrow/",
    "superhuman": "electron/",
    "windows": "windows-mail",
}  # fmt: skip

# Office asks for a link that was clicked in it, before the browser that it opens asks again:
# Mozilla/4.0 (compatible; ms-office; MSOffice 16), ... Microsoft Outlook 16.0.12026; Pro)
_OFFICE = ("microsoft office", "ms-office", "msoffice", "microsoft outlook ")

# ... and whatever of it is no mail client asks ahead for what its document links to:
# Microsoft Office PowerPoint 2013 (15.0.4420), Mozilla/5.0 (Macintosh; Intel Mac OS X) Word/14.0
_OFFICE_PROGRAMS = (
    r"(?:microsoft |microsoft office |intel mac os x\) )(?:access|excel|onenote|powerpoint|project"
    r"|publisher|visio|word)\b"
)

# Browsers that begin with their own name: a word of theirs -> how they begin
_BY_NAME = {
    "amaya": "amaya/",
    "amigavoyager": "amigavoyager/",
    "cello": "cello/",
    "dillo": "dillo/",
    "doris": "doris/",
    "elinks": "elinks",
    "emacs": "emacs-w3",
    "galeon": "galeon",
    "hotjava": "hotjava/",
    "icab": "icab/",
    "ibrowse": "ibrowse/",
    "links": "links ",
    "lynx": "lynx/",
    "midori": "midori/",
    "mosaic": "ncsa_mosaic",
    "ncsa": "ncsa_mosaic",
    "netsurf": "netsurf/",
    "omniweb": "omniweb/",
    "roku": "roku/",
    "sleipnir": "sleipnir/",
    "uzbl": "uzbl ",
    "w3m": "w3m/",
}

# Netscape 2 to 4 and what was compatible: Mozilla/4.08 [en] (Win98; I), Mozilla/3.0 (Macintosh; I)
_NETSCAPE = r"mozilla/[1-4]\.[0-9a-z]+(?: ?\[[^\]]*\])?[^(]{0,16}\((?!compatible)[^)]+"

# How browsers have begun since 1995
_BROWSER_STARTS = ("mozilla/", "opera/")
# ... and one of these names the engine, or a browser that says no more
_ENGINES = (
    "applewebkit", "gecko", "msie", "trident", "presto", "khtml", "opera", "konqueror", "firefox",
    "chrome", "safari", "netfront", "servo", "goanna", "playstation", "nintendo",
)  # fmt: skip
# Phones from before the iPhone, and browsers that run on a server for them
_OLD_PHONES = (
    "midp", "up.browser", "up.link", "wap", "ucweb", "ucbrowser", "blackberry", "nokia", "obigo",
    "teleca", "docomo", "j-phone", "kddi", "vodafone/", "softbank", "opera mini", "novarra",
    "[fban/", "foma;",
)  # fmt: skip


def last_signal(text: str, words: list[str], kind: str) -> str | None:
    """Return the signal of a user agent that is no machine's by any other rule, None when unknown.

    Args:
        text: the user agent in lower case.
        words: of it.
        kind: what the link is.
    """
    if text == "amazon cloudfront":  # it replaces the agent, unless set to pass it on
        return "hidden-agent"
    return (
        _mail_client_signal(text, words, kind)
        or _named_browser_signal(text, words)
        or stranger_signal(text, words)
        or _browser_signal(text)
    )


def _mail_client_signal(text: str, words: list[str], kind: str) -> str | None:
    # Office shows the images of a mail, and asks about links only
    if kind != "open":
        if "outlook" not in text and re.search(_OFFICE_PROGRAMS, text):
            return "office-discovery"
        if has(text, _OFFICE):
            return "office-fetch"
    for word in words:
        if word in _MAIL_CLIENTS and _MAIL_CLIENTS[word] in text:
            return f"mail-client:{(_MAIL_CLIENTS[word] or word).strip('/')}"
    return None


def _named_browser_signal(text: str, words: list[str]) -> str | None:
    if words and words[0] in _BY_NAME and text.startswith(_BY_NAME[words[0]]):
        return "browser"
    return None


def _browser_signal(text: str) -> str | None:
    if text.startswith(_BROWSER_STARTS) and has(text, _ENGINES):
        return "browser"
    if text.startswith("mozilla/") and re.match(_NETSCAPE, text):
        return "browser"
    if has(text, _OLD_PHONES):
        return "browser"
    return None
