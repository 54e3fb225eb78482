"""The client that posts webhooks from where it must not be turned inwards.

It looks a host up once and dials an address it has judged, follows no redirect, heeds no proxy of
the environment, and ends at its deadline whatever the receiver does. The answer's status is all
that matters; at most 4 KiB of its body are read, and never inflated.
"""

import contextlib
import http.client
import ipaddress
import math
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3.exceptions

from pytracking.delivery.addresses import AddressRules, Endpoint
from pytracking.delivery.connections import WebhookConnection
from pytracking.delivery.deadline import Deadline
from pytracking.delivery.dialling import Lookup, dial, look_up, out_of_descriptors
from pytracking.delivery.pool import Pool
from pytracking.errors import ForbiddenAddress, OutOfDescriptors

LOOKUP_TIMEOUT = 5.0
"""Seconds for the addresses of a host."""

CONNECT_TIMEOUT = 3.0
"""Seconds until one of the addresses must have taken the connection."""

READ_TIMEOUT = 10.0
"""Longest silence of a receiver, in seconds."""

HARD_DEADLINE = 15.0
"""Seconds for a whole post, from the look-up to the end of the answer's headers."""

MAX_BODY_BYTES = 4096
"""How much of an answer's body is read: enough for an error's text."""

DRAIN_SECONDS = 1.0
"""How long a body is waited for once the status is known. Only a whole one keeps a connection."""

MAX_IDLE = 100
"""Connections kept in all. Lambda gives an environment 1,024 file descriptors."""

MAX_IDLE_SECONDS = 30.0
"""How long an idle connection is kept: receivers commonly close them after 60 s."""

