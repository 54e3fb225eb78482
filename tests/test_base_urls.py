"""Our own links in any spelling of scheme and host; and what is nobody's base URL."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking import (
    Configuration,
    get_click_tracking_result,
    get_click_tracking_url,
    get_click_tracking_url_path,
    get_open_tracking_result,
    get_open_tracking_url,
)
from pytracking.base_urls import BaseUrls
from pytracking.errors import ConfigurationError, InvalidLink
from pytracking.tokens.keyring import Keyring
from pytracking.tracker import Tracker

TARGET = "https://shop.example.com/a?b=1"
HOSTS = ("track.example.com", "xn--mnchen-3ya.example", "münchen.example", "[2001:db8::1]")
AROUND = (("", ""), ('"', '"'), ("<", ">"), ("(", ")"), ("“", "”"), (" [", "]"), ("«", "»"))
RING = Keyring.generate()


@st.composite
def spellings(draw: st.DrawFn, text: str) -> str:
    """Each letter in either case, and encoded or not."""
    spelled = ""
    for char in text:
        cased = draw(st.sampled_from((char, char.upper())))
        encoded = "".join(f"%{byte:02X}" for byte in cased.encode())
        spelled += draw(st.sampled_from((cased, encoded)))
    return spelled


@given(data=st.data())
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["https", "http"])
def test_a_link_is_read_in_any_spelling_of_its_scheme_and_host(
    scheme: str, host: str, data: st.DataObject
) -> None:
    tracker = Tracker(f"{scheme}://{host}", RING)
    link = tracker.click_url(TARGET)
    path = link[link.index("/c/") :]
    spelled_scheme = "".join(data.draw(st.sampled_from((char, char.upper()))) for char in scheme)
    spelled_host = host.upper() if host[0] == "[" else data.draw(spellings(host))
    port = data.draw(st.sampled_from(("", ":", ":443" if scheme == "https" else ":80")))
    before, behind = data.draw(st.sampled_from(AROUND))
    spelled = f"{before}{spelled_scheme}://{spelled_host}{port}{path}{behind}"
    assert tracker.base_urls.holds(spelled)
    assert tracker.base_urls.split(spelled)[1] == "click"
    found = tracker.read(spelled)
    assert (found.kind, found.target) == ("click", TARGET)


@pytest.mark.parametrize("base", ["https://t.example/", "https://T.example:443/"])
@pytest.mark.parametrize(
    "start", ["https://t.example/", "HTTPS://T.EXAMPLE/", "https://t.example:443/"]
)
def test_a_configuration_reads_all_spellings_of_a_base_given_in_any(base: str, start: str) -> None:
    bases = {"base_open_tracking_url": base, "base_click_tracking_url": f"{base}c/"}
    minted = get_click_tracking_url(TARGET, {"a": 1}, **bases)
    assert minted.startswith(f"{base}c/")  # as given, as in 0.2.2
    token = get_click_tracking_url_path(minted, **bases)
    spelled = f"{start}c/{token}"
    assert get_click_tracking_url_path(spelled, **bases) == token
    for read in (get_click_tracking_result, get_open_tracking_result):  # the base shows the kind
        assert read(spelled, **bases).tracked_url == TARGET


@pytest.mark.parametrize(
    "start",
    [
        "https://track.example.com.evil.test/c/",
        "https://track.example.com@evil.test/c/",
        "https://track.example.com:443@evil.test/c/",
        "https://track.example.com%40evil.test/c/",
        "https://track.example.com%2Fc%2F@evil.test/c/",
        "https://track.example.com%2F.evil.test/c/",
        "https://track.example.com%5C.evil.test/c/",
        "https://track.example.com%00/c/",
        "https://track.example.com\\@evil.test/c/",
        "https://track.example.com\\.evil.test/c/",
        "https://user@track.example.com/c/",
        "https://user:word@track.example.com/c/",
        "https://track.example.com:8443/c/",
        "https://track.example.com:80/c/",
        "https://track.example.com:443443/c/",
        "https://track.example.com?/c/",
        "https://track.example.com#/c/",
        "https://eviltrack.example.com/c/",
        "https://evil.test/https://track.example.com/c/",
        "/https://track.example.com/c/",
        "https://track.example.com/C/",
        "https://track.example.com/",
        "ftp://track.example.com/c/",
        "https:/track.example.com/c/",
    ],
)
def test_what_only_looks_like_ours_is_not(start: str) -> None:
    tracker = Tracker("https://track.example.com", RING)
    token = tracker.base_urls.split(tracker.click_url(TARGET))[0]
    assert not tracker.base_urls.holds(start + token)


@pytest.mark.parametrize("damage", ["%4" + 100_000 * "%3" + "1", 50_000 * "&sh" + 50_000 * "y;"])
def test_damage_in_more_layers_than_any_mail_has_is_not_taken_off(damage: str) -> None:
    for mint in (get_click_tracking_result, get_open_tracking_result):
        with pytest.raises(InvalidLink):
            mint(f"https://x/{damage}", {}, keyring=RING)


def test_a_strangers_host_is_not_decoded() -> None:
    tracker = Tracker("https://track.example.com", RING)
    token = tracker.base_urls.split(tracker.click_url(TARGET))[0]
    for host in ("track.example.com.evil.test", "track.example.com@evil.test"):
        with pytest.raises(InvalidLink):
            tracker.read(f"HTTPS://{host}/c/{token}")


@pytest.mark.parametrize(
    "base",
    [
        *("", " ", "track.example.com", "//track.example.com", "/track", "ftp://track.example.com"),
        *("mailto:a@track.example.com", "https://", "https:///o/"),
        *("https://user@track.example.com", "https://user:word@track.example.com"),
        *("https://track.example.com?a=1", "https://track.example.com/#top"),
        *("https://track.example.com:0/", "https://track example.com/"),
    ],
)
def test_what_no_link_can_start_with_is_no_base_of_a_tracker(base: str) -> None:
    good = "https://track.example.com/"
    for bases in (base, BaseUrls(base, good), BaseUrls(good, base)):
        with pytest.raises(ConfigurationError, match="base URL"):
            Tracker(bases, RING)
    Configuration(base_open_tracking_url=base, base_click_tracking_url=base)  # takes all, as 0.2.2


@pytest.mark.parametrize("keyring", [None, RING])
def test_opens_may_be_where_a_stack_has_its_action_links(keyring: Keyring | None) -> None:
    bases: Any = {
        "base_open_tracking_url": "https://t.example/a/",
        "base_click_tracking_url": "https://T.example:443/c",
        "keyring": keyring,
    }
    link = get_open_tracking_url({"n": 1}, **bases)
    assert get_click_tracking_result(link, **bases).is_open_tracking


def test_without_a_keyring_pages_beside_the_click_base_are_targets() -> None:
    bases = {"base_click_tracking_url": "https://shop.example/c/"}
    link = get_click_tracking_url("https://shop.example/a/page", **bases)
    assert get_click_tracking_result(link, **bases).tracked_url == "https://shop.example/a/page"
