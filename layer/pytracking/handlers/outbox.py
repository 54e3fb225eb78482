"""Where a hit goes before its visitor is answered: the queue, or the webhook, or at worst the log.

``Outbox.record`` never raises and never takes longer than it is given: a visitor's answer does not
depend on what becomes of the hit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal, NamedTuple

from pytracking.aws.observability import log_fallback
from pytracking.aws.queue import QueueEntry
from pytracking.delivery.origin import message_group
from pytracking.environment import Settings
from pytracking.errors import PytrackingError, WebhookError
from pytracking.events import Event
from pytracking.messages import MAX_BODY_BYTES, Undecoded, parse, queued

TRIMMED_CHARS = 128
"""What is left of user agent and referer in a hit that is too large for the queue."""

SLOW_SECONDS = 0.2
"""A failure that took longer has kept a visitor waiting; most take a few milliseconds."""

SLOW_FAILURES = 2
"""Slow failures in a row after which hits are logged at once."""

PROBE_SECONDS = 5.0
"""While hits are logged at once, how often one of them is sent all the same."""

POST_SECONDS = 0.8
"""For one post: what is left of an answer's second when everything else took its time."""

Fate = Literal["sent", "logged", "lost"]
"""What became of a hit: it is lost where neither queue nor log took it."""


class Hit(NamedTuple):
    """An event, cut for privacy, and its webhook: "" for none, None while it is not decoded."""

    event: Event
    webhook: str | None


SendHit = Callable[[QueueEntry, float], None]
"""Takes a hit's message and the seconds it may take; PytrackingError when it did not arrive."""


class Outbox:
    """Records hits; what cannot be sent is written to the log, its token still sealed.

    Args:
        clock: seconds since the epoch. (A monotonic clock may stand still while a function is
            frozen.)
        others: the destinations that every hit is owed to, whatever its webhook.
    """

    def __init__(
        self, send: SendHit, clock: Callable[[], float] = time.time, others: tuple[str, ...] = ()
    ) -> None:
        self._send = send
        self._clock = clock
        self._others = others
        self._slow_failures = 0
        self._failed_at = 0.0

    def record(self, make: Callable[[], Hit], token: str, timeout: float) -> tuple[Fate, Hit]:
        """Send a hit within ``timeout`` seconds, or log it; return what became of it.

        Args:
            token: as it came. The log line holds it, and with the link keys it gives the hit again.
        """
        started = self._clock()
        failing = self._slow_failures >= SLOW_FAILURES
        hangs = failing and 0 <= started - self._failed_at < PROBE_SECONDS
        event, webhook = hit = make()
        try:
            if hangs:
                raise TimeoutError("others were not taken in time just now")
            text = queued(event, token, webhook, self._others).to_json()
            if len(text) > MAX_BODY_BYTES:
                trimmed = event.trimmed(TRIMMED_CHARS)
                text = queued(trimmed, token, webhook, self._others).to_json()
            group = message_group(webhook) if webhook else None
            self._send(QueueEntry(text, group=group), timeout)
        except Exception as error:
            took = self._clock() - started
            if took > SLOW_SECONDS:
                self._slow_failures += 1
                self._failed_at = self._clock()
            return "logged" if log_fallback(event, token, _reason(error)) else "lost", hit
        self._slow_failures = 0
        return "sent", hit


def to_webhook(settings: Settings) -> SendHit:
    """Return what posts a hit to its webhook, once, by the rules of the deliver function.

    It signs if there are secrets to sign with; trying things out needs none.

    Raises:
        ConfigurationError: the secrets or the rules for addresses cannot be used.
    """
    from pytracking.aws.secrets import WebhookSecrets
    from pytracking.delivery.addresses import AddressRules
    from pytracking.delivery.client import Client
    from pytracking.delivery.deadline import Deadline
    from pytracking.delivery.webhooks import attempt, cloudevents_source

    client = Client(AddressRules.of(settings), deadline=POST_SECONDS)
    signed = settings.webhook_secrets or settings.webhook_secrets_secret
    secrets = WebhookSecrets.of(settings) if signed else None
    source = cloudevents_source(settings)

    def send(entry: QueueEntry, timeout: float) -> None:
        hit = parse(entry.text)
        if isinstance(hit, Undecoded):
            raise WebhookError("the link keys were out of reach, so the webhook is not known")

        def post() -> None:
            signer = secrets.signer() if secrets else None
            outcome = attempt(client, hit, signer, time.time(), source=source)
            if not outcome.delivered:
                raise WebhookError(f"the webhook did not take it: {outcome.reason}")

        Deadline(timeout).run(post)

    return send


def _reason(error: Exception) -> str:
    """Return what to log of an error: only our own messages are known to quote no secret."""
    own = isinstance(error, PytrackingError | TimeoutError)
    return f"{type(error).__name__}: {error}" if own else type(error).__name__
