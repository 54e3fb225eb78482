"""The links function: single links, batches and whole mails, and what it says to mistakes."""

import json
import math
from pathlib import Path

import pytest
import pytracking
from pytracking import Tracker
from pytracking.actions import Action
from pytracking.aws.secrets import SAMPLE_SECRET
from pytracking.errors import KeysUnavailable
from pytracking.handlers import minting
from pytracking.tokens.keyring import Keyring

from tests.functions.links import RING
from tests.mails.judges import html5lib_links
from tests.support.aws import FUNCTIONS, module_of
from tests.support.webhooks_refused import WEBHOOKS_REFUSED

ROOT = Path(__file__).parents[2]
OPEN, CLICK = "https://t.example.com/o/", "https://t.example.com/c/"
ENVIRONMENT = {
    "PYTRACKING_OPEN_BASE_URL": OPEN,
    "PYTRACKING_CLICK_BASE_URL": CLICK,
    "PYTRACKING_LINK_KEYS": RING.to_json(),
}
TRACKER = Tracker.from_environment(ENVIRONMENT)


def ask(request):
    answer = minting.answer(TRACKER, request)
    return json.loads(json.dumps(answer))


def read(link, ring=RING):
    configuration = pytracking.Configuration(
        keyring=ring, base_open_tracking_url=OPEN, base_click_tracking_url=CLICK
    )
    return pytracking.get_open_tracking_result(link, configuration=configuration)


def test_a_single_link_is_minted() -> None:
    click = ask({"kind": "click", "url": "https://x.test/", "metadata": {"customer": 7}})
    result = read(click["url"])
    assert (result.tracked_url, result.metadata) == ("https://x.test/", {"customer": 7})
    assert read(ask({"kind": "open"})["url"]).is_open_tracking


def test_actions_and_guarded_clicks_are_minted() -> None:
    guarded = {"kind": "guarded", "url": "https://x.test/"}
    asked = [
        guarded,
        {"kind": "unsubscribe"},
        {"kind": "rate", "values": [1, 2], "lang": "de"},
        {"kind": "rate"},
        {"kind": "resubscribe"},
        {"kind": "unsubscribe", "url": "https://x.test/"},
    ]
    made = ask({"links": asked, "metadata": {"customer": 7}})["links"]
    links = [TRACKER.read(one["url"]) for one in made if "url" in one]
    assert [link.kind for link in links] == ["guarded", "action", "action"]
    assert links[2].action == Action("rate", (1, 2), "de")
    assert all(link.metadata == {"customer": 7} for link in links)
    assert [one["error"]["type"] for one in made[3:]] == ["InvalidPayload", *["InvalidRequest"] * 2]
    soon = {"kind": "unsubscribe", "settings": {"expires_in": 60}}
    assert ask(soon)["error"]["type"] == "ConfigurationError"
    html = ask({"html": "<a href='{{unsubscribe_url}}'>", "options": {"unsubscribe": True}})["html"]
    assert TRACKER.read(html5lib_links(html)[0]).action == Action("unsubscribe")


def test_settings_go_into_the_link() -> None:
    settings = {"webhook_url": "https://w.test/", "expires_in": 60, "privacy": ["no_ip"]}
    result = read(ask({"kind": "open", "settings": settings})["url"])
    assert result.webhook_url == "https://w.test/"
    assert result.expires_at
    assert result.privacy == ("no_ip",)


@pytest.mark.parametrize("webhook", WEBHOOKS_REFUSED)
def test_a_webhook_that_cannot_be_posted_to_is_refused(webhook) -> None:
    error = ask({"kind": "open", "settings": {"webhook_url": webhook}})["error"]
    assert error["type"] == "InvalidTarget"
    assert "invalid webhook" in error["message"]


def test_a_webhook_of_an_international_host_is_ascii_in_the_link() -> None:
    settings = {"webhook_url": "https://b\u00fccher.example/hook"}
    link = ask({"kind": "open", "settings": settings})["url"]
    assert read(link).webhook_url == "https://xn--bcher-kva.example/hook"


def test_a_webhook_may_be_left_out_of_the_link() -> None:
    settings = {"webhook_url": "https://w.test/", "include_webhook_url": False}
    assert read(ask({"kind": "open", "settings": settings})["url"]).webhook_url is None


def test_a_link_says_when_it_was_minted_unless_asked_not_to() -> None:
    assert read(ask({"kind": "open"})["url"]).issued_at
    settings = {"include_issue_time": False}
    assert read(ask({"kind": "open", "settings": settings})["url"]).issued_at is None


