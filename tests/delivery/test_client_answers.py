"""Answers that never end or break off, interim answers, and bodies without end, on real sockets."""

import gzip
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytracking.delivery.client import MAX_BODY_BYTES, Client, Outcome
from pytracking.delivery.schedule import MAX_DELAY, parse_retry_after

from tests.delivery.authority import Authority
from tests.delivery.posting import BODY, DEADLINE, LOCAL, SLACK, post
from tests.delivery.receivers import (
    OK,
    Receiver,
    Request,
    answering,
    answering_and_closing,
    dripping,
    flooding,
    hanging,
)

# Answers that never end


@pytest.mark.fault("delivering", 22)
@pytest.mark.parametrize(
    "script",
    [
        dripping(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drip: x\r\n"),
        dripping(b"", b"HTTP/1.1 200 OK"),
        dripping(b"HTTP/1.1 103 Early Hints\r\nLink: ", b"x"),
        dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n", every=0.3),
        hanging,
    ],
    ids=["header", "headers", "status line", "interim header", "interim answers", "nothing"],
)
def test_an_answer_that_never_ends_is_cut_at_the_deadline_and_is_no_success(
    client: Client, script: object
) -> None:
    with Receiver(script) as receiver:  # type: ignore[arg-type]
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome == Outcome(None, f"cut off after {DEADLINE:g} s without an answer")
    assert DEADLINE * 0.9 < took < DEADLINE + SLACK


def test_a_post_can_be_given_less_time_than_the_deadline() -> None:
    with Receiver(hanging) as receiver:
        outcome = Client(LOCAL, deadline=30).post(receiver.url, BODY, {}, 0.2)
    assert outcome == Outcome(None, "cut off after 0.2 s without an answer")


@pytest.mark.fault("delivering", 22)
@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["until close", "by length", "chunk", "chunk size"],
)
def test_a_dripping_body_is_cut_and_the_answer_stands(client: Client, beginning: bytes) -> None:
    with Receiver(dripping(beginning, b"0")) as receiver:
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome.status == 200
    assert took < DEADLINE + SLACK


