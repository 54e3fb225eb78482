"""Machines, by their user agents: proxies and prefetchers of mail providers, scanners, crawlers."""

import re

from pytracking.visitors.crawlers import CRAWLERS

# A word of the user agent -> what must be there with it, and the signal. All in lower case.
_MAIL_MACHINES = {
    # ... Firefox/11.0 (via ggpht.com GoogleImageProxy)
    "googleimageproxy": ("", "gmail-proxy"),
    # YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html
    "yahoomailproxy": ("", "yahoo-proxy"),
    # hey.com/imageproxy Mozilla/5.0 (X11; Linux x86_64) ..., RamblerMail/6.0 (...; ImageProxy/6.0)
    "imageproxy": ("", "mail-proxy"),
    # Mozilla/5.0 (compatible; SeznamEmailProxy/...)
    "seznamemailproxy": ("", "mail-proxy"),
    "fastmailua": ("", "mail-proxy"),
    # ... Safari/537.36 (via secureurl.fwdcdn.com - mail.ukr.net proxy)
    "ukr": ("mail.ukr.net proxy", "mail-proxy"),
    # ... Chrome/42.0.2311.135 Safari/537.36 Edge/12.246 Mozilla/5.0
    "246": ("edge/12.246 mozilla/5.0", "gmail-prefetch"),
    "existence": ("microsoft office existence discovery", "office-discovery"),
    "protocol": ("microsoft office protocol discovery", "office-discovery"),
    # Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b
    "bingpreview": ("", "link-scanner"),
    # Barracuda Sentinel (EE)
    "sentinel": ("barracuda sentinel", "link-scanner"),
    "barracudacentral": ("", "link-scanner"),
    "safety": ("google-safety", "link-scanner"),
    "proofpoint": ("", "link-scanner"),
    "mimecast": ("", "link-scanner"),
    "safelinks": ("", "link-scanner"),
    "ironport": ("", "link-scanner"),
    "messagelabs": ("", "link-scanner"),
    "fireeye": ("", "link-scanner"),
    "urlscan": ("urlscan.io", "link-scanner"),
    "phishtank": ("", "link-scanner"),
}

# What programs fetch with when nobody told them to name themselves: the first word.
_LIBRARIES = frozenset((
    "aiohttp", "akka", "apache", "aria2", "axios", "bun", "cpprestsdk", "curl", "dart", "deno",
    "dotnet", "faraday", "fasthttp", "go", "got", "guzzle", "guzzlehttp", "hackney", "htmlunit",
    "http", "httpclient", "httpie", "httpx", "insomnia", "jakarta", "java", "jersey", "jodd",
    "ktor", "libcurl", "libfetch", "libwww", "lua", "lwp", "mechanize", "node", "nodejs", "okhttp",
    "pecl", "perl", "php", "postmanruntime", "powershell", "pycurl", "python", "python3", "reactor",
    "reqwest", "requests", "rest", "resty", "restsharp", "ruby", "rust", "scrapy", "superagent",
    "symfony", "typhoeus", "undici", "unirest", "urlgrabber", "wget", "winhttp", "zend",
))  # fmt: skip

# ... and those that call themselves Mozilla/5.0 first:
# Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1
_DISGUISED_LIBRARIES = frozenset({"powershell", "windowspowershell"})

# Words that name their trade at their end: bingbot, web-crawler, myspider2. Not Cubot, a phone.
_TRADES = (
    "analyzer", "bot", "bots", "checker", "checklink", "crawl", "crawler", "crawlers", "crawling",
    "downloader", "fetcher", "headless", "linkcheck", "monitor", "monitoring", "scanner", "scraper",
    "slurp", "spider", "spiders", "transcoder", "validator",
)  # fmt: skip
_NO_BOTS = frozenset({"cubot"})

# Expressions that few user agents come to: `re` compiles each at its first use, and keeps it.

# Where somebody is to be reached: +http://..., https://..., www.example.com/bot, name@example.com
_CONTACT = r"https?:/|\bwww\.|[a-z0-9._-] ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]+\.[a-z]"
_CONTACT_PARTS = (":/", "www.", "@", "(at)", "[at]")
# ... but not the advertising of shells of Internet Explorer: (... from: http://bsalsa.com/; ...)
_ADVERTISING = ("avant-browser", "avantbrowser", "bsalsa")
# ... (KHTML, like Gecko; Google-Assess) ..., ... Gecko) Chrome/41.0 (compatible; Google-AMPHTML)
_REMARK = r"khtml, like gecko; ?[a-z]|like gecko\).*[(;] ?compatible; ?(?!msie)"
# Companies' machines that share a name: Storebot-Google/1.0, CloudflareDiagnostics/1.0
_OWNERS = ("google-", "-google", "cloudflare")

