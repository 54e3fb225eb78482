"""Which links of a mail are tracked, and where they then lead."""

import re
from collections.abc import Collection, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote, quote_plus, unquote_plus, urljoin

from pytracking.errors import InvalidTarget
from pytracking.mails import markup
from pytracking.mails.options import Job
from pytracking.mails.placeholders import has_placeholder
from pytracking.mails.unsubscribing import is_unsubscribe, same_page
from pytracking.targets import MAX_URL_CHARS

Outcome = Literal[
    "tracked",
    "opted out",  # an attribute of the link says so
    "kept",  # the caller's `leave` says so
    "unsubscribe",
    "already tracked",
    "no page",  # an anchor, mailto:, tel: and the like: nothing a redirect could lead to
    "placeholder",  # a template's placeholder still stands in it
    "relative",  # no <base> says what it is relative to
    "refused",  # a redirect must not lead there
    "wrapped",  # in plain text: it seems to go on in the next line
    "shows its URL",  # its text is a URL itself, which would then differ from where it leads
]
UNTRACKABLE: frozenset[Outcome] = frozenset({"placeholder", "relative", "refused", "wrapped"})
"""Outcomes that the sender will not have intended."""


class MailLink(NamedTuple):
    """One link of a mail, and what became of it.

    `href` is the value as the reader's program understands it (character references resolved);
    `target` where a click leads ("" when not tracked); `reason` says more where the outcome alone
    does not; the link's tag, or in plain text the URL, stands at text[start:end]. Of a whole mail,
    `part` names the part with that text ("part 1.2 text/html").
    """

    href: str
    outcome: Outcome
    target: str
    reason: str
    start: int
    end: int
    part: str = ""

    @property
    def untrackable(self) -> bool:
        """Whether the sender should look at it, since nobody asked for it to be untracked."""
        return self.outcome in UNTRACKABLE


class Decision(NamedTuple):
    """What is to become of a link; see `MailLink`."""

    outcome: Outcome
    target: str = ""
    reason: str = ""


# `data-pytracking="off"` is ours; the others are those of SendGrid, Amazon SES, Mailgun, Mandrill,
# Postmark, SparkPost, Mautic, MessageGears, Campaign Monitor and of hand-made templates, so that a
# mail can change its carrier.
OWN_OPT_OUT = "data-pytracking"
FOR_APP = "data-pytracking-app"
GUARD = "data-pytracking-guard"
UNSUBSCRIBE = "unsubscribe"
"""The value of OWN_OPT_OUT at a link that is to unsubscribe."""

_OFF = ("off", "false", "no", "0")
_ON = ("", "on", "true", "yes", "1")
_OPT_OUTS: Mapping[str, tuple[str, ...]] = {
    OWN_OPT_OUT: _OFF,
    "clicktracking": _OFF,
    "ses:no-track": (),  # () stands for: whatever its value
    "data-skip-click": (),
    "data-pm-no-track": (),
    "disable-tracking": _ON,
    "mc:disable-tracking": _ON,
    "mautic:disable-tracking": _ON,
    "data-mautic-disable-tracking": _ON,
    "data-msys-clicktrack": _OFF,
    "autotrack": _OFF,
    "cm_dontconvertlink": (),
    "mb_dontconvertlink": (),
}
_OPT_OUT_NAMES = frozenset(_OPT_OUTS)
# Customer.io, Keap and Marketo look for a class.
_OPT_OUT_CLASSES = frozenset({"untracked", "inf-track-no", "mktnotrack"})
# Postal: `https+notrack://x.com`, from which the mark is taken.
NO_TRACK = re.compile(r"(https?)\+notrack(?=://)", re.IGNORECASE)
_SKIP_UTM = "data-skip-utm-params"


