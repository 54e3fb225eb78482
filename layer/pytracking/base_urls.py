"""Base URLs: what links start with, what shows the kind of a link, and what is under them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote, urljoin

from pytracking.errors import ConfigurationError, InvalidLink, InvalidTarget, MissingDependency
from pytracking.targets import Addresses, addresses_of, ascii_host, check_target, host_of
from pytracking.tokens import Kind, holds_token, looks_like_token

OPEN_PATH, CLICK_PATH, ACTION_PATH = "o/", "c/", "a/"
"""Where the stack answers, under its domain."""

APP_PATH = "app/"
"""Under the base of clicks: links that telephones open in an app."""

_HOST = re.compile(r"(?<=://)[^/:?#\[\]@]+")  # https://host:8443/c/
# No user information: https://track.example.com@evil.test/ leads to evil.test. A host name has 253
# characters at most, and an escape of UTF-8 three for each byte.
_START = re.compile(
    r"(https?)://(\[[0-9A-F:.]+\]|[^/?#\\\[\]:@\s]{1,2500})(:[0-9]{0,5})?(?=[/?#]|\Z)",
    re.IGNORECASE,
)
_NO_HOST = re.compile(r"[\x00-\x20\x7f/?#\\\[\]:@%<>^|]")
# of letters, digits, `-`, `.`, `_` and `~`, which mean the same without (RFC 3986, section 6.2.2.2)
_NEEDLESS_ESCAPE = re.compile(r"%(?:2[DE]|3[0-9]|[46][1-9A-F]|5[0-9AF]|7[0-9AE])", re.IGNORECASE)
# In front: quotes and brackets, as they are, percent-encoded, or as character references.
_QUOTES = re.compile(
    r"^(?:[ \t\r\n\"'`<(\[{\u2018\u201a\u201c\u201e\u00ab\u2039]"
    r"|%(?:2[0278]|3C|5B|60|7B|C2%AB|E2%80%(?:98|9A|9C|9E|B9))"
    r"|&(?:quot|lt|apos|l[sda]quo|#3[49]|#x2[27]);)+",
    re.IGNORECASE,
)
_PATH = re.compile(r"[^?#]*")
_LAYERS = 8  # of damage that are taken off; no mail has nearly as many


@dataclass(frozen=True)
class BaseUrls:
    """What links start with, by what they are for; empty where there are none.

    Attributes:
        open: e.g. ``https://track.example.com/o/``.
        click: e.g. ``https://track.example.com/c/``; of guarded clicks as well.
        action: e.g. ``https://track.example.com/a/``. None: that of a stack, beside a ``click``
            that ends with ``/c/``, unless opens are there.
    """

    open: str = ""
    click: str = ""
    action: str | None = None

    def __post_init__(self) -> None:
        """Find the base of action links beside that of clicks, as a stack has it."""
        if self.action is None:
            action, click = "", _with_slash(self.click)
            if click.endswith(f"/{CLICK_PATH}"):
                action = click.removesuffix(CLICK_PATH) + ACTION_PATH
            taken = one_spelling(action) == one_spelling(_with_slash(self.open))
            object.__setattr__(self, "action", "" if taken else action)

    @classmethod
    def under(cls, url: str) -> BaseUrls:
        """Return those of a stack: under ``https://track.example.com``, ``/o/`` and ``/c/``."""
        base = _with_slash(url)  # as given: both spellings are read
        return cls(base + OPEN_PATH, base + CLICK_PATH)

    @cached_property
    def prefixes(self) -> dict[Kind, str]:
        """What links of each kind start with (host in ASCII, path with a final slash)."""
        return {
            "open": link_prefix(self.open),
            "click": link_prefix(self.click),
            "guarded": link_prefix(self.click),
            "action": link_prefix(self.action),
        }

    @cached_property
    def addresses(self) -> Addresses:
        """What ``targets.check_target`` takes, so that no link leads to another link."""
        return addresses_of(self.prefixes.values())

    @cached_property
    def _spellings(self) -> tuple[tuple[str, Kind | None], ...]:
        """The one spelling of each prefix, the longest first, and the kind that it stands for."""
        found: dict[str, Kind | None] = {}
        kind: Kind
        for kind, base in (("open", self.open), ("click", self.click), ("action", self.action)):
            bases = [*filter(None, (link_prefix(base), _with_slash(base)))]  # in ASCII; as given
            if kind == "click":
                bases += [base + APP_PATH for base in bases]
            for spelling in map(one_spelling, bases):
                found[spelling] = None if found.get(spelling, kind) != kind else kind
        return tuple(sorted(found.items(), key=lambda item: -len(item[0])))

    def split(self, link: str) -> tuple[str, Kind | None]:
        """Return the token of a link, and the kind that its base stands for.

        The kind is None for a token alone, and where one base serves both kinds. What mail put
        around the link is taken off, and the scheme and host may be in any spelling.
        """
        if not isinstance(link, str):
            raise InvalidLink(f"a link is a str, not {type(link).__name__}")
        before, bare, layers = "", link, 0
        while bare != before and layers <= _LAYERS:
            for prefix, kind in self._spellings:
                if bare.startswith(prefix):
                    return bare[len(prefix) :], kind
            if "://" not in bare:
                break
            from pytracking.tokens.repair import unwrap

            before, bare, layers = bare, one_spelling(unwrap(bare)), layers + 1
        return link, None

    def for_app(self, link: str) -> str:
        """Return a click link as telephones open it in an app: under a path of its own."""
        prefix = self.prefixes["click"]
        return prefix + APP_PATH + link.removeprefix(prefix)

    def holds(self, url: str) -> bool:
        """Return whether ``url`` is a link under one of these bases, in any spelling.

        Quotes and brackets in front are no part of it.
        """
        if "%" not in url and not holds_token(url):
            return False
        url = one_spelling(_QUOTES.sub("", url, count=1))
        return any(
            "://" in prefix and url.startswith(prefix) and looks_like_token(url[len(prefix) :])
            for prefix, _ in self._spellings
        )


