"""``pytracking.asgi`` answers as the functions do, in a server of one's own, and loses no hit."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pytracking import Tracker
from pytracking.pixel import TRACKING_PIXEL

from local.queue import Queue
from local.queue_server import QueueServer
from tests.aws.raw_server import Connection, RawServer, hang
from tests.delivery.receivers import Request
from tests.docs.pages import text_of
from tests.functions.links import ANSWER_BOUND, METADATA, RING, TARGET, Stopwatch, token
from tests.support import receiver as servers
from tests.support.aws import moto_server, sdk
from tests.support.programs import ended, free_port, listening
from tests.support.receiver import Handler

ROOT = Path(__file__).parents[2]
# What the page's container runs; the last option of a name is the one that counts.
COMMAND = [
    *(sys.executable, "-m"),
    *json.loads(re.search(r"^CMD (.*)$", text_of("docs/containers.md"), re.MULTILINE)[1]),
]
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/hits"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
KEYS = {"AWS_ACCESS_KEY_ID": "AKIDENVIRONMENT", "AWS_SECRET_ACCESS_KEY": "secret"}


class Server:
    """uvicorn with the application, in a process of its own."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def get(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Any:
        """Ask over a connection of its own; the body that came is in ``content``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, {**BROWSER, **headers})
            answer: Any = connection.getresponse()
            answer.content = answer.read()
            return answer
        finally:
            connection.close()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines that it has logged."""
        found = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in found if line.startswith("{")]

    @property
    def fallbacks(self) -> set[str]:
        """The ids of hits in its log."""
        return {line["id"] for line in self.lines if line.get("pytracking_fallback")}


@contextmanager
def serving(folder: Path, *options: str, **environment: str) -> Iterator[Server]:
    """Run the application until the block ends."""
    port = free_port()
    environment = {
        "AWS_REGION": "eu-west-1",
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layer"),
        "PYTRACKING_LINK_KEYS": RING.to_json(),
        "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
        **environment,
    }
    command = [*COMMAND, "--host", "127.0.0.1", "--port", str(port), *options]
    with listening(command, port, folder, environment) as process:
        yield Server(process, port, folder / "log")


def taking(connection: Connection) -> None:
    """Answer SendMessageBatch as SQS does."""
    taken = [{"Id": entry["Id"], "MessageId": "1"} for entry in connection.json["Entries"]]
    connection.answer(200, {"Successful": taken, "Failed": []})


def events(queue: RawServer) -> list[dict[str, Any]]:
    return [event for sent in queue.requests for event in events_of(sent)]


def events_of(sent: Request) -> list[dict[str, Any]]:
    return [json.loads(entry["MessageBody"])["body"] for entry in sent.json["Entries"]]


def queued_at(server: RawServer) -> dict[str, str]:
    return {"PYTRACKING_QUEUE_URL": QUEUE, "AWS_ENDPOINT_URL_SQS": server.url, **KEYS}


@pytest.fixture(scope="module")
def sqs() -> Iterator[RawServer]:
    with RawServer(taking) as server:
        yield server


@pytest.fixture(scope="module")
def server(sqs: RawServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    proxies = ("--forwarded-allow-ips", "127.0.0.1,10.0.0.0/8")
    with serving(tmp_path_factory.mktemp("asgi"), *proxies, **queued_at(sqs)) as running:
        yield running


@pytest.fixture
def hits(sqs: RawServer) -> RawServer:
    """Return the queue's server, without the hits of other tests."""
    sqs.requests.clear()
    return sqs


def test_an_open_and_a_click_are_answered_and_queued(server: Server, hits: RawServer) -> None:
    opened = server.get(f"/o/{token('open')}")
    assert (opened.status, opened.content) == (200, TRACKING_PIXEL)
    assert opened.getheader("content-type") == "image/png"
    clicked = server.get(f"/c/{token('click')}")
    assert (clicked.status, clicked.getheader("location")) == (302, TARGET)
    found = events(hits)
    assert [one["type"] for one in found] == ["email.opened", "email.clicked"]
    assert [one["metadata"] for one in found] == [METADATA, METADATA]
    assert found[0]["request_data"]["user_agent"] == BROWSER["User-Agent"]
    assert found[0]["request_data"]["user_ip"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/robots.txt", "GET", 200),
        ("/favicon.ico", "GET", 204),
        ("/", "GET", 404),
        ("/c/", "GET", 404),
        ("/elsewhere?x=1", "GET", 404),
        ("/o/junk", "GET", 200),
        ("/c/junk", "GET", 404),
        ("/c/%ff%00%C3%A9", "GET", 404),
        (f"/c/{token('click')}", "POST", 405),
        (f"/c/{token('click')}", "HEAD", 302),
        (f"/o/{token('open')}", "HEAD", 200),
        (f"/stage/c/{token('click')}?utm_source=x", "GET", 302),
    ],
)
def test_a_path_is_answered_as_on_aws(server: Server, path: str, method: str, status: int) -> None:
    answer = server.get(path, method)
    assert answer.status == status
    if method == "HEAD":
        assert answer.content == b""