_FAILURES = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one post.

    ``status`` is that of a whole answer, None without one; ``reason`` is one line for people;
    ``retry_after`` is the answer's header of that name; ``excerpt`` is the beginning of the body of
    the answer.
    """

    status: int | None
    reason: str
    retry_after: str | None = None
    excerpt: str = ""

    @property
    def delivered(self) -> bool:
        """Whether the receiver took it, which any 2xx says."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """Whether the receiver wants no more of it, which 410 says."""
        return self.status == http.client.GONE


class Client:
    """Posts to receivers. One instance serves a whole process; any thread may call it."""

    def __init__(
        self,
        rules: AddressRules | None = None,
        *,
        deadline: float = HARD_DEADLINE,
        read_timeout: float = READ_TIMEOUT,
        lookup_timeout: float = LOOKUP_TIMEOUT,
        lookup: Lookup = look_up,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """Times are in seconds.

        Args:
            rules: where webhooks may go; by default https to public addresses.
            ssl_context: by default the system's authorities, host names checked. A name counts
                only as a subject alternative name (RFC 9525, 6.3), whatever the context says.
        """
        self._rules = rules or AddressRules()
        self._deadline = deadline
        self._read_timeout = read_timeout
        self._lookup_timeout = lookup_timeout
        self._lookup = lookup
        self._ssl_context = ssl_context or ssl.create_default_context()
        # What urllib3 sets when it makes the context.
        self._ssl_context.hostname_checks_common_name = False
        self._ssl_context.set_alpn_protocols(["http/1.1"])
        self._pool: Pool[WebhookConnection] = Pool(MAX_IDLE, MAX_IDLE_SECONDS)

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], timeout: float = math.inf
    ) -> Outcome:
        """Post a JSON ``body`` and return what came of it; a failing network is an outcome too.

        Args:
            timeout: seconds after which to cut this post off, if the deadline is not sooner.

        Raises:
            InvalidTarget: the URL is none that webhooks are posted to, now or later.
            OutOfDescriptors: this process can open no further connection.
        """
        endpoint = self._rules.endpoint(url)
        headers = {
            "Host": endpoint.netloc,
            "Content-Type": "application/json",
            "User-Agent": "pytracking",
            "Accept": "*/*",
            **headers,
        }
        seconds = min(self._deadline, timeout)
        with Deadline(seconds) as deadline:
            try:
                return self._post(endpoint, body, headers, deadline)
            except (*_FAILURES, ForbiddenAddress) as error:
                if out_of_descriptors(error):
                    raise OutOfDescriptors("no file descriptor is left for a connection") from error
                if deadline.expired:
                    return Outcome(None, f"cut off after {seconds:g} s without an answer")
                return Outcome(None, _describe(error))

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    def _post(
        self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Outcome:
        while (
            connection := self._pool.take((endpoint.scheme, endpoint.host, endpoint.port))
        ) is not None:
            try:
                return self._exchange(connection, endpoint, body, headers, deadline)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                # The receiver had closed it meanwhile. What it may have read all the same comes
                # twice under one id, as anything may.
                if deadline.expired:
                    raise
        return self._exchange(self._connect(endpoint, deadline), endpoint, body, headers, deadline)

    def _exchange(
        self,
        connection: WebhookConnection,
        endpoint: Endpoint,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
    ) -> Outcome:
        reusable = False
        try:
            if connection.sock is not None:
                deadline.watch(connection.sock)
            connection.post(endpoint.path, body, headers)
            answer = _answer(connection)
            deadline.shorten(DRAIN_SECONDS)
            excerpt = _read_beginning(answer)
            reusable = answer.closed and connection.is_connected and not deadline.expired
            answer.close()
        finally:
            deadline.release()
            if reusable:
                self._pool.keep((endpoint.scheme, endpoint.host, endpoint.port), connection)
            else:
                connection.close()
        return Outcome(
            answer.status,
            f"{answer.status} {http.client.responses.get(answer.status, '')}".rstrip(),
            answer.headers.get("Retry-After"),
            excerpt.decode("latin-1"),
        )

    def _connect(self, endpoint: Endpoint, deadline: Deadline) -> WebhookConnection:
        look_up_time = Deadline(min(self._lookup_timeout, deadline.remaining()))
        try:
            found = look_up_time.run(lambda: self._lookup(endpoint.host, endpoint.port))
        except TimeoutError as error:
            raise TimeoutError(f"the look-up of {endpoint.host} timed out") from error
        addresses = [str(one) for one in self._rules.vet(endpoint.host, found)]
        seconds = min(CONNECT_TIMEOUT, deadline.remaining())
        sock = dial(addresses, endpoint.port, seconds)
        try:
            peer = ipaddress.ip_address(sock.getpeername()[0])
            if str(peer) not in addresses:
                raise ForbiddenAddress(f"dialled {', '.join(addresses)}, connected to {peer}")
            if endpoint.scheme == "https":
                deadline.watch(sock)
                sock.settimeout(self._read_timeout)
                sock = self._ssl_context.wrap_socket(sock, server_hostname=endpoint.host)
        except BaseException:
            deadline.release()
            sock.close()
            raise
        return WebhookConnection(endpoint.host, sock, self._read_timeout)


def _answer(connection: WebhookConnection) -> urllib3.BaseHTTPResponse:
    """Return the answer as soon as its headers have ended.

    Raises:
        HTTPException: it is none. Whatever the libraries stumble over, the receiver has sent.
    """
    try:
        return connection.getresponse()
    except (*_FAILURES, MemoryError):
        raise
    except Exception as error:
        raise http.client.HTTPException(f"{type(error).__name__}: {error}") from error


def _read_beginning(answer: urllib3.BaseHTTPResponse) -> bytes:
    """Return the beginning of an answer's body, as it was sent.

    A body that does not come changes nothing: the status and the headers are known.
    """
    with contextlib.suppress(Exception):
        return answer.read(MAX_BODY_BYTES, decode_content=False)
    return b""


def _describe(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate refused: {error.verify_message}"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended within the answer's headers"
    return f"{type(error).__name__}: {error}"[:300]
