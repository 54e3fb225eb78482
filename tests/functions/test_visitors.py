"""The verdict on the visitor, as it stands in the event that leaves a function."""

import time

import pytest

from tests.aws.raw_server import RawServer, ok
from tests.functions.links import token
from tools import samples

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/143.0.0.0 Safari/537.36"
)


def visitor_of(start, kind, link, method="GET", **headers):
    with RawServer(ok) as queue:
        start(kind, PYTRACKING_QUEUE_URL=queue.url).get(link, method, **headers)
    [message] = queue.messages
    return message["body"]["visitor"]


@pytest.mark.parametrize("kind", ["open", "click"])
def test_a_browser_is_a_person_and_a_library_is_not(kind, start):
    person = visitor_of(start, kind, token(kind), **{"user-agent": CHROME})
    assert (person["class"], person["signals"]) == ("human", ["browser"])
    library = visitor_of(start, kind, token(kind), **{"user-agent": "python-requests/2.32.3"})
    assert (library["class"], library["signals"]) == ("bot", ["crawler:python-requests"])


def test_the_headers_of_the_request_take_part_in_the_verdict(start):
    headers = {"user-agent": CHROME, "sec-purpose": "prefetch;prerender"}
    assert visitor_of(start, "click", token("click"), **headers)["class"] == "prefetch"


@pytest.mark.parametrize("kind", ["open", "click"])
def test_client_and_device_are_told_and_shadows_are_not_unless_asked_for(kind, start):
    person = visitor_of(start, kind, token(kind), **{"user-agent": CHROME})
    assert (person["client"], person["device"]) == ("chrome", "desktop")
    assert "shadow" not in person


def test_a_shadow_is_looked_up_by_the_whole_address_before_it_is_cut(start, queue):
    settings = {"PYTRACKING_SHADOW_SIGNALS": "true", "PYTRACKING_PRIVACY": "truncated"}
    event = samples.http_api(f"/c/{token('click')}")
    event["requestContext"]["http"]["sourceIp"] = "40.107.3.4"
    start("click", PYTRACKING_QUEUE_URL=queue.url, **settings)(event)
    [message] = queue.messages
    assert message["body"]["visitor"]["shadow"] == ["network:exchange-online"]
    assert message["body"]["visitor"]["class"] == "human"
    assert message["body"]["request_data"]["user_ip"] == "40.107.3.0"


def test_head_is_no_persons_method(start):
    verdict = visitor_of(start, "click", token("click"), "HEAD", **{"user-agent": CHROME})
    assert (verdict["class"], verdict["signals"]) == ("scanner", ["head"])


def test_a_link_that_says_when_it_was_made_gives_its_age(start, monkeypatch):
    link = token("click", include_issue_time=True)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 90)
    verdict = visitor_of(start, "click", link, **{"user-agent": CHROME})
    assert verdict["age_seconds"] in (90, 91)
    assert verdict["class"] == "human"


def test_a_link_followed_at_once_was_followed_by_a_scanner(start):
    link = token("click", include_issue_time=True)
    verdict = visitor_of(start, "click", link, **{"user-agent": CHROME})
    assert (verdict["class"], verdict["signals"]) == ("scanner", ["too-soon"])


def test_the_address_of_cloudfronts_visitor_stands_in_the_event_and_the_secret_does_not(
    start, queue
):
    secret = "s" * 32
    settings = {"PYTRACKING_QUEUE_URL": queue.url, "PYTRACKING_VIEWER_ADDRESS_SECRET": secret}
    headers = {"x-origin-secret": secret, "cloudfront-viewer-address": "198.51.100.10:46532"}
    start("click", **settings).get(token("click"), **headers)
    [message] = queue.messages
    assert message["body"]["request_data"]["user_ip"] == "198.51.100.10"
    assert secret not in str(message)


@pytest.mark.parametrize("mark", [True, "yes", 1, None])
def test_who_follows_a_decoy_is_a_scanner_behind_whatever_browser(mark, start):
    link = token("click", metadata={"customer_id": 1, "link_decoy": mark})
    verdict = visitor_of(start, "click", link, **{"user-agent": CHROME})
    expected = ("scanner", "decoy") if mark is True else ("human", "browser")
    assert (verdict["class"], verdict["signals"][0]) == expected
