"""A server that misbehaves on purpose, on a real socket of 127.0.0.1."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

Behaviour = Callable[["Connection"], None]


class Connection:
    """One request that has been read whole, and the socket to answer it on."""

    def __init__(self, server: "RawServer", sock: socket.socket, head: bytes, body: bytes) -> None:
        self.server, self.sock, self.head, self.body = server, sock, head, body
        self.keep = False

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        return {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}

    def answer(self, status: int, payload: Any, *, keep: bool = True) -> None:
        body = json.dumps(payload).encode()
        self.sock.sendall(
            b"HTTP/1.1 %d X\r\nContent-Type: application/x-amz-json-1.0\r\n"
            b"Content-Length: %d\r\n\r\n" % (status, len(body)) + body
        )
        self.keep = keep

    def stay_silent(self) -> None:
        self.server.closing.wait(10)


def ok(connection: Connection) -> None:
    connection.answer(200, {"MessageId": "1"})


def fail(status: int, code: str = "InternalError") -> Behaviour:
    return lambda connection: connection.answer(status, {"__type": f"com.amazonaws.sqs#{code}"})


def hang(connection: Connection) -> None:
    connection.stay_silent()


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


class RawServer:
    """Serves one behaviour a request, in order; the last one again and again.

    Every request that was read whole is kept in ``requests``.
    """

    def __init__(self, *behaviours: Behaviour) -> None:
        self.behaviours = list(behaviours)
        self.requests: list[Connection] = []
        self.connections = 0
        self.closing = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "RawServer":
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The accepting thread ends first, woken by a last connection: one that it took up after the
        # others were dropped would be waited for in vain, and so would a thread asleep in accept().
        self.closing.set()
        with suppress(OSError):
            socket.create_connection(self._listener.getsockname()).close()
        self._accepting.join()
        self._listener.close()
        self.drop_connections()
        for thread in self._threads:
            thread.join(5)

    @property
    def messages(self) -> list[Any]:
        """The bodies of the SQS messages received, in order."""
        return [json.loads(request.json["MessageBody"]) for request in self.requests]

    def drop_connections(self) -> None:
        """Close every connection, as a server or a gateway does with idle ones."""
        for sock in self._open:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.closing.is_set():
                sock.close()
                return
            self.connections += 1
            self._open.append(sock)
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, sock: socket.socket) -> None:
        with sock, suppress(OSError):
            while request := self._read(sock):
                with self._lock:
                    self.requests.append(request)
                    last = len(self.behaviours) == 1
                    behave = self.behaviours[0] if last else self.behaviours.pop(0)
                behave(request)
                if not request.keep:
                    return

    def _read(self, sock: socket.socket) -> Connection | None:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (more := sock.recv(65536)):
                return None
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        request = Connection(self, sock, head, body)
        while len(request.body) < int(request.headers.get("content-length", "0")):
            if not (more := sock.recv(65536)):
                return None
            request.body += more
        return request
