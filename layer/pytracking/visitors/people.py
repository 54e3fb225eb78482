"""People: browsers and mail clients, by their user agents."""

import re

# A word of the user agent of a mail client that people read with -> what must be there with it
_MAIL_CLIENTS = {
    "airmail": "",
    "aqua": "aqua mail",
    "aquamail": "",
    "betterbird": "",
    "barca": "",
    "barcapro": "",
    "becky": "",
    "bluemail": "",
    "canary": "canary mail",
    "claws": "claws mail",
    "edison": "edison mail",
    "em": "client",  # eM_Client/9.2, eM Client/8
    "emclient": "",
    "eudora": "",
    "evolution": "evolution/",
    "foxmail": "",
    "geary": "",
    "gm": "com.google.android.gm",
    "gmailios": "",
    "incredimail": "",
    "k": "k-9 mail",
    "k9mail": "",
    "kmail": "",
    "lotus": "lotus-notes",
    "macoutlook": "",
    "mail": "cfnetwork/",  # Apple Mail: Mail/3696.120.41 CFNetwork/1335 Darwin/21.6.0
    "mailbar": "",
    "mailbird": "",
    "mailmate": "",
    "mailspring": "",
    "ms": "ms-office",
    "msoffice": "",
    "navermailapp": "",
    "newton": "newton mail",
    "nylas": "",
    "office": "microsoft office/",
    "outlook": "outlook",
    "polymail": "",
    "pocomail": "",
    "postbox": "",
    "protonmail": "",
    "roundcube": "",
    "samsung": "samsung email",
    "samsungemail": "",
    "spark": "spark/",
    "spicebird": "",
    "superhuman": "electron/",
    "sylpheed": "",
    "bat": "the bat!",
    "thunderbird": "",
    "tutanota": "",
    "unibox": "",
    "windows": "windows-mail",
    "windowslivemail": "",
    "yahoomobilemail": "",
    "zimbra": "",
}

# Office asks for a link that was clicked in it, before the browser that it opens asks again:
# Microsoft Office Word 2014, Mozilla/4.0 (compatible; ms-office; MSOffice 16)
_OFFICE = ("microsoft office", "ms-office", "msoffice", "microsoft outlook ")

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


def mail_client_signal(text: str, words: list[str], kind: str) -> str | None:
    """Return the signal of a mail client's user agent, None for others.

    Args:
        text: the user agent in lower case.
        words: of it.
        kind: what the link is; Office shows the images of a mail, and asks about links only.
    """
    if kind != "open" and any(part in text for part in _OFFICE):
        return "office-fetch"
    for word in words:
        if word in _MAIL_CLIENTS and _MAIL_CLIENTS[word] in text:
            return f"mail-client:{(_MAIL_CLIENTS[word] or word).strip('/')}"
    return None


def named_browser_signal(text: str, words: list[str]) -> str | None:
    """Return the signal of a browser that begins with its own name, None for others."""
    if words and words[0] in _BY_NAME and text.startswith(_BY_NAME[words[0]]):
        return "browser"
    return None


def browser_signal(text: str) -> str | None:
    """Return the signal of a browser's user agent, None for others.

    Ask only for what is no machine: crawlers wear the user agents of browsers.
    """
    if text.startswith(_BROWSER_STARTS) and any(engine in text for engine in _ENGINES):
        return "browser"
    if text.startswith("mozilla/") and re.match(_NETSCAPE, text):
        return "browser"
    if any(part in text for part in _OLD_PHONES):
        return "browser"
    return None
