"""The events of actions and guarded clicks: what they say, and that a log line gives them again."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pytracking import Keyring, Tracker
from pytracking.actions import RESUBSCRIBE, Action
from pytracking.aws.observability import log_fallback
from pytracking.environment import PrivacyMode
from pytracking.errors import InvalidMessage, InvalidWebhook
from pytracking.events import TYPES, Event, event_kind
from pytracking.links import PRIVACY_FLAGS, Link
from pytracking.messages import Message, Undecoded, parse
from pytracking.operations.replay import Requeuer, replay_log
from pytracking.privacy import PrivacyPolicy

RING = Keyring("a secret of the tests, and of nobody else")
TRACKER = Tracker("https://track.example.com", RING, webhook_url="https://hooks.example/x")
REQUEST = {"user_agent": "Firefox", "user_ip": "203.0.113.9", "method": "POST"}
METADATA = {"customer": 1, "list": "news"}
ID = "5f2b9c0e8d7a4f6b9c0e8d7a4f6b9c0e"
VERDICT = {"class": "human", "signals": ["browser:x"], "age_seconds": 5, "ruleset": "2"}


def event(link: Link, **said: Any) -> Event:
    return Event.of(link, REQUEST, VERDICT, identifier=ID, timestamp=1_800_000_000, **said)


def acted(what: str, **said: Any) -> Event:
    values = (1, 2) if what == "rate" else ()
    return event(Link("action", None, METADATA, action=Action(what, values)), how="page", **said)


@pytest.mark.parametrize("what", [what for what in TYPES if what not in ("open", "click")])
def test_an_action_is_neither_open_nor_click_and_comes_back_as_it_was(what: str) -> None:
    made = acted(what, value=2 if what == "rate" else None)
    if what == RESUBSCRIBE:
        made = replace(made, undoes="a" * 32)
    body = json.loads(json.dumps(made.to_json()))
    assert (body["is_open_tracking"], body["is_click_tracking"]) == (False, False)
    assert (body["type"], body["how"]) == (TYPES[what], "page")
    assert "tracked_url" not in body
    assert event_kind(body) == "action"
    assert Event.from_json(body) == made


def test_a_guarded_click_is_reported_as_any_click() -> None:
    link = Link("guarded", "https://a.example/reset", METADATA)
    body = event(link).to_json()
    assert (body["type"], body["tracked_url"]) == ("email.clicked", "https://a.example/reset")
    assert (body["is_click_tracking"], event_kind(body)) == (True, "click")


@pytest.mark.parametrize("value", [True, 1.5, [], {}])
def test_a_value_is_a_text_or_a_whole_number(value: Any) -> None:
    with pytest.raises(InvalidWebhook, match="value"):
        Event.from_json({**acted("rate", value=1).to_json(), "value": value})
    hit = {"v": 1, "id": ID, "undecoded": {"kind": "action", "token": "p"}, "value": value}
    with pytest.raises(InvalidMessage, match="value"):
        parse(json.dumps({**hit, "timestamp": 1, "request_data": {}}))


@pytest.mark.parametrize("mode", ["full", "truncated", "none"])
def test_whatever_privacy_asks_an_action_says_whose_it_is_and_the_visitor_is_cut(
    mode: PrivacyMode,
) -> None:
    kept = acted("unsubscribe").under(PrivacyPolicy(mode=mode), PRIVACY_FLAGS)
    assert (kept.metadata, kept.link_id) == (METADATA, acted("unsubscribe").link_id)
    assert (kept.request_data["user_ip"], kept.request_data["user_agent"]) == (None, None)
    assert kept.visitor["signals"] == ["browser"]


@pytest.mark.parametrize(
    ("what", "how", "value"),
    [("unsubscribe", "one-click", None), ("decline", "page", None), ("rate", "page", 2)],
)
@pytest.mark.fault("acting", 93)
def test_a_logged_action_is_replayed_as_the_same_event(
    what: Any, how: str, value: int | None, capsys: pytest.CaptureFixture[str]
) -> None:
    values = [1, 2] if what == "rate" else None
    link = TRACKER.read(TRACKER.action_url(what, METADATA, values=values))
    made = event(link, how=how, value=value)
    log_fallback(made, link.token, "the queue was down")
    sent: list[str] = []

    class Sqs:
        def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> dict[str, Any]:  # noqa: N803
            sent.extend(entry["MessageBody"] for entry in Entries)
            return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    lines = capsys.readouterr().out.splitlines()
    report = replay_log(Requeuer(RING), Sqs(), queue_url="q", lines=lines, dry_run=False)
    assert report.replayed == 1
    [message] = map(parse, sent)
    assert isinstance(message, Message)
    assert message.body == json.loads(json.dumps(made.to_json()))


def test_what_an_action_adds_to_its_link_is_kept_while_no_key_is_at_hand() -> None:
    hit = Undecoded(Event("action", ID, 1, how="one-click", value=9), "p")
    assert parse(hit.to_json()) == hit
    assert parse(hit.as_dead_letter("no keys", now=2).to_json()) == hit
