"""The webhook, a destination: the address that a hit names, called by a signed POST."""

import json
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from urllib.parse import quote

from pytracking.delivery.breaker import Breaker
from pytracking.delivery.client import HARD_DEADLINE, Client, Outcome
from pytracking.delivery.destinations import Result
from pytracking.delivery.origin import origin
from pytracking.delivery.signatures import Signer
from pytracking.delivery.slow import SlowOrigins
from pytracking.environment import Settings
from pytracking.errors import InvalidMessage, InvalidTarget, OutOfDescriptors, PytrackingError
from pytracking.events import MAX_TIMESTAMP, TYPES, event_kind
from pytracking.messages import Message

WORKERS = 10
"""Posts made at once: as many as a batch of the template holds."""

MARGIN = 2.0
"""Seconds kept, beyond a post's deadline, for sending retry copies and answering."""


def attempt(
    client: Client,
    message: Message,
    signer: Signer | None,
    now: float,
    timeout: float = math.inf,
    *,
    source: str | None = None,
) -> Outcome:
    """Post the event of ``message`` to its webhook, and return what came of it.

    Signed anew at each attempt: receivers refuse a timestamp of more than five minutes ago.

    Args:
        signer: None to leave it unsigned.
        now: the time of the attempt, in seconds since the epoch.
        timeout: seconds after which to cut this attempt off, if the client does not sooner.
        source: of ``cloudevents_source``; None for webhooks without headers of CloudEvents.

    Raises:
        InvalidTarget: the webhook is no URL that webhooks are posted to.
        InvalidMessage: the event cannot be written as JSON.
        OutOfDescriptors: this process can open no further connection.
    """
    try:
        body = json.dumps(message.body, separators=(",", ":"), allow_nan=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"the event cannot be written as JSON: {error}") from error
    headers = signer.headers(message.id, int(now), body) if signer else {}
    if source:
        headers |= _cloudevents_headers(message, source)
    return client.post(message.webhook, body, headers, timeout)


def cloudevents_source(settings: Settings) -> str | None:
    """Return the ``source`` of a deployment's CloudEvents, a path; None where they are off."""
    if not settings.cloudevents_headers:
        return None
    return f"/pytracking/{quote(settings.service or 'local', safe='')}"


def _cloudevents_headers(message: Message, source: str) -> dict[str, str]:
    """Return an event's context attributes in binary mode.

    https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md
    """
    kind, at = event_kind(message.body), message.body.get("timestamp")
    if kind is None:
        return {}
    headers = {
        "ce-specversion": "1.0",
        "ce-id": message.id,
        "ce-source": source,
        "ce-type": message.body.get("type") or TYPES[kind],
    }
    if type(at) is int and 0 <= at <= MAX_TIMESTAMP:
        headers["ce-time"] = f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return headers


class Webhooks:
    """Posts hits, ``workers`` at once; spares silent origins, and leaves aside the slow ones.

    ``name`` is what a destination goes by.
    """

    name = "webhook"

    def __init__(
        self,
        client: Client,
        signer: Callable[[], Signer],
        *,
        slow: SlowOrigins | None = None,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.time,
        post_deadline: float = HARD_DEADLINE,
        workers: int = WORKERS,
        source: str | None = None,
    ) -> None:
        """Make the destination.

        Args:
            signer: returns what signs; a PytrackingError while there is nothing to sign with.
            slow: the memory of slow origins; None where there is no slow lane to leave them to.
        """
        self._client = client
        self._signer = signer
        self._slow = slow
        self._breaker = breaker or Breaker()
        self._clock = clock
        self._source = source
        self._least_time = post_deadline + MARGIN
        self._workers = ThreadPoolExecutor(workers, "deliver")

    def send(self, messages: Sequence[Message], ends_at: float) -> list[Result]:
        """Post hits, and return what came of each (see Destination.send)."""
        return list(self._workers.map(lambda message: self._send(message, ends_at), messages))

    def _send(self, message: Message, ends_at: float) -> Result:
        try:
            if ends_at - time.monotonic() < self._least_time:
                return Result("untried")
            if self._slow and self._slow.divert(origin(message.webhook)):
                return Result("slow")
            return self._post(message)
        except OutOfDescriptors:
            raise
        except (InvalidTarget, InvalidMessage) as error:
            return Result("refused", str(error))
        except Exception as error:
            return Result("bug", error=error)

    def _post(self, message: Message) -> Result:
        key = origin(message.webhook)
        timeout = self._breaker.admit(key)
        if timeout is None:
            return Result("failed", "not tried: the receiver has not answered others just now")
        try:
            signer = self._signer()
        except PytrackingError as error:
            return Result("failed", str(error))
        began = time.monotonic()
        outcome = attempt(
            self._client, message, signer, self._clock(), timeout, source=self._source
        )
        if self._slow:
            self._slow.record(key, time.monotonic() - began)
        self._breaker.record(key, answered=outcome.status is not None)
        if outcome.delivered:
            return Result("delivered")
        if outcome.gone:
            reason = "410: the receiver wants no more"
            return Result("refused", reason, status=outcome.status)
        return Result(
            "failed", outcome.reason, outcome.status, outcome.retry_after, outcome.excerpt
        )
