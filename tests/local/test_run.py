"""`make run` as a user meets it: a process, two links, a page that shows their webhooks."""

import contextlib
import os
import shlex
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pytracking import TRACKING_PIXEL, Tracker
from pytracking.delivery.signatures import new_secret
from pytracking.tokens.keyring import Keyring
from standardwebhooks import Webhook

from tests.delivery.receivers import Receiver, answering
from tests.local.gateway import Gateway, call, running, started
from tests.local.known_secret import OPTION, signed
from tests.support.timing import until

SEED_KEYS = {"is_open_tracking", "is_click_tracking", "metadata", "request_data", "timestamp"}
OUR_KEYS = {"type", "schema", "id", "link_id", "visitor"}


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running() as gateway:
        yield gateway


def delivered(gateway: Gateway, user_agent: str) -> dict[str, Any]:
    """Return the event of the hit that was made with this user agent, once it is delivered."""
    return until(
        lambda: next(
            (
                event
                for event in gateway.events()
                if (event["body"].get("request_data") or {}).get("user_agent") == user_agent
                and event["state"] == "delivered"
            ),
            None,
        )
    )


PIXEL = ("content-type", "image/png")
PAGE = ("content-type", "text/html; charset=utf-8")
TARGET = ("location", "https://example.com/welcome?from=mail")


@pytest.mark.parametrize(
    ("method", "address", "status", "header"),
    [
        *(("GET", "pixel" + added, 200, PIXEL) for added in ("", "/", "%2F", "%20", "x")),
        *(("GET", "click" + added, 302, TARGET) for added in ("", "/", "%2F", "%20")),
        ("GET", "clickx", 404, PAGE),
        ("POST", "click", 405, ("allow", "GET, HEAD")),
        ("GET", "/nowhere", 404, PAGE),
        ("GET", "/robots.txt", 200, ("content-type", "text/plain; charset=utf-8")),
    ],
)
def test_every_request_gets_the_answer_that_it_gets_deployed(
    gateway: Gateway, method: str, address: str, status: int, header: tuple[str, str]
):
    links = {"pixel": gateway.pixel_link, "click": gateway.click_link, "/": f"{gateway.origin}/"}
    start = next(start for start in links if address.startswith(start))
    answer = call(links[start] + address.removeprefix(start), method)
    assert (answer.status, answer.headers[header[0]]) == (status, header[1])
    assert header != PIXEL or answer.body == TRACKING_PIXEL


@pytest.mark.parametrize("kind", ["pixel_link", "click_link"])
def test_head_answers_the_same_headers_and_no_body(gateway: Gateway, kind: str):
    link = getattr(gateway, kind)
    get, head = call(link), call(link, "HEAD")
    # API Gateway counts the body it was given, and a function has none to give to a HEAD.
    volatile = ("date", "apigw-requestid", "content-length")
    assert head.body == b""
    assert head.status == get.status
    assert {n: v for n, v in head.headers.items() if n not in volatile} == {
        n: v for n, v in get.headers.items() if n not in volatile
    }


@pytest.mark.parametrize("kind", ["open", "click"])
def test_a_hit_arrives_as_a_signed_webhook_of_the_seeds_shape(gateway: Gateway, kind: str):
    user_agent = f"test-{kind}"
    links = gateway.ask("links", {"target": "https://a.example/", "metadata": {"n": 7}}).json()
    call(links[kind], headers={"User-Agent": user_agent})
    event = delivered(gateway, user_agent)
    body = event["body"]
    assert body.keys() == SEED_KEYS | OUR_KEYS | ({"tracked_url"} if kind == "click" else set())
    assert (body["is_open_tracking"], body["is_click_tracking"]) == (kind == "open", kind != "open")
    assert body["metadata"] == {"n": 7}
    visitor = {"user_agent": user_agent, "user_ip": "127.0.0.1", "method": "GET"}
    assert body["request_data"] == visitor
    assert kind == "open" or body["tracked_url"] == "https://a.example/"
    assert [call["signature"] for call in event["calls"]] == ["valid"]
    assert event["calls"][0]["headers"]["content-type"] == "application/json"
    assert event["calls"][0]["id"] == event["id"] == body["id"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"target": "javascript:alert(1)"}, "javascript"),
        ({"target": 5}, "target"),
        ({"metadata": [1]}, "metadata"),
        ({"metadata": True}, "metadata"),
        ({"metadata": '"text"'}, "metadata"),
        ({"metadata": "{not json"}, "line 1 column 2"),
        ({"metadata": '{"a": NaN}'}, "JSON"),
        ({"metadata": '{"a":' + "[" * 300_000 + "]" * 300_000 + "}"}, "metadata"),
        ({"metadata": {"a": "\ud800"}}, "surrogates"),
        ({"metadata": {"a": "x" * 70_000}}, "at most 65536 fit"),
        ({"expires_in": -1}, "positive"),
        ({"expires_in": True}, "positive"),
        ({"expires_in": "soon"}, "positive"),
        ([], "JSON object"),
        (None, "JSON object"),
    ],
)
def test_what_no_link_can_carry_is_explained(gateway: Gateway, wanted: Any, said: str):
    answer = gateway.ask("links", wanted)
    assert answer.status == 400
    assert said in answer.json()["message"]
    assert answer.json()["field"] == (
        next(iter(wanted)).replace("expires_in", "expiry") if wanted else None
    )


