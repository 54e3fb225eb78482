"""Compile two lists of crawlers into what ``pytracking.visitors`` loads and looks up.

The lists (packages of `make test`, pinned in tests/requirements.txt) are some 3,000 regular
expressions, nearly all of them literals. Compiling them would take most of a cold start, and trying
them all most of a verdict. So each becomes an entry under one word of it, and a lookup is one
dictionary access for each word of a user agent. That the word must be a whole one also repairs what
is over-broad in a pattern: ``linko`` finds no ``linkopedia``.

``python -m tools.visitors.build`` writes layer/pytracking/visitors/crawlers.py; a test compares it
with what is there.
"""

import json
import re
import textwrap
from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any

PACKAGES = ("crawler-user-agents", "crawlerdetect")
HEADER = '''"""Words of crawlers' user agents. Made by tools/visitors/build.py: do not edit.

From crawler-user-agents, Copyright (c) 2017 Martin Monperrus, and crawlerdetect, Copyright (c) 2019
Vitalii Shishorin, both under the MIT License.
"""
'''
OUTPUT = Path(__file__).parents[2] / "layer/pytracking/visitors/crawlers.py"


def _left_out(whom: str, patterns: str) -> dict[str, str]:
    return dict.fromkeys(patterns.split(", "), whom)


LEFT_OUT = {
    "Amazon CloudFront": "a distribution that does not forward the visitor's own user agent",
    "^Silk\\/": "the browser of Amazon's tablets",
    "AP3A\\.240617\\.008": "a build of Android 15 that phones of several makers run",
    "Fluid": "a browser for macOS that makes an application of one site",
    "MetaIAB Facebook": "the browser inside Facebook's and Instagram's applications",
    "OPPO A33": "a phone",
    "Turingos": "people's browsers behind an anonymizer",
    "Yandex(?!Search)": "a browser, a toolbar and phones of Yandex's",
    "[a-z0-9\\-_]*(bot|crawl|headless|archiver|transcoder|spider|uptime|validator|fetcher|cron|checker"
    "|reader|extractor|monitoring|analyzer|scraper)": "names of phones; a rule of ours is narrower",
    "AndroidDownloadManager": "Android itself, which fetches what its user clicked",
    "x09Mozilla": "how a log writes a person's user agent",
    "x22Mozilla": "how a log writes a person's user agent",
    **_left_out(
        "a program that people read mail with",
        "Airmail, Canary%20Mail, Dispatch\\/, MacOutlook\\/, Microsoft Office, "
        "Microsoft Outlook, Outlook-Express, Outlook-iOS, Polymail\\/, ^Mail\\/",
    ),
    **_left_out(
        "an application or a browser in which people read",
        "Apache OpenOffice, Excel\\/, Feedable\\/, Fiery%20Feeds, Grammarly, "
        "GreatNews, InDesign%20CC, Instapaper, LibVLC, LibWeb, Liferea\\/, Mindjet, "
        "Morning Paper, NetNewsWire, NetworkingExtension, NewsGator, PodcastAddict\\/, "
        "PowerPoint\\/, QuiteRSS, RSSOwl, Readability, ReederForMac, Reeder\\/, Slack\\/, "
        "WinPodder, Word\\/, Zoom\\.Mac, ^DangDang, ^FDM , intraVnews, mattermost, voyager\\/",
    ),
    **_left_out(
        "what joins its name to a person's browser: toolbars, download managers, phones' proxies",
        "Ant\\.com, BackWeb, FlashGet, GetRight, Google Desktop, Mail\\.Ru, NetAnts, "
        "PeoplePal, QQDownload, RPT-HTTPClient, RealDownload, SmartDownload, StumbleUpon, "
        "baidu\\.com, biNu image cacher, lycos, mowser",
    ),
    **_left_out(
        "a word that anybody may give to a device or an application",
        "Astute, Attach, Autonomy, Black Hole, Buddy, Demon, Devil, Integrity, Jigsaw, Octopus, "
        "Optimizer, Orbiter, Recorder, Scoop, Screaming, Snake, Snappy, Twice, Vacuum, feeder, "
        "updated",
    ),
}
"""Patterns that people's browsers match too, each with whom it would wrong."""

