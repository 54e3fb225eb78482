"""Networks of mail security vendors: looked up in a shadow, and renewed with care."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.visitors import classify
from pytracking.visitors.mail_networks import IPV4, IPV6, SOURCE
from pytracking.visitors.networks import vendor_of

from tools.visitors.networks import MAX_BYTES, OUTPUT, check, compiled, read, render

BARRACUDA, MIMECAST, EXCHANGE = "209.222.82.1", "170.10.128.5", "40.107.3.4"


def shadow(address, age=None, *, shadows=True):
    return classify("", {}, "GET", age, "click", address=address, shadows=shadows).shadow


@pytest.mark.parametrize(
    ("address", "vendor"),
    [
        ("209.222.80.9", "barracuda"),
        (MIMECAST, "mimecast"),
        (EXCHANGE, "exchange-online"),
        ("67.231.144.0", "proofpoint"),
        ("67.231.159.255", "proofpoint"),
        ("67.231.160.0", None),
        ("2620:100:9004::1", "proofpoint"),
        ("::ffff:67.231.144.1", "proofpoint"),
        ("203.0.113.9", None),
        ("0.0.0.0", None),
        ("255.255.255.255", None),
        ("::", None),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None),
        ("", None),
        ("not an address", None),
        ("1.2.3.4\x00", None),
        ("fe80::1%eth0", None),
    ],
)
def test_an_address_is_of_the_vendor_in_whose_network_it_is(address, vendor):
    assert vendor_of(address) == vendor


@given(st.text(max_size=60))
def test_whatever_stands_for_an_address_raises_nothing(text):
    vendor_of(text)


@given(st.sampled_from([*IPV4, *IPV6]), st.data())
def test_each_address_of_a_network_is_found(row, data):
    first, last, vendor = row
    number = data.draw(st.integers(first, last))
    family, size = (socket.AF_INET, 4) if row in IPV4 else (socket.AF_INET6, 16)
    assert vendor_of(socket.inet_ntop(family, number.to_bytes(size, "big"))) == vendor


def test_a_vendor_from_whose_network_people_click_is_one_while_the_link_is_young():
    assert shadow(MIMECAST, 299) == ("network:mimecast",)
    assert shadow(MIMECAST, 300) == ()
    assert shadow(MIMECAST, None) == ()
    assert shadow(EXCHANGE, None) == ("network:exchange-online",)
    assert shadow("209.222.80.9", 10**6) == ("network:barracuda",)


def test_a_shadow_decides_nothing_and_is_looked_for_only_where_asked():
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    found = classify(agent, {}, "GET", 60, "click", address=EXCHANGE, shadows=True)
    assert (found.cls, found.signals) == ("human", ("browser",))
    assert shadow(EXCHANGE, shadows=False) is None


ROWS = [["66.159.224.0", "66.159.225.255", "26211", "Proofpoint, Inc."]]


def test_vendors_are_known_by_the_name_of_their_systems_and_nobody_else_is():
    found = read([*ROWS, ["8.8.8.0", "8.8.8.255", "15169", "Google LLC"]])
    assert {str(network) for network in found["proofpoint"]} == {"66.159.224.0/23"}
    assert set(found) == {"proofpoint", "exchange-online"}


def test_neighbours_are_joined():
    more = [["66.159.226.0", "66.159.226.255", "26211", "Proofpoint, Inc."]]
    rows = [row for row in compiled(read(ROWS + more), 4) if row[2] == "proofpoint"]
    assert len(rows) == 1


def test_two_vendors_of_one_address_stop_a_renewal():
    with pytest.raises(ValueError, match="is of"):
        compiled(read([*ROWS, ["66.159.224.0", "66.159.224.255", "1", "Mimecast"]]), 4)


def test_a_private_network_stops_a_renewal():
    with pytest.raises(ValueError, match="public internet"):
        compiled(read([["10.0.0.0", "10.255.255.255", "1", "Mimecast"]]), 4)


def test_a_vendor_that_nearly_vanishes_stops_a_renewal():
    with pytest.raises(ValueError, match="mimecast had"):
        check(tuple(row for row in IPV4 if row[2] != "mimecast"), IPV4)
    check(IPV4, IPV4)


def test_the_table_is_as_it_is_written_small_and_names_its_source_and_licence():
    text = OUTPUT.read_text(encoding="utf-8")
    assert text == render(SOURCE, IPV4, IPV6)
    assert len(text) <= MAX_BYTES
    assert "CC BY 4.0" in text
    with pytest.raises(ValueError, match="bytes of networks"):
        render("x", IPV4 * 9, IPV6 * 9)
