"""People: browsers and mail clients, by their user agents."""

import re

# Part of the user agent of a mail client that people read with; in lower case.
_MAIL_CLIENTS = (
    "airmail",
    "apple mail",
    "aqua mail",
    "aquamail",
    "betterbird/",
    "bluemail",
    "canary mail",
    "claws mail",
    "edison mail",
    "em client",
    "emclient",
    "eudora",
    "evolution/",
    "foxmail",
    "geary",
    "incredimail",
    "k-9 mail",
    "k9mail",
    "kmail",
    "lotus-notes",
    "macoutlook",
    "mailbird",
    "mailmate",
    "mailspring",
    "microsoft office/",
    "microsoft outlook",
    "ms-office",
    "msoffice",
    "navermailapp",
    "newton mail",
    "nylas",
    "outlook-android",
    "outlook-express",
    "outlook-ios",
    "polymail",
    "postbox",
    "protonmail",
    "roundcube",
    "samsung email",
    "samsungemail",
    "spark/",
    "spicebird",
    "superhuman",
    "sylpheed",
    "the bat!",
    "thunderbird",
    "tutanota",
    "unibox",
    "windows-mail",
    "windowslivemail",
    "yahoomobilemail",
    "zimbra",
)

# Mozilla/5.0 (...) or Opera/9.80 (...): how browsers have begun since 1995
_BROWSER_START = re.compile(r"(?:mozilla/[1-5]\.[0-9]+ |opera/[0-9.]+ )")
# ... and one of these names the engine, or a browser that says no more
_ENGINES = (
    "applewebkit", "gecko", "msie", "trident", "presto", "khtml", "opera", "konqueror", "firefox",
    "chrome", "safari", "netfront", "servo", "goanna", "playstation", "nintendo",
)  # fmt: skip
# Phones from before the iPhone, and browsers that run on a server for them
_OLD_PHONES = (
    "midp", "up.browser", "up.link", "wap", "ucweb", "ucbrowser", "blackberry", "nokia", "obigo",
    "teleca", "docomo", "j-phone", "kddi", "vodafone/", "softbank", "opera mini", "novarra",
)  # fmt: skip


def person_signal(agent: str) -> str | None:
    """Return the signal of a user agent that people use, None when it is not known for one.

    Ask only for what is no machine: crawlers wear the user agents of browsers.
    """
    text = agent.lower()
    for part in _MAIL_CLIENTS:
        if part in text:
            return f"mail-client:{part.strip('/')}"
    if _BROWSER_START.match(text) and any(engine in text for engine in _ENGINES):
        return "browser"
    if any(part in text for part in _OLD_PHONES):
        return "browser"
    return None
