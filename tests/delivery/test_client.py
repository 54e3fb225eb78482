"""The guarded client: what it sends, and what it makes of statuses and of failed connections."""

import socket
import threading
import time

import pytest
from pytracking.delivery.client import Client, Outcome
from pytracking.errors import InvalidTarget

from tests.delivery.posting import BODY, LOCAL, post
from tests.delivery.receivers import (
    OK,
    Receiver,
    Request,
    answering,
    closed_port,
    hanging,
    resetting,
    status,
)


def test_a_post_carries_body_and_headers_to_the_receiver(client: Client) -> None:
    with Receiver(answering()) as receiver:
        outcome = post(client, receiver.url + "?x=1")
        (request,) = receiver.requests
    assert outcome == Outcome(200, "200 OK", excerpt="ok")
    assert outcome.delivered
    assert request.line == "POST /hook?x=1 HTTP/1.1"
    assert request.body == BODY
    assert request.headers["webhook-id"] == "a"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-length"] == str(len(BODY))


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(client: Client, code: int) -> None:
    with Receiver(status(code)) as receiver:
        assert post(client, receiver.url).delivered


@pytest.mark.fault("delivering", 15)
@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 502, 503, 599])
def test_an_error_status_is_a_failure_that_names_it(client: Client, code: int) -> None:
    with Receiver(status(code, "Retry-After: 7\r\n")) as receiver:
        outcome = post(client, receiver.url)
    assert (outcome.status, outcome.delivered, outcome.gone) == (code, False, False)
    assert outcome.retry_after == "7"


@pytest.mark.fault("delivering", 27)
def test_410_says_that_the_receiver_is_gone(client: Client) -> None:
    with Receiver(status(410)) as receiver:
        assert post(client, receiver.url).gone


@pytest.mark.fault("delivering", 26)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_its_target_is_never_contacted(
    client: Client, code: int
) -> None:
    with Receiver(answering()) as target:
        location = f"Location: {target.url}\r\n"
        with Receiver(status(code, location)) as receiver:
            outcome = post(client, receiver.url)
            assert len(receiver.requests) == 1
        assert target.connections == 0
    assert (outcome.status, outcome.delivered) == (code, False)


@pytest.mark.fault("delivering", 15)
def test_a_refused_connection_is_a_failure(client: Client) -> None:
    with closed_port() as port:
        outcome = post(client, f"http://127.0.0.1:{port}/")
    assert outcome.status is None
    assert "refused" in outcome.reason


@pytest.mark.fault("delivering", 15)
def test_a_reset_connection_is_a_failure(client: Client) -> None:
    with Receiver(resetting) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status is None
    assert "reset" in outcome.reason


@pytest.mark.fault("delivering", 15)
def test_a_silent_receiver_is_given_up_after_the_read_timeout() -> None:
    impatient = Client(LOCAL, read_timeout=0.2, deadline=10)
    with Receiver(hanging) as receiver:
        started = time.monotonic()
        outcome = post(impatient, receiver.url)
        assert time.monotonic() - started < 5
    assert outcome.status is None
    assert "timed out" in outcome.reason


def test_an_early_refusal_of_a_long_body_is_read(client: Client) -> None:
    answer = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"

    def refuse(conn: socket.socket) -> None:
        conn.recv(100)
        conn.sendall(answer)
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(65_536):
            pass

    with Receiver(answering(), on_connect=refuse) as receiver:
        assert post(client, receiver.url, b"x" * 10_000_000).status == 413


def test_a_url_that_is_no_endpoint_raises(client: Client) -> None:
    with pytest.raises(InvalidTarget):
        post(client, "https://user@a.test/")


def test_a_header_that_would_split_the_request_is_refused(client: Client) -> None:
    with Receiver(answering()) as receiver:
        with pytest.raises(ValueError, match="header"):
            client.post(receiver.url, BODY, {"webhook-id": "a\r\nX-Injected: 1"})
        assert receiver.requests == []


def test_ten_threads_post_at_once(client: Client) -> None:
    def slow(conn: socket.socket, request: Request) -> None:
        time.sleep(0.1)
        conn.sendall(OK)

    outcomes: list[Outcome] = []
    with Receiver(slow) as receiver:
        threads = [
            threading.Thread(target=lambda: outcomes.append(post(client, receiver.url)))
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [outcome.delivered for outcome in outcomes] == [True] * 10
