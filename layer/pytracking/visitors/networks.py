"""Which mail security vendor an address belongs to."""

import socket
from bisect import bisect_left

from pytracking.visitors.mail_networks import IPV4, IPV6

AT_ANY_AGE = frozenset({"barracuda", "exchange-online"})
"""Vendors from whose networks nobody browses. The others also isolate: they open a link that a
person has clicked in a browser of their own, so that only a young link shows the scanner."""

SCANNED_WITHIN_SECONDS = 300
"""Scanners follow a link when its mail arrives."""


def network_signal(address: str | None, age_seconds: int | None) -> str | None:
    """Return ``network:VENDOR`` for a request out of a vendor's network, None for others.

    Args:
        address: of the one who asked, whole.
        age_seconds: of the link, None when unknown.
    """
    vendor = vendor_of(address or "")
    if vendor is None:
        return None
    if vendor in AT_ANY_AGE or (age_seconds is not None and age_seconds < SCANNED_WITHIN_SECONDS):
        return f"network:{vendor}"
    return None


def vendor_of(address: str) -> str | None:
    """Return whose network ``address`` is in; None for nobody's, and for what is no address."""
    family, rows = (socket.AF_INET6, IPV6) if ":" in address else (socket.AF_INET, IPV4)
    try:
        number = int.from_bytes(socket.inet_pton(family, address), "big")
    except (OSError, ValueError):  # no address; or one with NUL or what is no ASCII
        return None
    if family == socket.AF_INET6 and number >> 32 == 0xFFFF:  # ::ffff:203.0.113.9
        number, rows = number & 0xFFFFFFFF, IPV4
    found = bisect_left(rows, (number + 1,)) - 1  # the last network that begins at it or before
    return rows[found][2] if found >= 0 and number <= rows[found][1] else None
