"""Answers, in the shape each gateway wants."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.handlers import http as responses
from pytracking.handlers.http import Request, render

PAGES = [
    responses.NOT_FOUND,
    responses.GONE,
    responses.method_not_allowed(),
    responses.UNAVAILABLE,
    responses.FAILURE,
]
FRESH = [responses.PIXEL, responses.redirect("https://example.com/"), *PAGES]
EVERY = [*FRESH, responses.ROBOTS, responses.NO_ICON]


def test_the_pixel_is_sent_as_base64():
    result = render(responses.PIXEL, Request())
    assert result["statusCode"] == 200
    assert result["isBase64Encoded"] is True
    assert base64.b64decode(result["body"]).startswith(b"\x89PNG")
    assert len(base64.b64decode(result["body"])) == 68
    assert result["headers"]["Content-Type"] == "image/png"


def test_a_page_that_isolates_origins_may_show_the_pixel():
    headers = render(responses.PIXEL, Request())["headers"]
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_page_is_sent_as_text():
    result = render(responses.NOT_FOUND, Request())
    assert result["isBase64Encoded"] is False
    assert result["body"].startswith("<!doctype html>")


@pytest.mark.parametrize("answer", FRESH, ids=lambda answer: str(answer.status))
def test_what_must_be_asked_for_each_time_is_kept_by_no_cache(answer):
    assert "no-store" in answer.headers["Cache-Control"]
    assert "max-age=0" in answer.headers["Cache-Control"]
    assert answer.headers["Pragma"] == "no-cache"


@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: str(answer.status))
def test_every_answer_is_guarded(answer):
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.parametrize("answer", PAGES, ids=lambda answer: str(answer.status))
def test_a_page_loads_nothing_and_names_nothing(answer):
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert not re.search(r"https?:|src=|href=|<script|pytracking|track", answer.body)


@pytest.mark.parametrize("answer", PAGES, ids=lambda answer: str(answer.status))
def test_the_only_style_a_page_has_is_the_one_its_policy_allows(answer):
    import hashlib

    [style] = re.findall("<style>(.*?)</style>", answer.body)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


@pytest.mark.fault("http", 41)
def test_the_answer_to_another_method_says_which_are_allowed():
    assert responses.method_not_allowed().status == 405
    assert responses.method_not_allowed().headers["Allow"] == "GET, HEAD"


def test_the_answer_without_keys_says_when_to_come_back():
    assert responses.UNAVAILABLE.headers["Retry-After"] == "5"


@pytest.mark.fault("http", 40)
@pytest.mark.parametrize("answer", EVERY, ids=lambda answer: str(answer.status))
def test_head_gets_the_headers_of_get_and_no_body(answer):
    got = render(answer, Request())
    head = render(answer, Request(method="HEAD"))
    assert head["headers"] == got["headers"]
    assert head["statusCode"] == got["statusCode"]
    assert head["body"] == ""
    assert head["isBase64Encoded"] is False


def test_a_load_balancer_gets_a_status_description():
    result = render(responses.NOT_FOUND, Request(gateway="alb"))
    assert result["statusDescription"] == "404 Not Found"
    assert result["headers"]["Content-Type"].startswith("text/html")


def test_a_load_balancer_that_sends_multi_value_headers_gets_them():
    result = render(responses.PIXEL, Request(gateway="alb", multi_value=True))
    assert "headers" not in result
    assert result["multiValueHeaders"]["Content-Type"] == ["image/png"]


@pytest.mark.parametrize("gateway", ["http-api", "rest-api"])
def test_a_gateway_gets_nothing_it_does_not_know(gateway):
    result = render(responses.PIXEL, Request(gateway=gateway))
    assert set(result) == {"statusCode", "headers", "body", "isBase64Encoded"}


@given(st.text(max_size=300))
def test_nothing_of_a_request_is_ever_echoed(text):
    plain = [render(answer, Request()) for answer in EVERY]
    marked = [
        render(answer, Request(path=text, headers={"host": text, "referer": text}))
        for answer in EVERY
    ]
    assert plain == marked
