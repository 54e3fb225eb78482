"""Answering while the link keys cannot be had, are rotated, or are spoilt."""

import time

import pytest
from pytracking.aws.secrets import FIRST_RETRY_SECONDS
from pytracking.handlers.http import UNAVAILABLE, Request, render
from pytracking.tokens.keyring import Keyring

from tests.aws import raw_server
from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import (
    ANSWER_BOUND,
    KINDS,
    RING,
    Stopwatch,
    fallbacks,
    is_answer,
    metrics,
    token,
    with_secrets_manager,
)


def secret(text):
    return lambda connection: connection.answer(200, {"SecretString": text})


def later(monkeypatch, function, seconds):
    """Let a started function's keys believe that time has passed."""
    kept = function.endpoint.keys
    clock = kept._clock
    monkeypatch.setattr(kept, "_clock", lambda: clock() + seconds)


@KINDS
@pytest.mark.fault("answering", 6)
@pytest.mark.parametrize("outage", [raw_server.hang, fail(500), raw_server.reset])
def test_secrets_manager_down_for_hours_is_not_noticed_by_visitors(
    kind, outage, start, log, monkeypatch
):
    with RawServer(secret(RING.to_json()), outage) as secrets, RawServer(ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        for _ in range(3):
            later(monkeypatch, function, 3600)
            with Stopwatch() as watch:
                assert is_answer(kind, function.get(token(kind)))
            assert watch.seconds < ANSWER_BOUND
    assert len(queue.messages) == 3
    lines = log.lines()
    assert metrics(lines) == {}  # the keys in hand serve: nobody has to be woken
    assert {line["level"] for line in lines} == {"WARNING"}
    assert {line["message"] for line in lines} == {"link keys not read"}


@pytest.mark.fault("answering", 7)
@pytest.mark.parametrize("outage", [raw_server.hang, fail(500), fail(400, "AccessDenied")])
def test_an_open_without_any_keys_gets_its_pixel_and_is_queued_undecoded(outage, start, log):
    sent = token("open")
    with RawServer(outage) as secrets, RawServer(ok) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        with Stopwatch() as watch:
            assert is_answer("open", function.get(sent))
        assert watch.seconds < ANSWER_BOUND
    [message] = queue.messages
    assert message["undecoded"] == {"kind": "open", "token": sent}
    assert message["request_data"]["method"] == "GET"
    assert abs(message["timestamp"] - time.time()) < 60
    assert metrics(log.lines())["Undecoded"] == 1


@pytest.mark.fault("answering", 7)
def test_an_open_without_keys_and_without_a_queue_stands_in_the_log(start, log):
    sent = token("open")
    with RawServer(raw_server.hang) as secrets, RawServer(raw_server.hang) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        with Stopwatch() as watch:
            assert is_answer("open", function.get(sent))
        assert watch.seconds < ANSWER_BOUND
    [line] = fallbacks(log.lines())
    assert line["token"] == sent


@pytest.mark.fault("answering", 7)
@pytest.mark.parametrize("outage", [raw_server.hang, fail(500), fail(400, "AccessDenied")])
def test_a_click_without_any_keys_is_asked_to_come_back_and_never_redirected(outage, start):
    with RawServer(outage, secret(RING.to_json())) as secrets, RawServer(ok) as queue:
        secrets.behaviours = [outage, outage, secret(RING.to_json())]
        function = start(
            "click",
            PYTRACKING_QUEUE_URL=queue.url,
            PYTRACKING_FALLBACK_URL="https://www.example.com/sorry",
            **with_secrets_manager(secrets),
        )
        with Stopwatch() as watch:
            result = function.get(token("click"))
        assert watch.seconds < ANSWER_BOUND
        assert result == render(UNAVAILABLE, Request())
        assert int(result["headers"]["Retry-After"]) == 5
        assert queue.requests == []


@pytest.mark.fault("answering", 7)
def test_a_click_that_comes_back_when_keys_can_be_had_is_redirected(start, monkeypatch):
    refused = fail(400, "AccessDenied")
    with RawServer(refused, secret(RING.to_json())) as secrets, RawServer(ok) as queue:
        function = start("click", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        retry_after = int(function.get(token("click"))["headers"]["Retry-After"])
        later(monkeypatch, function, retry_after)
        assert is_answer("click", function.get(token("click")))


@pytest.mark.fault("answering", 7)
def test_while_keys_hang_not_every_visitor_waits_for_them(start):
    with RawServer(raw_server.hang) as secrets, RawServer(ok) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        with Stopwatch() as watch:
            for _ in range(20):
                function.get(token("open"))
        assert watch.seconds < 2
        assert len(queue.messages) == 20


@KINDS
@pytest.mark.fault("answering", 7)
def test_no_answer_waits_for_keys_that_hang_since_the_start(kind, log, start, monkeypatch):
    with RawServer(raw_server.hang) as secrets, RawServer(raw_server.hang) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        for _ in range(4):
            later(monkeypatch, function, FIRST_RETRY_SECONDS)
            with Stopwatch() as watch:
                assert function.get(token(kind))["statusCode"] == (200 if kind == "open" else 503)
            assert watch.seconds < ANSWER_BOUND


@pytest.mark.fault("answering", 50)
def test_keys_that_are_slow_after_a_failed_start_serve_the_next_visitors(log, start, monkeypatch):
    def slow(connection):
        time.sleep(0.6)
        secret(RING.to_json())(connection)

    with RawServer(fail(400), slow) as secrets, RawServer(ok) as queue:
        function = start("click", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        later(monkeypatch, function, FIRST_RETRY_SECONDS)
        assert function.get(token("click"))["statusCode"] == 503
        time.sleep(0.5)
        assert is_answer("click", function.get(token("click")))


@KINDS
@pytest.mark.fault("answering", 8)
def test_a_link_sealed_with_the_newest_key_works_at_once_and_old_ones_go_on(
    kind, start, monkeypatch
):
    rotated = RING.extended().promoted()
    with (
        RawServer(secret(RING.to_json()), secret(rotated.to_json())) as secrets,
        RawServer(ok) as queue,
    ):
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        later(monkeypatch, function, 60)
        assert is_answer(kind, function.get(token(kind, rotated)))
        assert is_answer(kind, function.get(token(kind)))
        assert len(queue.messages) == 2
        assert len(secrets.requests) == 2


@KINDS
@pytest.mark.fault("answering", 9)
def test_a_secret_that_was_spoilt_changes_no_answer(kind, start, log, monkeypatch):
    with RawServer(secret(RING.to_json()), secret("{spoilt")) as secrets, RawServer(ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        for _ in range(3):
            later(monkeypatch, function, 3600)
            assert is_answer(kind, function.get(token(kind)))
    lines = log.lines()
    assert [line["message"] for line in lines if "message" in line] == ["link keys not read"]
    assert metrics(lines)["KeyFailures"] == 3
    assert "spoilt" not in log.text


def test_a_new_ring_in_the_environment_serves_its_own_links_only(start):
    other = Keyring.generate()
    function = start("click", PYTRACKING_LINK_KEYS=other.to_json(), PYTRACKING_WEBHOOK_URL="")
    assert function.get(token("click", other))["statusCode"] == 302
    assert function.get(token("click"))["statusCode"] == 404
