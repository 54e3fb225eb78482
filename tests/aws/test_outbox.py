"""Recording a hit: it is sent, or it stands in the log, and nobody is kept waiting."""

import json
from dataclasses import replace

import pytest
from pytracking.errors import AwsError
from pytracking.events import Event, unknown_visitor
from pytracking.handlers.outbox import PROBE_SECONDS, SLOW_FAILURES, Hit, Outbox
from pytracking.messages import MAX_BODY_BYTES, Message, Undecoded, parse

from tests.support.timing import Clock

WEBHOOK = "https://hooks.example.com/x"
HIT = Event(
    kind="click",
    id="0123456789abcdef0123456789abcdef",
    timestamp=1389177318,
    metadata={"n": 1},
    request_data={"user_agent": "curl/8", "user_ip": "203.0.113.9", "method": "GET"},
    visitor={**unknown_visitor(), "class": "bot", "ruleset": "2"},
    tracked_url="https://shop.example.com/",
)


def refusing(error):
    def send(hit, timeout):
        raise error

    return send


def record(outbox, event=HIT, webhook=WEBHOOK):
    fate, _ = outbox.record(lambda: Hit(event, webhook), "pABC", 0.7)
    return fate


def test_a_hit_that_was_sent_leaves_no_line(capsys):
    sent = []
    assert record(Outbox(lambda hit, timeout: sent.append((hit, timeout)))) == "sent"
    [(entry, timeout)] = sent
    message = Message(HIT.id, WEBHOOK, HIT.to_json(), counted=False)
    assert (parse(entry.text), timeout) == (message, 0.7)
    assert message.uncounted == "click"
    assert entry.group == "https://hooks.example.com:443"
    assert capsys.readouterr().out == ""


def test_a_hit_that_could_not_be_sent_stands_in_the_log_still_sealed(capsys):
    error = AwsError("sqs SendMessage: status 403, AccessDenied", code="AccessDenied", retryable=0)
    assert record(Outbox(refusing(error))) == "logged"
    [line] = capsys.readouterr().out.splitlines()
    assert json.loads(line) == {
        "level": "ERROR",
        "message": "hit not queued",
        "pytracking_fallback": 1,
        "id": HIT.id,
        "kind": "click",
        "token": "pABC",
        "hit_timestamp": 1389177318,
        "request_data": HIT.request_data,
        "visitor": HIT.visitor,
        "reason": "AwsError: sqs SendMessage: status 403, AccessDenied",
    }


def test_an_undecoded_hit_stands_in_the_log_as_well(capsys):
    record(Outbox(refusing(TimeoutError("late"))), webhook=None)
    line = json.loads(capsys.readouterr().out)
    assert (line["token"], line["hit_timestamp"]) == ("pABC", 1389177318)
    assert line["request_data"] == HIT.request_data


def test_an_unexpected_error_is_logged_without_its_message(capsys):
    record(Outbox(refusing(RuntimeError("quotes a secret"))))
    line = capsys.readouterr().out
    assert json.loads(line)["reason"] == "RuntimeError"
    assert "quotes" not in line


@pytest.mark.fault("answering", 49)
def test_after_slow_failures_hits_are_logged_at_once_and_one_is_sent_now_and_then(capsys):
    clock, tried, up = Clock(), [], []

    def send(hit, timeout):
        tried.append(clock.now)
        if not up:
            clock.now += timeout
            raise TimeoutError("no answer")

    outbox = Outbox(send, clock)
    for _ in range(20):
        assert record(outbox) == "logged"
        clock.now += 0.1
    assert len(tried) == SLOW_FAILURES
    clock.now += PROBE_SECONDS
    assert record(outbox) == "logged"  # a probe
    assert record(outbox) == "logged"
    assert len(tried) == SLOW_FAILURES + 1
    up.append(True)
    clock.now += PROBE_SECONDS
    assert [record(outbox) for _ in range(5)] == ["sent"] * 5
    assert len(capsys.readouterr().out.splitlines()) == 22  # each lost to the queue has its line


@pytest.mark.fault("answering", 49)
def test_failures_that_keep_nobody_waiting_are_each_tried(capsys):
    tried = []

    def send(hit, timeout):
        tried.append(hit)
        raise AwsError("sqs SendMessage: status 403", code="AccessDenied", retryable=False)

    outbox = Outbox(send, Clock())
    for _ in range(10):
        record(outbox)
    assert len(tried) == 10


@pytest.mark.fault("answering", 49)
def test_a_clock_that_jumps_back_does_not_keep_hits_from_the_queue(capsys):
    clock, down = Clock(), [True]

    def send(hit, timeout):
        if down:
            clock.now += timeout
            raise TimeoutError("no answer")

    outbox = Outbox(send, clock)
    for _ in range(SLOW_FAILURES):
        record(outbox)
    down.clear()
    clock.now -= 3600
    assert record(outbox) == "sent"


def queued(event, webhook=WEBHOOK):
    sent = []
    assert record(Outbox(lambda entry, timeout: sent.append(entry)), event, webhook) == "sent"
    return parse(sent[0].text)


def test_a_hit_that_nobody_could_decode_is_queued_with_its_token():
    hit = queued(HIT, None)
    assert isinstance(hit, Undecoded)
    assert hit.token == "pABC"
    assert (hit.event.kind, hit.event.id, hit.event.timestamp) == ("click", HIT.id, HIT.timestamp)
    assert hit.event.without_link() == HIT.without_link()


def sized(extra):
    """Return an event with long headers, its message `extra` bytes larger than a queue takes."""
    long = {"user_agent": "A" * 1024, "user_ip": None, "referer": "B" * 1024}
    event = replace(HIT, metadata={"n": ""}, request_data=long)
    room = MAX_BODY_BYTES - len(Message(HIT.id, WEBHOOK, event.to_json()).to_json())
    return replace(event, metadata={"n": "x" * (room + extra)})


@pytest.mark.fault("answering", 5)
def test_a_hit_too_large_for_the_queue_loses_of_agent_and_referer_what_is_too_much():
    event = sized(1)
    body = queued(event).body
    assert body["request_data"] == {"user_agent": "A" * 128, "user_ip": None, "referer": "B" * 128}
    assert body["metadata"] == event.metadata


@pytest.mark.fault("answering", 5)
def test_a_hit_that_just_fits_is_left_whole():
    event = sized(0)
    assert queued(event).body == event.to_json()