def check_base_url(url: str, source: str) -> None:
    """Refuse what links cannot start with.

    Raises:
        ConfigurationError: not an http or https URL, or one with user information, a query or a
            fragment; ``source`` says where it is from.
    """
    try:
        check_target(url)
        if "?" in url or "#" in url:
            raise InvalidTarget(f"{url!r} must have neither a query nor a fragment")
    except InvalidTarget as error:
        raise ConfigurationError(f"invalid base URL {source}: {error}") from error


def require_action_base(bases: BaseUrls) -> None:
    """Refuse to mint action links that would lead nowhere.

    Raises:
        ConfigurationError: ``bases`` has no base of action links.
    """
    if not bases.action:
        raise ConfigurationError(
            f"invalid base URL of click links {bases.click!r}: must end with /c/, beside which "
            "action links are, at /a/"
        )


def one_spelling(url: str) -> str:
    """Return ``url`` with its scheme and host in the one spelling that all others stand for.

    In lower case and ASCII, decoded, without a default port and the root's dot (RFC 3986, sections
    6.2.2 and 6.2.3). The path is without needless escapes; its case counts. What is no http or
    https URL, or has user information or a host that no browser finds, comes back unchanged.
    """
    start = _START.match(url)
    if not start:
        return url
    scheme, host, port = start[1].lower(), start[2], start[3] or ""
    if "%" in host or not host.isascii():
        host = unquote(host)
        if _NO_HOST.search(host):
            return url
        try:
            host = ascii_host(host)
        except (InvalidTarget, MissingDependency):
            return url
    if port.strip(":"):
        port = f":{int(port[1:])}"
    rest = url[start.end() :]
    if "%" in rest:
        rest = _PATH.sub(_without_needless_escapes, rest, count=1)
    return f"{scheme}://{host_of(f'{scheme}://{host}{port}')}{rest}"


def _without_needless_escapes(path: re.Match[str]) -> str:
    return _NEEDLESS_ESCAPE.sub(lambda escape: unquote(escape[0]), path[0])


def link_prefix(base_url: str | None) -> str:
    """Return what links under ``base_url`` start with.

    A base without a final slash keeps its last segment (``https://a.example/t`` gives
    ``https://a.example/t/``), where plain ``urljoin`` would drop it. The host becomes ASCII.
    """
    prefix = _with_slash(base_url)
    return prefix if prefix.isascii() else _HOST.sub(_in_ascii, prefix, count=1)


def _with_slash(base_url: str | None) -> str:
    if not base_url:
        return ""
    try:
        if not base_url.endswith("/") and "?" not in base_url and "#" not in base_url:
            base_url += "/"
        return urljoin(base_url, "x")[:-1]
    except (ValueError, TypeError, AttributeError) as error:  # an open bracket; not a text
        raise ConfigurationError(f"invalid base URL {base_url!r}: {error}") from error


def _in_ascii(host: re.Match[str]) -> str:
    try:
        return ascii_host(host[0])
    except InvalidTarget:  # no browser finds it; what was minted before goes on being so
        return host[0]