@pytest.mark.fault("delivering", 22)
def test_a_flood_of_interim_answers_is_no_success(client: Client) -> None:
    with Receiver(flooding(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome == Outcome(None, "HTTPException: more than 8 interim answers")


@pytest.mark.fault("delivering", 22)
def test_a_tls_handshake_that_drips_is_cut_at_the_deadline(authority: Authority) -> None:
    def drip(conn: socket.socket) -> None:
        # The head of a handshake record of 16 kB, then its content byte by byte.
        conn.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            conn.sendall(b"\x02")
            time.sleep(0.05)

    client = Client(LOCAL, deadline=DEADLINE, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving("127.0.0.1"), on_connect=drip) as receiver:
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome.status is None
    assert took < DEADLINE + SLACK


# Answers that break off


@pytest.mark.fault("delivering", 23)
@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK", b"HTTP/1.1 200 OK\r\n"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        b"HTTP/1.1 103 Early Hints\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"\r\n\r\n",
        b"220 smtp.test ESMTP\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_before_its_headers_end_is_no_success(
    client: Client, answer: bytes
) -> None:
    with Receiver(answering_and_closing(answer)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status is None
    assert not outcome.delivered


@pytest.mark.fault("delivering", 23)
def test_an_answer_that_breaks_off_under_tls_is_no_success(authority: Authority) -> None:
    client = Client(LOCAL, deadline=DEADLINE, ssl_context=authority.trusting())
    cut = answering_and_closing(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
    with Receiver(cut, tls=authority.serving("127.0.0.1")) as receiver:
        assert post(client, receiver.url).status is None


# Interim answers


@pytest.mark.fault("delivering", 24)
@pytest.mark.parametrize("code", [100, 102, 103])
def test_the_answer_is_the_one_after_an_interim_answer(client: Client, code: int) -> None:
    interim = f"HTTP/1.1 {code} Wait\r\nLink: </x>; rel=preload\r\n\r\n".encode()
    with Receiver(answering(interim * 2 + OK)) as receiver:
        assert post(client, receiver.url) == Outcome(200, "200 OK", excerpt="ok")
        assert post(client, receiver.url) == Outcome(200, "200 OK", excerpt="ok")
        assert receiver.connections == 1


@pytest.mark.fault("delivering", 24)
def test_switching_protocols_is_no_success(client: Client) -> None:
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with Receiver(answering(upgrade)) as receiver:
        assert post(client, receiver.url).status == 101


# Bodies


@pytest.mark.fault("delivering", 25)
@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 500 X\r\n\r\n",
        b"HTTP/1.1 500 X\r\nContent-Length: 1000000000\r\n\r\n",
        b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["until close", "by length", "chunked"],
)
def test_at_most_4_kib_of_an_endless_body_are_read(client: Client, beginning: bytes) -> None:
    sent = 0

    def flood(conn: socket.socket, request: Request) -> None:
        nonlocal sent
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        conn.sendall(beginning)
        while True:
            sent += conn.send(b"x" * 4096)

    with Receiver(flood) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status == 500
    assert outcome.excerpt == "x" * MAX_BODY_BYTES
    # Beyond what is read there are only the kernel's buffers, which take a few hundred kB.
    assert sent < 10_000_000


@pytest.mark.fault("delivering", 25)
def test_a_compressed_body_is_not_inflated(client: Client) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    head = f"HTTP/1.1 500 X\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    with Receiver(answering(head.encode() + bomb)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.excerpt.encode("latin-1") == bomb[:MAX_BODY_BYTES]


# Answers of any kind

_LINES = [
    *(b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 204 \r\n", b"HTTP/1.1 103 Early\r\n\r\n"),
    *(b"HTTP/1.1 500 \xff\xfe\r\n", b"HTTP/1.1 1e2 X\r\n"),
    b"HTTP/1.1 \xd9\xa2\xd9\xa0\xd9\xa0 X\r\n",
    b"\r\n",
]
_HEADERS = [
    *(b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n"),
    *(b"Content-Length: 5\r\n", b"Content-Length: -5\r\n", b"Content-Length: 5, 6\r\n"),
    b"Content-Length: \xb2\r\n",
    b"Content-Length: " + b"9" * 5_000 + b"\r\n",
    b"Content-Encoding: br, deflate, zstd\r\n",
    b"Connection: close\r\n",
    b"Retry-After: Mon, 99 Foo 99999 99:99:99 +9999999\r\n",
    b"Retry-After: \xff\r\n",
    b": empty\r\n",
    b"no colon\r\n",
    b" folded\r\n",
    b"X:\x00\r\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Trailer: X\r\n",
]
_BODIES = [
    *(b"", b"5\r\nhello\r\n0\r\n\r\n", b"-5\r\nhello", b"-1\r\nh", b"2\r\nhe\r\n-1\r\n"),
    *(b"5_0\r\nhello", b"5;ext=\xff\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffffff\r\nhello"),
    b"zz\r\n",
    b"0\r\n" + b"X: y\r\n" * 300,
    b"\x1f\x8b\x08",
    b"a" * 9_000,
]

ANSWERS = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda line, headers, end, body: line + b"".join(headers) + end + body,
        st.sampled_from(_LINES),
        st.lists(st.sampled_from(_HEADERS), max_size=4),
        st.sampled_from([b"\r\n", b"\n", b""]),
        st.sampled_from(_BODIES),
    ),
)


@pytest.fixture(scope="module")
def any_answer() -> Iterator[tuple[Client, Receiver, list[bytes]]]:
    answers = [OK]

    def script(conn: socket.socket, request: Request) -> None:
        conn.sendall(answers[-1])
        conn.shutdown(socket.SHUT_WR)
        conn.recv(1)

    client = Client(LOCAL, deadline=DEADLINE)
    with Receiver(script) as receiver:
        yield client, receiver, answers
    client.close()


@pytest.mark.fault("delivering", 64)
@given(answer=ANSWERS)
@example(answer=_LINES[0] + _HEADERS[0] + b"\r\n-5\r\nok")
def test_whatever_a_receiver_answers_is_an_outcome(
    any_answer: tuple[Client, Receiver, list[bytes]], answer: bytes
) -> None:
    client, receiver, answers = any_answer
    answers[:] = [answer]
    outcome = post(client, receiver.url)
    assert outcome.reason
    assert 0 <= parse_retry_after(outcome.retry_after, 1_800_000_000) <= MAX_DELAY
