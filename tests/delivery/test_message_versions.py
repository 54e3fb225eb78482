"""An upgrade and a rollback with full queues: each version reads what the other has queued."""

import json

import pytest
from pytracking.events import Event
from pytracking.links import read_link
from pytracking.messages import Message, Undecoded, parse
from pytracking.operations.log_lines import hits
from pytracking.operations.replay import Requeuer

from tests.functions.links import METADATA, RING, token

# As versions before 2026-11-28 wrote them, who counted a hit before they queued it.
BODY = {
    "is_open_tracking": False,
    "is_click_tracking": True,
    "metadata": {"customer_id": 1},
    "request_data": {"user_agent": "curl/8", "user_ip": "203.0.113.9", "method": "GET"},
    "timestamp": 1795881600,
    "id": "5f2b9c0e8d7a4f6b9c0e8d7a4f6b9c0e",
    "link_id": "1cMvUyJPXvzTCtVBWnZwYQ",
    "visitor": {"class": "bot", "signals": ["http-library"], "age_seconds": None, "ruleset": "1"},
    "tracked_url": "https://shop.example.com/",
}
QUEUED = {
    "v": 1,
    "id": BODY["id"],
    "webhook": "https://hooks.example.com/x",
    "body": BODY,
    "attempt": 3,
    "not_before": 1795881900,
    "last_status": 503,
}
DEAD = {"reason": "10 attempts failed", "attempts": 10, "last_status": 503, "at": 1795981600}
UNDECODED = {
    "v": 1,
    "id": BODY["id"],
    "undecoded": {"kind": "click", "token": token("click")},
    "timestamp": 1795881600,
    "request_data": {"user_agent": None, "user_ip": None, "method": "GET"},
    "visitor": {"class": "bot", "signals": ["bot-word"], "age_seconds": None, "ruleset": "1"},
    "privacy": ["no_ip"],
}
LINE = {
    "level": "ERROR",
    "message": "hit not queued",
    "pytracking_fallback": 1,
    "id": BODY["id"],
    "kind": "click",
    "token": token("click"),
    "timestamp": 1795881600,
    "request_data": BODY["request_data"],
    "visitor": BODY["visitor"],
    "reason": "AwsError: sqs SendMessage: status 403, AccessDenied",
}


def test_a_queued_message_of_an_earlier_version_is_delivered_as_it_is_and_not_counted_again():
    message = parse(json.dumps(QUEUED))
    assert isinstance(message, Message)
    assert (message.body, message.attempt, message.last_status) == (BODY, 3, 503)
    assert message.uncounted is None


def test_a_dead_letter_of_an_earlier_version_is_replayed_and_not_counted_again():
    message, reason = Requeuer()(json.dumps({**QUEUED, "dead": DEAD}))
    assert (message.body, message.attempt, reason) == (BODY, 0, "10 attempts failed")
    assert message.uncounted is None


@pytest.mark.parametrize("source", ["dead letter", "log line"])
def test_an_undecoded_hit_of_an_earlier_version_becomes_an_event_of_this_one(source):
    requeue = Requeuer(RING, "https://hooks.example.com/x")
    if source == "log line":
        [line] = hits([json.dumps(LINE)])
        message = requeue.fallback(line)
    else:
        message, _ = requeue(json.dumps({**UNDECODED, "dead": DEAD}))
    assert (message.body["type"], message.body["schema"]) == ("email.clicked", 1)
    assert (message.body["metadata"], message.body["timestamp"]) == (METADATA, 1795881600)
    assert message.uncounted is None


def test_a_message_of_this_version_has_all_that_an_earlier_one_reads():
    link = read_link(token("click"), "click", RING)
    event = Event.of(link, BODY["request_data"], identifier=BODY["id"], timestamp=1795881600)
    document = json.loads(Message(event.id, QUEUED["webhook"], event.to_json()).to_json())
    assert document.keys() - QUEUED.keys() == {"counted"}
    assert QUEUED.keys() <= document.keys()
    assert document["body"].keys() - BODY.keys() == {"type", "schema"}
    assert BODY.keys() <= document["body"].keys()
    assert document["v"] == 1
    undecoded = Undecoded(Event("click", event.id, 1, privacy=("no_ip",)), "p")
    assert json.loads(undecoded.to_json()).keys() == UNDECODED.keys()
