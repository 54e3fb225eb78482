"""The AWS calls of the hot path: signed JSON over a kept-alive connection, under a hard deadline.

Loading boto3 costs a cold start more than all the rest together (docs/decisions/ has the
figures), so the few operations needed are called by their JSON protocol:
https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pkgutil import get_data
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pytracking.aws.connection import Connection
from pytracking.aws.sigv4 import signed_headers
from pytracking.delivery.deadline import THREAD_NAME, Deadline
from pytracking.delivery.dialling import dial, look_up
from pytracking.delivery.pool import Pool
from pytracking.environment import Settings
from pytracking.errors import AwsError, ConfigurationError

if TYPE_CHECKING:
    import ssl

FIRST_SHARE = 0.55
"""Part of a call's time that the first try may use up, so that the second still has a chance."""

MAX_IDLE = 20
"""Connections kept to one service: more than there are threads that call it at once."""

IDLE_SECONDS = 50.0
"""A connection unused for longer is not trusted: a frozen function does not notice it die."""

CONNECT_SECONDS = 1.0
"""For connecting ahead of the first call."""

MAX_ANSWER_BYTES = 256 * 1024
"""More than either operation can answer (a secret holds 64 KiB)."""

AMAZON_ROOTS = "amazon-roots.pem"
"""The authorities that sign for AWS's own endpoints, beside this module: reading these five takes
a start 1 ms, and reading all that a machine trusts 20 to 35."""

# By the name that is signed: what operations are prefixed with, the version of the JSON protocol,
# and the setting that says where else the service is.
_SERVICES = {
    "sqs": ("AmazonSQS", "1.0", "sqs_endpoint"),
    "secretsmanager": ("secretsmanager", "1.1", "secrets_manager_endpoint"),
    "firehose": ("Firehose_20150804", "1.1", "firehose_endpoint"),
    "events": ("AWSEvents", "1.1", "eventbridge_endpoint"),
}


class JsonApi:
    """One AWS service in one region.

    Args:
        service: ``sqs``, ``secretsmanager``, ``firehose`` or ``events``.
        settings: where the region and the credentials are, and maybe another address.
        url: its address where the settings have none; nothing but scheme, host and port of it is
            used. None: the region's own.

    Raises:
        ConfigurationError: the address is not http or https, or no region is set.
    """

    def __init__(self, service: str, settings: Settings, url: str | None = None) -> None:
        self._target, version, endpoint = _SERVICES[service]
        self._service = service
        self._region = settings.region or settings.default_region or ""
        if not self._region:
            raise ConfigurationError(f"to call {service}, AWS_REGION must be set")
        # AWS::URLSuffix of CloudFormation, which the template hands on: each partition of AWS has
        # its own. Where it is not set, those two are known that have long been there.
        domain = settings.aws_domain or (
            "amazonaws.com.cn" if self._region.startswith("cn-") else "amazonaws.com"
        )
        own = f"https://{service}.{self._region}.{domain}" if url is None else url
        self.url: str = getattr(settings, endpoint) or settings.aws_endpoint or own
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                f"the address of {service} is {self.url!r}: expected https://host"
            )
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port or (443 if self._secure else 80)
        self._netloc = parts.netloc.rpartition("@")[2]
        self._content_type = f"application/x-amz-json-{version}"
        self._settings = settings
        self._roots: str | None = AMAZON_ROOTS
        self._pool: Pool[Connection] = Pool(MAX_IDLE, IDLE_SECONDS)

    def call(
        self,
        operation: str,
        payload: Mapping[str, Any],
        *,
        timeout: float,
        first_share: float = FIRST_SHARE,
    ) -> dict[str, Any]:
        """Return the answer of ``operation``, tried at most twice within ``timeout`` seconds.

        The deadline is hard: it covers looking up the name, connecting, and an answer that drips.
        The first try may use up ``first_share`` of it.

        Raises:
            AwsError: no answer in time, or AWS refused.
            ConfigurationError: there are no credentials.
        """
        deadline = time.monotonic() + timeout
        body = json.dumps(payload).encode()
        try:
            return self._attempt(operation, body, timeout * first_share)
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
            with suppress(Exception), Deadline(CONNECT_SECONDS) as deadline:
                self._pool.keep(self._host, self._take(deadline))

        threading.Thread(target=work, name=THREAD_NAME, daemon=True).start()

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def _attempt(self, operation: str, body: bytes, timeout: float) -> dict[str, Any]:
        headers = signed_headers(
            {
                "host": self._netloc,
                "content-type": self._content_type,
                "x-amz-target": f"{self._target}.{operation}",
            },
            body,
            settings=self._settings,
            region=self._region,
            service=self._service,
            now=time.time(),
        )
        with Deadline(timeout) as deadline:
            try:
                status, answer = self._exchange(headers, body, deadline)
            except Exception as error:
                raise AwsError(
                    f"{self._service} {operation}: no answer within {timeout:.2f} s"
                    if deadline.expired or isinstance(error, TimeoutError)
                    else f"{self._service} {operation}: {type(error).__name__}",
                    code="NoAnswer",
                    retryable=True,
                ) from error
        return self._read(operation, status, answer)

    def _exchange(
        self, headers: dict[str, str], body: bytes, deadline: Deadline
    ) -> tuple[int, bytes]:
        connection = self._take(deadline)
        try:
            if connection.sock is not None:
                deadline.watch(connection.sock)
            status, answer = connection.post(headers, body, MAX_ANSWER_BYTES)
            if deadline.expired:  # what was cut off looks like an end
                raise TimeoutError
        finally:
            deadline.release()
            if connection.reusable:
                self._pool.keep(self._host, connection)
            else:
                connection.close()
        return status, answer

    def _take(self, deadline: Deadline) -> Connection:
        """Return an idle connection that is still alive, or a new one."""
        if (idle := self._pool.take(self._host)) is not None:
            return idle
        addresses = deadline.run(lambda: look_up(self._host, self._port))
        sock = dial(addresses, self._port, deadline.remaining())
        try:
            sock.settimeout(None)  # the deadline cuts it, which a timeout between bytes does not
            if self._secure:
                deadline.watch(sock)
                sock = _trusting(self._roots).wrap_socket(sock, server_hostname=self._host)
        except BaseException as error:
            sock.close()
            if type(error).__name__ == "SSLCertVerificationError":
                # Not AWS's own endpoint, or signed for by an authority to come: the next try asks
                # the machine whom it trusts.
                self._roots = None
            raise
        return Connection(sock)

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


@cache
def _trusting(roots: str | None) -> ssl.SSLContext:
    """Return what trusts the authorities in a file of this package, or the machine's own."""
    import ssl

    certificates = roots and (get_data(__package__, roots) or b"").decode()
    return ssl.create_default_context(cadata=certificates)
