"""Machines, by their user agents: proxies and prefetchers of mail providers, scanners, crawlers."""

import re
from functools import cache

from pytracking.visitors.browsers import has

# A word of the user agent -> what must be there with it, and the signal. All in lower case.
_KNOWN = {
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
    "superhumanproxy": ("", "mail-proxy"),
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
    "safety": ("google-safety", "link-scanner"),
    "urlscan": ("urlscan.io", "link-scanner"),
    **dict.fromkeys(
        ("barracudacentral", "fireeye", "ironport", "messagelabs", "mimecast", "phishtank",
         "proofpoint", "safelinks"),
        ("", "link-scanner"),
    ),
    # monitors and testers (... Safari/537.36 PTST/190909.001817, (...; GomezAgent 3.0)), what makes
    # pictures of pages, previews of a link in a message, optimizers for search engines
    "cypress": ("cypress/", "tool"),
    "elastic": ("elastic/synthetics", "tool"),
    "khte": ("khte/", "tool"),
    "ktxn": ("ktxn/", "tool"),
    **dict.fromkeys(
        ("applitools", "browsershots", "browshot", "catchpoint", "cutycapt", "datadogsynthetics",
         "dejaclick", "gomezagent", "googlemessages", "googletoolbar", "gtmetrix", "iplabel",
         "loadrunner", "neustar", "neustarwpm", "pagepeeker", "phantomjs", "ptst",
         "ruxitsynthetic", "selenium", "seo", "slimerjs", "speedcurve", "thousandeyes", "url2png",
         "weasyprint", "webkit2png", "webpagetest", "wkhtmltoimage", "wkhtmltopdf",
         "yottaamonitor"),
        ("", "tool"),
    ),
    # libraries that stand behind another name: Mozilla/5.0 (Windows NT 10.0; ...) PowerShell/7.4.1,
    # Mozilla/3.0 (compatible; Indy Library), Boto3/1.17.18 Python/3.8.5
    "java": (" java/1.", "http-library"),
    "node": ("node.js/", "http-library"),
    "python": ("python/", "http-library"),
    "services": ("web services client protocol", "http-library"),
    **dict.fromkeys(
        ("indy", "jsdom", "powershell", "windowspowershell", "winhttprequest"),
        ("", "http-library"),
    ),
    # attacks in place of an agent: ... union all select ..., jndi:ldap://..., sleep(5)
    **{word: (f"{word}(", "injection") for word in (
        "benchmark", "char", "chr", "concat", "decode", "eval", "extractvalue", "passthru", "sleep",
        "system")},
    "bin": ("/bin/", "injection"),
    "by": ("order by", "injection"),
    "cmd": ("cmd.exe", "injection"),
    "javascript": ("javascript:", "injection"),
    "jndi": ("jndi:", "injection"),
    "passwd": ("/etc/passwd", "injection"),
    "select": ("union", "injection"),
    "table": ("drop table", "injection"),
    **dict.fromkeys(("cmdshell", "nslookup", "waitfor"), ("", "injection")),
}  # fmt: skip
_WITH_NAME = ("tool", "http-library")

# What a provider's image proxy is called at its end: Mail.RuImageProxy, SuperhumanImageProxy
_MAIL_PROXIES = ("imageproxy", "mailproxy", "imageresizer")

# How a system's services begin: com.apple.geod/1, Microsoft-CryptoAPI, or their first word
_SERVICES = (
    "apple-pubsub", "appledictionaryservice", "applesyndication", "com.apple.", "microsoft bits/",
    "microsoft data access", "microsoft ncsi", "microsoft url control",
    "microsoft windows network diagnostics", "microsoft-cryptoapi", "microsoft-symbol-server",
    "microsoft-webdav-miniredir", "msfrontpage/", "officeclicktorun", "windows-update-agent",
)  # fmt: skip
_DAEMONS = frozenset((
    "assistantd", "cloudd", "geod", "itunesstored", "mobileassetd", "networkserviceproxy", "newsd",
    "nsurlsessiond", "parsecd", "safarifetcherd", "searchd", "swcd", "trustd",
))  # fmt: skip
# ... but not com.apple.WebKit.Networking/8614, which is what Safari fetches by
_NO_SERVICES = ("com.apple.authenticationservices", "com.apple.webkit")

