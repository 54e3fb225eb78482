"""Connections that the guarded client keeps for the next post, and those it must not use again."""

import socket
import threading
import time

import pytest
from pytracking.delivery.client import MAX_IDLE, MAX_IDLE_SECONDS, Client, Outcome

from tests.delivery.posting import BODY, DEADLINE, LOCAL, post
from tests.delivery.receivers import (
    OK,
    Receiver,
    Request,
    answering,
    answering_and_closing,
    hanging,
    resetting,
)


@pytest.mark.fault("delivering", 30)
def test_a_connection_is_kept_for_the_next_post(client: Client) -> None:
    with Receiver(answering()) as receiver:
        for _ in range(5):
            assert post(client, receiver.url).delivered
        assert receiver.connections == 1


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_that_the_receiver_closed_is_replaced(client: Client) -> None:
    with Receiver(answering_and_closing(OK)) as receiver:
        for _ in range(3):
            assert post(client, receiver.url).delivered
        # One more for each post that was read while its connection was being closed.
        assert 3 <= len(receiver.requests) <= 5
        assert {request.body for request in receiver.requests} == {BODY}


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_that_breaks_at_the_next_post_is_replaced(client: Client) -> None:
    def answer_once(conn: socket.socket, request: Request) -> None:
        if len(receiver.requests) == 2:
            resetting(conn, request)
        else:
            conn.sendall(OK)

    with Receiver(answer_once) as receiver:
        assert post(client, receiver.url).delivered
        assert post(client, receiver.url).delivered
        assert [request.body for request in receiver.requests] == [BODY] * 3
        assert receiver.connections == 2


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_is_not_used_once_it_is_old(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time
    with Receiver(answering()) as receiver:
        post(client, receiver.url)
        monkeypatch.setattr(time, "time", lambda: now() + MAX_IDLE_SECONDS)
        post(client, receiver.url)
        assert receiver.connections == 2


@pytest.mark.fault("delivering", 60)
def test_a_connection_that_is_old_is_closed_by_the_post_to_another_host(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = threading.Event()

    def answer_and_wait(conn: socket.socket, request: Request) -> None:
        conn.sendall(OK)
        if conn.recv(1) == b"":
            closed.set()

    now = time.time
    with Receiver(answer_and_wait) as first, Receiver(answering()) as second:
        post(client, first.url)
        assert not closed.is_set()
        monkeypatch.setattr(time, "time", lambda: now() + MAX_IDLE_SECONDS)
        post(client, second.url)
        assert closed.wait(5)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000,
    ],
    ids=["asked to close", "HTTP/1.0", "long body"],
)
def test_a_connection_that_cannot_be_reused_is_closed(client: Client, answer: bytes) -> None:
    with Receiver(answering(answer)) as receiver:
        assert post(client, receiver.url).delivered
        assert post(client, receiver.url).delivered
        assert receiver.connections == 2


def test_bytes_after_an_answer_are_not_taken_for_the_next_answer(client: Client) -> None:
    with Receiver(
        answering(OK + b"HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n")
    ) as receiver:
        for _ in range(3):
            outcome = post(client, receiver.url)
            assert outcome.status == 200
            time.sleep(0.05)


@pytest.mark.fault("delivering", 60)
def test_of_all_hosts_together_only_so_many_connections_are_kept_the_latest() -> None:
    client = Client(LOCAL, deadline=30, lookup=lambda host, port: ["127.0.0.1"])
    with Receiver(answering()) as receiver:
        hosts = [f"http://tenant{number}.test:{receiver.port}/" for number in range(MAX_IDLE + 5)]
        for url in hosts:
            assert post(client, url).delivered
        for url in reversed(hosts[5:]):
            assert post(client, url).delivered
        assert receiver.connections == MAX_IDLE + 5
        assert post(client, hosts[0]).delivered
        assert receiver.connections == MAX_IDLE + 6
    client.close()


def test_a_kept_connection_that_falls_silent_is_cut_at_the_deadline(client: Client) -> None:
    def answer_once(conn: socket.socket, request: Request) -> None:
        if len(receiver.requests) == 1:
            conn.sendall(OK)
        else:
            hanging(conn, request)

    with Receiver(answer_once) as receiver:
        assert post(client, receiver.url).delivered
        outcome = post(client, receiver.url)
        assert receiver.connections == 1
    assert outcome == Outcome(None, f"cut off after {DEADLINE:g} s without an answer")