def test_a_body_that_is_no_json_is_refused(gateway: Gateway):
    url = f"{gateway.origin}/_local/api/links"
    for body in (b"{", b"\xff", b"", b"[" * 300_000):
        answer = call(url, "POST", body, {"Content-Type": "application/json"})
        assert answer.status == 400
        assert "must be JSON in UTF-8" in answer.json()["message"]


def test_links_that_expire_come_with_the_time(gateway: Gateway):
    now = time.time()
    links = gateway.ask("links", {"expires_in": 60}).json()
    assert 59 <= links["expires_at"] - now <= 61
    assert "expires_at" not in gateway.ask("links", {}).json()


def test_the_page_is_led_to_the_address_that_links_are_minted_for(gateway: Gateway):
    port = gateway.origin.rpartition(":")[2]
    answer = call(f"{gateway.origin}/", headers={"Host": f"localhost:{port}"})
    assert (answer.status, answer.headers["location"]) == (307, f"{gateway.origin}/")
    # By a tunnel from another port, the address that links are minted for may lead nowhere.
    assert call(f"{gateway.origin}/", headers={"Host": "localhost:1"}).status == 200


def test_the_page_and_its_parts_are_served_under_a_strict_policy(gateway: Gateway):
    page = call(f"{gateway.origin}/")
    policy = page.headers["content-security-policy"]
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert call(f"{gateway.origin}/_local/page/main.js").status == 200
    assert call(f"{gateway.origin}/_local/page/../__main__.py").status == 404


def test_a_rebound_host_name_cannot_read_the_page_or_its_events(gateway: Gateway):
    for path in ("/", "/_local/api/state", "/_local/api/stream"):
        answer = call(gateway.origin + path, headers={"Host": "attacker.example"})
        assert answer.status == 403


def test_a_form_of_another_site_cannot_command_the_gateway(gateway: Gateway):
    url = f"{gateway.origin}/_local/api/receiver"
    answer = call(url, "POST", b'{"mood":"fail"}', {"Content-Type": "text/plain"})
    assert answer.status == 415
    assert call(f"{gateway.origin}/_local/api/state").json()["mood"] == "accept"


def test_each_hit_and_each_delivery_is_one_readable_line():
    with running("--speed", "200") as gateway:
        for _ in range(105):  # Powertools writes metrics by itself at 100
            call(gateway.pixel_link)
        until(lambda: all(event["state"] == "delivered" for event in gateway.events()))
        lines = gateway.process.output().removeprefix(gateway.greeting).splitlines()
        assert sorted(line.split()[2] for line in lines) == ["delivered"] * 105 + ["open"] * 105
        assert {line.split(maxsplit=2)[2] for line in lines} == {
            "open        customer_id=1 campaign=spring  bot",
            "delivered   204  attempt 1",
        }
        assert gateway.process.errors() == ""


def test_refusals_failures_and_dead_letters_are_lines_that_command_no_terminal():
    with running("--speed", "200") as gateway:
        forged = {"Content-Type": "application/json", "webhook-id": "a\tb"}
        call(f"{gateway.origin}/_local/receiver", "POST", b"{}", forged)
        gateway.ask("receiver", {"mood": "gone"})
        metadata = {"name": "\x1b[2J\u202eada\n"}
        links = gateway.ask("links", {"metadata": metadata}).json()
        call(links["open"])
        until(lambda: any(event["state"] == "dead" for event in gateway.events()))
        lines = until(
            lambda: (
                text.splitlines() if "dead letter" in (text := gateway.process.output()) else None
            )
        )
    told = lines[len(gateway.greeting.splitlines()) :]
    assert [line[18:29].strip() for line in told] == ["refused", "open", "failed", "dead letter"]
    assert r"name=\x1b[2J\u202eada\n" in told[1]


def test_webhooks_go_to_ones_own_receiver_signed_with_ones_own_secret():
    secret = new_secret()
    with Receiver(answering()) as own:
        choices = (f"WEBHOOK={own.url}", f"SECRET={secret}")
        with running(*choices, WEBHOOK="http://x.test/") as gateway:
            assert secret in gateway.greeting
            call(gateway.pixel_link)
            first = until(lambda: own.requests and own.requests[0])
            event = Webhook(secret).verify(first.body, first.headers)
            assert event["metadata"] == {"customer_id": 1, "campaign": "spring"}
            until(lambda: [event["state"] for event in gateway.events()] == ["delivered"])
            until(lambda: "delivered" in gateway.process.output())
            gateway.ask("again", {"id": event["id"]})
            until(lambda: len(own.requests) == 2)
            assert own.requests[1].headers["webhook-id"] == event["id"]


