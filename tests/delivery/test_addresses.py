"""Where webhooks may go."""

import contextlib
import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.delivery.addresses import AddressRules, Endpoint, parse_networks
from pytracking.errors import ForbiddenAddress, InvalidTarget

RULES = AddressRules()

# One address inside each network that docs and code name, first and last where they differ.
NEVER = [
    *("0.0.0.0", "10.0.0.1", "100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255"),
    *("168.63.129.16", "169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255"),
    *("192.0.0.1", "192.0.0.9", "192.0.0.10", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255"),
    *("240.0.0.1", "255.255.255.255", "::", "::1", "::8.8.8.8", "::ffff:0:8.8.8.8"),
    *("::ffff:192.0.0.9", "0:0:1::1", "200::1", "1fff:ffff::1", "4000::1", "8000::1", "fe00::1"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:808:808::1", "2001:2::1"),
    *("2001:1::1", "2001:20::1", "2001:db8::1", "2002:808:808::1", "3fff::1", "3fff:fff:ffff::1"),
    *("5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "feff::1", "ff02::1", "ff0e::1"),
]


@pytest.mark.fault("delivering", 29)
@pytest.mark.fault("addresses", 1)
@pytest.mark.parametrize("address", NEVER)
def test_an_address_inside_is_never_dialled(address: str) -> None:
    assert not RULES.allows(ipaddress.ip_address(address))


@pytest.mark.fault("addresses", 1)
@pytest.mark.parametrize("address", [a for a in NEVER if "." in a and ":" not in a])
def test_an_address_inside_is_never_dialled_as_ipv4_mapped_either(address: str) -> None:
    assert not RULES.allows(ipaddress.ip_address(f"::ffff:{address}"))


@given(st.ip_addresses(v=4))
def test_a_mapped_address_is_judged_as_the_address_it_is(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.ip_address(f"::ffff:{address}")
    assert RULES.allows(mapped) == RULES.allows(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "::ffff:8.8.8.8", "2606:4700::1111"])
def test_a_public_address_may_be_dialled(address: str) -> None:
    assert RULES.allows(ipaddress.ip_address(address))


def test_an_address_with_a_zone_is_never_dialled() -> None:
    assert not RULES.allows(ipaddress.ip_address("2606:4700::1111%eth0"))


def test_networks_of_ones_own_can_be_allowed() -> None:
    rules = AddressRules(allowed_networks=parse_networks("127.0.0.0/8, ::1"))
    assert rules.allows(ipaddress.ip_address("127.0.0.1"))
    assert rules.allows(ipaddress.ip_address("::ffff:127.0.0.1"))
    assert rules.allows(ipaddress.ip_address("::1"))
    assert not rules.allows(ipaddress.ip_address("10.0.0.1"))


def test_a_list_of_networks_with_a_host_name_in_it_is_refused() -> None:
    with pytest.raises(ValueError, match="localhost"):
        parse_networks("127.0.0.0/8,localhost")


@pytest.mark.fault("delivering", 29)
@pytest.mark.fault("addresses", 4)
@pytest.mark.parametrize("inside", ["10.0.0.1", "::1", "::ffff:169.254.169.254"])
def test_a_host_with_an_address_outside_and_one_inside_is_refused(inside: str) -> None:
    with pytest.raises(ForbiddenAddress, match=r"never dialled"):
        RULES.vet("a.test", ["8.8.8.8", inside])
    with pytest.raises(ForbiddenAddress):
        RULES.vet("a.test", [inside, "8.8.8.8"])


def test_a_host_without_addresses_is_refused() -> None:
    with pytest.raises(ForbiddenAddress, match="no address"):
        RULES.vet("a.test", [])


def test_vetted_addresses_keep_their_order_and_come_once() -> None:
    vetted = RULES.vet("a.test", ["2606:4700::1111", "8.8.8.8", "8.8.8.8"])
    assert [str(address) for address in vetted] == ["2606:4700::1111", "8.8.8.8"]


@pytest.mark.parametrize(
    ("url", "endpoint", "netloc"),
    [
        ("https://a.test", Endpoint("https", "a.test", 443, "/"), "a.test"),
        ("https://A.Test:8443/x?y=z#f", Endpoint("https", "a.test", 8443, "/x?y=z"), "a.test:8443"),
        ("https://a_b.test/", Endpoint("https", "a_b.test", 443, "/"), "a_b.test"),
        ("https://[2606::1]/", Endpoint("https", "2606::1", 443, "/"), "[2606::1]"),
        (
            "https://b\u00fccher.test/",
            Endpoint("https", "xn--bcher-kva.test", 443, "/"),
            "xn--bcher-kva.test",
        ),
        ("https://a.test:443/", Endpoint("https", "a.test", 443, "/"), "a.test"),
    ],
)
def test_an_endpoint_is_read_from_its_url(url: str, endpoint: Endpoint, netloc: str) -> None:
    assert RULES.endpoint(url) == endpoint
    assert endpoint.netloc == netloc


@pytest.mark.fault("addresses", 3)
@pytest.mark.parametrize(
    "url",
    [
        *("", "a.test/hook", "//a.test/hook", "http://a.test/", "ftp://a.test/"),
        *("file:///etc/passwd", "javascript:alert(1)", "https:///hook", "https:a.test"),
        *("https://user@a.test/", "https://user:word@a.test/", "https://@a.test/"),
        *("https://a.test./", "https://a..test/", "https://.a.test/", "https://a%2etest/"),
        *("https://127.0.0.1%00.test/", "https://[fe80::1%25eth0]/", "https://[::1"),
        *("https://::1]/", "https://[a.test]/", "https://[v1.a]/", "https://a.test:0/"),
        *("https://a.test:65536/", "https://a.test:abc/", "https://a.test:-1/"),
        *("https://a.test/ x", "https://a.test/\r\nX: y", "https://a.test/\t"),
        "https://a.test\\@10.0.0.1/",
        "https://" + "a" * 64 + ".test/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
    ],
)
def test_what_is_no_plain_https_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidTarget):
        RULES.endpoint(url)


def test_http_is_admitted_by_an_explicit_setting() -> None:
    endpoint = AddressRules(allow_http=True).endpoint("http://a.test/")
    assert (endpoint.scheme, endpoint.port, endpoint.netloc) == ("http", 80, "a.test")


@given(st.text())
def test_any_text_is_an_endpoint_or_one_error(url: str) -> None:
    with contextlib.suppress(InvalidTarget):
        RULES.endpoint(url)


@given(st.text(alphabet="ahtps:/?#[]@%.\\0129- "))
def test_an_endpoints_host_holds_nothing_that_two_parsers_could_read_differently(rest: str) -> None:
    try:
        endpoint = RULES.endpoint("https://" + rest)
    except InvalidTarget:
        return
    assert not set(endpoint.host) & set("%@\\/[]")
    assert not endpoint.host.endswith(".")
