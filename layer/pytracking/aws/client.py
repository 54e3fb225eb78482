"""The AWS calls of the hot path: signed JSON over a kept-alive connection, under a hard deadline.

Loading boto3 costs a cold start more than all the rest together (docs/decisions/ has the
figures), so the two operations needed, ``SendMessage`` and ``GetSecretValue``, are called by
their JSON protocol: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import http.client
import json
import select
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pytracking.aws.deadlines import THREAD_NAME, within
from pytracking.aws.sigv4 import Credentials, signed_headers
from pytracking.errors import ConfigurationError, PytrackingError

if TYPE_CHECKING:
    import ssl

FIRST_SHARE = 0.55
"""Part of a call's time that the first try may use up, so that the second still has a chance."""

IDLE_SECONDS = 50.0
"""A connection unused for longer is not trusted: a frozen function does not notice it die."""

CONNECT_SECONDS = 1.0
"""For connecting ahead of the first call."""

MAX_ANSWER_BYTES = 256 * 1024
"""More than either operation can answer (a secret holds 64 KiB)."""


class AwsError(PytrackingError):
    """A call to AWS failed.

    Attributes:
        code: AWS's name of the error, e.g. ``AccessDenied``; ``NoAnswer`` when none arrived.
        retryable: the same call may succeed a moment later.
    """

    def __init__(self, message: str, *, code: str, retryable: bool) -> None:
        super().__init__(message)
        self.code = code
        self.retryable = retryable


class JsonApi:
    """One AWS service in one region.

    Args:
        url: the service's address, ``https://sqs.eu-west-1.amazonaws.com``; nothing but scheme,
            host and port of it is used.
        service: the name that is signed, e.g. ``sqs``.
        target: what the operation's name is prefixed with, e.g. ``AmazonSQS``.
        version: of the JSON protocol, ``1.0`` or ``1.1``.
        environment: where the region and the credentials are.

    Raises:
        ConfigurationError: ``url`` is not http or https, or no region is set.
    """

    def __init__(
        self, url: str, *, service: str, target: str, version: str, environment: Mapping[str, str]
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(f"the address of {service} is {url!r}: expected https://host")
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
        if not region:
            raise ConfigurationError(f"to call {service}, AWS_REGION must be set")
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._netloc = parts.netloc.rpartition("@")[2]
        self._service, self._target, self._region = service, target, region
        self._content_type = f"application/x-amz-json-{version}"
        self._environment = environment
        self._idle: list[tuple[http.client.HTTPConnection, float]] = []

    def call(self, operation: str, payload: Mapping[str, Any], *, timeout: float) -> dict[str, Any]:
        """Return the answer of ``operation``, tried at most twice within ``timeout`` seconds.

        The deadline is hard: it covers looking up the name, connecting, and an answer that drips.

        Raises:
            AwsError: no answer in time, or AWS refused.
            ConfigurationError: there are no credentials.
        """
        deadline = time.monotonic() + timeout
        body = json.dumps(payload).encode()
        try:
            return self._attempt(operation, body, timeout * FIRST_SHARE)
        except AwsError as error:
            left = deadline - time.monotonic()
            if not error.retryable or left <= 0:
                raise
        return self._attempt(operation, body, left)

    def connect(self) -> None:
        """Open a connection for the first call, in a thread of its own; a failure is left to it.

        A function has its whole processor while it starts, and TLS asks for it.
        """

        def work() -> None:
            connection = self._take()
            connection.timeout = CONNECT_SECONDS
            try:
                connection.connect()
            except Exception:
                connection.close()
            else:
                self._idle.append((connection, time.time()))

        threading.Thread(target=work, name=THREAD_NAME, daemon=True).start()

    def close(self) -> None:
        """Close the idle connections."""
        while self._idle:
            self._idle.pop()[0].close()

    def _attempt(self, operation: str, body: bytes, timeout: float) -> dict[str, Any]:
        headers = signed_headers(
            {
                "host": self._netloc,
                "content-type": self._content_type,
                "x-amz-target": f"{self._target}.{operation}",
            },
            body,
            credentials=Credentials.from_environment(self._environment),
            region=self._region,
            service=self._service,
            now=time.time(),
        )
        exchange = _Exchange()
        try:
            status, answer = within(
                timeout, lambda: self._exchange(exchange, headers, body, timeout)
            )
        except Exception as error:
            exchange.abandon()
            raise AwsError(
                f"{self._service} {operation}: no answer within {timeout:.2f} s"
                if isinstance(error, TimeoutError)
                else f"{self._service} {operation}: {type(error).__name__}",
                code="NoAnswer",
                retryable=True,
            ) from error
        return self._read(operation, status, answer)

    def _exchange(
        self, exchange: _Exchange, headers: dict[str, str], body: bytes, timeout: float
    ) -> tuple[int, bytes]:
        """Send, receive, keep the connection; in a thread that may be left behind."""
        connection = exchange.connection = self._take()
        try:
            connection.timeout = timeout
            if connection.sock is None:
                connection.connect()
            else:
                connection.sock.settimeout(timeout)
            if exchange.abandoned:  # the name was looked up too late: send nothing
                raise TimeoutError
            connection.request("POST", "/", body, headers)
            response = connection.getresponse()
            answer = response.read(MAX_ANSWER_BYTES)
            reusable = response.isclosed() and not response.will_close
        except BaseException:
            connection.close()
            raise
        if reusable and not exchange.abandoned:
            self._idle.append((connection, time.time()))
        else:
            connection.close()
        return response.status, answer

    def _take(self) -> http.client.HTTPConnection:
        """Return an idle connection that is still alive, or one not yet connected."""
        while self._idle:
            connection, since = self._idle.pop()
            # Wall-clock time: the monotonic clock may stand still while a function is frozen.
            if 0 <= time.time() - since < IDLE_SECONDS and _alive(connection.sock):
                return connection
            connection.close()
        if self._secure:
            return http.client.HTTPSConnection(self._host, self._port, context=_tls())
        return http.client.HTTPConnection(self._host, self._port)

    def _read(self, operation: str, status: int, body: bytes) -> dict[str, Any]:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            answer = {}
        elif status == 200:
            return answer
        code = str(answer.get("__type", "")).rpartition("#")[2] or f"Http{status}"
        raise AwsError(
            f"{self._service} {operation}: status {status}, {code}",
            code=code,
            retryable=status in (200, 429) or status >= 500 or "Throttl" in code,
        )


@dataclass(slots=True)
class _Exchange:
    """What the waiting thread and the one that talks to AWS share."""

    connection: http.client.HTTPConnection | None = None
    abandoned: bool = False

    def abandon(self) -> None:
        """Cut the connection: it is not used again, and a thread still on it ends."""
        self.abandoned = True
        if self.connection and (sock := self.connection.sock):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def endpoint(service: str, environment: Mapping[str, str], default: str) -> str:
    """Return where to call ``service``: the address the environment names, or ``default``.

    As the AWS SDKs do, but a variable that is declared and empty counts as absent:
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    """
    name = f"AWS_ENDPOINT_URL_{service.upper().replace(' ', '_')}"
    return environment.get(name) or environment.get("AWS_ENDPOINT_URL") or default


def _alive(sock: socket.socket | None) -> bool:
    """Tell whether nothing has arrived on an idle connection: what arrives is its end."""
    if sock is None:
        return False
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return not poll.poll(0)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    import ssl  # noqa: PLC0415 - emulators are called without it

    return ssl.create_default_context()
