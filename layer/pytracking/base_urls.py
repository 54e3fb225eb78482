"""Base URLs: what links start with, what tells the kind of a link, and what is under them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urljoin

from pytracking.errors import InvalidTarget, MissingDependency
from pytracking.targets import Address, address_of, ascii_host
from pytracking.tokens import Kind, looks_like_token

OPEN_PATH, CLICK_PATH = "o/", "c/"
"""Where the stack answers, under its domain."""

_HOST = re.compile(r"(?<=://)[^/:?#\[\]@]+")  # https://host:8443/c/


@dataclass(frozen=True)
class BaseUrls:
    """What open links and click links start with; empty where there is none.

    Attributes:
        open: e.g. ``https://track.example.com/o/``.
        click: e.g. ``https://track.example.com/c/``.
    """

    open: str = ""
    click: str = ""

    @classmethod
    def under(cls, url: str) -> BaseUrls:
        """Return those of a stack: ``https://track.example.com`` gives ``/o/`` and ``/c/``."""
        base = _with_slash(url)  # as given: both spellings are read
        return cls(base + OPEN_PATH, base + CLICK_PATH)

    @cached_property
    def prefixes(self) -> dict[Kind, str]:
        """What links of each kind start with (host in ASCII, path with a final slash)."""
        return {"open": link_prefix(self.open), "click": link_prefix(self.click)}

    @cached_property
    def addresses(self) -> tuple[Address, ...]:
        """What ``targets.check_target`` takes, so that no link leads to another link."""
        return tuple(map(address_of, self.prefixes.values()))

    @cached_property
    def _spellings(self) -> tuple[tuple[str, Kind | None], ...]:
        """Each prefix in ASCII and as given, the longest first, and the kind that it tells."""
        found: dict[str, Kind | None] = {}
        kind: Kind
        for kind in ("open", "click"):
            for spelling in self.of(kind):
                found[spelling] = None if found.get(spelling, kind) != kind else kind
        return tuple(sorted(found.items(), key=lambda item: -len(item[0])))

    def of(self, kind: Kind) -> list[str]:
        """Return the spellings of one kind's base: in ASCII, and as it was given."""
        base = self.open if kind == "open" else self.click
        return list(dict.fromkeys(filter(None, (link_prefix(base), _with_slash(base)))))

    def split(self, link: str) -> tuple[str, Kind | None]:
        """Return the token of a link, and the kind that its base tells.

        The kind is None for a token alone, and where one base serves both kinds. What mail put
        around the link is taken off.
        """
        for prefix, kind in self._spellings:
            if link.startswith(prefix):
                return link[len(prefix) :], kind
        if "://" in link:
            from pytracking.tokens.repair import unwrap

            bare = _with_ascii_host(unwrap(link))
            if bare != link:
                token, kind = self.split(bare)
                if token != bare:
                    return token, kind
        return link, None

    def holds(self, url: str) -> bool:
        """Tell whether ``url`` is a link under one of these bases."""
        return any(
            "://" in prefix and url.startswith(prefix) and looks_like_token(url[len(prefix) :])
            for prefix, _ in self._spellings
        )


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
    if not base_url.endswith("/") and "?" not in base_url and "#" not in base_url:
        base_url += "/"
    return urljoin(base_url, "x")[:-1]


def _with_ascii_host(link: str) -> str:
    if link.isascii():
        return link
    try:
        return _HOST.sub(_in_ascii, link, count=1)
    except MissingDependency:  # then it is no link under a base in ASCII
        return link


def _in_ascii(host: re.Match[str]) -> str:
    try:
        return ascii_host(host[0])
    except InvalidTarget:  # no browser finds it; what was minted before goes on being so
        return host[0]
