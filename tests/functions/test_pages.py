"""The pages of action links: small, without a script, in the reader's language, for everybody."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.handlers.http import Request
from pytracking.handlers.pages import DEFAULT_LANGUAGE, RIGHT_TO_LEFT, Pages, language, texts

from tests.functions.pages import page_of
from tests.functions.test_action import link, post, queued  # noqa: F401 - a fixture

LANGUAGES = sorted(texts())
PAGES = Pages("Shop & Co <3", "mailto:team@shop.example")
MAX_BYTES = 4_600


def every_page(lang):
    for name, words in texts()[lang].items():
        if name == "guarded":
            request = Request(headers={"accept-language": lang})
            yield PAGES.guarded("https://xn--bcher-kva.example/x?secret=1", request)
        elif name.endswith(" done"):
            yield PAGES.done(name.removesuffix(" done"), lang, undo="p" * 300)
        elif len(words) == 3:
            yield PAGES.ask(name, lang, range(11) if name == "rate" else ())
        else:
            yield PAGES.plain(503 if name == "again" else 404, name, lang)


def test_at_least_ten_languages_have_the_same_texts():
    assert set(LANGUAGES) >= {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "ja", "ar"}
    shapes = {
        json.dumps({name: len(words) for name, words in texts()[one].items()}) for one in LANGUAGES
    }
    assert len(shapes) == 1
    assert all(
        word.strip() for one in LANGUAGES for words in texts()[one].values() for word in words
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_page_is_small_says_its_language_and_loads_nothing(lang):
    for answer in every_page(lang):
        page = page_of({"body": answer.body})
        assert len(answer.body.encode()) <= MAX_BYTES
        assert page.attributes == {"lang": lang, "dir": "rtl" if lang in RIGHT_TO_LEFT else "ltr"}
        assert page.title == page.heading != ""
        assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
        assert not re.search(r" on\w+=|javascript:|https?://", answer.body)
        assert "secret" not in answer.body
        assert page.links == ["mailto:team@shop.example"]
        assert "Shop &amp; Co &lt;3" in answer.body


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_is_cached_indexed_framed_or_sends_elsewhere(lang):
    for answer in every_page(lang):
        headers = answer.headers
        assert "no-store" in headers["Cache-Control"]
        assert "noindex" in headers["X-Robots-Tag"]
        assert headers["Referrer-Policy"] == "no-referrer"
        policy = headers["Content-Security-Policy"]
        for directive in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert directive in policy
        assert "unsafe" not in policy
        own_form = texts()[lang]["guarded"][0] not in answer.body
        assert ("form-action 'self'" in policy) is own_form


@pytest.mark.parametrize(
    ("sealed", "header", "expected"),
    [
        (None, "", "en"),
        (None, "de", "de"),
        (None, "de-CH, en;q=0.9", "de"),
        (None, "en;q=0.8, pt-BR;q=0.9", "pt"),
        (None, "sv, fr;q=0.5", "fr"),
        (None, "sv", "en"),
        (None, "*", "en"),
        (None, "de;q=0, fr;q=0.1", "fr"),
        (None, "de;q=x, pl", "pl"),
        (None, "JA", "ja"),
        ("ar", "de", "ar"),
        ("de_AT", "en", "de"),
        ("sv", "it", "it"),
        ("", "nl", "nl"),
    ],
)
def test_the_link_says_the_language_else_the_browser_else_it_is_english(sealed, header, expected):
    assert language(sealed, header) == expected


@given(st.text(), st.none() | st.text())
def test_whatever_a_browser_says_there_is_a_language(header, sealed):
    assert language(sealed, header) in texts()
    assert DEFAULT_LANGUAGE in texts()


def test_nobody_is_named_where_no_name_is_given():
    assert page_of({"body": Pages().ask("unsubscribe", "en").body}).links == []


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://a.example/", "mailto:x", "//a", "x"])
def test_a_sender_s_address_that_is_none_costs_the_link_alone(url, start, log):
    function = start("action", PYTRACKING_SENDER_URL=url, PYTRACKING_SENDER_NAME="Shop")
    answer = function.get(link())
    assert answer["statusCode"] == 200
    assert page_of(answer).links == []
    assert "Shop" in answer["body"]
    assert "setting not used" in str(log.lines())


@pytest.mark.parametrize("url", ["mailto:team@shop.example", "https://shop.example/help?x=1"])
def test_a_link_that_cannot_be_read_says_where_the_sender_is_reached(url, start):
    function = start("action", PYTRACKING_SENDER_URL=url)
    for method in ("GET", "POST"):
        assert page_of(function.get("forged", method)).links == [url]


def test_the_page_names_no_recipient(start, queued):  # noqa: F811 - the fixture above
    function, _ = queued
    token = link()
    for answer in (function.get(token), post(function, token, "page=1")):
        assert "customer" not in answer["body"]