def test_a_batch_is_minted_and_its_mistakes_are_told_one_by_one() -> None:
    links = [
        {"kind": "open"},
        {"kind": "click", "url": "https://x.test/", "metadata": {"a": 2}},
        {"kind": "click", "url": "javascript:alert(1)"},
        {"kind": "clik", "url": "https://x.test/"},
        {"kind": "click", "url": "https://x.test/", "meta": {}},
        {"kind": "click", "url": "https://x.test/", "metadata": [1]},
        {"kind": "click", "url": 7},
        "https://x.test/",
    ]
    answers = ask({"links": links, "metadata": {"a": 1, "b": 1}})["links"]
    assert [read(answer["url"]).metadata for answer in answers[:2]] == [
        {"a": 1, "b": 1},
        {"a": 2, "b": 1},
    ]
    assert [answer["error"]["type"] for answer in answers[2:]] == [
        "InvalidTarget",
        *["InvalidRequest"] * 5,
    ]


def test_a_mail_is_rewritten_and_what_cannot_be_tracked_is_told() -> None:
    html = '<a href="https://x.test/"><a href="{{ url }}"><a href="mailto:x">'
    answer = ask({"html": html, "metadata": {"a": 1}, "options": {"utm": {"source": "s"}}})
    links = html5lib_links(answer["html"])
    assert read(links[0]).tracked_url == "https://x.test/?utm_source=s"
    assert links[1:] == ["{{ url }}", "mailto:x"]
    assert OPEN in answer["html"]
    assert answer["tracked"] == 1
    assert [link["href"] for link in answer["untrackable"]] == ["{{ url }}"]
    assert ask({"html": html, "click_tracking": False, "open_tracking": False})["html"] == html
    assert ask({"text": "https://x.test/."})["text"].startswith(CLICK)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        (None, "JSON object, not NoneType"),
        ([], "JSON object, not list"),
        ({}, "exactly one of"),
        ({"html": "", "text": ""}, "exactly one of"),
        ({"html": 7}, "html is a string"),
        ({"html": "", "options": []}, "options a JSON object"),
        ({"html": "", "options": {"leave": "x"}}, "no 'leave'"),
        ({"html": "", "options": {"pixel": "middle"}}, "bottom, top"),
        ({"html": "", "url": "x"}, "no 'url'"),
        ({"html": "", "metadata": [1]}, "metadata is a JSON object"),
        ({"kind": "open", "settings": []}, "settings is a JSON object"),
        ({"kind": "open", "settings": {"keyring": "x"}}, "no 'keyring'"),
        ({"kind": "open", "settings": {"base_click_tracking_url": "x"}}, "no 'base_"),
        ({"kind": "open", "url": "https://x.test/"}, "a link is"),
        ({"links": {}}, "at most 10000"),
        ({"links": [{}] * 10_001}, "at most 10000"),
        ({"html": "", "options": {"utm": "news"}}, "utm is 'news'"),
        ({"html": "", "options": {"utm": ["source"]}}, "utm is ['source']"),
        ({"text": "", "options": {"utm": 5}}, "utm is 5"),
        ({"html": "", "options": {"utm": {"source": 5}}}, "'source': 5"),
        ({"html": "", "options": {"utm": {"source": None}}}, "'source': None"),
        ({"html": "", "options": {"utm": {"source": []}}}, "'source': []"),
        ({"html": "", "options": {"utm": {"source": "\ud800"}}}, "surrogate"),
        ({"html": "", "options": {"utm": {"\ud800": "a"}}}, "surrogate"),
        ({"html": "", "options": {"link_metadata": 5}}, "link_metadata takes several names"),
        ({"html": "", "options": {"link_metadata": None}}, "link_metadata takes several names"),
        ({"html": "", "options": {"link_metadata": {"label": 1}}}, "takes several names"),
        ({"html": "", "options": {"link_metadata": [["label"]]}}, "attributes, label"),
        ({"html": "", "options": {"parts": 5}}, "parts takes several names"),
        ({"html": "", "options": {"pixel": []}}, "bottom, top"),
        ({"html": "", "options": {"pixel_placeholder": 5}}, "expected a text"),
        ({"html": "", "options": {"conditional_comments": "no"}}, "true or false"),
        ({"html": "", "open_tracking": "no"}, "open_tracking is true or false"),
        ({"text": "", "click_tracking": None}, "click_tracking is true or false"),
        ({"kind": "open", "settings": {"include_issue_time": []}}, "is true or false"),
        ({"kind": "open", "settings": {"include_webhook_url": 0}}, "is true or false"),
        ({"html": "<p>\ud800"}, "html holds half a character"),
        ({"text": "https://x.test/\udfff"}, "text holds half a character"),
        ({"kind": "click", "url": "https://x.test/\ud800"}, "invalid target"),
        ({"kind": "open", "metadata": {"\ud800": 1}}, "surrogates not allowed"),
        ({"kind": "open", "settings": {"webhook_url": "\ud800"}}, "invalid webhook"),
        ({"kind": "open", "settings": {"webhook_url": []}}, "invalid webhook"),
        ({"kind": "open", "settings": {"expires_in": math.inf}}, "positive number of seconds"),
        ({"kind": "open", "settings": {"expires_in": math.nan}}, "positive number of seconds"),
        ({"kind": "open", "settings": {"expires_in": []}}, "positive number of seconds"),
        ({"kind": "open", "settings": {"privacy": 5}}, "privacy is a list"),
        ({"kind": "open", "settings": {"privacy": None}}, "privacy is a list"),
        ({"kind": "open", "settings": {"privacy": {"no_ip": True}}}, "privacy is a list"),
        ({"kind": "open", "settings": {"privacy": [[]]}}, "privacy holds []"),
        ({"kind": []}, "a link is"),
        ({"html": "x" * 6 * 1024 * 1024}, "the answer would have"),
    ],
)  # fmt: skip
def test_a_mistake_is_answered_with_what_was_expected(request_, told) -> None:
    error = ask(request_)["error"]
    assert told in error["message"]
    assert error["type"] in (
        "InvalidRequest",
        "InvalidTarget",
        "InvalidPayload",
        "ConfigurationError",
    )
    assert error["retryable"] is False


