"""Faults that live in processes: kill -9 in the middle, and a hot path that waits for nobody."""

import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytracking
from pytracking.tokens.keyring import Keyring
from standardwebhooks import Webhook

from tests.delivery.event_services import EventServices
from tests.delivery.receivers import OK, Receiver, Request, answering, status
from tests.delivery.rig import SECRET, Rig, hit
from tests.support.aws import FUNCTIONS, module_of
from tests.support.timing import until
from tools import samples

ROOT = Path(__file__).parents[2]


class Workers:
    """Processes that run the deliver function; those still alive at the end are killed."""

    def __init__(self, rig: Rig) -> None:
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **rig.environment,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layer"), str(ROOT)]),
        }
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, **environment: str) -> "subprocess.Popen[bytes]":
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.worker"],
            cwd=ROOT,
            env={**self._environment, **environment},
            stdout=subprocess.DEVNULL,
        )
        self.running.append(worker)
        return worker

    def kill_again_and_again(self, rig: Rig, kill: threading.Event, **environment: str) -> None:
        """Kill them five times, whenever ``kill`` is set or 5 s are over; then drain the queue."""
        quick = {"WORKER_DEADLINE": "1", "WORKER_DELAYS": "[1, 1, 1, 1, 1, 1, 1, 1, 1]"}
        try:
            for _ in range(5):
                self.start(**environment, **quick)
                kill.wait(5)
                kill.clear()
                self.kill()
            self.start(**environment, **quick)
            until(lambda: rig.left() == 0)
        finally:
            self.kill()

    def kill(self) -> None:
        """kill -9 all of them, and wait until they are gone."""
        for worker in self.running:
            worker.send_signal(signal.SIGKILL)
            worker.wait(10)
        self.running.clear()


@pytest.fixture
def workers(rig: Rig) -> Iterator[Workers]:
    made = Workers(rig)
    yield made
    made.kill()


@pytest.mark.fault("delivering", 16)
def test_killed_after_the_post_a_hit_is_posted_again_with_its_id_signed_anew(moto: str) -> None:
    rig = Rig(moto, visibility=2)
    workers = Workers(rig)
    killed = threading.Event()

    def kill_first(conn: socket.socket, request: Request) -> None:
        if not killed.is_set():
            # The post is here whole; its sender dies before it learns so.
            workers.kill()
            killed.set()
        conn.sendall(OK)

    with Receiver(kill_first) as receiver:
        message = hit(receiver.url)
        rig.put(message)
        try:
            workers.start()
            assert killed.wait(30)
            assert rig.left() == 1
            workers.start()
            until(lambda: len(receiver.requests) == 2)
            until(lambda: rig.left() == 0)
        finally:
            workers.kill()
        first, second = receiver.requests
    rig.sqs.close()
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == message.id
    assert first.body == second.body
    assert int(second.headers["webhook-timestamp"]) > int(first.headers["webhook-timestamp"])
    assert second.headers["webhook-signature"] != first.headers["webhook-signature"]
    for request in (first, second):
        Webhook(SECRET).verify(request.body, request.headers)


@pytest.mark.fault("delivering", 16, 21)
def test_killed_again_and_again_no_hit_is_lost(moto: str) -> None:
    rig = Rig(moto, visibility=2)
    workers = Workers(rig)

    def fail_the_first_time(conn: socket.socket, request: Request) -> None:
        identifier = request.headers["webhook-id"]
        times = sum(1 for r in receiver.requests if r.headers["webhook-id"] == identifier)
        (status(503) if times == 1 else answering())(conn, request)
        if len(receiver.requests) % 15 == 0:
            kill.set()

    kill = threading.Event()
    with Receiver(fail_the_first_time) as receiver:
        hits = [hit(receiver.url) for _ in range(40)]
        rig.put(*hits)
        workers.kill_again_and_again(rig, kill)
        answered = Counter(request.headers["webhook-id"] for request in receiver.requests)
    dead = rig.dead()
    rig.sqs.close()
    assert dead == []
    assert set(answered) == {h.id for h in hits}
    assert min(answered.values()) >= 2


@pytest.mark.fault("delivering", 91)
def test_killed_again_and_again_a_hit_reaches_every_destination_it_is_owed_to(moto: str) -> None:
    """The services refuse every third record; the process dies in the middle of calls and posts."""
    rig = Rig(moto, visibility=2)
    kill, turns = threading.Event(), itertools.count(1)

    def refuses(operation: str) -> str | None:
        turn = next(turns)
        if turn % 10 == 0:
            kill.set()
        return "ServiceUnavailableException" if turn % 3 == 0 else None

    with EventServices(refuses) as services, Receiver(answering()) as receiver:
        workers = Workers(rig)
        hits = [replace(hit(receiver.url), owed=("webhook", "store", "bus")) for _ in range(40)]
        rig.put(*hits)
        workers.kill_again_and_again(rig, kill, **services.environment)
        ids = {one.id for one in hits}
        assert rig.dead() == []
        assert {request.headers["webhook-id"] for request in receiver.requests} == ids
        assert set(services.ids("store")) == set(services.ids("bus")) == ids
    rig.sqs.close()


@pytest.mark.fault("delivering", 34)
def test_the_hot_path_answers_while_the_receiver_has_not(
    rig: Rig, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = Keyring.generate()
    answered, release = [], threading.Event()

    def slow(conn: socket.socket, request: Request) -> None:
        # Deployed, it would have 14.9 s for this; here it waits for what it must not hold up.
        assert release.wait(30)
        conn.sendall(OK)

    with Receiver(slow) as receiver:
        for name, value in rig.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("PYTRACKING_LINK_KEYS", keyring.to_json())
        monkeypatch.setenv("PYTRACKING_WEBHOOK_URL", receiver.url)
        click = module_of(FUNCTIONS / "click" / "app.py")
        url = pytracking.get_click_tracking_url(
            "https://a.test/x", base_click_tracking_url="https://t.test/c/", keyring=keyring
        )
        event = samples.http_api(url.removeprefix("https://t.test"))
        workers.start()
        assert click.handler(event, None)["statusCode"] == 302
        until(lambda: len(receiver.requests) == 1)
        # The receiver holds the first hit; nobody waits for it.
        answered += [click.handler(event, None)["statusCode"] for _ in range(20)]
        assert not release.is_set()
        release.set()
        until(lambda: len(receiver.requests) == 21)
    assert answered == [302] * 20
    assert len({json.loads(r.body)["id"] for r in receiver.requests}) == 21
