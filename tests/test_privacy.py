"""What is kept of a visitor: the rules themselves."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError
from pytracking.events import Event
from pytracking.links import PRIVACY_FLAGS
from pytracking.privacy import (
    CAMPAIGN_KEYS,
    NO_AGENT,
    NO_IP,
    STRICTEST,
    PrivacyPolicy,
    says_do_not_track,
    truncated,
)


@given(st.ip_addresses(v=4))
def test_a_truncated_ipv4_address_is_its_24_bit_network(address):
    kept = ipaddress.IPv4Address(truncated(str(address)))
    assert int(kept) == int(address) >> 8 << 8


@given(st.ip_addresses(v=6))
def test_a_truncated_ipv6_address_keeps_at_most_48_bits(address):
    kept = ipaddress.ip_address(truncated(str(address)))
    if kept.version == 6:
        assert int(kept) & ((1 << 80) - 1) == 0
        assert kept == address or int(kept) < int(address)


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.255", "203.0.113.0"),
        ("2001:db8:aaaa:bbbb:cccc::1", "2001:db8:aaaa::"),
        ("::ffff:203.0.113.9", "203.0.113.0"),  # an IPv4 address all the same
        ("2002:cb00:7109::1", "2002:cb00:7100::"),  # 6to4: 203.0.113.9 inside
        ("fe80::1%eth0", "fe80::"),
        ("not an address", None),
        (None, None),
    ],
)
def test_the_address_inside_an_address_is_truncated_too(address, kept):
    assert truncated(address) == kept


def test_the_flags_are_those_that_links_may_carry():
    assert set(STRICTEST) == set(PRIVACY_FLAGS)


@pytest.mark.parametrize(
    ("flags", "consent"),
    [
        ((), ()),
        (("no_agent", "no_ip", "no_ip"), ("no_ip", "no_agent")),
        (("aggregate",), STRICTEST),
        (("a_flag_of_a_later_version",), STRICTEST),
    ],
)
def test_aggregate_implies_the_others_and_the_unknown_is_the_strictest(flags, consent):
    assert PrivacyPolicy().consent_flags(flags, {}, "click") == consent


@pytest.mark.parametrize(
    ("headers", "asked"),
    [
        ({"dnt": "1"}, True),
        ({"sec-gpc": "1"}, True),
        ({"sec-gpc": " 1 "}, True),
        ({"dnt": "0"}, False),
        ({"dnt": "null"}, False),
        ({"sec-gpc": "0"}, False),
        ({"sec-gpc": "11"}, False),
        ({}, False),
    ],
)
def test_browsers_ask_with_a_one(headers, asked):
    assert says_do_not_track(headers) is asked


@pytest.mark.parametrize(
    ("referer", "kept"),
    [
        ("https://mail.example.com/inbox/4711?x=1#y", "https://mail.example.com/"),
        ("https://alice:secret@mail.example.com/", "https://mail.example.com/"),
        ("https://mail.example.com?box=alice", "https://mail.example.com/"),
        ("android-app://com.google.android.gm/", None),
        ("alice", None),
    ],
)
def test_truncated_keeps_the_site_of_a_referer(referer, kept):
    data = {"user_agent": "x", "user_ip": "203.0.113.9", "method": "GET", "referer": referer}
    assert PrivacyPolicy(mode="truncated").request_data(data, ()).get("referer") == kept


@given(
    st.dictionaries(
        st.text() | st.sampled_from(CAMPAIGN_KEYS),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text()),
    )
)
def test_aggregate_metadata_is_flat_and_of_the_campaign(metadata):
    event = Event("open", "x", 0, metadata, link_id="x")
    kept = event.under(PrivacyPolicy(), STRICTEST).metadata
    assert kept.items() <= metadata.items()
    assert set(kept) <= set(CAMPAIGN_KEYS)
    assert not any(isinstance(value, list) for value in kept.values())


@given(st.text())
def test_any_link_that_was_followed_loses_its_parameters_or_keeps_the_campaigns(text):
    target = f"https://a.example/{text}?customer=alice&utm_source=mail#alice"
    kept = Event("click", "x", 0, tracked_url=target).under(PrivacyPolicy(), STRICTEST).tracked_url
    assert "alice" not in kept.replace(text, "")


VISITOR = {
    "class": "bot",
    "signals": ["crawler:bingbot", "head"],
    "age_seconds": 7,
    "client": "chrome",
    "device": "phone",
    "shadow": ["network:mimecast", "foreign-accept"],
}


@pytest.mark.parametrize(
    ("mode", "consent"), [("none", ()), ("full", (NO_AGENT,)), ("full", STRICTEST)]
)
def test_what_the_agent_says_of_client_and_device_goes_with_the_agent(mode, consent):
    kept = PrivacyPolicy(mode=mode).visitor(VISITOR, consent)
    assert "client" not in kept
    assert "device" not in kept
    assert kept["signals"] == ["crawler", "head"]
    assert kept["shadow"] == ["network", "foreign-accept"]


def test_whose_network_it_was_goes_with_the_address():
    assert PrivacyPolicy().visitor(VISITOR, (NO_IP,)) == {
        **VISITOR,
        "shadow": ["network", "foreign-accept"],
    }


def test_without_a_flag_a_verdict_is_kept_whole():
    assert PrivacyPolicy().visitor(VISITOR, ()) == VISITOR


@pytest.mark.parametrize("name", ["PYTRACKING_PRIVACY", "PYTRACKING_DO_NOT_TRACK"])
def test_a_policy_that_cannot_be_meant_is_refused_and_named(name):
    with pytest.raises(ConfigurationError, match=f"{name} is 'some': expected"):
        Settings.from_environment({name: "some"})
