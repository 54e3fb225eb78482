"""``Tracker``: mint, rewrite and read with one object."""

import email.message
import re
from dataclasses import replace
from typing import Any

import pytest
from pytracking import (
    InvalidLink,
    InvalidPayload,
    InvalidTarget,
    Keyring,
    LinkExpired,
    Tracker,
    get_click_tracking_result,
    get_click_tracking_url,
    get_open_tracking_url,
)
from pytracking.actions import MAX_VALUE_CHARACTERS
from pytracking.base_urls import BaseUrls
from pytracking.errors import ConfigurationError

from tests.mails.judges import html5lib_links
from tests.support.webhooks_refused import WEBHOOKS_REFUSED

RING = Keyring("a secret of the tests, and of nobody else")
NOW = 1_800_000_000
TARGET = "https://shop.example/sale"
PLAIN = {"base_open_tracking_url": "https://t.example/o/"}
TRACKER = Tracker("https://track.example.com", RING, clock=lambda: NOW)


def test_links_are_under_the_base_url_sealed_and_say_when_they_were_minted() -> None:
    click = TRACKER.click_url(TARGET, {"customer": 1})
    opened = TRACKER.open_url({"customer": 1})
    assert click.startswith("https://track.example.com/c/p")
    assert opened.startswith("https://track.example.com/o/p")
    link = TRACKER.read(click)
    assert (link.kind, link.target, link.metadata) == ("click", TARGET, {"customer": 1})
    assert link.issued_at == NOW
    assert TRACKER.read(opened).kind == "open"


def test_a_token_alone_is_read_as_the_kind_it_is_or_as_the_one_asked_for() -> None:
    token = TRACKER.open_url().rpartition("/")[2]
    assert TRACKER.read(token).kind == TRACKER.read(token, "open").kind == "open"
    with pytest.raises(InvalidLink):
        TRACKER.read(token, "click")


@pytest.mark.parametrize(
    "text", ["", "x", "https://other.example/c/pQ", "https://track.example.com/c/"]
)
def test_what_is_not_a_link_is_an_invalid_link(text: str) -> None:
    with pytest.raises(InvalidLink):
        TRACKER.read(text)


def test_an_expired_link_says_so() -> None:
    link = TRACKER.open_url(expires_in=60)
    late = Tracker("https://track.example.com", RING, clock=lambda: NOW + 60)
    with pytest.raises(LinkExpired):
        late.read(link)
    with pytest.raises(LinkExpired):
        late.read(link.rpartition("/")[2])


def test_settings_are_those_of_all_links_or_of_one() -> None:
    tracker = Tracker("https://t.example/", RING, webhook_url="https://hooks.example/a")
    assert tracker.read(tracker.open_url()).webhook_url == "https://hooks.example/a"
    link = tracker.read(
        tracker.open_url(
            webhook_url="https://b\u00fccher.example/b", privacy=["no_ip"], issue_time=False
        )
    )
    assert link.webhook_url == "https://xn--bcher-kva.example/b"
    assert (link.privacy, link.issued_at) == (("no_ip",), None)
    with pytest.raises(TypeError, match="expects_in"):
        tracker.open_url(expects_in=1)  # type: ignore[call-arg]


@pytest.mark.parametrize("webhook", [*WEBHOOKS_REFUSED, b"https://hooks.example/"])
@pytest.mark.fault("targets", 77)
def test_a_webhook_that_cannot_be_posted_to_is_refused_when_it_is_given(webhook: Any) -> None:
    with pytest.raises(InvalidTarget, match="invalid webhook"):
        Tracker("https://t.example", RING, webhook_url=webhook)
    with pytest.raises(InvalidTarget, match="invalid webhook"):
        TRACKER.open_url(webhook_url=webhook)