def opted_out(attributes: Mapping[str, markup.Attribute]) -> bool:
    """Whether a link's attributes (by name in lower case) say that it is not to be tracked."""
    if not _OPT_OUT_NAMES.isdisjoint(attributes):
        for name in attributes.keys() & _OPT_OUTS.keys():
            values = _OPT_OUTS[name]
            if not values or markup.value(attributes[name]).strip().lower() in values:
                return True
    if "class" not in attributes:
        return False
    return not _OPT_OUT_CLASSES.isdisjoint(markup.value(attributes["class"]).lower().split())


def skips_utm(attributes: Mapping[str, markup.Attribute]) -> bool:
    """Whether a link's attributes say that it gets no UTM parameters."""
    skip = attributes.get(_SKIP_UTM)
    return skip is not None and markup.value(skip).strip().lower() not in _OFF


_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WEB = ("https://", "http://")
_WEB_SCHEMES = ("https", "http")
# `https://x.com/a`, `www.x.com`, `x.com/a`; not `Node.js` nor `plan.pdf`
_SHOWN_URL = re.compile(
    r"(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+(?!js\b|ts\b|md\b|py\b)"
    r"(?:com|org|net|edu|gov|info|biz|app|dev|shop|store|online|[a-z]{2})(?:[/?#:]\S*)?",
    re.IGNORECASE,
)
# What browsers drop from an href (URL Standard, 4.4): C0 controls and spaces around it, and
# tabs and line ends anywhere.
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = str.maketrans("", "", "\t\n\r")
# What browsers percent-encode in a path or query, and what a target must not hold: blanks of all
# kinds, and controls.
_BLANKS = re.compile(r"[\x00-\x20\x7f-\xa0]|[^\S\x00-\x7f]")
_AUTHORITY = re.compile(r"https?:[/\\]{2}[^/?#\\]*", re.IGNORECASE)
_MAX_AUTHORITY_CHARACTERS = 300  # a host name has 253 at most

# What a signature covers must not change: query parameters, without `-` and `_`, of S3 and its
# kin, Google Cloud Storage, CloudFront, Azure, Akamai, Laravel, and of home-made schemes.
_SIGNATURES = re.compile(
    r"(?:.*signature|sig|hmac|hdn(?:ts|ea)|token__|keypairid|googleaccessid|.*accesskeyid|xamz.*|xgoog.*)"
)
_EXPIRIES = frozenset({"expires", "expiry", "exp", "expire", "expiresat", "validuntil", "e", "se"})
_DIGESTS = frozenset(
    {
        "token",
        "hash",
        "md5",
        "digest",
        "mac",
        "auth",
        "key",
        "st",
        "s",
        "verify",
        "sign",
        "checksum",
    }
)