def test_an_event_can_be_copied_as_curl_which_the_receiver_verifies():
    with running() as gateway:
        call(gateway.pixel_link)
        event = until(lambda: next(iter(gateway.events()), None))
        until(lambda: gateway.events()[0]["state"] == "delivered")
        command = gateway.ask("curl", {"id": event["id"]}).json()["curl"]
        words = shlex.split(command)
        headers = dict(
            words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H"
        )
        assert call(words[2], "POST", words[-1].encode(), headers).status == 204
        assert gateway.ask("curl", {"id": "unknown"}).status == 400


def test_links_of_a_keys_file_outlive_a_restart_and_may_be_minted_by_ones_own_code(tmp_path: Path):
    keyring = Keyring.generate()
    keys = tmp_path / "keys.json"
    keys.write_text(keyring.to_json(), "utf-16")  # as PowerShell redirects
    with running(f"KEYS={keys}") as gateway:
        port, link = gateway.origin.rpartition(":")[2], gateway.click_link
    with started(f"KEYS={keys}", "--port", port) as process:
        process.greeting()
        assert call(link).status == 302
        mine = Tracker(gateway.origin, keyring).click_url("https://a.example/")
        assert call(mine).headers["location"] == "https://a.example/"


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ("KEYS=/nowhere.json", "keys new --output /nowhere.json"),
        ("SECRET=short", "secret"),
        ("WEBHOOK=hook", "webhook"),
        ("DNT=1", "aggregate"),
        ("EVENTS=/dev/null/events", "cannot keep events"),
        ("WEBHOK=http://127.0.0.1/", "webhok"),
    ],
)
def test_an_option_that_cannot_be_used_is_explained(choice: str, said: str):
    with started(choice, "--port", "0") as process:
        assert process.wait() != 0
        assert said in process.errors()
        assert "Traceback" not in process.errors()


def test_dnt_decides_what_is_kept_of_who_asks_not_to_be_tracked():
    with running("DNT=ignore") as gateway:
        call(gateway.pixel_link, headers={"User-Agent": "test-dnt", "DNT": "1"})
        assert "privacy" not in delivered(gateway, "test-dnt")["body"]


def test_a_port_that_is_taken_is_named_and_another_one_suggested():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started(PORT=str(port)) as process:
            assert process.wait() == 1
            errors = process.errors()
    assert f"Port {port} is taken" in errors
    assert f"make run PORT={port + 1}" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("hangs", [False, True])
def test_ctrl_c_ends_it_at_once_with_streams_open_and_calls_hanging(hangs: bool):
    with running() as gateway:
        port = int(gateway.origin.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as stream:
            stream.sendall(b"GET /_local/api/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert stream.recv(12) == b"HTTP/1.1 200"
            if hangs:
                gateway.ask("receiver", {"mood": "hang"})
                call(gateway.click_link)
                until(lambda: any(event["calls"] for event in gateway.events()))
            assert gateway.process.end(signal.SIGINT) in (0, 130)
            assert gateway.process.errors() == ""
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port))


def test_a_signal_that_comes_twice_as_from_make_and_a_terminal_ends_it_as_one_does():
    with running() as gateway:
        gateway.ask("receiver", {"mood": "hang"})
        call(gateway.click_link)
        for _ in range(3):
            os.kill(gateway.process.popen.pid, signal.SIGTERM)
            time.sleep(0.01)
        assert gateway.process.wait() == 0
        assert gateway.process.errors() == ""


def begin(gateway: Gateway, path: str, headers: Mapping[str, str], length: int) -> socket.socket:
    """Send a POST without its body."""
    host = gateway.origin.removeprefix("http://")
    client = socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])))
    lines = {"Host": host, "Content-Type": "application/json", "Content-Length": length, **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    client.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
    return client


def test_requests_that_are_half_sent_end_it_quietly():
    with running() as gateway, contextlib.ExitStack() as clients:
        for path in ("/_local/receiver", "/_local/api/links", "/a/unknown", "/o/unknown", "/"):
            clients.enter_context(begin(gateway, path, {}, 100))
        call(gateway.click_link)  # sent last, answered: the others have arrived
        assert gateway.process.end() == 0
        assert gateway.process.errors() == ""


def test_a_receiver_that_hangs_answers_what_arrives_after_the_signal():
    body = b"{}"
    with running(OPTION) as gateway:
        gateway.ask("receiver", {"mood": "hang"})
        with begin(gateway, "/_local/receiver", signed("late", body), len(body)) as client:
            call(gateway.click_link)
            os.kill(gateway.process.popen.pid, signal.SIGTERM)
            client.sendall(body)
            assert client.makefile("rb").read().endswith(b"\r\n\r\n")  # a fault has a text
        assert gateway.process.wait() == 0
        assert gateway.process.errors() == ""
