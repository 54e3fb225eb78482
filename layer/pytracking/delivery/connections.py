"""Connections that go to a vetted address and believe only a whole answer.

They are urllib3's, with two things of ours: the socket is dialled by address, while TLS and the
Host header keep the host's name; and an answer counts once its headers have ended, since
http.client takes the end of a connection for the end of the headers.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, cast

import urllib3.connection
import urllib3.response

from pytracking.delivery.addresses import Address, Endpoint, ForbiddenAddress
from pytracking.delivery.deadline import Deadline

MAX_INTERIM_ANSWERS = 8
"""More 1xx answers than this before the real one are a flood."""


class Line:
    """One connection to an endpoint, and the duplicate descriptor by which it can be cut."""

    def __init__(
        self,
        endpoint: Endpoint,
        addresses: Sequence[Address],
        deadline: Deadline,
        *,
        connect_timeout: float,
        read_timeout: float,
        ssl_context: ssl.SSLContext,
    ) -> None:
        """Dial the addresses one after the other, within ``connect_timeout`` seconds in all.

        Raises:
            OSError: none of them could be connected to.
        """
        sock = _dial(addresses, endpoint.port, min(connect_timeout, deadline.remaining()))
        self._cutter = sock.dup()
        try:
            deadline.watch(self._cutter)
            self.connection = _connect(endpoint, sock, read_timeout, ssl_context)
        except BaseException:
            deadline.release()
            self._cutter.close()
            sock.close()
            raise

    def watch(self, deadline: Deadline) -> None:
        """Let another deadline cut this connection."""
        deadline.watch(self._cutter)

    def exchange(
        self, path: str, body: bytes, headers: Mapping[str, str]
    ) -> urllib3.response.HTTPResponse:
        """Post ``body`` and return the answer as soon as its headers have ended."""
        # Refused before it was all sent? The answer may say why (413, for one).
        with contextlib.suppress(BrokenPipeError):
            self.connection.request(
                "POST", path, body, headers, preload_content=False, decode_content=False
            )
        return self.connection.getresponse()

    def close(self) -> None:
        """Close the connection. No deadline may watch it any more."""
        self.connection.close()
        self._cutter.close()


def _connect(
    endpoint: Endpoint, sock: socket.socket, read_timeout: float, ssl_context: ssl.SSLContext
) -> urllib3.connection.HTTPConnection:
    connection: _Http | _Https
    if endpoint.scheme == "http":
        connection = _Http(endpoint.host, endpoint.port, timeout=read_timeout)
    else:
        connection = _Https(
            endpoint.host,
            endpoint.port,
            timeout=read_timeout,
            ssl_context=ssl_context,
            cert_reqs="CERT_REQUIRED",
        )
    connection.dialled = sock
    connection.connect()
    return connection


def _dial(addresses: Sequence[Address], port: int, seconds: float) -> socket.socket:
    failure: OSError = TimeoutError("no time was left to connect")
    deadline = Deadline(seconds)
    for tried, address in enumerate(addresses):
        # An address that swallows packets must leave time for the next one.
        timeout = deadline.remaining() / (len(addresses) - tried)
        if timeout <= 0:
            break
        try:
            # A literal address: nothing is looked up a second time.
            sock = socket.create_connection((str(address), port), timeout)
        except OSError as error:
            failure = error
            continue
        try:
            _check_peer(sock, address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return sock
    raise failure


def _check_peer(sock: socket.socket, address: Address) -> None:
    peer = ipaddress.ip_address(sock.getpeername()[0])
    if peer != address:
        raise ForbiddenAddress(f"dialled {address}, connected to {peer}")


class _WholeLines:
    """A socket's file whose lines must end: a connection that breaks off within one, or before
    the next, raises instead of looking like the end of the headers."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._lines = 0

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._file.readline(limit)
        # Nothing at all before the first line: http.client has its own error for that.
        broken_off = not line.endswith(b"\n") and len(line) != limit
        if broken_off and (line or self._lines):
            raise http.client.IncompleteRead(line)
        self._lines += 1
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class _Response(http.client.HTTPResponse):
    """The final answer to a request: whole lines only, interim answers read past.

    http.client skips 100 alone; 103 (Early Hints, RFC 8297) it would hand out as the answer.
    """

    def begin(self) -> None:
        file = self.fp
        self.fp = cast(Any, _WholeLines(file))
        try:
            super().begin()
        finally:
            # Unless begin() closed it, at an answer without a body.
            if self.fp is not None:
                self.fp = file

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            version, status, reason = cast(
                tuple[str, int, str],
                super()._read_status(),  # type: ignore[misc] # http.client's own hook
            )
            if not 100 <= status < 200 or status == http.client.SWITCHING_PROTOCOLS:
                return version, status, reason
            http.client.parse_headers(cast(Any, self.fp))
        raise http.client.HTTPException(f"more than {MAX_INTERIM_ANSWERS} interim answers")


class _Http(urllib3.connection.HTTPConnection):
    response_class = _Response
    dialled: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.dialled


class _Https(urllib3.connection.HTTPSConnection):
    response_class = _Response
    dialled: socket.socket

    def _new_conn(self) -> socket.socket:
        return self.dialled