# What programs fetch with when nobody made them name themselves: the first word.
_LIBRARIES = frozenset((
    "aiohttp", "akka", "apache", "apachebench", "aria2", "armeria", "artillery", "axios", "bun",
    "cohttp", "colly", "cpprestsdk", "curl", "dart", "deno", "dio", "dotnet", "excon", "faraday",
    "fasthttp", "feign", "finch", "gatling", "go", "got", "guzzle", "guzzlehttp", "hackney",
    "htmlunit", "http", "httpclient", "httpie", "httpoison", "httpx", "hyper", "insomnia", "isahc",
    "jakarta", "java", "jersey", "jetty", "jmeter", "jodd", "k6", "ktor", "libcurl", "libfetch",
    "libsoup", "libwww", "locust", "lua", "lwp", "mechanize", "mint", "needle", "netty", "niquests",
    "node", "nodejs", "okhttp", "pecl", "perl", "php", "poco", "postmanruntime",
    "powershell", "pycurl", "python", "reactor", "req", "reqwest", "requests", "rest",
    "resttemplate", "resty", "restsharp", "ruby", "rust", "scrapy", "sttp", "superagent", "symfony",
    "tesla", "treq", "twisted", "typhoeus", "undici", "unirest", "ureq", "urlgrabber", "vegeta",
    "vert", "wget", "winhttp", "wrk", "zend",
))  # fmt: skip

# Words that name their trade at their end: bingbot, web-crawler, myspider2. Not Cubot, a phone, and
# not Angebot, which is German for an offer.
_TRADES = (
    "bot", "bots", "crawl", "crawler", "crawlers", "crawling", "fetcher", "headless", "linkcheck",
    "scraper", "screenshot", "screenshots", "slurp", "spider", "spiders", "synthetics", "thumbnail",
    "thumbnails", "transcoder", "unfurl", "unfurler",
)  # fmt: skip
# ... and those that applications on people's phones have in their names as well: QRScanner/2.1
_TRADES_OF_APPS = (
    "analyzer", "archiver", "capture", "checker", "checklink", "downloader", "exractor",
    "extractor", "feeds", "harvester", "indexer", "measurement", "monitor", "monitoring",
    "prober", "rss", "scan", "scanner", "scans", "shot", "shots", "thumb", "validator", "watchdog",
)  # fmt: skip
_ALL_TRADES = _TRADES + _TRADES_OF_APPS
_APP_DEVICES = (
    "android", "blackberry", "cfnetwork", "ipad", "iphone", "ipod", "kaios", "midp", "symbian",
    "tizen", "windows phone",
)  # fmt: skip
_MACS = ("(x86_64)", "(i386)")  # Downloader/1.2 CFNetwork/720.3.13 Darwin/14.3.0 (x86_64)
_NO_BOTS = frozenset((
    "20feeds", "abbot", "angebot", "angebote", "cabot", "cubot", "irobot", "quiterss",
    "sonderangebot", "talbot",
))  # fmt: skip
# Telephones of old with a Java of their own: Nokia3510i/1.0 ... Profile/MIDP-1.0 ... Java/1.0
_JAVA_PHONES = ("cldc", "midp", "up.browser")
# GomezAgent, CybaaAgent are agents; "User-Agent", copied with its value, says nothing
_NO_AGENTS = ("agent", "useragent")

# Expressions that few user agents come to: `re` compiles each at its first use, and keeps it.

