"""The client that posts webhooks from where it must not be turned inwards.

It looks a host up once and dials an address it has judged, follows no redirect, heeds no proxy of
the environment, and ends at its deadline whatever the receiver does. The answer's status is all
that matters; at most 4 KiB of its body are read, and never inflated.
"""

import http.client
import math
import queue
import ssl
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import urllib3.exceptions

from pytracking.delivery.addresses import (
    Address,
    AddressRules,
    Endpoint,
    ForbiddenAddress,
    Lookup,
    look_up,
)
from pytracking.delivery.connections import Line
from pytracking.delivery.deadline import Deadline

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

MAX_IDLE = 10
"""Connections kept for one endpoint: one for each message of a batch."""

MAX_IDLE_SECONDS = 30.0
"""How long an idle connection is kept: receivers commonly close them after 60 s."""

_FAILURES = (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one post.

    ``status`` is that of a whole answer, None without one; ``reason`` is one line for people;
    ``retry_after`` is the answer's header of that name; ``excerpt`` is the beginning of the body of
    an answer that was no success.
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
        connect_timeout: float = CONNECT_TIMEOUT,
        lookup_timeout: float = LOOKUP_TIMEOUT,
        lookup: Lookup = look_up,
        ssl_context: ssl.SSLContext | None = None,
        user_agent: str = "pytracking",
    ) -> None:
        """Times are in seconds.

        Args:
            rules: where webhooks may go; by default https to public addresses.
            ssl_context: by default the system's authorities, host names checked.
        """
        self._rules = rules or AddressRules()
        self._deadline = deadline
        self._read_timeout = read_timeout
        self._connect_timeout = connect_timeout
        self._lookup_timeout = lookup_timeout
        self._lookup = lookup
        self._ssl_context = ssl_context or ssl.create_default_context()
        self._user_agent = user_agent
        self._idle: defaultdict[tuple[str, str, int], list[tuple[Line, float]]] = defaultdict(list)
        self._lock = threading.Lock()

    def post(
        self, url: str, body: bytes, headers: Mapping[str, str], patience: float = math.inf
    ) -> Outcome:
        """Post a JSON ``body`` and return what came of it; a failing network is an outcome too.

        Args:
            patience: seconds after which to cut this post off, if the deadline is not sooner.

        Raises:
            InvalidTarget: the URL is none that webhooks are posted to, now or later.
        """
        endpoint = self._rules.endpoint(url)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self._user_agent,
            "Accept": "*/*",
            **headers,
        }
        seconds = min(self._deadline, patience)
        with Deadline(seconds) as deadline:
            try:
                return self._post(endpoint, body, headers, deadline)
            except (*_FAILURES, ForbiddenAddress) as error:
                if deadline.expired:
                    return Outcome(None, f"cut off after {seconds:g} s without an answer")
                return Outcome(None, _describe(error))

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            lines = [line for kept in self._idle.values() for line, _ in kept]
            self._idle.clear()
        for line in lines:
            line.close()

    def _post(
        self, endpoint: Endpoint, body: bytes, headers: Mapping[str, str], deadline: Deadline
    ) -> Outcome:
        while (line := self._take_idle(endpoint)) is not None:
            try:
                return self._exchange(line, endpoint, body, headers, deadline)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                # The receiver had closed it meanwhile. What it may have read all the same comes
                # twice under one id, as anything may.
                if deadline.expired:
                    raise
        line = Line(
            endpoint,
            self._resolve(endpoint, deadline),
            deadline,
            connect_timeout=self._connect_timeout,
            read_timeout=self._read_timeout,
            ssl_context=self._ssl_context,
        )
        return self._exchange(line, endpoint, body, headers, deadline)

    def _exchange(
        self,
        line: Line,
        endpoint: Endpoint,
        body: bytes,
        headers: Mapping[str, str],
        deadline: Deadline,
    ) -> Outcome:
        reusable = False
        try:
            line.watch(deadline)
            answer = line.exchange(endpoint.path, body, headers)
            deadline.shorten(DRAIN_SECONDS)
            excerpt = _read_beginning(answer)
            reusable = answer.closed and line.connection.is_connected
            answer.close()
        finally:
            deadline.release()
            if reusable and not deadline.expired:
                self._keep(endpoint, line)
            else:
                line.close()
        return Outcome(
            answer.status,
            f"{answer.status} {http.client.responses.get(answer.status, '')}".rstrip(),
            answer.headers.get("Retry-After"),
            "" if answer.status < 300 else excerpt.decode("latin-1"),
        )

    def _resolve(self, endpoint: Endpoint, deadline: Deadline) -> tuple[Address, ...]:
        """Look the host up in a thread, since nothing else ends a look-up that hangs."""
        answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

        def look_up_host() -> None:
            try:
                answers.put(list(self._lookup(endpoint.host, endpoint.port)))
            except Exception as error:
                answers.put(error)

        threading.Thread(target=look_up_host, name="look-up", daemon=True).start()
        try:
            answer = answers.get(timeout=min(self._lookup_timeout, deadline.remaining()))
        except queue.Empty:
            raise TimeoutError(f"the look-up of {endpoint.host} timed out") from None
        if isinstance(answer, Exception):
            raise answer
        return self._rules.vet(endpoint.host, answer)

    def _take_idle(self, endpoint: Endpoint) -> Line | None:
        key = (endpoint.scheme, endpoint.host, endpoint.port)
        while True:
            with self._lock:
                kept = self._idle.get(key)
                if not kept:
                    self._idle.pop(key, None)
                    return None
                line, since = kept.pop()
            # By the time of day: other clocks may stand still while a function is frozen.
            fresh = 0 <= time.time() - since < MAX_IDLE_SECONDS
            # Anything to read on an idle connection is its end.
            if fresh and line.connection.is_connected:
                return line
            line.close()

    def _keep(self, endpoint: Endpoint, line: Line) -> None:
        with self._lock:
            kept = self._idle[endpoint.scheme, endpoint.host, endpoint.port]
            if len(kept) < MAX_IDLE:
                kept.append((line, time.time()))
                return
        line.close()


def _read_beginning(answer: urllib3.BaseHTTPResponse) -> bytes:
    """Return the beginning of an answer's body, as it was sent.

    A body that does not come changes nothing: the status and the headers are known.
    """
    try:
        return answer.read(MAX_BODY_BYTES, decode_content=False)
    except _FAILURES:
        return b""


def _describe(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"certificate refused: {error.verify_message}"
    if isinstance(error, http.client.IncompleteRead):
        return "the connection ended within the answer's headers"
    return f"{type(error).__name__}: {error}"[:300]
