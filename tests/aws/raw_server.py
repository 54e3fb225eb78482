"""A server that misbehaves on purpose, on a real socket of 127.0.0.1."""

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.delivery.receivers import Receiver, Request

Behaviour = Callable[["Connection"], None]


@dataclass
class Connection:
    """One request that has been read whole, and the socket to answer it on."""

    server: "RawServer"
    sock: socket.socket
    request: Request
    keep: bool = False

    @property
    def json(self) -> Any:
        return self.request.json

    def answer(self, status: int, payload: Any, *, keep: bool = True) -> None:
        body = json.dumps(payload).encode()
        self.sock.sendall(
            b"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Content-Length: %d\r\n\r\n" % (status, len(body)) + body
        )
        self.keep = keep


def ok(connection: Connection) -> None:
    connection.answer(200, {"MessageId": "1"})


def fail(status: int, code: str = "InternalError") -> Behaviour:
    return lambda connection: connection.answer(status, {"__type": f"com.amazonaws.sqs#{code}"})


def hang(connection: Connection) -> None:
    connection.server.closing.wait(10)


def reset(connection: Connection) -> None:
    """Close so that the other side gets a RST instead of a FIN."""
    connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def lose_the_answer(connection: Connection) -> None:
    """The message is stored, but the connection ends before anybody is told."""


def drip_head(connection: Connection) -> None:
    _drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 1000)


def drip_body(connection: Connection) -> None:
    connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    _drip(connection, b"a" * 1000)


def flood_of_continues(connection: Connection) -> None:
    with suppress(OSError):
        while not connection.server.closing.wait(0.001):
            connection.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


def garbage(connection: Connection) -> None:
    connection.sock.sendall(b"\x00\xff\xfe garbage\r\n\r\n")


def cut_in_the_head(connection: Connection) -> None:
    connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Le")


NEVER_DONE = (hang, drip_head, drip_body, flood_of_continues)
BROKEN = (reset, garbage, cut_in_the_head)


def _drip(connection: Connection, answer: bytes) -> None:
    with suppress(OSError):
        for byte in answer:
            connection.sock.sendall(bytes([byte]))
            if connection.server.closing.wait(0.05):
                return


class RawServer(Receiver):
    """Serves one behaviour a request, in order; the last one again and again."""

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(self._behave, tls=tls)
        self.behaviours = list(behaviours)
        self.closing = threading.Event()
        self.url = self.url.removesuffix("/hook")

    def __exit__(self, *exc_info: object) -> None:
        self.closing.set()
        super().__exit__(*exc_info)

    @property
    def messages(self) -> list[Any]:
        """The bodies of the SQS messages received, in order."""
        return [json.loads(request.json["MessageBody"]) for request in self.requests]

    def _behave(self, sock: socket.socket, request: Request) -> None:
        connection = Connection(self, sock, request)
        with self._lock:
            last = len(self.behaviours) == 1
            behave = self.behaviours[0] if last else self.behaviours.pop(0)
        behave(connection)
        if not connection.keep:
            raise ConnectionError  # which closes it
