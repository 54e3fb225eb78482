"""A connection to a service of AWS, and the HTTP/1.1 that is spoken on it (RFC 9112).

The standard library's client loads the parsers of mail messages, a tenth of a cold start.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import BinaryIO

MAX_LINE_BYTES = 65_536
MAX_FIELDS = 100
"""Of an answer's head; AWS sends eight short lines."""


class Connection:
    """An open connection.

    Attributes:
        sock: None once it is closed.
        reusable: whether the last answer was read to its end, and a further request may follow.
    """

    def __init__(self, sock: socket.socket) -> None:
        self.sock: socket.socket | None = sock
        self.reusable = True
        self._answers: BinaryIO = sock.makefile("rb")

    def post(self, fields: Mapping[str, str], body: bytes, most: int) -> tuple[int, bytes]:
        """Return the status of the answer to a POST to ``/``, and at most ``most`` bytes of it.

        Raises:
            OSError: the connection ended or failed.
            ValueError: what came is not HTTP.
        """
        self.reusable = False
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        request = f"POST / HTTP/1.1\r\n{head}content-length: {len(body)}\r\n\r\n".encode() + body
        if self.sock is None:
            raise ConnectionError("the connection is closed")
        self.sock.sendall(request)
        status = 100
        while status < 200:  # 100 Continue
            status, answered = self._head()
        if answered.get("transfer-encoding"):
            return status, self._chunks(most)
        length = int(answered.get("content-length", most + 1))
        if length < 0:
            raise ValueError("the answer's length is negative")
        answer = self._answers.read(min(length, most))
        self.reusable = len(answer) == length and answered.get("connection") != "close"
        return status, answer

    def close(self) -> None:
        """Close it."""
        self._answers.close()
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def _head(self) -> tuple[int, dict[str, str]]:
        protocol, status = self._line().split(" ")[:2]
        if not protocol.startswith("HTTP/1.") or len(status) != 3:
            raise ValueError("the answer is not HTTP")
        fields: dict[str, str] = {}
        while line := self._line():
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip().lower()
            if len(fields) > MAX_FIELDS:
                raise ValueError("the answer's head has no end")
        return int(status), fields

    def _line(self) -> str:
        line = self._answers.readline(MAX_LINE_BYTES)
        if not line.endswith(b"\n"):
            raise ConnectionError("the answer ends in its head")
        return line.decode("latin-1").strip()

    def _chunks(self, most: int) -> bytes:
        answer = b""
        while len(answer) < most and (size := int(self._line().partition(";")[0], 16)) > 0:
            answer += self._answers.read(min(size, most - len(answer)))
            self._answers.readline(MAX_LINE_BYTES)
        return answer