@pytest.mark.fault("targets", 78)
def test_an_international_base_is_ascii_in_links_and_both_spellings_are_read() -> None:
    tracker = Tracker("https://b\u00fccher.example", RING)
    link = tracker.click_url(TARGET)
    assert link.startswith("https://xn--bcher-kva.example/c/")
    for spelling in (link, link.replace("xn--bcher-kva", "b\u00fccher")):
        assert tracker.read(spelling).target == TARGET
    with pytest.raises(InvalidTarget, match="back to the tracker"):
        tracker.click_url(link)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"webhook_url": "https://b\u00fccher.example/b"},
        {"webhook_url": None, "expires_in": 0.5},
        {"expires_in": None, "privacy": ["no_ip", "aggregate"], "issue_time": False},
    ],
)
def test_the_functions_of_0_2_2_mint_the_same_links_with_its_configuration(
    settings: dict[str, Any],
) -> None:
    tracker = Tracker(
        "https://track.example.com",
        RING,
        clock=lambda: NOW,
        webhook_url="https://hooks.example/a",
        expires_in=60,
    )
    configuration = tracker.configuration(**settings)
    metadata = {"customer": 1, "message": "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"}
    assert tracker.open_url(metadata, **settings) == get_open_tracking_url(metadata, configuration)
    assert tracker.click_url(TARGET, metadata, **settings) == get_click_tracking_url(
        TARGET, metadata, configuration
    )


def test_mails_are_rewritten() -> None:
    html = TRACKER.html(f'<a href="{TARGET}">', {"customer": 1})
    assert TRACKER.read(html5lib_links(html)[0]).target == TARGET
    assert re.search(r'src="https://track\.example\.com/o/p', html)
    assert TRACKER.html(html, {}, open_tracking=False) == html  # tracked already
    assert TRACKER.read(TRACKER.text(TARGET)).metadata == {}
    message = email.message.EmailMessage()
    message.set_content(TARGET)
    assert TRACKER.read(TRACKER.message(message).get_content().strip()).target == TARGET


def test_a_mail_of_one_recipient_has_settings_of_its_own() -> None:
    settings: Any = {"privacy": ["no_ip"], "expires_in": 60, "issue_time": False}
    body = f'<a href="{TARGET}">'
    message = email.message.EmailMessage()
    message.set_content(TARGET)
    for link in (
        html5lib_links(TRACKER.html(body, {}, **settings))[0],
        html5lib_links(TRACKER.campaign(html=body, **settings).render())[0],
        TRACKER.text(TARGET, {}, **settings),
        TRACKER.message(message, {}, **settings).get_content().strip(),
    ):
        read = TRACKER.read(link)
        assert (read.privacy, read.expires_at, read.issued_at) == (("no_ip",), NOW + 60, None)


@pytest.mark.parametrize("bases", [BaseUrls("https://t.example/v/", "https://t.example/t/"), None])
def test_no_mail_says_that_it_unsubscribes_where_no_action_link_leads(bases: Any) -> None:
    bases = bases or replace(TRACKER.base_urls, action="")
    with pytest.raises(ConfigurationError, match="/c/"):
        Tracker(bases, RING).message(email.message.EmailMessage(), {}, unsubscribe=True)
    with pytest.raises(ConfigurationError, match="/c/"):
        Tracker(bases, RING).campaign(message=email.message.EmailMessage(), unsubscribe=True)


@pytest.mark.parametrize("name", ["keyring", "base_click_tracking_url", "expires"])
def test_a_mail_is_rewritten_by_this_tracker_alone(name: str) -> None:
    for rewrite in (TRACKER.html, TRACKER.text, TRACKER.message):
        with pytest.raises(TypeError, match=name):
            rewrite("", {}, **{name: None})


def test_links_are_minted_with_the_keyring_of_the_moment() -> None:
    rings = [RING]
    tracker = Tracker("https://track.example.com", lambda: rings[-1])
    tracker.open_url()
    rings.append(RING.extended().promoted())
    with pytest.raises(InvalidLink):
        TRACKER.read(tracker.open_url())
    assert tracker.read(TRACKER.open_url(issue_time=False)).kind == "open"


def test_opens_and_clicks_may_be_elsewhere() -> None:
    bases = BaseUrls("https://o.example/x/", "https://c.example/y/")
    tracker = Tracker(bases, RING)
    assert tracker.open_url().startswith("https://o.example/x/p")
    assert tracker.click_url(TARGET).startswith("https://c.example/y/p")


def test_a_tracker_shows_no_key() -> None:
    assert "a secret of the tests" not in repr(TRACKER)
    assert "track.example.com" in repr(TRACKER)


def test_a_tracker_of_the_environment_has_its_bases_and_keys_from_there() -> None:
    environment = {
        "PYTRACKING_OPEN_BASE_URL": "https://track.example.com/o/",
        "PYTRACKING_CLICK_BASE_URL": "https://track.example.com/c/",
        "PYTRACKING_LINK_KEYS": RING.to_json(),
    }
    tracker = Tracker.from_environment(environment)
    assert TRACKER.read(tracker.click_url(TARGET, issue_time=False)).target == TARGET
    for missing in environment:
        with pytest.raises(ConfigurationError, match=missing):
            Tracker.from_environment({**environment, missing: ""})


