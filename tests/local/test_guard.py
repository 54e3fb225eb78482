"""What a web page of somebody else can do to what listens on this machine: nothing."""

import http.client
import json
from collections.abc import Iterator

import pytest

from local.queue import Queue
from local.queue_server import QueueServer
from tests.local.gateway import Gateway, call, running
from tests.support.timing import until

FOREIGN = [
    {"Host": "evil.example"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example:8000"},
    {"Host": "evil.example:127.0.0.1"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": ""},
    {"Host": "127.0.0.1:x"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
    {"Origin": ""},
]


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running() as gateway:
        yield gateway


@pytest.mark.fault("local", 82)
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize(
    ("path", "body"),
    [("receiver", b"x"), ("api/receiver", b'{"mood":"fail"}'), ("api/replay", b"{}")],
)
def test_a_foreign_page_can_post_nothing_to_the_gateway(
    gateway: Gateway, headers: dict[str, str], path: str, body: bytes
) -> None:
    before = gateway.events()
    for media_type in ("application/json", "text/plain"):
        given = {"Content-Type": media_type, **headers}
        answer = call(f"{gateway.origin}/_local/{path}", "POST", body, given)
        assert answer.status == 403
    assert gateway.events() == before
    assert call(f"{gateway.origin}/_local/api/state").json()["mood"] == "accept"


def test_our_own_page_and_programs_may_post(gateway: Gateway) -> None:
    for headers in ({}, {"Origin": gateway.origin}):
        given = {"Content-Type": "application/json", **headers}
        answer = call(f"{gateway.origin}/_local/api/receiver", "POST", b'{"mood":"accept"}', given)
        assert answer.status == 200


@pytest.mark.fault("local", 82)
@pytest.mark.parametrize("action", ["SendMessage", "ReceiveMessage"])
@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_a_foreign_page_cannot_command_the_queue(headers: dict[str, str], action: str) -> None:
    queue = Queue("Queue")
    queue.send("a hit")
    with QueueServer([queue]) as server:
        port = int(server.endpoint.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        body = json.dumps({"QueueUrl": "x/Queue", "MessageBody": "evil"})
        target = {"X-Amz-Target": f"AmazonSQS.{action}"}
        connection.request("POST", "/", body, {**target, **headers})
        assert connection.getresponse().status == 403
        connection.close()
    assert [message.body for message in queue.waiting()] == ["a hit"]
    assert queue.waiting()[0].state == "visible"


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_programs_on_this_machine_command_the_queue(name: str) -> None:
    with QueueServer([Queue("Queue")]) as server:
        port = int(server.endpoint.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        target = {"X-Amz-Target": "AmazonSQS.ReceiveMessage", "Host": f"{name}:{port}"}
        connection.request("POST", "/", '{"QueueUrl": "x/Queue"}', target)
        assert connection.getresponse().status == 200
        connection.close()


def test_the_visitor_s_address_is_not_what_a_header_claims(gateway: Gateway) -> None:
    claims = {"X-Forwarded-For": "203.0.113.66", "Forwarded": "for=203.0.113.66"}
    call(gateway.pixel_link, headers={**claims, "User-Agent": "one that claims"})

    def told() -> object:
        bodies = [event["body"].get("request_data") or {} for event in gateway.events()]
        return [body for body in bodies if body.get("user_agent") == "one that claims"]

    [data] = until(told)
    assert data["user_ip"] == "127.0.0.1"


@pytest.mark.fault("local", 81)
@pytest.mark.parametrize(
    "mail",
    [
        "<!-- header -->" * 10_000 + "<p>Hello</p>",
        "<!-- " * 50_000,
        "<!--" + "-->" * 60_000,
        " \n" * 100_000,
        "\ufeff" * 50_000,
        "<!doctype " * 20_000,
        "<!-- x --> " * 10_000 + "<!doctype html><p>Hello</p>",
    ],
    ids=lambda mail: mail[:12].strip() or "blank",
)
def test_a_mail_that_begins_strangely_does_not_stop_the_gateway(
    gateway: Gateway, mail: str
) -> None:
    shown = gateway.ask("rewrite", {"html": mail + "<a href=https://shop.example.com/>x</a>"})
    assert call(gateway.origin + shown.json()["original_url"]).status == 200
    assert call(gateway.pixel_link).status == 200


@pytest.mark.parametrize(
    "front", ["", "\ufeff", " \n", "<!-- made by hand -->\n", "\ufeff<!-- a --> <!-- b\n -->"]
)
def test_a_doctype_stays_first(gateway: Gateway, front: str) -> None:
    doctype = '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">'
    html = f"{front}{doctype}<p>Hello</p>"
    shown = gateway.ask("rewrite", {"html": html}).json()
    body = call(gateway.origin + shown["original_url"]).body.decode()
    assert body.startswith(f'{front}{doctype}<base target="_blank">')
