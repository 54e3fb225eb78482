"""Links of a configuration with a keyring: what is minted, what is accepted, what they carry."""

import re
import time
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytracking import (
    Configuration,
    InvalidKey,
    InvalidLink,
    InvalidTarget,
    Keyring,
    get_click_tracking_result,
    get_click_tracking_url,
    get_open_tracking_result,
    get_open_tracking_url,
)

RING = Keyring("the keyring of the sealed link tests")
FERNET = Fernet.generate_key()
BASES = {
    "base_open_tracking_url": "https://t.example.com/o/",
    "base_click_tracking_url": "https://t.example.com/c/",
}
SEALED = Configuration(**BASES, keyring=RING)
TARGET = "https://shop.example.org/été?q=1"
METADATA = {"customer_id": 7, "message_id": "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"}


def test_with_a_keyring_links_are_sealed_and_come_back_whole() -> None:
    link = get_click_tracking_url(TARGET, METADATA, SEALED)
    assert re.fullmatch(r"https://t\.example\.com/c/p[A-Za-z0-9_-]*[A-Za-z0-9]", link)
    result = get_click_tracking_result(link, {"user_agent": "x"}, SEALED)
    assert (result.is_click_tracking, result.is_open_tracking) == (True, False)
    assert (result.tracked_url, result.metadata) == (TARGET, METADATA)
    assert result.request_data == {"user_agent": "x"}
    assert (result.issued_at, result.expires_at, result.privacy) == (None, None, ())


def test_a_keyring_and_a_fernet_key_mint_sealed_and_accept_both() -> None:
    both = SEALED.merge_with_kwargs({"encryption_bytestring_key": FERNET})
    assert "/o/p" in get_open_tracking_url(METADATA, both)
    old = Configuration(**BASES, encryption_bytestring_key=FERNET)
    for minted_by in (both, old, SEALED):
        link = get_open_tracking_url(METADATA, minted_by)
        assert get_open_tracking_result(link, configuration=both).metadata == METADATA


@pytest.mark.parametrize(
    "keys",
    [
        {"keyring": RING},
        {"encryption_bytestring_key": FERNET},
        {"keyring": RING, "encryption_bytestring_key": FERNET},
        {"keyring": Keyring("s" * 32, (), [FERNET])},
    ],
)
def test_plain_links_are_refused_wherever_any_key_is_configured(keys: dict[str, Any]) -> None:
    for link, decode in (
        (get_open_tracking_url(METADATA, **BASES), get_open_tracking_result),
        (get_click_tracking_url(TARGET, METADATA, **BASES), get_click_tracking_result),
    ):
        with pytest.raises(InvalidLink):
            decode(link, **BASES, **keys)


def test_what_is_no_keyring_is_refused_and_the_way_to_make_one_is_named() -> None:
    with pytest.raises(InvalidKey, match="from_json"):
        Configuration(keyring=RING.to_json())


@pytest.mark.parametrize("keys", [{}, {"encryption_bytestring_key": FERNET}, {"keyring": RING}])
def test_every_format_carries_expiry_issue_time_and_privacy(
    keys: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration = Configuration(
        **BASES, **keys, expires_in=60, include_issue_time=True, privacy=["no_ip", "aggregate"]
    )
    monkeypatch.setattr(time, "time", lambda: 1_000_000.5)
    link = get_open_tracking_url(METADATA, configuration)
    result = get_open_tracking_result(link, configuration=configuration)
    assert (result.issued_at, result.expires_at, result.timestamp) == (1000000, 1000061, 1000000)
    assert result.privacy == ("no_ip", "aggregate")
    assert result.metadata == METADATA

    monkeypatch.setattr(time, "time", lambda: 1_000_061.0)
    with pytest.raises(InvalidLink, match="expired"):
        get_open_tracking_result(link, configuration=configuration)
    monkeypatch.setattr(time, "time", lambda: 1_000_000 - 3_600.0)
    assert get_open_tracking_result(link, configuration=configuration).metadata == METADATA
    monkeypatch.setattr(time, "time", lambda: 1_000_000 - 5_401.0)
    with pytest.raises(InvalidLink, match="future"):
        get_open_tracking_result(link, configuration=configuration)


@pytest.mark.parametrize("keys", [{}, {"encryption_bytestring_key": FERNET}, {"keyring": RING}])
@pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil", None, "https://a b/"])
def test_no_format_mints_a_link_to_an_unsafe_target(keys: dict[str, Any], url: Any) -> None:
    with pytest.raises(InvalidTarget):
        get_click_tracking_url(url, METADATA, **BASES, **keys)


def test_a_sealed_link_leads_somewhere() -> None:
    with pytest.raises(InvalidTarget):
        get_click_tracking_url("", METADATA, SEALED)


def test_no_link_is_minted_that_leads_back_to_the_tracker() -> None:
    for url in ("https://t.example.com/c/x", "http://T.example.com/o/x"):
        with pytest.raises(InvalidTarget, match="tracker"):
            get_click_tracking_url(url, METADATA, SEALED)


def test_without_compression_links_are_longer_and_read_by_the_same_ring() -> None:
    link = get_click_tracking_url(TARGET, METADATA, SEALED)
    stored = get_click_tracking_url(TARGET, METADATA, SEALED, compress=False)
    assert len(stored) > len(link)
    assert get_click_tracking_result(stored, configuration=SEALED).metadata == METADATA