# Where somebody is to be reached: +http://..., https://..., www.example.com/bot, name@example.com
_CONTACT = (
    r"https?:/|\bwww\.|[a-z0-9._-] ?(?:@|\(at\)|\[at\]) ?[a-z0-9-]+\.[a-z]| dot (?:com|net|org)"
)
_CONTACT_PARTS = (":/", "www.", "@", "(at)", "[at]", " dot ")
# ... (example.com), but not where a proxy gives its name (via t.example.com), nor on phones,
# where operators and shops write theirs
_DOMAIN = r"(?<![\w.@%/-])(?:[a-z0-9-]+\.)+(?:com|io|net|org)(?![\w.-])"
_DOMAIN_PARTS = (".com", ".io", ".net", ".org")
# ... nor in Internet Explorer's own brackets, where those who sold it advertised
_EXPLORERS = ("(compatible; msie", "trident/")
_NO_DOMAINS = ("via ", *_APP_DEVICES)
# ... but not where a person's own browser, its extension or filter comes from
_SHOPS = (
    " ant.com", " baidu.com", "-extension:/", "addons.mozilla.org", "avantbrowser",
    "chromewebstore.google", "chrome.google.com/webstore", "proxomitron", "qtweb",
)  # fmt: skip
# ... (KHTML, like Gecko; Google-Assess) ..., ... Gecko) Chrome/41.0 (compatible; Google-AMPHTML)
_REMARK = r"khtml, like gecko; ?[a-z]|like gecko\).*[(;] ?compatible; ?(?!msie)"
# Mozilla/5.0 (compatible; WebThumbnail/2.2; ...)
_COMPATIBLE = r"mozilla/[0-9.]+ \(compatible; *(?!linux|mac|u;|webtv|windows|x11)[^;)]+"
# Companies' machines that share a name: Google-Lens, Storebot-Google/1.0, CloudflareDiagnostics/1.0
_OWNERS = r"(?:^|[ ;(])(google)-[a-z]{3}|-(google)(?:$|[ /;)])|(cloudflare)"
# Agents that act for somebody: ... Safari/537.36; Manus-User/1.0
_FOR_USERS = r"\b[a-z]+-user/"
# What is sent to break into whatever reads it, beside the words above: ${jndi:ldap://...},
# () { :; };, ' or '1'='1. Each has one of these characters, which agents seldom have.
_SUSPECT = r"[$%&'\"<={]|\.\."
_INJECTIONS = (
    "${", "%27", "%{", "&#0", "&quot;", "' and ", "' or ", "')", "';", "() {", "(){", "../",
    "..\\..", "<!", "<?php", "<iframe", "<img", "<script", "<svg", "\" and ", "\" or ", "and 1=1",
    "onerror=", "onload=", "or '1", "or 1=1", "{{",
)  # fmt: skip

# What nobody's browser writes: a colon after the system, a processor that was never built
# (x188_64), braces that nothing was put into, Mozilla/6.7, another's name in front of Chrome's
_MALFORMED = (
    r"mozilla/(?:[6-9]\.[1-9]|\S+ \((?:macintosh|windows|x11):)| x(?!86_|64_)\d+_64\b|; \{\}[;)]"
    r"|gecko\) [a-z]+chrome/"
)
# ... and, but for applications, a moment as a version: ... Safari/537.36 Keeper/1598937205
_MOMENT = r" (?!gameoverlay)[a-z]+/1[5-7]\d{8}(?:\d{3})?$"

