"""Recording a hit: it is sent, or it stands in the log, and nobody is kept waiting."""

import json

import pytest
from pytracking.aws.client import AwsError
from pytracking.delivery.messages import MAX_BODY_BYTES, Message, Undecoded, parse
from pytracking.handlers import outbox as outbox_module
from pytracking.handlers.outbox import Outbox, to_queue

HIT = Message(
    id="0123456789abcdef0123456789abcdef",
    webhook="https://hooks.example.com/x",
    body={
        "metadata": {"n": 1},
        "request_data": {"user_agent": "curl/8", "user_ip": "203.0.113.9", "method": "GET"},
        "timestamp": 1389177318,
        "visitor": {"class": "bot"},
    },
)
UNDECODED = Undecoded(
    id=HIT.id, kind="open", token="pABC", timestamp=1389177318, request_data={"user_agent": "x"}
)


@pytest.fixture
def counted(monkeypatch):
    names = []
    monkeypatch.setattr(outbox_module, "count", lambda *given: names.extend(given))
    return names


def refusing(error):
    def send(hit, timeout):
        raise error

    return send


def test_a_hit_that_was_sent_leaves_no_line(capsys, counted):
    sent = []
    outbox = Outbox(lambda hit, timeout: sent.append((hit, timeout)))
    assert outbox.record(HIT, kind="open", token="pABC", timeout=0.7)
    assert sent == [(HIT, 0.7)]
    assert capsys.readouterr().out == ""
    assert counted == []


def test_a_hit_that_could_not_be_sent_stands_in_the_log_still_sealed(capsys, counted):
    error = AwsError("sqs SendMessage: status 403, AccessDenied", code="AccessDenied", retryable=0)
    outbox = Outbox(refusing(error))
    assert not outbox.record(HIT, kind="click", token="pABC", timeout=1)
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "level": "ERROR",
        "message": "hit not queued",
        "pytracking_fallback": 1,
        "id": HIT.id,
        "kind": "click",
        "token": "pABC",
        "hit_timestamp": 1389177318,
        "request_data": HIT.body["request_data"],
        "visitor": {"class": "bot"},
        "reason": "AwsError: sqs SendMessage: status 403, AccessDenied",
    }
    assert counted == ["Fallbacks"]


def test_an_undecoded_hit_stands_in_the_log_as_well(capsys, counted):
    Outbox(refusing(TimeoutError("late"))).record(UNDECODED, kind="open", token="pABC", timeout=1)
    line = json.loads(capsys.readouterr().out)
    assert line["token"] == "pABC"
    assert line["request_data"] == {"user_agent": "x"}
    assert line["hit_timestamp"] == 1389177318


def test_an_unexpected_error_is_logged_without_its_message(capsys, counted):
    Outbox(refusing(RuntimeError("quotes a secret"))).record(HIT, kind="open", token="p", timeout=1)
    line = capsys.readouterr().out
    assert json.loads(line)["reason"] == "RuntimeError"
    assert "quotes" not in line


class Kept:
    """Keeps what would go to SQS."""

    def send(self, entry, timeout):
        self.text = entry.text


def queued(hit):
    queue = Kept()
    to_queue(queue)(hit, 1.0)
    return queue.text


def test_the_queue_gets_a_message_that_parses_to_the_same_hit():
    assert parse(queued(HIT)) == HIT
    assert parse(queued(UNDECODED)) == UNDECODED


@pytest.mark.fault("answering", 5)
def test_a_hit_too_large_for_the_queue_loses_of_agent_and_referer_what_is_too_much():
    long = {"user_agent": "A" * 1024, "user_ip": None, "referer": "B" * 1024}
    body = {**HIT.body, "request_data": long, "metadata": {"n": ""}}
    room = MAX_BODY_BYTES - len(Message(HIT.id, HIT.webhook, body).to_json())
    body["metadata"] = {"n": "x" * (room + 1)}
    message = parse(queued(Message(HIT.id, HIT.webhook, body)))
    assert message.body["request_data"] == {
        "user_agent": "A" * 128,
        "user_ip": None,
        "referer": "B" * 128,
    }
    assert message.body["metadata"] == body["metadata"]


@pytest.mark.fault("answering", 5)
def test_a_hit_that_just_fits_is_left_whole():
    long = {"user_agent": "A" * 1024}
    body = {**HIT.body, "request_data": long, "metadata": {"n": ""}}
    room = MAX_BODY_BYTES - len(Message(HIT.id, HIT.webhook, body).to_json())
    body["metadata"] = {"n": "x" * room}
    assert parse(queued(Message(HIT.id, HIT.webhook, body))).body == body
