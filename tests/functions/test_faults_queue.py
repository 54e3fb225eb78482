"""Answering while the queue fails: the visitor gets the same answer, soon, and no hit is lost."""

import socket
import time

import pytest

from tests.aws import raw_server
from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import (
    ANSWER_BOUND,
    KINDS,
    TARGET,
    Stopwatch,
    fallbacks,
    is_answer,
    metrics,
    token,
)


@KINDS
@pytest.mark.fault("answering", 1)
def test_a_queue_that_fails_once_gets_the_hit_at_the_second_try(kind, start, log):
    with RawServer(fail(500), ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        assert is_answer(kind, function.get(token(kind)))
    first, second = queue.messages
    assert first == second
    assert fallbacks(log.lines()) == []


@KINDS
@pytest.mark.fault("answering", 2)
@pytest.mark.parametrize("behaviour", [*raw_server.NEVER_DONE, *raw_server.BROKEN, fail(500)])
def test_whatever_the_queue_does_the_answer_is_the_same_and_the_hit_stands_in_the_log(
    kind, behaviour, start, log
):
    sent = token(kind)
    with RawServer(behaviour) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        with Stopwatch() as watch:
            result = function.get(sent, **{"user-agent": "curl/8"})
    assert watch.seconds < ANSWER_BOUND
    assert is_answer(kind, result)
    lines = log.lines()
    [line] = fallbacks(lines)
    assert line["token"] == sent
    assert line["kind"] == kind
    assert line["id"] == queue.messages[0]["id"]
    assert line["hit_timestamp"] == queue.messages[0]["body"]["timestamp"]
    assert line["request_data"]["user_agent"] == "curl/8"
    assert metrics(lines)["Fallbacks"] == 1
    assert "customer_id" not in log.text
    assert TARGET not in log.text


@KINDS
@pytest.mark.fault("answering", 2)
def test_a_queue_whose_name_is_not_found_in_time_is_a_black_hole_like_any_other(
    kind, start, log, monkeypatch
):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2) or [])
    function = start(kind, PYTRACKING_QUEUE_URL="http://queue.example.com/1/hits")
    with Stopwatch() as watch:
        assert is_answer(kind, function.get(token(kind)))
    assert watch.seconds < ANSWER_BOUND
    assert len(fallbacks(log.lines())) == 1


@KINDS
@pytest.mark.fault("answering", 3)
def test_a_receipt_that_is_lost_gives_two_messages_of_one_id(kind, start, log):
    with RawServer(raw_server.lose_the_answer, ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        assert is_answer(kind, function.get(token(kind)))
    first, second = queue.messages
    assert first["id"] == second["id"]
    assert fallbacks(log.lines()) == []


@KINDS
@pytest.mark.fault("answering", 4)
@pytest.mark.parametrize(
    ("status", "code"), [(403, "AccessDeniedException"), (400, "QueueDoesNotExist")]
)
def test_a_queue_that_refuses_is_asked_once_and_the_alarm_rings(kind, status, code, start, log):
    with RawServer(fail(status, code)) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        assert is_answer(kind, function.get(token(kind)))
    assert len(queue.requests) == 1
    lines = log.lines()
    assert code in fallbacks(lines)[0]["reason"]
    assert metrics(lines)["Fallbacks"] == 1


@pytest.mark.fault("answering", 5)
def test_the_longest_user_agent_is_shortened_not_dropped(start, queue):
    function = start("open", PYTRACKING_QUEUE_URL=queue.url)
    function.get(token("open"), **{"user-agent": "A" * 8192, "referer": "B" * 8192})
    data = queue.messages[0]["body"]["request_data"]
    assert data["user_agent"] == "A" * 1024
    assert data["referer"] == "B" * 1024
