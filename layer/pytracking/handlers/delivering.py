"""From a batch of the queue to posted webhooks: deliver, retry later, or dead letters.

Every message ends in one of four ways: delivered; replaced by a copy that is due later; moved to
the dead letters; or reported as failed, so that the queue hands it out again. It is never parked
by its visibility timeout, and a copy is sent before the original is let go: whatever dies in
between, the event comes twice rather than not at all.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from pytracking.aws.observability import count_many, hits_metric, log_bug, log_warning
from pytracking.delivery.attempt import attempt
from pytracking.delivery.breaker import Breaker
from pytracking.delivery.client import HARD_DEADLINE, Client, Outcome
from pytracking.delivery.messages import InvalidMessage, Message, Undecoded, bury_text, parse
from pytracking.delivery.schedule import RETRY_DELAYS, hop, next_attempt
from pytracking.errors import InvalidTarget, PytrackingError
from pytracking.handlers.delivery_settings import address_rules, queue, webhook_secrets
from pytracking.handlers.webhook_secrets import SecretsUnavailable, WebhookSecrets

WORKERS = 10
"""Posts made at once: as many as a batch of the template holds."""

MARGIN = 2.0
"""Seconds kept, beyond a post's deadline, for sending a retry copy and answering."""

SEND_SECONDS = 5.0
"""Most that sending one message to a queue may take."""

MAX_LOGGED_CHARACTERS = 200
"""How much of a receiver's error is logged."""


Send = Callable[[str, int, float], None]
"""Sends a text to a queue, to be due after so many seconds (0-900), within so many seconds."""


class LambdaContext(Protocol):
    """What is used of a Lambda context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until Lambda ends the invocation."""


class BatchFailed(PytrackingError):
    """A message failed that has no id by which to report it: the whole batch must come again."""