@pytest.mark.parametrize("keyring", [None, RING.to_json(), b"x" * 32, 5])
def test_without_a_keyring_no_link_is_minted_nor_read(keyring: Any) -> None:
    with pytest.raises(ConfigurationError, match="Keyring") as caught:
        Tracker("https://track.example.com", keyring)
    assert "secret of the tests" not in str(caught.value)
    tracker = Tracker("https://track.example.com", lambda: keyring)
    plain = get_click_tracking_url(TARGET, base_click_tracking_url="https://track.example.com/c/")
    for call in (tracker.open_url, lambda: tracker.read(plain), lambda: tracker.html("<p>")):
        with pytest.raises(ConfigurationError, match="Keyring"):
            call()


@pytest.mark.parametrize("link", [None, b"https://track.example.com/c/p", 5, [], 10**40])
def test_what_is_no_text_is_no_link(link: Any) -> None:
    with pytest.raises(InvalidLink, match="is a str, not"):
        TRACKER.read(link)
    with pytest.raises(InvalidLink, match="is a str, not"):
        get_click_tracking_result(link, None, configuration=TRACKER.configuration())


def test_why_a_link_is_refused_is_said_of_its_own_kind() -> None:
    ahead = Tracker("https://track.example.com", RING, clock=lambda: NOW + 90_000)
    for link in (ahead.click_url(TARGET), ahead.click_url(TARGET).rpartition("/")[2]):
        with pytest.raises(InvalidLink, match="in the future"):
            TRACKER.read(link)
    with pytest.raises(InvalidLink, match="not a sealed token"):
        TRACKER.read("")


@pytest.mark.parametrize("what", ["unsubscribe", "decline"])
def test_consent_may_be_given_as_anything_that_yields_it(what: Any) -> None:
    link = TRACKER.action_url(what, {}, privacy=iter(["no_ip"]))
    assert TRACKER.read(link).privacy == ("no_ip",)


@pytest.mark.parametrize("settings", [{"privacy": None}, {"expires_in": "x"}])
def test_a_setting_that_is_none_is_refused_of_an_action_link_as_of_others(settings: Any) -> None:
    with pytest.raises(ConfigurationError):
        TRACKER.action_url("unsubscribe", {}, **settings)


@pytest.mark.parametrize(
    "metadata",
    [
        {1: "a", "1": "b"},
        {True: 1, "true": 2},
        {None: 1, "null": 2},
        {1.5: 1, "1.5": 2},
        {"list": [{"deep": ({1: 1, "1": 2},)}]},
    ],
)
def test_keys_that_json_makes_equal_are_refused_before_a_link_is_minted(metadata: Any) -> None:
    for mint in (TRACKER.open_url, lambda given: get_open_tracking_url(given, **PLAIN)):
        with pytest.raises(InvalidPayload, match="equal"):
            mint(metadata)
    assert TRACKER.read(TRACKER.open_url({1: "a", "2": {None: 1}})).metadata == {
        "1": "a",
        "2": {"null": 1},
    }


def test_a_password_in_a_base_url_is_in_no_message() -> None:
    for given in ({}, {"webhook_url": "https://me:p4ssword@a.example/"}):
        base = "https://me:p4ssword@t.example" if not given else "https://t.example"
        with pytest.raises((ConfigurationError, InvalidTarget)) as caught:
            Tracker(base, RING, **given)
        assert "me:..." in str(caught.value)
        assert "p4ssword" not in str(caught.value)


def test_a_rating_of_any_size_is_refused_with_its_reason() -> None:
    with pytest.raises(InvalidPayload, match="values must be"):
        TRACKER.action_url("rate", {}, values=[10**5000])


@pytest.mark.parametrize("sign", [1, -1])
def test_the_sign_of_a_rating_counts_among_its_characters(sign: int) -> None:
    longest = 10 ** (MAX_VALUE_CHARACTERS - (sign < 0)) - 1
    assert TRACKER.action_url("rate", {}, values=[sign * longest])
    with pytest.raises(InvalidPayload, match="values must be"):
        TRACKER.action_url("rate", {}, values=[sign * (longest + 1)])
