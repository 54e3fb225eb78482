"""People: browsers and mail clients, by their user agents."""

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
    "superhuman": "",
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
)  # fmt: skip


def mail_client_signal(text: str, words: list[str]) -> str | None:
    """Return the signal of a mail client's user agent, None for others.

    Args:
        text: the user agent in lower case.
        words: of it.
    """
    for word in words:
        if word in _MAIL_CLIENTS and _MAIL_CLIENTS[word] in text:
            return f"mail-client:{(_MAIL_CLIENTS[word] or word).strip('/')}"
    return None


def browser_signal(text: str) -> str | None:
    """Return the signal of a browser's user agent, None for others.

    Ask only for what is no machine: crawlers wear the user agents of browsers.
    """
    if text.startswith(_BROWSER_STARTS) and any(engine in text for engine in _ENGINES):
        return "browser"
    if any(part in text for part in _OLD_PHONES):
        return "browser"
    return None
