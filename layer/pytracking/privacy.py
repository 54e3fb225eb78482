"""What is kept of a visitor, decided before anything of a hit is logged, queued or sent.

Three things decide, and the strictest wins: the deployment's mode, the visitor's own browser (Do
Not Track, Global Privacy Control), and what the recipient agreed to, sealed into the link by its
sender. docs/privacy.md has the whole table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, NamedTuple

from pytracking.environment import DoNotTrack, PrivacyMode, Settings
from pytracking.links import PRIVACY_FLAGS

NO_IP, NO_AGENT, AGGREGATE = STRICTEST = PRIVACY_FLAGS

CAMPAIGN_KEYS = (
    *("campaign", "campaign_id", "campaign_name", "newsletter", "newsletter_id"),
    *("template", "template_id", "variant"),
    *("utm_campaign", "utm_content", "utm_medium", "utm_source", "utm_term"),
)
"""Metadata that distinguishes mails, not their recipients, where nothing else is set."""

IPV4_BITS = 24
IPV6_BITS = 48
"""What a truncated address keeps: 256 IPv4 addresses, or the IPv6 prefix of one customer's site."""

SIX_TO_FOUR_BITS = 16 + IPV4_BITS
"""... of 2002::/16, whose next 32 bits are an IPv4 address (RFC 3056, section 2)."""


class PrivacyPolicy(NamedTuple):
    """What a deployment keeps of its visitors.

    Attributes:
        mode: ``full``: all of it; ``truncated``: the network of the address, the site of the
            referer; ``none``: neither address nor user agent nor referer.
        do_not_track: what an open whose browser says "do not track" is recorded as.
            ``aggregate``: as if its link had the flag ``aggregate``; ``anonymous``: without address
            and user agent; ``ignore``: like any other.
        campaign_keys: the metadata that ``aggregate`` leaves.
    """

    mode: PrivacyMode = "full"
    do_not_track: DoNotTrack = "aggregate"
    campaign_keys: frozenset[str] = frozenset(CAMPAIGN_KEYS)

    @classmethod
    def of(cls, settings: Settings) -> PrivacyPolicy:
        """Return what ``PYTRACKING_PRIVACY`` and its like ask for."""
        return cls(
            mode=settings.privacy_mode,
            do_not_track=settings.do_not_track,
            campaign_keys=frozenset(settings.campaign_keys or CAMPAIGN_KEYS),
        )

    def consent_flags(
        self, flags: Iterable[str], headers: Mapping[str, str], kind: str
    ) -> tuple[str, ...]:
        """Return the flags that hold for one hit: those of its link, and its browser's.

        A click is a person's own act, and its browser's setting is for the page it leads to; only
        opens, which nobody chooses to make, heed it. A flag that is not known here, of a later
        version, counts as the strictest.

        Args:
            flags: of the link; empty while it cannot be read.
            headers: of the request, names in lower case.
            kind: of the link.
        """
        wanted = set(flags)
        if kind == "open" and self.do_not_track != "ignore" and says_do_not_track(headers):
            wanted |= set(STRICTEST if self.do_not_track == "aggregate" else (NO_IP, NO_AGENT))
        if wanted and (AGGREGATE in wanted or not wanted.issubset(STRICTEST)):
            return STRICTEST
        return tuple(flag for flag in STRICTEST if flag in wanted)

    def request_data(
        self, data: Mapping[str, str | None], consent: Iterable[str]
    ) -> dict[str, str | None]:
        """Return what may be kept of ``request_data``; what may not is None, or absent."""
        consent = frozenset(consent)
        kept: dict[str, str | None] = {"user_agent": None, "user_ip": None}
        if "method" in data:
            kept["method"] = data["method"]
        if self.mode == "none":
            return kept
        address, referer = data.get("user_ip"), data.get("referer")
        if self.mode == "truncated":
            address, referer = truncated(address), _origin(referer or "")
        if NO_IP not in consent:
            kept["user_ip"] = address
        if NO_AGENT not in consent:
            kept["user_agent"] = data.get("user_agent")
            if referer:
                kept["referer"] = referer
        return kept

    def visitor(self, visitor: Mapping[str, Any], consent: Iterable[str]) -> dict[str, Any]:
        """Return what may be kept of a verdict: without words of the user agent, without age.

        What says which browser it was, and on which device, goes with the user agent; the owner of
        a network goes with the address as well.
        """
        consent = frozenset(consent)
        kept = dict(visitor)
        if self.mode == "none" or NO_AGENT in consent:
            kept["signals"] = _names(visitor["signals"])
            kept.pop("client", None)
            kept.pop("device", None)
        if "shadow" in visitor and (self.mode == "none" or consent & {NO_IP, NO_AGENT}):
            kept["shadow"] = _names(visitor["shadow"])
        if AGGREGATE in consent:  # with the time of the hit, it shows when the link was made
            kept["age_seconds"] = None
        return kept

    def campaign_level(self, metadata: Mapping[str, Any]) -> dict[str, Any]:
        """Return the metadata that distinguishes mails, not their recipients."""
        return {
            key: value
            for key, value in metadata.items()
            if key in self.campaign_keys and isinstance(value, str | int | float | bool | None)
        }

    def without_parameters(self, url: str) -> str:
        """Return a target without the parameters that may be a recipient's own."""
        from urllib.parse import parse_qsl, urlencode, urlsplit

        parts = urlsplit(url)
        kept = [pair for pair in parse_qsl(parts.query) if pair[0] in self.campaign_keys]
        return parts._replace(query=urlencode(kept), fragment="").geturl()


def says_do_not_track(headers: Mapping[str, str]) -> bool:
    """Return whether a browser asks not to be tracked, by its headers with names in lower case.

    ``DNT: 1`` (https://www.w3.org/TR/tracking-dnt/#dnt-header-field) or ``Sec-GPC: 1``
    (https://www.w3.org/TR/gpc/#the-sec-gpc-header-field-for-http-requests).
    """
    return "1" in (headers.get("dnt", "")[:1], headers.get("sec-gpc", "").strip())


def _names(signals: Iterable[str]) -> list[str]:
    """Return signals without what stands behind their colons."""
    return [signal.partition(":")[0] for signal in signals]


def truncated(address: str | None) -> str | None:
    """Return the network that an address is in: 203.0.113.9 gives 203.0.113.0.

    None for None, and for what is no address.
    """
    try:
        found: IPv4Address | IPv6Address = ip_address(address or "")
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return truncated(str(found.ipv4_mapped))
        found = IPv6Address(int(found))  # without a zone, "%eth0"
        bits = SIX_TO_FOUR_BITS if found.sixtofour else IPV6_BITS
    else:
        bits = IPV4_BITS
    return str(ip_network((found, bits), strict=False).network_address)


def _origin(url: str) -> str:
    """Return scheme and host of a referer, which strangers wrote: never more than that."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in ("http", "https"):
        return ""
    host = rest.replace("\\", "/").split("/")[0].split("?")[0].split("#")[0].rpartition("@")[2]
    return f"{scheme}://{host}/"
