"""Connections that the guarded client keeps for the next post, and those it must not use again."""

import socket
import threading
import time

import pytest
from pytracking.delivery import client as client_module
from pytracking.delivery.client import MAX_IDLE, Client, Outcome

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
    monkeypatch.setattr(client_module, "MAX_IDLE_SECONDS", 0)
    with Receiver(answering()) as receiver:
        post(client, receiver.url)
        post(client, receiver.url)
        assert receiver.connections == 2


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


def test_no_more_connections_are_kept_than_a_batch_needs() -> None:
    client = Client(LOCAL, deadline=30)
    together = threading.Barrier(MAX_IDLE + 2, timeout=20)

    def wait_for_all(conn: socket.socket, request: Request) -> None:
        together.wait()
        conn.sendall(OK)

    with Receiver(wait_for_all) as receiver:
        for _ in range(2):
            threads = [
                threading.Thread(target=post, args=(client, receiver.url))
                for _ in range(MAX_IDLE + 2)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        # The second round uses what was kept of the first, and two more.
        assert receiver.connections == MAX_IDLE + 2 + 2
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