# Mozilla/5.0, Mozilla/5.0 zgrab, Mozilla/4.0 (compatible), Mozilla/5.0 (Windows NT 10.0; Win64);
# not Mozilla/4.08 [en] (Win98; I), which is Netscape
_BARE = r"mozilla/(?:[0-9.]+(?: [^(\[]*| ?\(compatible[^)]*\))?|5[0-9.]* ?\([^)]*\))"
# ... and with none of what browsers and mail programs in people's hands say of themselves, of their
# engine, their system and their device
_NAMED = (
    " wap", ";aft", "abrowse", "acorn", "aig", "amiga", "android", "aol", "apple", "avant", "beos",
    "blackberry", "browser", "cellphone", "cfnetwork", "charon", "chrome/", "cldc", "dalvik",
    "darwin", "device model", "dillo", "dlna", "docomo", "escape", "explorer", "fban", "fbav",
    "firefox/", "galeon", "gecko", "hp web", "htc", "ibrowse", "icab", "iemobile", "ios", "ipad",
    "iphone", "ipod", "itunes", "j-phone", "kaios", "kodi", "konqueror", "lotus", "mail", "midp",
    "mobile", "monazilla", "mosaic", "ms-office", "msie ", "msie/", "msoffice", "msp", "netfront",
    "netpositive", "netscape", "nintendo", "nokia", "office", "omniweb", "opera", "outlook",
    "palmos", "player", "playstation", "polaris", "profile", "psion", "qtcar", "quicktime", "roku",
    "safari", "samsung", "silk", "softbank", "sony", "symbian", "teleca", "tizen", "trident", "tv",
    "ucweb", "upnp", "vlc", "voyager", "watchos", "webkit", "windows ce", "windows phone", "xbmc",
    "xbox",
)  # fmt: skip
_DESKTOPS = ("mac os", "macintosh", "win10", "win32", "win64", "windows")
# ... or begins with an application's identifier or a phone's maker: com.example.app/1.2, LG-KS660
_IN_HANDS = (
    "air.", "alcatel", "amoi", "com.", "ericsson", "huawei", "lg", "mot", "net.", "org.", "pantech",
    "sagem", "sanyo", "sharp", "sie-", "zte",
)  # fmt: skip
_MAKERS = frozenset((
    "acer", "archos", "asus", "audiovox", "benq", "bird", "kwc", "kyocera", "lenovo", "nec",
    "panasonic", "philips", "sch", "sec", "sgh", "siemens", "tianyu", "toshiba", "vodafone",
))  # fmt: skip

# The name of a phone is anybody's choice of words: (Linux; Android 13; Spider 8 Build/JOP24G),
# maybe behind a language (fil-ph; es-419) or HarmonyOS; (UCWEB ...; Adr 4.2.2; ru; Spider);
# [...FBDV/Spider; Snapchat/13.1 (Spider; Android ..., (Android Mail; 6.0.1) (Spider;maker;...)
_DEVICE = (
    r"\(android mail; [^)]*\) \([^)]*\)|\bsnapchat/\S+ \([^;)]*|\bfb(?:dv|md|mf)/[^;\]]*"
    r"|\b(?:adr|android|harmonyos)\b[^;)]*(?:; ?(?:harmonyos|[a-z]{2,3}(?:[-_][a-z0-9]{2,8})*)"
    r"(?=;))?;[^;){$]*"
)
_WITH_DEVICE = ("adr ", "android", "fbdv/", "harmonyos")
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
        if word in _KNOWN:
            needed, signal = _KNOWN[word]
            if needed in text and not (word == "java" and has(text, _JAVA_PHONES)):
                return f"{signal}:{word}" if signal in _WITH_NAME else signal
    if ("proxy" in text or "resizer" in text) and any(
        word.endswith(_MAIL_PROXIES) for word in words
    ):
        return "mail-proxy"
    if "superhuman" in text and "electron" not in text:  # the app shows its mails by its proxy
        return "mail-proxy"
    program = _program(text, words)
    if program and has(text, _WITH_DEVICE):
        # applications name it once more, behind the browser
        device = {word for name in re.findall(_DEVICE, text) for word in words_of(name)}
        text = re.sub(_DEVICE, "android", text)
        program = _program(text, [word for word in words_of(text) if word not in device])
    return program


def stranger_signal(text: str, words: list[str]) -> str | None:
    """Return the signal of a user agent that says too little for a browser, None for others."""
    if not text or has(text.removeprefix("mozilla/"), _NAMED):
        return None
    if text.startswith("mozilla/"):
        return "bare-agent" if re.fullmatch(_BARE, text) else None
    in_hands = text.lstrip("(").startswith(_IN_HANDS) or (words and words[0] in _MAKERS)
    return None if in_hands or has(text, _DESKTOPS) else "program"