class Policy:
    """The verdict on each link of one mail."""

    def __init__(self, job: Job, unsubscribe_urls: Collection[str] = ()) -> None:
        """`unsubscribe_urls`: those that the mail's header names; links to them are left."""
        self._options = job.options
        self._verdicts: dict[tuple[str, bool], Decision] = {}  # a mail has one base
        self._unsubscribe_pages = {*map(same_page, unsubscribe_urls)}
        self._utm = _utm_parameters(job.options.utm)
        self.is_ours = job.configuration.base_urls.holds
        self._check_target = job.configuration.check_target

    def judge(self, href: str, base: str = "", *, utm: bool = True) -> Decision:
        """Decide on a link by its `href`.

        Args:
            href: its value, character references resolved.
            base: the URL that relative ones are relative to.
            utm: whether it may get UTM parameters.
        """
        # The same link again costs no time, but where the caller is asked of each.
        if self._options.leave:
            return self._judge(href, base, utm=utm)
        verdict = self._verdicts.get((href, utm))
        if verdict is None:
            verdict = self._verdicts[href, utm] = self._judge(href, base, utm=utm)
        return verdict

    def _judge(self, href: str, base: str, *, utm: bool) -> Decision:
        if has_placeholder(href):
            return Decision("placeholder", reason="a template's placeholder still stands in it")
        url = href.strip(_AROUND)
        if not url.isprintable():
            url = url.translate(_WITHIN)
        if not url.startswith(_WEB):
            scheme = _SCHEME.match(url)
            if NO_TRACK.match(url):
                return Decision("opted out")
            if not url or url[0] == "#" or (scheme and scheme[1].lower() not in _WEB_SCHEMES):
                return Decision("no page")
        try:
            if not _SCHEME.match(url) and not self.is_ours(url):  # ours may be in quotes
                url = _absolute(url, base)
            if not url:
                return Decision("relative", reason="it is relative, and the mail has no <base>")
            return self._judge_absolute(_without_blanks(url), utm=utm)
        except ValueError as error:  # an InvalidTarget, or urljoin's
            return Decision("refused", reason=str(error))

    def _judge_absolute(self, url: str, *, utm: bool) -> Decision:
        _check_authority(url)
        if self.is_ours(url):
            return Decision("already tracked")
        if self._options.unsubscribe != "track":
            if is_unsubscribe(url):
                return Decision("unsubscribe")
            if self._unsubscribe_pages and same_page(url) in self._unsubscribe_pages:
                return Decision("kept", reason="the header List-Unsubscribe names it")
        target = self._with_utm(url) if self._utm and utm else url
        self._check_target(target)
        if self._options.leave and self._options.leave(url):
            return Decision("kept")
        return Decision("tracked", target)

    def _with_utm(self, url: str) -> str:
        rest, hash_mark, fragment = url.partition("#")
        query = rest.partition("?")[2]
        if _is_signed(query):
            return url
        present = {unquote_plus(pair.partition("=")[0]).lower() for pair in query.split("&")}
        added = "&".join(f"{k}={v}" for k, v in self._utm.items() if k not in present)
        if not added:
            return url
        joint = "?"
        if "?" in rest:
            joint = "&" if query and not query.endswith("&") else ""
        return rest + joint + added + hash_mark + fragment


def _check_authority(url: str) -> None:
    """Refuse what no host name can be, before time is spent on it.

    Raises:
        InvalidTarget: there is no host, or it is too long.
    """
    authority = _AUTHORITY.match(url)
    if authority and authority[0].endswith("//"):
        raise InvalidTarget(f"{url!r} names no host")
    if authority and len(authority[0]) > _MAX_AUTHORITY_CHARACTERS:
        raise InvalidTarget("its host name has more than 253 characters")


def _absolute(url: str, base: str) -> str:
    """A relative URL made absolute, "" where that cannot be; without a base, `//x` is https.

    Raises:
        InvalidTarget: the base is longer than any target.
        ValueError: as `urljoin`.
    """
    if len(base) > MAX_URL_CHARS:
        raise InvalidTarget(f"it is relative to a <base> of {len(base)} characters")
    if base:
        return urljoin(base, url)
    return f"https:{url}" if url.startswith("//") else ""


def shows_url(label: str) -> bool:
    """Whether a link's text is a URL itself: "https://x.com/a", "www.x.com", "x.com/a"."""
    return _SHOWN_URL.fullmatch(label) is not None


def _without_blanks(url: str) -> str:
    """A URL as a browser requests it: blanks behind its host are percent-encoded."""
    authority = _AUTHORITY.match(url)
    start = authority.end() if authority else 0
    if not _BLANKS.search(url, start):
        return url
    return url[:start] + _BLANKS.sub(lambda found: quote(found[0]), url[start:])


def _is_signed(query: str) -> bool:
    names = {
        unquote_plus(pair.partition("=")[0]).lower().replace("-", "").replace("_", "")
        for pair in query.split("&")
    }
    if any(map(_SIGNATURES.fullmatch, names)):
        return True
    return not names.isdisjoint(_EXPIRIES) and not names.isdisjoint(_DIGESTS)


def _utm_parameters(utm: Mapping[str, str] | None) -> dict[str, str]:
    """{"source": "a b"} -> {"utm_source": "a+b"}, ready for a query."""
    return {
        quote_plus(name if name.startswith("utm_") else f"utm_{name}"): quote_plus(value)
        for name, value in (utm or {}).items()
    }
