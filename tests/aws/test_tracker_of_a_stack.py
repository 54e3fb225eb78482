"""Minting with the keys of a stack, as senders' own functions do."""

import email.message

import pytest
import pytracking
from pytracking import Tracker
from pytracking.aws import secrets
from pytracking.errors import ConfigurationError, KeysUnavailable
from pytracking.tokens.keyring import Keyring

from tests.aws.raw_server import RawServer, fail
from tests.mails.judges import html5lib_links
from tests.support.timing import wait_for_threads

RING = Keyring("a secret of the tests, and of nobody else")
OPEN, CLICK = "https://t.example.com/o/", "https://t.example.com/c/"
ENVIRONMENT = {
    "PYTRACKING_OPEN_BASE_URL": OPEN,
    "PYTRACKING_CLICK_BASE_URL": CLICK,
    "PYTRACKING_LINK_KEYS": RING.to_json(),
}
READING = pytracking.Configuration(
    keyring=RING, base_open_tracking_url=OPEN, base_click_tracking_url=CLICK
)


@pytest.fixture
def from_secret(monkeypatch):
    """Makes trackers that read their keys from a server; leaves no connection of theirs behind."""
    made = []

    class Kept(secrets.JsonApi):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(secrets, "JsonApi", Kept)

    def make(server):
        environment = {
            **ENVIRONMENT,
            "PYTRACKING_LINK_KEYS": "",
            "PYTRACKING_LINK_KEYS_SECRET": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
            "AWS_ENDPOINT_URL": server.url,
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
        }
        return Tracker.from_environment(environment)

    yield make
    wait_for_threads()
    for api in made:
        api.close()


def test_a_tracker_mints_sealed_links_of_the_stack() -> None:
    tracker = Tracker.from_environment(ENVIRONMENT)
    link = tracker.click_url("https://x.test/", {"customer": 7})
    assert link.startswith(CLICK + "p")
    result = pytracking.get_click_tracking_result(link, configuration=READING)
    assert (result.tracked_url, result.metadata) == ("https://x.test/", {"customer": 7})
    result = pytracking.get_open_tracking_result(tracker.open_url({"a": 1}), configuration=READING)
    assert (result.is_open_tracking, result.metadata) == (True, {"a": 1})


def test_a_tracker_rewrites_html_text_and_whole_mails() -> None:
    tracker = Tracker.from_environment(ENVIRONMENT)
    new = tracker.html('<a href="https://x.test/">', {"a": 1}, unsubscribe="track")
    assert html5lib_links(new)[0].startswith(CLICK)
    assert OPEN in new
    assert tracker.text("https://x.test/", None).startswith(CLICK)
    message = email.message.EmailMessage()
    message.set_content("https://x.test/")
    assert tracker.message(message, {"a": 1}).get_content().startswith(CLICK)


def test_settings_of_all_links_and_of_one_are_taken() -> None:
    tracker = Tracker.from_environment(ENVIRONMENT, webhook_url="https://w.test/")
    link = tracker.open_url(None, expires_in=60)
    result = pytracking.get_open_tracking_result(link, configuration=READING)
    assert result.webhook_url == "https://w.test/"
    assert result.expires_at


@pytest.mark.parametrize(
    "missing", ["PYTRACKING_OPEN_BASE_URL", "PYTRACKING_CLICK_BASE_URL", "PYTRACKING_LINK_KEYS"]
)
def test_a_missing_variable_is_named_at_the_start(missing: str) -> None:
    with pytest.raises(ConfigurationError, match=missing):
        Tracker.from_environment({**ENVIRONMENT, missing: ""})


def test_keys_come_from_the_stack_s_secret_once(from_secret) -> None:
    with RawServer(lambda c: c.answer(200, {"SecretString": RING.to_json()})) as server:
        tracker = from_secret(server)
        links = [tracker.click_url("https://x.test/", {"n": n}) for n in range(3)]
    assert len(server.requests) == 1
    assert server.requests[0].headers["x-amz-target"] == "secretsmanager.GetSecretValue"
    for link in links:
        pytracking.get_click_tracking_result(link, configuration=READING)


def test_without_keys_a_tracker_says_so(from_secret) -> None:
    with RawServer(fail(400, "AccessDeniedException")) as server:
        tracker = from_secret(server)
        with pytest.raises(KeysUnavailable):
            tracker.open_url()
