"""Machines, by their user agents: proxies and prefetchers of mail providers, scanners, crawlers."""

import re

# A word of the user agent -> what must be there with it, and the signal. All in lower case.
_MAIL_MACHINES = {
    # ... Firefox/11.0 (via ggpht.com GoogleImageProxy)
    "googleimageproxy": ("", "gmail-proxy"),
    # YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html
    "yahoomailproxy": ("", "yahoo-proxy"),
    # hey.com/imageproxy Mozilla/5.0 (X11; Linux x86_64) ..., RamblerMail/6.0 (...; ImageProxy/6.0)
    "imageproxy": ("", "mail-proxy"),
    # Mozilla/5.0 (compatible; YandexImageResizer/2.0; +http://yandex.com/bots)
    "yandeximageresizer": ("", "mail-proxy"),
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

# What a provider's image proxy is called at its end: Mail.RuImageProxy, SuperhumanImageProxy
_MAIL_PROXIES = ("imageproxy", "mailproxy", "imageresizer")

# Words of tools that wear a browser's name -> what must be there with it.
_TOOLS = {
    # monitors and testers: ... Safari/537.36 PTST/190909.001817, (...; GomezAgent 3.0), DejaClick/2
    "applitools": "",
    "catchpoint": "",
    "datadogsynthetics": "",
    "dejaclick": "",
    "elastic": "elastic/synthetics",
    "gomezagent": "",
    "gtmetrix": "",
    "khte": "khte/",
    "ktxn": "ktxn/",
    "loadrunner": "",
    "neustar": "",
    "neustarwpm": "",
    "ptst": "",
    "ruxitsynthetic": "",
    "selenium": "",
    "speedcurve": "",
    "thousandeyes": "",
    "webpagetest": "",
    "yottaamonitor": "",
    # a page becomes a picture or a PDF
    "browsershots": "",
    "browshot": "",
    "cutycapt": "",
    "pagepeeker": "",
    "phantomjs": "",
    "slimerjs": "",
    "url2png": "",
    "webkit2png": "",
    "weasyprint": "",
    "wkhtmltoimage": "",
    "wkhtmltopdf": "",
    # previews of a link in a message
    "googlemessages": "",
}

# What a system's services call themselves: com.apple.WebKit.Networking/8614, Microsoft-CryptoAPI
_SERVICES = (
    r"com\.apple\.|apple-pubsub|(?:swcd|trustd|parsecd|searchd|nsurlsessiond|itunesstored|geod"
    r"|mobileassetd|assistantd|safarifetcherd|networkserviceproxy|cloudd|newsd)[ /(]"
    r"|microsoft(?:-cryptoapi|-webdav-miniredir|-symbol-server| bits/| ncsi| url control"
    r"| data access)|windows-update-agent|msfrontpage/|officeclicktorun"
)

# What programs fetch with when nobody made them name themselves: the first word.
_LIBRARIES = frozenset((
    "aiohttp", "akka", "apache", "apachebench", "aria2", "armeria", "artillery", "axios", "bun",
    "cohttp", "colly", "cpprestsdk", "curl", "dart", "deno", "dio", "dotnet", "excon", "faraday",
    "fasthttp", "feign", "finch", "gatling", "go", "got", "guzzle", "guzzlehttp", "hackney",
    "htmlunit", "http", "httpclient", "httpie", "httpoison", "httpx", "hyper", "insomnia", "isahc",
    "jakarta", "java", "jersey", "jetty", "jmeter", "jodd", "k6", "ktor", "libcurl", "libfetch",
    "libsoup", "libwww", "locust", "lua", "lwp", "mechanize", "mint", "needle", "netty", "niquests",
    "node", "nodejs", "okhttp", "okhttp3", "pecl", "perl", "php", "poco", "postmanruntime",
    "powershell", "pycurl", "python", "python3", "reactor", "req", "reqwest", "requests", "rest",
    "resttemplate", "resty", "restsharp", "ruby", "rust", "scrapy", "sttp", "superagent", "symfony",
    "tesla", "treq", "twisted", "typhoeus", "undici", "unirest", "ureq", "urlgrabber", "vegeta",
    "vert", "wget", "winhttp", "wrk", "zend",
))  # fmt: skip

# ... and those that call themselves Mozilla/5.0 first:
# Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1
# Mozilla/3.0 (compatible; Indy Library)
_DISGUISED_LIBRARIES = frozenset({"indy", "powershell", "windowspowershell", "winhttprequest"})

# Words that name their trade at their end: bingbot, web-crawler, myspider2. Not Cubot, a phone, and
# not Angebot, which is German for an offer.
_TRADES = (
    "bot", "bots", "crawl", "crawler", "crawlers", "crawling", "fetcher", "headless", "linkcheck",
    "scraper", "screenshot", "screenshots", "slurp", "spider", "spiders", "synthetics", "thumbnail",
    "thumbnails", "transcoder", "unfurl", "unfurler",
)  # fmt: skip
# ... and those that applications on people's phones have in their names as well: QRScanner/2.1
_TRADES_OF_APPS = (
    "analyzer", "archiver", "checker", "checklink", "downloader", "exractor", "extractor",
    "harvester", "indexer", "measurement", "monitor", "monitoring", "prober", "scanner",
    "validator", "watchdog",
)  # fmt: skip
_APP_DEVICES = ("android", "iphone", "ipad", "ipod", "cfnetwork")
_NO_BOTS = frozenset({"abbot", "angebot", "angebote", "cubot", "sonderangebot", "talbot"})
# GomezAgent, CybaaAgent are agents; "User-Agent", copied with its value, says nothing
_NO_AGENTS = ("agent", "useragent")

# Expressions that few user agents come to: `re` compiles each at its first use, and keeps it.

# Where somebody is to be reached: +http://..., https://..., www.example.com/bot, name@example.com
_CONTACT = r"https?:/|\bwww\.|[a-z0-9._-] ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]+\.[a-z]"
_CONTACT_PARTS = (":/", "www.", "@", "(at)", "[at]")
# ... but not the advertising of shells of Internet Explorer: (... from: http://bsalsa.com/; ...),
# and not where a person's own browser got its extension
_ADVERTISING = (
    "avant-browser", "avantbrowser", "bsalsa", "-extension:/", "addons.mozilla.org",
    "chromewebstore.google", "chrome.google.com/webstore",
)  # fmt: skip
# ... (KHTML, like Gecko; Google-Assess) ..., ... Gecko) Chrome/41.0 (compatible; Google-AMPHTML)
_REMARK = r"khtml, like gecko; ?[a-z]|like gecko\).*[(;] ?compatible; ?(?!msie)"
# Mozilla/5.0 (compatible; WebThumbnail/2.2; ...), but not Internet Explorer, Konqueror, iCab, ...
_COMPATIBLE = (
    r"mozilla/[0-9.]+ \(compatible;(?! *(?:\)|abrowse|acorn|aig|amiga|android|aol|avant|browser"
    r"|chrome|cis[ _]|escape|hp |ibrowse|icab|konqueror|linux|lotus|mac|ms-?office|msie|netfront"
    r"|ncbrowser|netpositive|netscape|nintendo|omniweb|opera|playstation|polaris|qtcarbrowser"
    r"|safari|symbian|teleca|u;|voyager|webtv|windows|x11))"
)
# Companies' machines that share a name: Storebot-Google/1.0, CloudflareDiagnostics/1.0
_OWNERS = ("google-", "-google", "cloudflare")
# Agents that act for somebody: ... Safari/537.36; Manus-User/1.0
_FOR_USERS = r"\b[a-z]+-user/"
# What is sent to break into whatever reads it: ${jndi:ldap://...}, () { :; };, ' or '1'='1
_INJECTIONS = (
    "${", "%{", "{{", "() {", "(){", "<?php", "<img", "<script", "<svg", "../..", "..\\..", "/bin/",
    "/etc/passwd", "and 1=1", "benchmark(", "cmd.exe", "concat(", "extractvalue(", "javascript:",
    "jndi:", "nslookup ", "or 1=1", "or '1", "onerror=", "onload=", "pg_sleep", "select(", "sleep(",
    "union all select", "union select", "waitfor delay", "xp_cmdshell",
)  # fmt: skip

# Mozilla/5.0, Mozilla/5.0 zgrab, Mozilla/4.0 (compatible), Mozilla/5.0 (Windows NT 10.0; Win64);
# not Mozilla/4.08 [en] (Win98; I), which is Netscape
_BARE = r"mozilla/(?:[0-9.]+(?: [^(\[]*| ?\(compatible[^)]*\))?|5[0-9.]* ?\([^)]*\))"
# ... but for what does stop there, or does when an application cuts it short
_COMPLETE = (
    "amiga", "android", "beos", "browser", "charon", "gecko", "ipad", "iphone", "konqueror",
    "linux", "msie", "nintendo", "nokia", "office", "opera", "playstation", "psp", "roku", "silk",
    "symbian", "trident", "tv", "windows phone",
)  # fmt: skip

# What applications in people's hands say of the device, and mail programs of themselves
_PLATFORMS = (
    "android", "apple", "blackberry", "browser", "cfnetwork", "cldc", "dalvik", "darwin", "dillo",
    "docomo", "fban", "fbav", "gecko", "iemobile", "ios", "ipad", "iphone", "ipod", "itunes",
    "kaios", "mail", "midp", "mobile", "mosaic", "mozilla", "nintendo", "nokia", "office", "opera",
    "outlook", "player", "playstation", "profile", "quicktime", "roku", "samsung",
    "softbank", "sony", "symbian", "teleca", "tizen", "tv", "ucweb", "vlc", "wap", "watch",
    "webkit", "xbox", ";aft",
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
    if ("proxy" in text or "resizer" in text) and any(
        word.endswith(_MAIL_PROXIES) for word in words
    ):
        return "mail-proxy"
    if "superhuman" in text and "electron" not in text:  # the app shows its mails by its proxy
        return "mail-proxy"
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
    return (
        _crawler(text, words)
        or _library(words)
        or _tool(text, words)
        or _trade(text, words)
        or _remark(text)
    )


def _crawler(text: str, words: list[str]) -> str | None:
    from pytracking.visitors.crawlers import CRAWLERS  # over a thousand words, that few agents need

    for word in words:
        for entry in CRAWLERS[word].split("\n") if word in CRAWLERS else ():
            code, *needed = entry.split("|")
            if all(
                text.startswith(part[1:]) if part.startswith("^") else part in text
                for part in needed
            ):
                name = (needed[0] if needed else word).strip("^ /;)") or word
                return f"security-crawler:{name}" if code == "s" else f"crawler:{name}"
    return None


def _library(words: list[str]) -> str | None:
    if words and words[0] in _LIBRARIES:
        return f"http-library:{words[0]}"
    return next((f"http-library:{word}" for word in words if word in _DISGUISED_LIBRARIES), None)


def _tool(text: str, words: list[str]) -> str | None:
    for word in words:
        if word in _TOOLS and _TOOLS[word] in text:
            return f"tool:{word}"
    if service := re.match(_SERVICES, text):
        return f"service:{service.group().strip(' /(.')}"
    return None


def _trade(text: str, words: list[str]) -> str | None:
    trades = _TRADES if _has(text, _APP_DEVICES) else _TRADES + _TRADES_OF_APPS
    for word in words if _has(text, trades) or "agent" in text else ():
        name = word.rstrip("0123456789")
        if word in _NO_BOTS:
            continue
        if name.endswith(trades) or (name.endswith("agent") and name not in _NO_AGENTS):
            return f"bot-word:{word[-32:]}"
    return None


def _remark(text: str) -> str | None:
    """Return the signal of what is on no list, but says what no person's program does."""
    if _has(text, _INJECTIONS):
        return "injection"
    if _has(text, _CONTACT_PARTS) and re.search(_CONTACT, text) and not _has(text, _ADVERTISING):
        return "contact"
    if _remarks(text):
        return "remark"
    if "-user/" in text and (agent := re.search(_FOR_USERS, text)):
        return f"tool:{agent.group().strip('/')}"
    return next((f"owner:{owner.strip('-')}" for owner in _OWNERS if owner in text), None)


def _remarks(text: str) -> bool:
    if ("compatible;" in text or "like gecko;" in text) and re.search(_REMARK, text):
        return True
    return "gecko" not in text and "(compatible;" in text and bool(re.match(_COMPATIBLE, text))


def _has(text: str, parts: tuple[str, ...]) -> bool:
    for part in parts:  # noqa: SIM110 - thrice as fast as any(), some hundred times a verdict
        if part in text:
            return True
    return False
