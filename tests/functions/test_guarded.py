"""Guarded clicks: the page is no click, its button is one, and no other link has either."""

import pytest
from pytracking import Tracker

from tests.functions.links import METADATA, RING, metrics
from tests.functions.pages import page_of

TRACKER = Tracker("https://t.example.com", RING)
TARGET = "https://xn--bcher-kva.example/reset?once=1"


@pytest.fixture
def queued(start, queue):
    """A function, and the queue that its hits come to."""
    return start("click", PYTRACKING_QUEUE_URL=queue.url), queue


def guarded(url=TARGET, **settings):
    return TRACKER.click_url(url, METADATA, guarded=True, **settings).rpartition("/")[2]


def test_get_shows_where_the_link_leads_and_is_no_click(queued, log):
    function, queue = queued
    answer = function.get(guarded())
    assert answer["statusCode"] == 200
    assert "xn--bcher-kva.example" in answer["body"]
    assert "once=1" not in answer["body"]
    assert (page_of(answer).methods, page_of(answer).targets) == (["post"], [""])
    assert (queue.requests, log.lines()) == ([], [])


def test_head_is_no_click_either(queued):
    function, queue = queued
    answer = function.get(guarded(), "HEAD")
    assert (answer["statusCode"], answer["body"], queue.requests) == (200, "", [])


def test_a_post_is_the_click_and_leads_to_the_target(queued):
    function, queue = queued
    for _ in range(2):
        answer = function.get(guarded("https://b\u00fccher.example/reset?once=1"), "POST")
        assert (answer["statusCode"], answer["headers"]["Location"]) == (303, TARGET)
    first, second = (message["body"] for message in queue.messages)
    assert (first["type"], first["tracked_url"]) == (
        "email.clicked",
        "https://b\u00fccher.example/reset?once=1",
    )
    assert (first["metadata"], first["request_data"]["method"]) == (METADATA, "POST")
    assert first["id"] != second["id"]


def test_chromium_may_follow_the_redirect_behind_the_button(queued):
    function, _ = queued
    policy = function.get(guarded())["headers"]["Content-Security-Policy"]
    assert "form-action" not in policy  # it would hold for the redirect to another origin as well
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_expired_guarded_link_does_not_work(method, queued, log):
    function, queue = queued
    old = Tracker("https://t.example.com", RING, clock=lambda: 9)
    url = old.click_url(TARGET, guarded=True, expires_in=1)
    assert function.get(url.rpartition("/")[2], method)["statusCode"] == 404
    assert (queue.requests, metrics(log.lines())) == ([], {"InvalidLinks": 1})


def test_a_damaged_guarded_link_is_repaired_like_any_other(queued):
    function, _ = queued
    assert function.get(guarded() + "%3C/a%3E", "POST")["statusCode"] == 303
