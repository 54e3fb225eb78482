"""Whom the guarded client connects to: vetted addresses, by the right certificate, no proxy."""

import socket
import threading
import time

import pytest
from cryptography import x509
from pytracking.delivery.addresses import AddressRules
from pytracking.delivery.client import Client

from tests.delivery.authority import Authority
from tests.delivery.posting import LOCAL, post
from tests.delivery.receivers import Receiver, answering


@pytest.mark.fault("delivering", 28)
@pytest.mark.parametrize(("host", "expired"), [("127.0.0.1", True), ("other.test", False)])
def test_with_a_bad_certificate_no_byte_of_the_request_is_sent(
    authority: Authority, host: str, expired: bool
) -> None:
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving(host, expired=expired)) as receiver:
        outcome = post(client, receiver.url)
        assert receiver.connections == 1
        assert receiver.bytes_received == 0
    assert outcome.status is None
    assert outcome.reason.startswith("certificate refused")


@pytest.mark.fault("delivering", 28)
@pytest.mark.parametrize("names", [[], [x509.RFC822Name("hooks@hooks.test")]])
def test_a_name_that_is_no_alternative_name_of_the_certificate_proves_nothing(
    authority: Authority, names: list[x509.GeneralName]
) -> None:
    client = Client(
        LOCAL,
        deadline=10,
        ssl_context=authority.trusting(),
        lookup=lambda host, port: ["127.0.0.1"],
    )
    with Receiver(answering(), tls=authority.serving("hooks.test", names=names)) as receiver:
        outcome = post(client, f"https://hooks.test:{receiver.port}/")
        assert receiver.bytes_received == 0
    assert outcome.reason.startswith("certificate refused")


@pytest.mark.fault("delivering", 28)
def test_an_authority_that_is_not_the_systems_is_refused(authority: Authority) -> None:
    client = Client(LOCAL, deadline=10)
    with Receiver(answering(), tls=authority.serving("127.0.0.1")) as receiver:
        assert post(client, receiver.url).reason.startswith("certificate refused")
        assert receiver.bytes_received == 0


@pytest.mark.fault("addresses", 5)
def test_the_vetted_address_is_dialled_with_the_hosts_name_and_certificate(
    authority: Authority,
) -> None:
    lookups: list[tuple[str, int]] = []

    def look_up(host: str, port: int) -> list[str]:
        lookups.append((host, port))
        return ["127.0.0.1"]

    names: list[str | None] = []
    tls = authority.serving("hooks.example.com")
    tls.sni_callback = lambda sock, name, context: names.append(name)
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting(), lookup=look_up)
    with Receiver(answering(), tls=tls) as receiver:
        outcome = post(client, f"https://hooks.example.com:{receiver.port}/hook")
        (request,) = receiver.requests
    client.close()
    assert outcome.delivered
    assert lookups == [("hooks.example.com", receiver.port)]
    assert names == ["hooks.example.com"]
    assert request.headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], []]
)
def test_a_host_that_leads_inside_is_refused_before_anything_is_dialled(
    addresses: list[str],
) -> None:
    with Receiver(answering()) as receiver:
        client = Client(AddressRules(allow_http=True), lookup=lambda host, port: addresses)
        outcome = post(client, f"http://a.test:{receiver.port}/")
        assert receiver.connections == 0
    assert outcome.status is None
    assert outcome.reason.startswith("ForbiddenAddress")


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_the_loopback_is_refused_however_it_is_spelt(host: str) -> None:
    with Receiver(answering()) as receiver:
        client = Client(AddressRules(allow_http=True))
        outcome = post(client, f"http://{host}:{receiver.port}/")
        assert receiver.connections == 0
    assert outcome.reason.startswith("ForbiddenAddress")


@pytest.mark.fault("delivering", 29)
def test_a_look_up_that_hangs_ends_at_its_timeout() -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait(30)
        return []

    client = Client(LOCAL, lookup=hang, lookup_timeout=0.2)
    started = time.monotonic()
    outcome = post(client, "https://a.test/")
    took = time.monotonic() - started
    release.set()
    assert "look-up" in outcome.reason
    assert took < 5


def test_a_host_that_is_not_found_is_a_failure(client: Client) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "not known" in post(Client(LOCAL, lookup=fail), "https://a.test/").reason


def test_the_next_address_is_dialled_when_the_first_refuses() -> None:
    with Receiver(answering()) as receiver:
        # Nothing listens on the IPv6 loopback's port.
        client = Client(LOCAL, lookup=lambda host, port: ["::1", "127.0.0.1"])
        assert post(client, f"http://a.test:{receiver.port}/").delivered
    client.close()


def test_an_ipv6_address_is_posted_to_under_tls(authority: Authority) -> None:
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving("::1"), host="::1") as receiver:
        outcome = post(client, f"https://[::1]:{receiver.port}/hook")
        (request,) = receiver.requests
    client.close()
    assert outcome.delivered
    assert request.headers["host"] == f"[::1]:{receiver.port}"


@pytest.mark.fault("addresses", 2)
def test_a_connection_that_ended_up_elsewhere_is_not_used(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with Receiver(answering()) as receiver:
        dial = socket.create_connection
        # What a transparent proxy or a rewritten route would do.
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda address, *rest: dial(("127.0.0.1", receiver.port), *rest),
        )
        client = Client(LOCAL, lookup=lambda host, port: ["127.0.0.2"])
        outcome = post(client, f"http://a.test:{receiver.port}/")
        assert receiver.requests == []
    assert outcome.reason == "ForbiddenAddress: dialled 127.0.0.2, connected to 127.0.0.1"


def test_proxies_of_the_environment_are_not_heeded(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with Receiver(answering()) as proxy, Receiver(answering()) as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(client, receiver.url).delivered
        assert proxy.connections == 0
