"""Answering through every fault: the visitor gets the same answer, soon, and no hit is lost."""

import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytracking.aws import observability
from pytracking.aws import tracker as tracker_module
from pytracking.aws.requests import Request
from pytracking.aws.responses import FAILURE, PIXEL, UNAVAILABLE, render
from pytracking.tokens.keyring import Keyring

from local import sample_events
from tests.aws import raw_server
from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import (
    RING,
    TARGET,
    Stopwatch,
    fallbacks,
    metrics,
    token,
)

REPOSITORY = Path(__file__).parents[2]
ANSWER_BOUND = 1.2  # seconds: the goal for an answer under any fault
KINDS = pytest.mark.parametrize("kind", ["open", "click"])


def is_answer(kind, result):
    if kind == "open":
        return result == render(PIXEL, Request())
    return result["statusCode"] == 302 and result["headers"]["Location"] == TARGET


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
@pytest.mark.parametrize(
    "behaviour",
    [
        *raw_server.NEVER_DONE,
        *raw_server.BROKEN,
        fail(500),
    ],
)
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
    assert line["timestamp"] == queue.messages[0]["body"]["timestamp"]
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
def test_the_longest_user_agent_is_shortened_not_dropped(start):
    with RawServer(ok) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url)
        function.get(token("open"), **{"user-agent": "A" * 8192, "referer": "B" * 8192})
    data = queue.messages[0]["body"]["request_data"]
    assert data["user_agent"] == "A" * 1024
    assert data["referer"] == "B" * 1024


def with_secrets_manager(secrets):
    return {
        "PYTRACKING_LINK_KEYS": "",
        "PYTRACKING_LINK_KEYS_SECRET": "link-keys",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url,
    }


def secret(text):
    return lambda connection: connection.answer(200, {"SecretString": text})


def later(monkeypatch, function, seconds):
    """Let a started function's keys believe that time has passed."""
    clock = function.tracker.keys._clock
    monkeypatch.setattr(function.tracker.keys, "_clock", lambda: clock() + seconds)


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
    assert metrics(lines)["KeyFailures"] == 3
    assert len([line for line in lines if line.get("message") == "link keys not read"]) >= 1


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
@pytest.mark.fault("answering", 8)
def test_a_link_sealed_with_the_newest_key_works_at_once_and_old_ones_go_on(
    kind, start, monkeypatch
):
    rotated = RING.rotated()
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


@KINDS
@pytest.mark.fault("answering", 10)
@pytest.mark.parametrize(
    "error", [RuntimeError("quotes the token"), MemoryError(), RecursionError()]
)
@pytest.mark.parametrize("where", ["read_request", "_well_known", "new_id"])
def test_a_bug_or_a_lack_of_memory_is_not_the_visitors_matter(
    kind, error, where, start, log, monkeypatch
):
    def broken(*arguments, **options):
        raise error

    function = start(kind)
    monkeypatch.setattr(tracker_module, where, broken)
    result = function.get(token(kind))
    assert result == render(PIXEL if kind == "open" else FAILURE, Request())
    lines = log.lines()
    [line] = [line for line in lines if line.get("message") == "bug"]
    assert line["error"] == type(error).__name__
    assert line["where"][-1].endswith(" broken")
    assert metrics(lines)["Bugs"] == 1
    assert "quotes" not in log.text


