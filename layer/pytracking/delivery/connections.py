"""Connections that believe only a whole answer.

They are urllib3's, with two things of ours: the socket is given, dialled by address and under TLS
already; and an answer counts once its headers have ended, since http.client takes the end of a
connection for the end of the headers.
"""

import contextlib
import http.client
import socket
from collections.abc import Mapping
from typing import Any, cast

import urllib3.connection
import urllib3.response

MAX_INTERIM_ANSWERS = 8
"""More 1xx answers than this before the real one are a flood."""


class WebhookConnection(urllib3.connection.HTTPConnection):
    """One connection to an endpoint, over a socket that is open."""

    def __init__(self, host: str, sock: socket.socket, read_timeout: float) -> None:
        super().__init__(host, timeout=read_timeout)
        self.response_class = _Response
        self.sock = sock

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Send a request.

        Raises:
            ValueError: a header would split the request.
        """
        # Refused before it was all sent? The answer may say why (413, for one).
        with contextlib.suppress(BrokenPipeError):
            self.request("POST", path, body, headers, preload_content=False, decode_content=False)


class _WholeLines:
    """A socket's file whose lines must end.

    A connection that breaks off within a line, or before the next, raises instead of looking like
    the end of the headers.
    """

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
