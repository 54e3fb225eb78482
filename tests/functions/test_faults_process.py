"""Answering through bugs, a log that nobody can write, a wrong clock, a freeze and a kill."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytracking import Tracker
from pytracking.aws import observability
from pytracking.events import Event
from pytracking.handlers import answering, http
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.http import FAILURE, PIXEL, Request, render
from pytracking.privacy import PrivacyPolicy

from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import KINDS, RING, fallbacks, is_answer, metrics, token
from tests.support.programs import ended, python
from tools import samples

REPOSITORY = Path(__file__).parents[2]


@KINDS
@pytest.mark.fault("answering", 10)
@pytest.mark.parametrize(
    "error", [RuntimeError("quotes the token"), MemoryError(), RecursionError()]
)
@pytest.mark.parametrize(
    "where", [(answering, "read_request"), (http, "well_known"), (LinkEndpoint, "read")]
)
def test_a_bug_or_a_lack_of_memory_is_not_the_visitors_matter(
    kind, error, where, start, log, monkeypatch
):
    def broken(*arguments, **options):
        raise error

    function = start(kind)
    monkeypatch.setattr(*where, broken)
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
@pytest.mark.parametrize(
    "where", [(answering, "classify"), (PrivacyPolicy, "consent_flags"), (Event, "under")]
)
def test_a_bug_in_what_is_made_of_a_hit_loses_neither_the_answer_nor_the_hit(
    kind, where, start, log, monkeypatch, queue
):
    def broken(*arguments, **options):
        raise MemoryError

    sent = token(kind)
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    monkeypatch.setattr(*where, broken)
    assert is_answer(kind, function.get(sent))
    [message] = queue.messages
    assert message["undecoded"] == {"kind": kind, "token": sent}
    assert message["request_data"] == {"user_agent": None, "user_ip": None}
    assert metrics(log.lines())["Bugs"] == 1


@KINDS
@pytest.mark.fault("answering", 10)
def test_a_bug_in_recording_a_hit_does_not_spoil_the_answer(kind, start, log, monkeypatch):
    function = start(kind)
    monkeypatch.setattr(LinkEndpoint, "record", lambda *_: 1 / 0)
    assert is_answer(kind, function.get(token(kind)))
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
        handler = observability.logger().registered_handler
        monkeypatch.setattr(handler, "stream", Unwritable())
        assert is_answer(kind, function.get(token(kind)))
        assert function.get("forged")["statusCode"] == (200 if kind == "open" else 404)
        monkeypatch.setattr(answering, "read_request", lambda *_: 1 / 0)
        assert function.get(token(kind))["statusCode"] == (200 if kind == "open" else 500)


@KINDS
@pytest.mark.fault("answering", 12)
@pytest.mark.parametrize("off_by", [-3600, 3600])
def test_a_clock_that_is_an_hour_off_changes_no_link_and_no_id(
    kind, off_by, start, monkeypatch, queue
):
    real = time.time
    links = [token(kind), token(kind, include_issue_time=True)]
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
        "from pytracking.messages import new_id\n"
        "new_id()\n"
        "for _ in range(3):\n"
        "    if not (child := os.fork()):\n"
        "        os.write(1, (new_id() + '\\n').encode())\n"
        "        os._exit(0)\n"
        "    os.waitpid(child, 0)\n"
        "os.write(1, (new_id() + '\\n').encode())\n"
    )
    assert len(set(python("-c", program).split())) == 4


@KINDS
@pytest.mark.fault("answering", 13)
def test_a_thawed_environment_replaces_its_dead_connections(kind, start, log, queue):
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


@pytest.mark.parametrize("kind", ["open", "click", "action"])
@pytest.mark.fault("answering", 14)
@pytest.mark.fault("acting", 96)
def test_a_process_killed_after_the_queue_took_the_hit_loses_nothing(kind, tmp_path):
    """The visitor asks again: at most one hit more than there were visits, none less."""
    pid_known = []

    def take_and_kill(connection):
        ok(connection)
        os.kill(pid_known[0], signal.SIGKILL)

    event = json.dumps(samples.http_api(f"/{kind[0]}/{token(kind)}"))
    if kind == "action":
        path = (
            Tracker("https://t.test", RING).action_url("unsubscribe").removeprefix("https://t.test")
        )
        event = json.dumps(samples.http_api(path, "POST", body=b"page=1"))
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
        assert output.endswith(b"answered 302" if kind == "click" else b"answered 200")
    assert len({message["id"] for message in queue.messages}) == 2


def test_a_function_without_keys_does_not_start_and_says_how_to_make_one(tmp_path):
    for kind in ("open", "click"):
        result = ended(
            [sys.executable, "-c", ONE_HIT, str(REPOSITORY / "functions" / kind), "{}"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY / "layer")},
        )
        assert result.returncode == 1
        assert "ConfigurationError: no link keys" in result.stderr
        assert "python -m pytracking keys new" in result.stderr