def _program(text: str, words: list[str]) -> str | None:
    return (
        _crawler(text, words)
        or _library(words)
        or _service(text, words)
        or _trade(text, words)
        or _remark(text)
        or ("malformed" if _is_malformed(text) else None)
    )


def _is_malformed(text: str) -> bool:
    if re.search(_MALFORMED, text):
        return True
    return bool(re.search(_MOMENT, text)) and not has(text, _APP_DEVICES)


@cache
def _crawlers() -> dict[str, str]:
    from pytracking.visitors.crawlers import CRAWLERS  # over a thousand words, that few agents need

    return CRAWLERS


def _crawler(text: str, words: list[str]) -> str | None:
    crawlers = _crawlers()
    for word in words:
        if word in crawlers:
            for entry in crawlers[word].split(" & "):
                code, *needed = entry.split("|")
                if _holds(text, needed):
                    name = needed[0].strip("^ /;)") if needed else word
                    return f"security-crawler:{name}" if code == "s" else f"crawler:{name}"
    return None


def _holds(text: str, needed: list[str]) -> bool:
    for part in needed:
        if part[0] != "^":
            if part not in text:
                return False
        elif not text.startswith(part[1:]) or "device/" in text:  # WhatsApp/2.11 ... Device/htc
            return False
    return True


def _library(words: list[str]) -> str | None:
    first = words[0] if words else ""
    if first not in _LIBRARIES:
        first = first.rstrip("0123456789")  # Symfony2, python3
    return f"http-library:{first}" if first in _LIBRARIES else None


def _service(text: str, words: list[str]) -> str | None:
    if words and words[0] in _DAEMONS:
        return f"service:{words[0]}"
    if text.startswith(_SERVICES) and not text.startswith(_NO_SERVICES):
        return f"service:{next(filter(text.startswith, _SERVICES)).strip('/.')}"
    return None


def _trade(text: str, words: list[str]) -> str | None:
    in_hands = has(text, _APP_DEVICES) and not has(text, _MACS)
    trades = _TRADES if in_hands else _ALL_TRADES
    for word in words if has(text, trades) or "agent" in text else ():
        name = word.rstrip("0123456789")
        if name in _NO_BOTS:
            continue
        if name.endswith(trades) or (name.endswith("agent") and name not in _NO_AGENTS):
            return f"bot-word:{word[-32:]}"
    return None


def _remark(text: str) -> str | None:
    """Return the signal of what is on no list, but says what no person's program does."""
    if re.search(_SUSPECT, text) and has(text, _INJECTIONS):
        return "injection"
    if _gives_contact(text):
        return "contact"
    if _remarks(text):
        return "remark"
    if "-user/" in text and (agent := re.search(_FOR_USERS, text)):
        return f"tool:{agent.group().strip('/')}"
    if ("google" in text or "cloudflare" in text) and (owner := re.search(_OWNERS, text)):
        return f"owner:{owner[owner.lastindex or 0]}"
    return None


def _gives_contact(text: str) -> bool:
    mailable = has(text, _CONTACT_PARTS)
    if not mailable and (not has(text, _DOMAIN_PARTS) or has(text, _NO_DOMAINS)):
        return False
    if has(text, _EXPLORERS):
        text = _behind_brackets(text)
    return bool(re.search(_CONTACT if mailable else _DOMAIN, text)) and not has(text, _SHOPS)


def _behind_brackets(text: str) -> str:
    """Return what follows the first brackets, which may hold others; "" where they stay open."""
    depth = 0
    for position, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == ")" and depth <= 0:
            return text[position + 1 :]
    return ""


def _remarks(text: str) -> bool:
    if ("compatible;" in text or "like gecko;" in text) and re.search(_REMARK, text):
        return True
    return (
        "(compatible;" in text
        and bool(re.match(_COMPATIBLE, text))
        and not has(text.removeprefix("mozilla/"), _NAMED)
    )
