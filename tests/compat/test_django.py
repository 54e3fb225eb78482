"""The Django views of pytracking 0.2.2, reached through a URLconf, by Django's own test client."""

import django
import pytest
import pytracking
from django.conf import settings
from django.http import Http404
from django.test import Client, override_settings
from django.urls import re_path

CONFIGURATION = {
    "base_open_tracking_url": "https://t.example.com/open/",
    "base_click_tracking_url": "https://t.example.com/click/",
    "default_metadata": {"source": "newsletter"},
    "append_slash": True,
}
TARGET = "https://shop.example.com/?q=é"

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["testserver"], PYTRACKING_CONFIGURATION={}
    )
    django.setup()

from pytracking.django import (  # noqa: E402 - Django must be configured first
    ClickTrackingView,
    OpenTrackingView,
    TrackingView,
    get_configuration_from_settings,
    get_request_data,
    get_tracking_result,
)

heard = []


class Recording(TrackingView):
    def notify_tracking_event(self, tracking_result):
        heard.append(("event", tracking_result))

    def notify_decoding_error(self, exception, request):
        heard.append(("error", exception, request.path))


class Opens(Recording, OpenTrackingView):
    pass


class Clicks(Recording, ClickTrackingView):
    pass


class ClicksOfOurOwnKey(Clicks):
    key = None

    def get_configuration(self):
        return pytracking.Configuration(encryption_bytestring_key=self.key, **CONFIGURATION)


urlpatterns = [
    re_path(r"^open/(?P<path>.+)$", Opens.as_view()),
    re_path(r"^click/(?P<path>.+)$", Clicks.as_view()),
    re_path(r"^own/(?P<path>.+)$", ClicksOfOurOwnKey.as_view()),
    re_path(r"^silent/(?P<path>.+)$", ClickTrackingView.as_view()),
]


@pytest.fixture(autouse=True)
def configured():
    heard.clear()
    with override_settings(PYTRACKING_CONFIGURATION=CONFIGURATION, ROOT_URLCONF=__name__):
        yield


def get(link, place=None, **headers):
    path = "/" + link.removeprefix("https://t.example.com/")
    if place:
        path = f"/{place}/" + path.split("/", 2)[2]
    return Client().get(path, **headers)


def click_link(metadata=None, url=TARGET, **kwargs):
    return pytracking.get_click_tracking_url(url, metadata, **{**CONFIGURATION, **kwargs})


def test_an_open_answers_the_pixel_and_calls_the_hook_with_result_and_request_data():
    link = pytracking.get_open_tracking_url({"customer": 1}, **CONFIGURATION)
    answer = get(link, HTTP_USER_AGENT="Mail 1.0", HTTP_X_REAL_IP="203.0.113.9")
    assert (answer.status_code, answer.content) == (200, pytracking.TRACKING_PIXEL)
    assert answer["Content-Type"] == "image/png"
    [(what, result)] = heard
    assert (what, result.is_open_tracking) == ("event", True)
    assert result.metadata == {"source": "newsletter", "customer": 1}
    assert result.request_data == {"user_agent": "Mail 1.0", "user_ip": "203.0.113.9"}


def test_a_click_redirects_to_its_target_after_the_hook():
    answer = get(click_link({"customer": 1}))
    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example.com/?q=%C3%A9")
    [(what, result)] = heard
    assert (what, result.is_click_tracking, result.tracked_url) == ("event", True, TARGET)
    assert result.request_data == {"user_agent": None, "user_ip": "127.0.0.1"}


@pytest.mark.parametrize("place", ["open", "click"])
def test_a_link_that_cannot_be_decoded_is_404_and_calls_the_other_hook(place):
    answer = get(f"https://t.example.com/{place}/junk")
    assert answer.status_code == 404
    [(what, error, path)] = heard
    assert what == "error"
    assert isinstance(error, pytracking.InvalidLink)
    assert path == f"/{place}/junk"


def test_a_click_on_a_link_without_a_url_is_404_and_no_event():
    assert get(click_link(url="")).status_code == 404
    assert not [entry for entry in heard if entry[0] == "event"]


def test_a_view_without_hooks_answers_as_well():
    assert get(click_link(), "silent").status_code == 302
    assert get("https://t.example.com/silent/junk").status_code == 404


def test_a_view_may_bring_a_configuration_of_its_own():
    from cryptography.fernet import Fernet

    key = ClicksOfOurOwnKey.key = Fernet.generate_key()
    assert get(click_link(encryption_bytestring_key=key), "own").status_code == 302
    assert get(click_link(), "own").status_code == 404


def test_another_method_is_not_allowed():
    assert Client().post("/click/x").status_code == 405


class FakeRequest:
    """All that the original's views read of a request."""

    def __init__(self, path="", **meta):
        self.META, self.method, self.path = meta, "GET", path


def test_the_functions_and_views_need_no_more_of_a_request_than_the_original():
    request = FakeRequest(HTTP_X_REAL_IP="10.10.240.22", HTTP_USER_AGENT="Firefox")
    data = {"user_agent": "Firefox", "user_ip": "10.10.240.22"}
    assert get_request_data(request) == data
    configuration = get_configuration_from_settings()
    for is_open, link in (
        (True, pytracking.get_open_tracking_url({"customer": 1}, configuration)),
        (False, pytracking.get_click_tracking_url(TARGET, {"customer": 1}, configuration)),
    ):
        token = link.rstrip("/").rpartition("/")[2]
        result = get_tracking_result(request, token, is_open, configuration)
        assert (result.is_open_tracking, result.request_data) == (is_open, data)
        assert result.metadata == {"source": "newsletter", "customer": 1}
        assert (Opens if is_open else Clicks).as_view()(request, token).status_code < 400
        assert heard[-1][1].metadata == result.metadata
        with pytest.raises(Http404):
            (Opens if is_open else Clicks).as_view()(FakeRequest("/x/bbb"), "Z" + token + "bbb")
        assert heard[-1][0::2] == ("error", "/x/bbb")


def test_settings_may_have_another_name():
    with override_settings(OTHER={"webhook_url": "https://a.example.com/hook"}):
        found = get_configuration_from_settings("OTHER")
    assert found.webhook_url == "https://a.example.com/hook"
