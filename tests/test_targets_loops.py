"""A redirect never leads back to the tracker, under any spelling of its address."""

import pytest
from pytracking.errors import InvalidTarget
from pytracking.targets import check_target

OWN = ["https://t.example.com/o/", "https://t.example.com/c/"]


@pytest.mark.parametrize(
    "url",
    [
        *("https://t.example.com/c/pKxyz", "https://t.example.com/o/pKxyz"),
        *("http://t.example.com/c/pKxyz", "https://T.Example.COM/c/pKxyz"),
        *("https://t.example.com:443/c/pKxyz", "http://t.example.com:80/c/pKxyz"),
        *("https://t.example.com./c/pKxyz", "https://t.example.com/c/"),
        *("https://t.example.com/c/.", "https://t.example.com/c/x/.."),
        *("https://t.example.com//c/pKxyz", "https://t.example.com/./c/pKxyz"),
        "https://t.example.com/shop/%2e%2E/c/pKxyz",
        "https://t.example.com/%63/pKxyz?q=1",
    ],
)
def test_a_redirect_to_itself_is_refused(url):
    with pytest.raises(InvalidTarget, match="back to the tracker"):
        check_target(url, own_bases=OWN)
    assert check_target(url)


@pytest.mark.parametrize("host", ["t.example.com:8443", "t.example.com.:8443"])
def test_a_redirect_to_itself_by_its_port_is_refused(host):
    with pytest.raises(InvalidTarget, match="back to the tracker"):
        check_target(f"https://{host}/c/x", own_bases=["https://t.example.com:8443/c/"])


@pytest.mark.parametrize(
    "url",
    [
        *("https://t.example.com/", "https://t.example.com/c", "https://t.example.com?/c/x"),
        *("https://t.example.com/shop/c/x", "https://t.example.com/shop/x/../c/x"),
        *("https://t.example.com/c/../shop", "https://t.example.com/shop?back=/c/x"),
        *("https://t.example.com:8443/c/x", "https://t.example.com.evil.example/c/x"),
        "https://other.example/c/x?u=https://t.example.com/c/x",
    ],
)
def test_other_pages_of_the_own_host_are_no_redirect_to_itself(url):
    assert check_target(url, own_bases=OWN) == url


def test_where_links_stand_at_the_root_of_a_host_only_tokens_are_taken_for_links():
    own = ["https://t.example.com/"]
    for page in (
        "",
        "pricing",
        "blog/2026/a-page-with-a-rather-long-name",
        "great-offers-for-everybody-2026",
        "?q=1",
    ):
        assert check_target("https://t.example.com/" + page, own_bases=own)
    for token in (
        "pKxyzpKxyzpKxyzpKxyz?utm_source=x",
        "gAAAAABrBCMNK4BRxd__GyfoIl9aPUXo==",
        "eyJ1cmwiOiAiaHR0cDovL2EuZXhhbXBsZSJ9/",
    ):
        with pytest.raises(InvalidTarget):
            check_target("https://t.example.com/" + token, own_bases=own)


@pytest.mark.parametrize(
    ("own", "url"),
    [
        ("https://t.example:/c/", "https://t.example/c/x"),
        ("https://t.example/c/", "https://t.example:/c/x"),
        ("https://user@t.example/c/", "https://t.example/c/x"),
        ("http://[::1]:8000/c/", "http://[0:0:0:0:0:0:0:1]:8000/c/x"),
        ("http://[0:0::1]/c/", "http://[::1]:80/c/x"),
        ("https://t.example.com/", "https://t.example.com/gAAAAABrBCMNK4BRxdGyfoIl9aPU=)."),
    ],
)
def test_a_base_and_a_target_may_spell_one_address_in_two_ways(own, url):
    with pytest.raises(InvalidTarget, match="back to the tracker"):
        check_target(url, own_bases=[own])
    with pytest.raises(InvalidTarget):
        check_target(url, own_bases=dict.fromkeys([own]))


def test_an_own_base_may_be_written_in_unicode():
    with pytest.raises(InvalidTarget):
        check_target("https://xn--bcher-kva.example/c/x", own_bases=["https://bücher.example/c/"])
