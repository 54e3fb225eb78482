"""The HTTP that is spoken with AWS, on a real pair of sockets."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.aws.connection import Connection

MOST = 1000


def post(answer: bytes) -> tuple[int, bytes, bool, bytes]:
    """Return status, body and reusability of an answer, and the request that it answers."""
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(answer)
        theirs.shutdown(socket.SHUT_WR)
        connection = Connection(ours)
        try:
            status, body = connection.post({"host": "a.test", "x-b": "1"}, b"{}", MOST)
            return status, body, connection.reusable, theirs.recv(65536)
        finally:
            connection.close()


def test_a_request_has_its_fields_and_its_length():
    *_, request = post(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert request == b"POST / HTTP/1.1\r\nhost: a.test\r\nx-b: 1\r\ncontent-length: 2\r\n\r\n{}"


@pytest.mark.parametrize(
    ("head", "sent", "body", "reusable"),
    [
        (b"200 OK\r\nContent-Length: 2", b"{}", b"{}", True),
        (b"200\r\ncontent-length:2\r\nX: y", b"{}", b"{}", True),
        (b"100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2", b"{}", b"{}", True),
        (b"200 OK\r\nContent-Length: 2\r\nConnection: Close", b"{}", b"{}", False),
        (b"200 OK", b"{}", b"{}", False),
        (b"200 OK\r\nContent-Length: 9", b"{}", b"{}", False),
        (b"200 OK\r\nContent-Length: 2000", b"x" * 2000, b"x" * MOST, False),
        (b"200 OK", b"x" * 2000, b"x" * MOST, False),
        (
            b"200 OK\r\nTransfer-Encoding: chunked",
            b"2;a=b\r\n{}\r\n1\r\n \r\n0\r\n\r\n",
            b"{} ",
            False,
        ),
        (b"200 OK\r\nTransfer-Encoding: chunked", b"7d0\r\n" + b"x" * 2002, b"x" * MOST, False),
    ],
)
def test_an_answer_is_read_to_its_end_and_no_further_than_asked(head, sent, body, reusable):
    status, *rest, _ = post(b"HTTP/1.1 " + head + b"\r\n\r\n" + sent)
    assert (status, *rest) == (200, body, reusable)


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: 1\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_an_error(answer):
    with pytest.raises((OSError, ValueError)):
        post(answer)


PIECES = (
    *(b"HTTP/1.1 ", b"200", b" ", b"\r\n", b"Content-Length:", b"-", b"5", b"99999999999"),
    *(b"Transfer-Encoding: chunked\r\n", b"a\r\n", b"0\r\n", b"\x00\xff", b":"),
)


@given(st.lists(st.sampled_from(PIECES)))
def test_whatever_comes_is_an_answer_or_one_of_two_kinds_of_error(parts):
    try:
        _, body, *_ = post(b"".join(parts))
    except (OSError, ValueError):
        return
    assert len(body) <= MOST