# Mozilla/5.0, Mozilla/5.0 zgrab, Mozilla/5.0 (compatible), Mozilla/5.0 (Windows NT 10.0; Win64)
_BARE = r"mozilla/[0-9.]+(?: [^(\[]*| ?\([^)]*\))?"
# ... but for what does stop there, or does when an application cuts it short
_COMPLETE = (
    "amiga", "android", "beos", "browser", "charon", "gecko", "ipad", "iphone", "konqueror",
    "linux", "msie", "nintendo", "office", "opera", "playstation", "psp", "symbian", "trident",
    "tv",
)  # fmt: skip

# What applications in people's hands say of the device, and mail programs of themselves
_PLATFORMS = (
    "android", "apple", "blackberry", "browser", "cfnetwork", "cldc", "dalvik", "darwin", "dillo",
    "docomo", "fban", "fbav", "iemobile", "ios", "ipad", "iphone", "ipod", "kaios", "linux",
    "mac os", "macintosh", "macos", "mail", "midp", "mobile", "mosaic", "mozilla", "nintendo",
    "nokia", "office", "opera", "outlook", "playstation", "profile", "samsung", "sony", "symbian",
    "tizen", "tv", "ucweb", "wap", "watch", "webkit", "win10", "win32", "win64", "windows", "x11",
    "xbox",
)  # fmt: skip
# ... or the maker of a phone of old: LG-KS660, MOT-W510
_MAKERS = (
    "alcatel", "htc", "huawei", "lg", "mot", "nec", "panasonic", "pantech", "sagem", "sanyo",
    "sharp", "sie-", "zte",
)  # fmt: skip

# The name of a phone is anybody's choice of words: (Linux; Android 13; Spider 8 Build/JOP24G)
_DEVICE = r"\bandroid\b[^;)]*(?:; ?[a-z]{2}[-_][a-z]{2})?;[^;)]*"
words_of = re.compile("[a-z0-9]+").findall
"""Returns the words of a text in lower case."""


def machine_signal(text: str, words: list[str], kind: str) -> str | None:
    """Return the signal of a user agent that is a machine's, None when it is not.

    Args:
        text: the user agent in lower case, not longer than is to be read.
        words: of it.
        kind: ``open`` or ``click``: Apple's mail app fetches images ahead, and follows no links.
    """
    if text == "mozilla/5.0" and kind == "open":
        return "apple-mail-privacy"
    for word in words:
        if word in _MAIL_MACHINES:
            needed, known = _MAIL_MACHINES[word]
            if needed in text:
                return known
    signal = _program(text, words)
    if signal and "android" in text:
        text = re.sub(_DEVICE, "android", text)
        signal = _program(text, words_of(text))
    return signal


def stranger_signal(text: str) -> str | None:
    """Return the signal of a user agent that says too little for a browser, None for others.

    Ask only for what is neither known as a machine nor as a mail client.
    """
    if text.startswith("mozilla/"):
        if not _has(text, _COMPLETE) and re.fullmatch(_BARE, text):
            return "bare-agent"
    elif text and not text.startswith(_MAKERS) and not _has(text, _PLATFORMS):
        return "program"
    return None


def _program(text: str, words: list[str]) -> str | None:
    return _crawler(text, words) or _library(words) or _trade(text, words) or _remark(text)


def _crawler(text: str, words: list[str]) -> str | None:
    for word in words:
        for entry in CRAWLERS[word].split("\n") if word in CRAWLERS else ():
            code, _, needed = entry.partition("|")
            if text.startswith(needed[1:]) if needed.startswith("^") else needed in text:
                name = needed.strip("^ /;)") or word
                return f"security-crawler:{name}" if code == "s" else f"crawler:{name}"
    return None


def _library(words: list[str]) -> str | None:
    if words and words[0] in _LIBRARIES:
        return f"http-library:{words[0]}"
    return next((f"http-library:{word}" for word in words if word in _DISGUISED_LIBRARIES), None)


def _trade(text: str, words: list[str]) -> str | None:
    for word in words if _has(text, _TRADES) else ():
        if word.rstrip("0123456789").endswith(_TRADES) and word not in _NO_BOTS:
            return f"bot-word:{word[-32:]}"
    return None


def _remark(text: str) -> str | None:
    """Return the signal of what is on no list, but says what no person's program does."""
    if _has(text, _CONTACT_PARTS) and re.search(_CONTACT, text) and not _has(text, _ADVERTISING):
        return "contact"
    if ("compatible;" in text or "like gecko;" in text) and re.search(_REMARK, text):
        return "remark"
    for owner in _OWNERS:
        if owner in text:
            return f"owner:{owner.strip('-')}"
    return None


def _has(text: str, parts: tuple[str, ...]) -> bool:
    return any(part in text for part in parts)