class Deliverer:
    """Delivers the batches of one function; made once for each process."""

    def __init__(
        self,
        *,
        client: Client,
        secrets: WebhookSecrets,
        send_again: Send,
        send_dead: Send,
        breaker: Breaker | None = None,
        clock: Callable[[], float] = time.time,
        delays: Sequence[float] = RETRY_DELAYS,
        post_deadline: float = HARD_DEADLINE,
        workers: int = WORKERS,
    ) -> None:
        """Make a deliverer.

        Args:
            send_again: sends a copy to the queue that the batches come from.
            send_dead: sends a message to the dead letters.
            clock: the time in seconds since the epoch.
            delays: seconds before the second, third, ... attempt.
            post_deadline: the client's hard deadline in seconds.
        """
        self._client = client
        self._secrets = secrets
        self._send_again = send_again
        self._send_dead = send_dead
        self._breaker = breaker or Breaker()
        self._clock = clock
        self._delays = tuple(delays)
        self._least_time = post_deadline + MARGIN
        self._pool = ThreadPoolExecutor(workers, "deliver")

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Deliverer":
        """Return the deliverer that the template's variables describe.

        Raises:
            ConfigurationError: one is missing or cannot be meant.
        """
        return cls(
            client=Client(address_rules(environment)),
            secrets=webhook_secrets(environment),
            send_again=queue(environment, "PYTRACKING_QUEUE_URL").send,
            send_dead=queue(environment, "PYTRACKING_DEAD_LETTER_QUEUE_URL").send,
        )

    def deliver(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Deliver a batch and return which of its messages the queue must hand out again.

        The answer is Lambda's partial batch response:
        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

        Raises:
            BatchFailed: a message failed that has no id by which to report it.
        """

        def work(record: Mapping[str, Any]) -> tuple[str, ...] | None:
            remaining = context.get_remaining_time_in_millis() / 1000
            return self._handle(record, time.monotonic() + remaining)

        records = event.get("Records") or []
        results = list(self._pool.map(work, records))
        count_many(Counter(name for result in results for name in result or ()))
        failed = [
            record.get("messageId")
            for record, result in zip(records, results, strict=True)
            if result is None
        ]
        if not all(isinstance(identifier, str) and identifier for identifier in failed):
            raise BatchFailed("a record without messageId was not handled")
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}

    def _handle(self, record: Mapping[str, Any], ends_at: float) -> tuple[str, ...] | None:
        """Return the metrics in which to count a message that is done with, None if it is not."""
        if ends_at - time.monotonic() < self._least_time:
            return None
        text = record.get("body")
        try:
            return self._settle(text if isinstance(text, str) else json.dumps(text), ends_at)
        except PytrackingError as error:
            log_warning("hit not settled, comes again", reason=f"{type(error).__name__}: {error}")
        except Exception as error:
            log_bug(error)
        return None

    def _settle(self, text: str, ends_at: float) -> tuple[str, ...]:
        try:
            message = parse(text)
        except InvalidMessage as error:
            buried = bury_text(text, str(error), now=self._clock())
            return (self._bury(buried, str(error), ends_at),)
        if isinstance(message, Undecoded):
            return (self._bury_message(message, "the link keys could not be read", ends_at),)
        done = self._deliver(message, ends_at)
        return (done, hits_metric(message.uncounted)) if message.uncounted else (done,)

    def _deliver(self, message: Message, ends_at: float) -> str:
        if message.dead is not None:
            # Moved back from the dead letters by hand: its schedule begins anew.
            message = message.revived()
        if wait := hop(message.not_before, self._clock()):
            self._send_again(message.to_json(), wait, _send_time(ends_at))
            return "Waiting"
        try:
            outcome = self._post(message)
        except InvalidTarget as error:
            return self._bury_message(message, str(error), ends_at)
        if outcome.delivered:
            return "Delivered"
        return self._fail(message, outcome, ends_at)

    def _post(self, message: Message) -> Outcome:
        patience = self._breaker.patience(message.webhook)
        if patience is None:
            return Outcome(None, "not tried: the endpoint has not answered others just now")
        try:
            signer = self._secrets.signer()
        except SecretsUnavailable as error:
            return Outcome(None, str(error))
        outcome = attempt(self._client, message, signer, self._clock(), patience)
        self._breaker.record(message.webhook, answered=outcome.status is not None)
        return outcome

    def _fail(self, message: Message, outcome: Outcome, ends_at: float) -> str:
        now = self._clock()
        due = next_attempt(
            message.attempt + 1, now, retry_after=outcome.retry_after, delays=self._delays
        )
        # The last status is what the receiver last said, not that it has said nothing since.
        status = message.last_status if outcome.status is None else outcome.status
        failed = message.retried(not_before=due or int(now), last_status=status)
        if outcome.gone:
            return self._bury_message(failed, "410: the receiver wants no more", ends_at)
        if due is None:
            reason = f"{failed.attempt} attempts failed, the last: {outcome.reason}"
            return self._bury_message(failed, reason, ends_at)
        log_warning(
            "webhook failed, is tried again",
            id=failed.id,
            attempt=failed.attempt,
            due_in_seconds=due - int(now),
            reason=outcome.reason,
            answer=outcome.excerpt[:MAX_LOGGED_CHARACTERS],
        )
        self._send_again(failed.to_json(), hop(due, now), _send_time(ends_at))
        return "Retried"

    def _bury_message(self, message: Message | Undecoded, reason: str, ends_at: float) -> str:
        buried = message.buried(reason, now=self._clock())
        return self._bury(buried.to_json(), reason, ends_at, id=message.id)

    def _bury(self, text: str, reason: str, ends_at: float, **fields: Any) -> str:
        log_warning("hit moved to the dead letters", reason=reason, **fields)
        self._send_dead(text, 0, _send_time(ends_at))
        return "Dead"


def _send_time(ends_at: float) -> float:
    """Return the seconds that a message to a queue may take, leaving half a second to answer."""
    return min(SEND_SECONDS, max(0.1, ends_at - time.monotonic() - 0.5))
