"""Where a webhook may go: which URLs are endpoints, and which addresses are never dialled.

A webhook's URL may come from a link, and the function that posts to it sits where others do not:
inside a cloud, beside the runtime's own interfaces on the loopback. So a host's name proves
nothing. Its addresses are looked up once, all of them are judged, and one judged here is dialled.
"""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pytracking.delivery.origin import DEFAULT_PORTS
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError, ForbiddenAddress
from pytracking.targets import check_webhook_url

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# What `is_global` passes on one Python version or another, though it leads inside or nowhere, or
# hides an IPv4 address that nobody judged.
NEVER_DIALLED = tuple(
    ipaddress.ip_network(network)
    for network in (
        "100.64.0.0/10",  # shared by carriers, and by cloud providers inside (RFC 6598)
        "168.63.129.16/32",  # Azure's host: its virtual machines' own control plane
        "192.0.0.0/24",  # protocol assignments (RFC 6890); newer Pythons pass two addresses of it
        "192.88.99.0/24",  # 6to4 relays (RFC 7526)
        "224.0.0.0/4",  # multicast
        "2001::/23",  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
        "2002::/16",  # 6to4: an IPv4 address inside (RFC 3056)
        "3fff::/20",  # documentation (RFC 9637)
    )
)

GLOBAL_UNICAST = ipaddress.ip_network("2000::/3")
"""The only IPv6 addresses given out to anyone so far (RFC 4291, 2.4; IANA's registry). What lies
outside hides an IPv4 address (NAT64 and its like), leads inside, or nowhere."""

LOOPBACK = "127.0.0.0/8, ::1"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL a webhook is posted to. ``host`` is ASCII, an IPv6 address without brackets."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """The Host header: the port is left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class AddressRules:
    """What may be dialled. The default is for deployment.

    ``allow_http`` admits plain http beside https. ``allowed_networks`` are exempt from the rules:
    the loopback for work on one machine, or the networks of one's own receivers.
    """

    allow_http: bool = False
    allowed_networks: tuple[Network, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> "AddressRules":
        """Return the rules of ``settings``; locally the loopback is allowed unless others are.

        Deployed, the runtime's own interfaces are on the loopback.

        Raises:
            ConfigurationError: the networks cannot be read.
        """
        networks = settings.allowed_webhook_networks
        try:
            allowed = parse_networks(networks or (LOOPBACK if settings.local else ""))
        except ValueError as error:
            raise ConfigurationError(
                "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS is a list of networks such as "
                f"'10.1.0.0/16, 10.2.0.0/16': {error}"
            ) from error
        return cls(allow_http=settings.allow_http_webhooks, allowed_networks=allowed)

    def endpoint(self, url: str) -> Endpoint:
        """Return the endpoint that ``url`` names.

        Raises:
            InvalidTarget: as ``check_webhook_url``.
        """
        parts = urlsplit(check_webhook_url(url, allow_http=self.allow_http))
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        port = parts.port or DEFAULT_PORTS[parts.scheme]
        return Endpoint(parts.scheme, parts.hostname or "", port, path)

    def vet(self, host: str, addresses: Iterable[str]) -> tuple[Address, ...]:
        """Return the addresses a host has, if every one of them may be dialled.

        A host with one address outside and one inside is refused as a whole: it is how a name
        that was looked up twice turns inwards.

        Raises:
            ForbiddenAddress: an address may not be dialled, or there is none.
        """
        vetted = tuple(dict.fromkeys(ipaddress.ip_address(address) for address in addresses))
        if not vetted:
            raise ForbiddenAddress(f"the host {host} has no address")
        for address in vetted:
            if not self.allows(address):
                raise ForbiddenAddress(f"{host} has the address {address}, which is never dialled")
        return vetted

    def allows(self, address: Address) -> bool:
        """Return whether an address may be dialled."""
        if isinstance(address, ipaddress.IPv6Address):
            if address.scope_id is not None:
                return False
            address = address.ipv4_mapped or address
        if any(address in network for network in self.allowed_networks):
            return True
        if isinstance(address, ipaddress.IPv6Address) and address not in GLOBAL_UNICAST:
            return False
        return address.is_global and not any(address in network for network in NEVER_DIALLED)


def parse_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a comma-separated list such as ``127.0.0.0/8, ::1``.

    Raises:
        ValueError: one of them is no network.
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