@KINDS
@pytest.mark.fault("answering", 10)
@pytest.mark.parametrize("where", ["classify", "event_body", "Message"])
def test_a_bug_in_what_is_made_of_a_hit_loses_neither_the_answer_nor_the_hit(
    kind, where, start, log, monkeypatch
):
    def broken(*arguments, **options):
        raise MemoryError

    sent = token(kind)
    with RawServer(ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        monkeypatch.setattr(tracker_module, where, broken)
        assert is_answer(kind, function.get(sent))
    [message] = queue.messages
    assert message["undecoded"] == {"kind": kind, "token": sent}
    assert message["request_data"] == {"user_agent": None, "user_ip": None}
    assert metrics(log.lines())["Bugs"] == 1


class Unwritable:
    """Standard output whose reader is gone."""

    def write(self, text):
        raise OSError(errno.EPIPE, "Broken pipe")

    def flush(self):
        raise OSError(errno.EPIPE, "Broken pipe")


@KINDS
@pytest.mark.fault("answering", 11)
@pytest.mark.parametrize("behaviour", [ok, fail(400, "AccessDenied")])
def test_a_log_that_cannot_be_written_changes_no_answer(kind, behaviour, start, monkeypatch):
    with RawServer(behaviour) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        monkeypatch.setattr(sys, "stdout", Unwritable())
        monkeypatch.setattr(sys, "stderr", Unwritable())
        handler = observability._logger.registered_handler
        monkeypatch.setattr(handler, "stream", Unwritable())
        assert is_answer(kind, function.get(token(kind)))
        assert function.get("forged")["statusCode"] == (200 if kind == "open" else 404)
        monkeypatch.setattr(tracker_module, "new_id", lambda: 1 / 0)
        assert function.get(token(kind))["statusCode"] == (200 if kind == "open" else 500)


@KINDS
@pytest.mark.fault("answering", 12)
@pytest.mark.parametrize("off_by", [-3600, 3600])
def test_a_clock_that_is_an_hour_off_changes_no_link_and_no_id(kind, off_by, start, monkeypatch):
    real = time.time
    links = [token(kind), token(kind, include_issue_time=True)]
    with RawServer(ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        monkeypatch.setattr(time, "time", lambda: real() + off_by)
        assert is_answer(kind, function.get(links[0]))
        assert is_answer(kind, function.get(links[0]))
        assert len({message["id"] for message in queue.messages}) == 2
        assert abs(queue.messages[0]["body"]["timestamp"] - (real() + off_by)) < 60


@pytest.mark.fault("answering", 13)
def test_two_environments_thawed_from_one_snapshot_make_different_ids():
    """A snapshot restored twice is the same memory twice, as after a fork."""
    program = (
        "import os, sys\n"
        "from pytracking.aws.tracker import new_id\n"
        "new_id()\n"
        "for _ in range(3):\n"
        "    if not (child := os.fork()):\n"
        "        os.write(1, (new_id() + '\\n').encode())\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "os.write(1, (new_id() + '\\n').encode())\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "layer")},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert len(set(result.stdout.split())) == 4


@KINDS
@pytest.mark.fault("answering", 13)
def test_a_thawed_environment_replaces_its_dead_connections(kind, start, log):
    with RawServer(ok) as queue:
        function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
        function.get(token(kind))
        queue.drop_connections()
        assert is_answer(kind, function.get(token(kind)))
    assert len({message["id"] for message in queue.messages}) == 2
    assert fallbacks(log.lines()) == []


ONE_HIT = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import app
result = app.handler(json.loads(sys.argv[2]), None)
sys.stdout.flush()
os.write(1, b"answered " + str(result["statusCode"]).encode())
"""


@KINDS
@pytest.mark.fault("answering", 14)
def test_a_process_killed_after_the_queue_took_the_hit_loses_nothing(kind, tmp_path):
    """The visitor asks again: at most one hit more than there were visits, none less."""
    pid_known = []

    def take_and_kill(connection):
        ok(connection)
        os.kill(pid_known[0], signal.SIGKILL)

    event = json.dumps(sample_events.http_api(f"/{kind[0]}/{token(kind)}"))
    with RawServer(take_and_kill, ok) as queue:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(REPOSITORY / "layer"),
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "PYTRACKING_LINK_KEYS": RING.to_json(),
            "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/x",
            "PYTRACKING_QUEUE_URL": queue.url,
        }
        arguments = [sys.executable, "-c", ONE_HIT, str(REPOSITORY / "functions" / kind), event]
        for expected in (-signal.SIGKILL, 0):
            process = subprocess.Popen(
                arguments, env=environment, stdout=subprocess.PIPE, cwd=tmp_path
            )
            pid_known[:] = [process.pid]
            output, _ = process.communicate(timeout=60)
            assert process.returncode == expected
        assert output.endswith(b"answered 200" if kind == "open" else b"answered 302")
    assert len({message["id"] for message in queue.messages}) == 2


def test_a_function_without_keys_does_not_start_and_says_how_to_make_one(tmp_path):
    for kind in ("open", "click"):
        result = subprocess.run(
            [sys.executable, "-c", ONE_HIT, str(REPOSITORY / "functions" / kind), "{}"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "layer")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert result.returncode == 1
        assert "ConfigurationError: no link keys" in result.stderr
        assert "python -m pytracking keys new" in result.stderr


def test_a_new_ring_in_the_environment_serves_its_own_links_only(start):
    other = Keyring.generate()
    function = start("click", PYTRACKING_LINK_KEYS=other.to_json(), PYTRACKING_WEBHOOK_URL="")
    assert function.get(token("click", other))["statusCode"] == 302
    assert function.get(token("click"))["statusCode"] == 404