NARROWED = {
    "Blackboard": "Blackboard Safeassign",  # "... Safari/605.1 Blackboard" is a school's app
    "Butterfly": "Butterfly\\/",  # "HTC Butterfly" is a phone
    "Freespoke\\/": "; Freespoke\\/",  # "... Firefox/112.0 Freespoke/2.0.0" is a browser
    "Viber": "^Viber",  # "... Viber/13.3.0" ends the user agent of Viber's in-app browser
    "WhatsApp": "^WhatsApp",
    "libwww": "libwww-perl",  # "Lynx/2.8.5rel.1 libwww-FM/2.14" is a browser
    "Feedly": "^Feedly",
    # ... and other names that people's applications put behind a browser's string
    "Asana\\/": "^Asana\\/",
    "Bluesky\\/": "^Bluesky\\/",
    "Goodreads": "compatible; Goodreads",
    "Overcast\\/": "^Overcast\\/",
    "PayPal\\/": "^PayPal\\/",
    "Sogou": "Sogou[\\s\\S]*spider",
    "Tumblr\\/": "^Tumblr\\/",
    "coccoc": "compatible; coccoc",
    "inoreader": "inoreader.com",
    "Grammarly\\/": "^Grammarly\\/",  # of what is left out, one list's narrower spelling
    "Instapaper\\/": "^Instapaper\\/",
    "NextCloud": "NextCloud-News",
    "mail\\.ru": "(top\\.|^|compatible; )mail\\.ru",
    "Notion\\/": "^Notion\\/",  # "... Notion/3.14.0 Chrome/126..." is its desktop app
    "Seznam": "SeznamBot",  # "... Safari/537.36 Seznam.cz/2.0.5" is a browser
    "Sonic": "Sonic\\/",  # "... Safari/537.36 Sonic Slack_SSB/4.39.95" is Slack's
    # Patterns that are no literals:
    "Daum(oa)?[ \\/][0-9]": "Daumoa",
    "Go [\\d\\.]* package http": "Go [\\s\\S]*package http",
    "HAA(A)?RTLAND http client": "(HA|HAA)ARTLAND http client",
    "Java.*outbrain": "Java[\\s\\S]*outbrain",
    "NewsBlur .*Finder": "NewsBlur [\\s\\S]*Finder",
    "Project ?25499": "Project( |)25499",
    "Sitemap(s)? Generator": "(Sitemap|Sitemaps) Generator",
    "Y!J-[A-Z][A-Z][A-Z]": "Y!J-",
    "Zend\\\\Http\\\\Client": "Zend",
    "centuryb.o.t9[at]gmail.com": "centuryb\\.o\\.t9\\[at\\]gmail\\.com",
    "xpymep([0-9]?)\\.exe": "xpymep",
}
"""What to look for instead of a pattern, most where machines share a name with an application in
which people read."""

COMMON_WORDS = frozenset((
    "agent", "android", "app", "bot", "browser", "check", "client", "com", "crawler", "feed",
    "google", "http", "https", "image", "link", "mobile", "monitor", "mozilla", "net", "news",
    "org", "page", "reader", "search", "server", "service", "site", "spider", "test", "the",
    "uptime", "version", "web", "www",
))  # fmt: skip
"""Words that say little, so that an entry is kept under another of its words where it has one."""

_BETWEEN = r"[\s\S]*"  # between two parts that must both be there, Current[\s\S]*RSS Reader
# Where a pattern stops being a literal: \d, [0-9], the end, "not a dash"
_REST = re.compile(r"(?:\\d|\[0-9).*|\(\[\^-\]\|\$\)|\$$")
_EITHER_CASE = re.compile(r"\[(\w)(\w)\]")  # [wW]get
_GROUP = re.compile(r"(?<!\\)\(([^()]*)(?<!\\)\)")  # Ahrefs(Bot|SiteAudit)
_OR = re.compile(r"(?<!\\)\|")  # Netumo|netumo
_ESCAPED = re.compile(r"\\([^\w\s])")  # \/ \. \( \+
_SPECIAL = re.compile(r"(?<!\\)[\[\](){}*+?|$]|\\\w|(?<=.)\^")
_WORD = re.compile("[a-z0-9]+")


def compile_lists(
    first: Iterable[dict[str, Any]], second: Iterable[dict[str, Any]]
) -> dict[str, str]:
    """Return the entries of both: of a word that the first knows, only the first's.

    It tells scanners from bots, and is the narrower one.
    """
    return dict(sorted({**compile_list(second), **compile_list(first)}.items()))


