"""Which links of a mail are tracked, and where they then lead."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote_plus, unquote_plus, urljoin

from pytracking.configuration import Configuration
from pytracking.mails import markup
from pytracking.mails.options import Options

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
]
UNTRACKABLE: frozenset[Outcome] = frozenset({"placeholder", "relative", "refused", "wrapped"})
"""Outcomes that the sender will not have meant."""


class Link(NamedTuple):
    """One link of a mail, and what became of it.

    `href` is the value as the reader's program understands it (character references resolved);
    `target` where a click leads ("" when not tracked); `reason` says more where the outcome alone
    does not; `url` is the minted link ("" when none was); the link's tag, or in plain text the
    URL, stands at text[start:end]. Of a whole mail, `part` names the part with that text ("part 1.2
    text/html").
    """

    href: str
    outcome: Outcome
    target: str
    reason: str
    url: str
    start: int
    end: int
    part: str = ""

    @property
    def untrackable(self) -> bool:
        """Whether the sender should look at it, since nobody asked for it to be untracked."""
        return self.outcome in UNTRACKABLE


class Verdict(NamedTuple):
    """What is to become of a link; see `Link`."""

    outcome: Outcome
    target: str = ""
    reason: str = ""


# `data-pytracking="off"` is ours; the others are those of SendGrid, Amazon SES, Mailgun, Mandrill,
# Postmark, SparkPost and of hand-made templates, so that a mail can change its carrier.
OWN_OPT_OUT = "data-pytracking"
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
    "data-msys-clicktrack": _OFF,
}


def opted_out(attributes: Mapping[str, markup.Attribute]) -> bool:
    """Whether a link's attributes (by name in lower case) say that it is not to be tracked."""
    for name in attributes.keys() & _OPT_OUTS.keys():
        values = _OPT_OUTS[name]
        if not values or markup.value(attributes[name]).strip().lower() in values:
            return True
    return False


# Jinja, Django, Handlebars, Liquid `{{ x }}` `{% x %}` `{# x #}`, MailerLite `{$x}`, Mailchimp
# `*|X|*`, Salesforce `%%x%%`, ActiveCampaign, Mailgun `%X%` `%recipient.x%` (`%C3%A9` is none),
# Thymeleaf and shells `${x}` `[[x]]`, Zoho `$[x]$`, ERB and EJS `<%= x %>`.
# None can stand in a URL that is ready to be sent.
_PLACEHOLDER = re.compile(
    r"\{[{%#$]|\*\||%%|%recipient|%(?![0-9A-Fa-f]{2})[A-Za-z_][\w.]*%|\$[{\[]|\[\[|<%"
)
# `https://x.com/unsubscribe?u=1`, `/opt-out/`, `/email-preferences`; not "adopt-outdoors".
_UNSUBSCRIBE = re.compile(
    r"unsub(?:scri|(?![a-z]))|(?<![a-z])opt[-_]?out(?![a-z])"
    r"|(?<![a-z])(?:e-?mail|subscription|notification)[-_]?(?:preferences|settings)(?![a-z])"
    r"|abbestell|abmeld|desinscri|desabonn|cancelar[-_]?(?:a[-_]?)?(?:suscri|inscri)|disiscri"
)
# One of these is in all that _UNSUBSCRIBE finds; looking for them first is five times as fast.
_UNSUBSCRIBE_HINTS = ("unsub", "out", "prefer", "settings", "abbe", "abme", "desi", "desa", "scri")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_WEB = ("https://", "http://")
_WEB_SCHEMES = ("https", "http")
# What browsers drop from an href (URL Standard, 4.4): C0 controls and spaces around it, and
# tabs and line ends anywhere.
_AROUND = "".join(map(chr, range(0x21)))
_WITHIN = str.maketrans("", "", "\t\n\r")


class Policy:
    """The verdict on each link of one mail."""

    def __init__(self, options: Options, configuration: Configuration) -> None:
        self._options = options
        self._utm = _utm_parameters(options.utm)
        self._is_ours = configuration.base_urls.holds
        self._check_target = configuration.check_target

    def judge(self, href: str, base: str = "") -> Verdict:
        """Decide on a link by its `href`; `base` is the URL that relative ones are relative to."""
        if _PLACEHOLDER.search(href):
            return Verdict("placeholder", reason="a template's placeholder still stands in it")
        url = href.strip(_AROUND)
        if not url.isprintable():
            url = url.translate(_WITHIN)
        try:
            if not url.startswith(_WEB):
                scheme = _SCHEME.match(url)
                if not url or url[0] == "#" or (scheme and scheme[1].lower() not in _WEB_SCHEMES):
                    return Verdict("no page")
                if not scheme:
                    url = _absolute(url, base)
                if not url:
                    return Verdict("relative", reason="it is relative, and the mail has no <base>")
            return self._judge_absolute(url.replace(" ", "%20"))  # as browsers do
        except ValueError as error:  # an InvalidTarget, or urljoin's
            return Verdict("refused", reason=str(error))

    def _judge_absolute(self, url: str) -> Verdict:
        if self._is_ours(url):
            return Verdict("already tracked")
        if self._options.unsubscribe == "leave" and is_unsubscribe(url):
            return Verdict("unsubscribe")
        target = self._with_utm(url) if self._utm else url
        self._check_target(target)
        if self._options.leave and self._options.leave(url):
            return Verdict("kept")
        return Verdict("tracked", target)

    def _with_utm(self, url: str) -> str:
        rest, hash_mark, fragment = url.partition("#")
        query = rest.partition("?")[2]
        present = {unquote_plus(pair.partition("=")[0]).lower() for pair in query.split("&")}
        added = "&".join(f"{k}={v}" for k, v in self._utm.items() if k not in present)
        if not added:
            return url
        joint = "?"
        if "?" in rest:
            joint = "&" if query and not query.endswith("&") else ""
        return rest + joint + added + hash_mark + fragment


def _absolute(url: str, base: str) -> str:
    """A relative URL made absolute, "" where that cannot be; without a base, `//x` is https."""
    if base:
        return urljoin(base, url)
    return f"https:{url}" if url.startswith("//") else ""


def is_unsubscribe(url: str) -> bool:
    """Whether a URL speaks of unsubscribing, in one of a few languages."""
    url = url.lower()
    for hint in _UNSUBSCRIBE_HINTS:  # a plain loop: any() would double the time of a whole verdict
        if hint in url:
            return bool(_UNSUBSCRIBE.search(url))
    return False


def _utm_parameters(utm: Mapping[str, str] | None) -> dict[str, str]:
    """{"source": "a b"} -> {"utm_source": "a+b"}, ready for a query."""
    return {
        quote_plus(name if name.startswith("utm_") else f"utm_{name}"): quote_plus(value)
        for name, value in (utm or {}).items()
    }