def test_an_action_asks_and_acts_on_a_post_alone(server: Server, hits: RawServer) -> None:
    tracker = Tracker("https://t.example.com", RING)
    path = tracker.action_url("unsubscribe", METADATA).removeprefix("https://t.example.com")
    assert server.get(path).status == 200
    assert events(hits) == []
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.get(path, "POST", b"List-Unsubscribe=One-Click", **form).status == 200
    (event,) = events(hits)
    assert (event["type"], event["how"]) == ("email.unsubscribed", "one-click")


@pytest.mark.fault("answering", 104)
@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the first is the visitor's own word
        ("198.51.100.7, 203.0.113.9, 10.1.2.3", "203.0.113.9"),  # two proxies of ours
        ("2001:db8::1", "2001:db8::1"),
        ("junk", None),
        ("10.1.2.3", "10.1.2.3"),
    ],
)
def test_listed_proxies_are_believed_back_to_the_first_that_is_not(
    server: Server, hits: RawServer, header: str, address: str | None
) -> None:
    server.get(f"/o/{token('open')}", **{"X-Forwarded-For": header})
    (event,) = events(hits)
    assert event["request_data"]["user_ip"] == address


@pytest.mark.fault("answering", 104)
def test_nobody_is_believed_who_is_not_listed(tmp_path: Path, hits: RawServer) -> None:
    with serving(tmp_path, *("--forwarded-allow-ips", "10.0.0.0/8"), **queued_at(hits)) as running:
        running.get(f"/o/{token('open')}", **{"X-Forwarded-For": "203.0.113.9"})
    (event,) = events(hits)
    assert event["request_data"]["user_ip"] == "127.0.0.1"