def test_an_outage_is_answered_as_something_to_try_again() -> None:
    class NoKeys:
        def configuration(self, **_):
            raise KeysUnavailable("no link keys could be fetched yet")

    error = minting.answer(NoKeys(), {"kind": "open"})["error"]
    assert (error["type"], error["retryable"]) == ("KeysUnavailable", True)


CAMPAIGN = {
    "html": "<p>{{ name }}</p><a href='https://x.test/'>x</a>",
    "metadata": {"campaign": "spring", "customer": 0},
}


def test_a_campaign_is_one_mail_for_many_recipients() -> None:
    recipients = [
        {"metadata": {"customer": 1}, "values": {"{{ name }}": "Ann"}},
        {},
        {"metadata": {"customer": math.nan}},
        5,
        {"values": {"{{ name }}": 5}},
        {"name": "Bo"},
    ]
    answer = minting.answer(TRACKER, {**CAMPAIGN, "recipients": recipients})
    first, second, *refused = answer.pop("mails")
    for mail, customer, name in ((first, 1, "Ann"), (second, 0, "{{ name }}")):
        metadata = {"campaign": "spring", "customer": customer}
        assert f"<p>{name}</p>" in mail["html"]
        assert read(html5lib_links(mail["html"])[0]).metadata == metadata
    types = ["InvalidPayload", *["InvalidRequest"] * 3]
    assert [mail["error"]["type"] for mail in refused] == types
    assert answer == {"tracked": 1, "untrackable": []}
    assert ask({"text": "https://x.test/", "recipients": [{}]})["mails"][0]["text"]
    assert ask({**CAMPAIGN, "recipients": {}})["error"]["type"] == "InvalidRequest"
    assert ask({"kind": "open", "recipients": []})["error"]["type"] == "InvalidRequest"


def test_a_campaign_that_lambda_cannot_carry_is_refused_before_it_is_made() -> None:
    request = {"html": "x" * 100_000, "recipients": [{}] * 1_000_000}
    error = ask(request)["error"]
    assert error["type"] == "InvalidRequest"
    assert "62 mails fill" in error["message"]


@pytest.mark.parametrize(
    "name", ["links-single", "links-batch", "links-html", "links-campaign", "links-mistake"]
)
def test_the_sample_events_are_answered(name, monkeypatch) -> None:
    environment = {**ENVIRONMENT, "PYTRACKING_LINK_KEYS": Keyring(SAMPLE_SECRET).to_json()}
    for variable, value in {**environment, "AWS_SAM_LOCAL": "true"}.items():
        monkeypatch.setenv(variable, value)
    event = json.loads((ROOT / f"events/{name}.json").read_text())
    answer = module_of(FUNCTIONS / "links" / "app.py").handler(event, None)
    assert ("error" in answer) == (name == "links-mistake")
    assert f"| `{name}.json` |" in (ROOT / "events/README.md").read_text()
