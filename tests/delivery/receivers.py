"""Receivers made of raw sockets, so that they can misbehave below HTTP."""

import contextlib
import json
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Self

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Request:
    """A request as it came; header names are lower case."""

    line: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.time)

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Script = Callable[[socket.socket, Request], None]
"""Answers one request on a connection. Closing the connection is its own business."""


class Receiver:
    """Listens on the loopback and lets ``script`` answer each request; a context manager."""

    def __init__(
        self,
        script: Script,
        *,
        tls: ssl.SSLContext | None = None,
        on_connect: Callable[[socket.socket], None] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._script = script
        self._tls = tls
        self._on_connect = on_connect
        self.requests: list[Request] = []
        self.connections = 0
        self.bytes_received = 0
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family)
        self._host = host
        self._listener.bind((host, 0))
        self._listener.listen(128)
        self.port: int = self._listener.getsockname()[1]
        self.scheme = "https" if tls else "http"
        self.url = f"{self.scheme}://127.0.0.1:{self.port}/hook"
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._closing = False
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._closing = True
        # Closing a listener does not wake accept(); a last connection does.
        with contextlib.suppress(OSError):
            socket.create_connection((self._host, self.port), 1).close()
        self._listener.close()
        self.drop_connections()
        self._thread.join(5)

    def drop_connections(self) -> None:
        """Close every connection, as a server or a gateway does with idle ones."""
        with self._lock:
            for conn in self._open:
                with contextlib.suppress(OSError):
                    conn.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closing:
            try:
                conn, _ = self._listener.accept()
            except OSError:
                return
            if self._closing:
                conn.close()
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        with self._lock:
            self._open.add(conn)
        raw = conn
        try:
            if self._on_connect is not None:
                self._on_connect(conn)
            if self._tls is not None:
                conn = self._tls.wrap_socket(conn, server_side=True)
                with self._lock:
                    self._open.add(conn)
            conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            reader = conn.makefile("rb")
            with reader:
                while (request := self._read(reader)) is not None:
                    with self._lock:
                        self.requests.append(request)
                    self._script(conn, request)
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open -= {conn, raw}
            conn.close()
            raw.close()

    def _read(self, reader: BinaryIO) -> Request | None:
        line = self._count(reader.readline())
        if not line.strip():
            return None
        headers: dict[str, str] = {}
        while header := self._count(reader.readline()).strip():
            name, _, value = header.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        body = self._count(reader.read(length))
        # Cut off by the end of the connection: no receiver takes that for a request.
        if len(body) < length:
            return None
        return Request(line.decode("latin-1").strip(), headers, body)

    def _count(self, data: bytes) -> bytes:
        self.bytes_received += len(data)
        return data


def answering(answer: bytes = OK) -> Script:
    """Send one answer to each request and keep the connection open."""

    def script(conn: socket.socket, request: Request) -> None:
        conn.sendall(answer)

    return script


def answering_and_closing(answer: bytes) -> Script:
    """Send one answer and close."""

    def script(conn: socket.socket, request: Request) -> None:
        conn.sendall(answer)
        conn.shutdown(socket.SHUT_RDWR)

    return script


def status(code: int, headers: str = "") -> Script:
    """Answer with a status, no body, and further headers that each end in CR LF."""
    return answering(f"HTTP/1.1 {code} X\r\nContent-Length: 0\r\n{headers}\r\n".encode())


class Settable(Receiver):
    """Answers each request with the status that it has just then, and an empty body."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.status = 200

    def _answer(self, conn: socket.socket, request: Request) -> None:
        status(self.status)(conn, request)


def hanging(conn: socket.socket, request: Request) -> None:
    """Read the request and say nothing until the other side gives up."""
    conn.recv(1)


def resetting(conn: socket.socket, request: Request) -> None:
    """Read the request and reset the connection."""
    linger_off = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_off)
    # close() would wait for the file that requests are read from.
    os.close(conn.detach())


def dripping(beginning: bytes, drip: bytes, every: float = 0.05) -> Script:
    """Send ``beginning``, then ``drip`` again and again."""

    def script(conn: socket.socket, request: Request) -> None:
        conn.sendall(beginning)
        while True:
            conn.sendall(drip)
            time.sleep(every)

    return script


def flooding(beginning: bytes, block: bytes = b"x" * 65_536) -> Script:
    """Send ``beginning``, then ``block`` without end, as fast as it is taken."""
    return dripping(beginning, block, every=0)


@contextlib.contextmanager
def closed_port() -> Iterator[int]:
    """Hold a port of the loopback on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
