"""Write the networks of mail security vendors into what ``pytracking.visitors`` looks them up in.

``make networks`` fetches a package of public routing data (prefix -> autonomous system and its
name; RouteViews, DB-IP and the regional registries, CC BY 4.0) and calls this script, which takes
the prefixes of the vendors below, adds those that Microsoft publishes for Exchange Online
Protection, checks the result against the one before and writes
layer/pytracking/visitors/mail_networks.py.
"""

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_address, ip_network
from ipaddress import summarize_address_range as summarize
from pathlib import Path

OUTPUT = Path(__file__).parents[2] / "layer/pytracking/visitors/mail_networks.py"

VENDORS = {
    "appriver": r"appriver\b",
    "barracuda": r"barracuda networks\b",
    "cyren": r"commto-\w+ cyren|cyren inc",
    "hornetsecurity": r"hornetsecurity\b",
    "ironport": r"cisco systems ironport",
    "mimecast": r"mimecast\b",
    "proofpoint": r"proofpoint\b",
    "retarus": r"retarus\b",
    "trendmicro": r"trend micro\b",
    "zix": r"zix corporation",
}
"""The vendors whose autonomous systems hold their own machines and no customers' clouds, each by
how the name of its systems begins. Zscaler, Netskope and Forcepoint carry people's own browsing."""

EXCHANGE_ONLINE = (
    "40.92.0.0/15",
    "40.107.0.0/16",
    "52.100.0.0/14",
    "104.47.0.0/17",
    "2a01:111:f400::/48",
    "2a01:111:f403::/48",
)
"""https://learn.microsoft.com/en-us/microsoft-365/enterprise/urls-and-ip-address-ranges, row 10."""

MAX_BYTES = 50_000
"""What the module may weigh."""

MIN_KEPT = 0.7
"""A renewal that loses more of a vendor's addresses than this leaves is a fault of the data."""

Network = IPv4Network | IPv6Network
Row = tuple[int, int, str]


def read(rows: Iterable[list[str]]) -> dict[str, list[Network]]:
    """Return vendor -> networks.

    Args:
        rows: first address, last address, number of the autonomous system, its name.
    """
    found: dict[str, list[Network]] = {}
    for first, last, _, name in rows:
        for vendor, pattern in VENDORS.items():
            if re.match(pattern, name.strip().lower()):
                ends = ip_address(first), ip_address(last)
                found.setdefault(vendor, []).extend(summarize(*ends))
    found["exchange-online"] = [ip_network(prefix) for prefix in EXCHANGE_ONLINE]
    return found


def compiled(networks: dict[str, list[Network]], version: int) -> tuple[Row, ...]:
    """Return (first, last, vendor) of one version of IP, in order, neighbours joined.

    Raises:
        ValueError: two vendors claim one address, or a network is none of the public internet.
    """
    rows: list[Row] = []
    for vendor, held in networks.items():
        mine = [network for network in held if network.version == version]
        for network in collapse_addresses(mine):  # type: ignore[type-var]
            if not network.is_global:
                raise ValueError(f"{network} of {vendor} is not of the public internet")
            rows.append((int(network[0]), int(network[-1]), vendor))
    rows.sort()
    joined: list[Row] = []
    for first, last, vendor in rows:
        if joined and first <= joined[-1][1]:
            raise ValueError(f"{ip_address(first)} is of {vendor} and of {joined[-1][2]}")
        if joined and first == joined[-1][1] + 1 and vendor == joined[-1][2]:
            joined[-1] = (joined[-1][0], last, vendor)
        else:
            joined.append((first, last, vendor))
    return tuple(joined)


def check(new: tuple[Row, ...], old: tuple[Row, ...]) -> None:
    """Refuse what no renewal brings about.

    Raises:
        ValueError: a vendor has lost nearly all that it had.
    """
    for vendor in {row[2] for row in old}:
        before, after = _size(old, vendor), _size(new, vendor)
        if after < MIN_KEPT * before:
            raise ValueError(f"{vendor} had {before} addresses and would have {after}")


def render(source: str, four: tuple[Row, ...], six: tuple[Row, ...]) -> str:
    """Return the text of the module.

    Raises:
        ValueError: it is too large.
    """
    text = (
        '"""Networks of mail security vendors. Made by tools/visitors/networks.py: do not edit.\n\n'
        "Routing data by RouteViews, DB-IP (https://db-ip.com) and the regional registries (NRO),\n"
        'under CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/).\n"""\n\n'
        f"SOURCE = {json.dumps(source)}\n\n"
        f"IPV4 = (\n{_lines(four)})\n\n"
        f"IPV6 = (\n{_lines(six)})\n"
    )
    if len(text) > MAX_BYTES:
        raise ValueError(f"{len(text)} bytes of networks: expected at most {MAX_BYTES}")
    return text


def _size(rows: tuple[Row, ...], vendor: str) -> int:
    return sum(last - first + 1 for first, last, owner in rows if owner == vendor)


def _lines(rows: tuple[Row, ...]) -> str:
    return "".join(
        f"    (0x{first:X}, 0x{last:X}, {json.dumps(vendor)}),\n" for first, last, vendor in rows
    )


def _rows(folder: Path) -> Iterator[list[str]]:
    for name in ("asn-ipv4.csv", "asn-ipv6.csv"):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            yield from csv.reader(file)


def main(folder: Path) -> None:
    """Write the module from an unpacked package of routing data."""
    from pytracking.visitors import mail_networks

    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    networks = read(_rows(folder))
    four, six = compiled(networks, 4), compiled(networks, 6)
    check(four, mail_networks.IPV4)
    check(six, mail_networks.IPV6)
    source = f"{package['name']} {package['version']}"
    OUTPUT.write_text(render(source, four, six), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