def test_http_1_0_and_headers_of_8_kb_are_answered(server: Server, hits: RawServer) -> None:
    request = (
        f"GET /c/{token('click')} HTTP/1.0\r\nUser-Agent: {'x' * 4000}\r\n"
        f"X-One: {'y' * 4000}\r\nX-Two: a\r\nX-Two: b\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert b" 302 " in answer.splitlines()[0]
    (event,) = events(hits)
    assert event["request_data"]["user_agent"] == "x" * 1024


def test_a_body_that_no_form_has_is_refused(server: Server) -> None:
    assert server.get(f"/c/{token('click')}", "POST", b"x" * 70_000).status == 413


def test_hits_that_come_together_go_to_the_queue_by_tens(server: Server, hits: RawServer) -> None:
    with ThreadPoolExecutor(50) as visitors:
        answers = list(visitors.map(lambda _: server.get(f"/o/{token('open')}"), range(200)))
    assert {one.status for one in answers} == {200}
    sizes = [len(sent.json["Entries"]) for sent in hits.requests]
    assert sum(sizes) == 200
    assert max(sizes) <= 10
    assert len(sizes) < 100


@pytest.mark.fault("answering", 103)
def test_an_entry_that_the_queue_refuses_is_logged_and_the_others_are_not(tmp_path: Path) -> None:
    def refusing_the_first(connection: Connection) -> None:
        first, *others = [entry["Id"] for entry in connection.json["Entries"]]
        taken = [{"Id": name, "MessageId": "1"} for name in others]
        failed = [{"Id": first, "Code": "InternalError", "SenderFault": False}]
        connection.answer(200, {"Successful": taken, "Failed": failed})

    with (
        RawServer(refusing_the_first) as queue,
        serving(
            tmp_path, PYTRACKING_QUEUE_URL=QUEUE, AWS_ENDPOINT_URL_SQS=queue.url, **KEYS
        ) as run,
        ThreadPoolExecutor(30) as visitors,
    ):
        answers = list(visitors.map(lambda _: run.get(f"/o/{token('open')}"), range(60)))
        refused = {events_of(sent)[0]["id"] for sent in queue.requests}
        assert {one.status for one in answers} == {200}
        assert run.fallbacks == refused


def test_a_queue_that_hangs_keeps_no_visitor_waiting_and_every_hit_is_logged(
    tmp_path: Path,
) -> None:
    with (
        RawServer(hang) as queue,
        serving(
            tmp_path, PYTRACKING_QUEUE_URL=QUEUE, AWS_ENDPOINT_URL_SQS=queue.url, **KEYS
        ) as run,
    ):
        for _ in range(4):
            with Stopwatch() as watch:
                assert run.get(f"/c/{token('click')}").status == 302
            assert watch.seconds < ANSWER_BOUND + 0.5  # a new process, on a shared machine
        assert len(run.fallbacks) == 4


def load(server: Server, answered: list[int], stop: threading.Event) -> None:
    """Follow a link again and again; note the status of each answer that came whole."""
    while not stop.is_set():
        try:
            answered.append(server.get(f"/o/{token('open')}").status)
        except (OSError, http.client.HTTPException):
            return


@pytest.mark.fault("answering", 102)
@pytest.mark.parametrize("ended_by", [signal.SIGTERM, signal.SIGKILL])
def test_no_answered_hit_is_lost_when_the_process_ends(tmp_path: Path, ended_by: int) -> None:
    queue = Queue("hits")
    answered: list[int] = []
    stop = threading.Event()
    with QueueServer([queue]) as sqs:
        with serving(
            tmp_path, PYTRACKING_QUEUE_URL=sqs.url(queue), AWS_ENDPOINT_URL_SQS=sqs.endpoint, **KEYS
        ) as running:
            visitors = [
                threading.Thread(target=load, args=(running, answered, stop)) for _ in range(20)
            ]
            for one in visitors:
                one.start()
            time.sleep(1)
            running.process.send_signal(ended_by)
            running.process.wait(30)
            stop.set()
            for one in visitors:
                one.join()
        queued = {json.loads(one.body)["id"] for one in queue.waiting()} | running.fallbacks
    assert set(answered) == {200}
    if ended_by == signal.SIGTERM:
        assert len(queued) == len(answered)
    else:  # what was queued and not answered any more is a hit all the same
        assert len(queued) >= len(answered)


def test_any_endpoint_that_speaks_sqs_serves(tmp_path: Path) -> None:
    with moto_server() as endpoint:
        client = sdk("sqs", endpoint, "eu-west-1")
        url = client.create_queue(QueueName=f"hits-{uuid.uuid4()}")["QueueUrl"]
        environment = {"PYTRACKING_QUEUE_URL": url, "AWS_ENDPOINT_URL": endpoint, **KEYS}
        with serving(tmp_path, **environment) as running:
            assert running.get(f"/c/{token('click')}").status == 302
            assert running.fallbacks == set()
        (message,) = client.receive_message(QueueUrl=url)["Messages"]
        assert json.loads(message["Body"])["body"]["metadata"] == METADATA


def test_without_a_queue_the_webhook_is_called_at_once(tmp_path: Path) -> None:
    with RawServer(lambda connection: connection.answer(204, {})) as receiver:
        environment = {
            "PYTRACKING_WEBHOOK_URL": receiver.url + "/hook",
            "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
            "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        with serving(tmp_path, **environment) as running:
            assert running.get(f"/o/{token('open')}").status == 200
        (posted,) = receiver.requests
    assert posted.json["metadata"] == METADATA


def test_a_role_s_credentials_are_found_and_renewed(tmp_path: Path, hits: RawServer) -> None:
    """As a container gets them on ECS: each call for them here answers a new key that ends soon."""

    class Credentials(Handler):
        asked = 0

        def do_GET(self) -> None:
            Credentials.asked += 1
            ends = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 300))
            found = {
                "AccessKeyId": f"AKIDROLE{Credentials.asked}",
                "SecretAccessKey": "secret",
                "Token": "token",
                "Expiration": ends,
            }
            self.answer(200, json.dumps(found).encode())

    with (
        servers.serving(Credentials) as port,
        serving(
            tmp_path,
            PYTRACKING_QUEUE_URL=QUEUE,
            AWS_ENDPOINT_URL_SQS=hits.url,
            AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://127.0.0.1:{port}/role",
        ) as running,
    ):
        for _ in range(3):
            assert running.get(f"/o/{token('open')}").status == 200
    used = {one.headers["authorization"].partition("Credential=")[2][:9] for one in hits.requests}
    assert len(events(hits)) == 3
    assert len(used) > 1
    assert all(key.startswith("AKIDROLE") for key in used)


def test_a_missing_setting_stops_the_start(tmp_path: Path) -> None:
    done = ended(
        [*COMMAND, "--port", "0"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layer")},
    )
    assert done.returncode != 0
    assert "PYTRACKING_LINK_KEYS" in done.stderr