def compile_list(crawlers: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Return word -> entries, `` & `` between: ``b`` or ``s`` (bot, scanner), then what must be.

    ``b`` alone: the word is enough. ``b|libwww-perl``: so must be ``libwww-perl``. ``b|^curl``: at
    the very start. ``b|current|rss reader``: both.
    """
    entries: dict[str, set[str]] = {}
    for crawler in crawlers:
        pattern = crawler["pattern"]
        if pattern in LEFT_OUT:
            continue
        code = "s" if "scanner" in crawler["tags"] else "b"
        for literal in literals(NARROWED.get(pattern, pattern)):
            for key in keys(literal, crawler["instances"]):
                needed = "" if literal == key else f"|{literal}"
                entries.setdefault(key, set()).add(code + needed)
    return {key: " & ".join(_needed(found)) for key, found in sorted(entries.items())}


def literals(pattern: str) -> list[str]:
    r"""Return what a pattern looks for, in lower case: ``(sistrix|SISTRIX) [cC]rawler`` is one.

    Of a pattern in two parts both are needed: ``Current[\s\S]*RSS Reader`` is
    ``current|rss reader``.

    Raises:
        ValueError: the pattern is not of a form known here.
    """
    parts = [_alternatives(part, pattern) for part in pattern.split(_BETWEEN)]
    return list(dict.fromkeys("|".join(chosen) for chosen in product(*parts)))


def _alternatives(part: str, pattern: str) -> list[str]:
    text = _REST.sub("", _EITHER_CASE.sub(r"\1", part)).lower()
    group = _GROUP.search(text)
    parts = _OR.split(group[1]) if group else [""]
    before, after = (text[: group.start()], text[group.end() :]) if group else (text, "")
    found = [alternative for part in parts for alternative in _OR.split(f"{before}{part}{after}")]
    for literal in found:
        if _SPECIAL.search(literal):
            raise ValueError(f"{pattern!r} is no literal, and not of a form known here")
    return [_ESCAPED.sub(r"\1", literal) for literal in found]


def keys(literal: str, instances: Iterable[str]) -> list[str]:
    """Return the words to keep ``literal`` under.

    One is its most telling word. Where the literal is only a part of a word in real user agents
    (``findlink`` in ``findlinks/2.0``), those longer words are keys of their own.
    """
    best = max(_WORD.findall(literal), key=lambda word: (word not in COMMON_WORDS, len(word)))
    found = [best]
    for instance in (instance.lower() for instance in instances):
        there = _WORD.findall(instance)
        needed = literal.removeprefix("^").split("|")
        if all(part in instance for part in needed) and best not in there:
            found += [word for word in there if best in word][:1]
    return list(dict.fromkeys(found))


def _needed(found: set[str]) -> list[str]:
    """Leave out what a shorter entry finds as well."""
    kept: list[str] = []
    for entry in sorted(found, key=lambda entry: (len(entry), entry)):
        literal = entry.partition("|")[2]
        if not any(shorter.partition("|")[2] in literal for shorter in kept):
            kept.append(entry)
    return sorted(kept)


def render(entries: dict[str, str]) -> str:
    """Return the text of the module: two texts load in a third of a dictionary's time."""
    alone = textwrap.fill(" ".join(key for key, entry in entries.items() if entry == "b"), 100)
    others = "".join(f"{key} = {entry}\n" for key, entry in entries.items() if entry != "b")
    return (
        f"{HEADER}\n# ruff: noqa: E501, SIM905, W291\n\n"
        f'SOURCE = "crawlers {" ".join(map(version, PACKAGES))}"\n\n'
        f'_ALONE = """\\\n{alone}\n""".split()\n\n'
        f'_OTHERS = """\\\n{others}""".replace(" = ", "\\n").splitlines()\n\n'
        'CRAWLERS = dict.fromkeys(_ALONE, "b")\n'
        "CRAWLERS.update(zip(_OTHERS[::2], _OTHERS[1::2], strict=True))\n"
    )


def load_lists() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the crawlers of the installed packages; of the second, patterns alone."""
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text("utf-8")
    more = import_module("crawlerdetect.providers.crawlers").data
    return json.loads(text), [{"pattern": one, "tags": [], "instances": []} for one in more]


if __name__ == "__main__":
    OUTPUT.write_text(render(compile_lists(*load_lists())), encoding="utf-8")
