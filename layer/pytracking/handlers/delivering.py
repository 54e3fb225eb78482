"""From a batch of the queue to delivered hits: deliver, retry later, or dead letters.

Every message ends in one of five ways: delivered; replaced by a copy that is due later; moved to
the slow lane; moved to the dead letters; or reported as failed, so that the queue hands it out
again. It is never parked by its visibility timeout, and a copy is sent before the original is let
go: whatever dies in between, the event comes twice rather than not at all.

A message is owed to one destination or to several. They are sent to at the same time, and each that
did not take it gets a copy of its own: from then on none waits for another.
"""

import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from pytracking.aws.event_destinations import event_destinations
from pytracking.aws.observability import count_many, hits_metric, log_bug, log_warning
from pytracking.aws.queue import QueueEntry, SqsQueue
from pytracking.aws.secrets import WebhookSecrets
from pytracking.delivery.addresses import AddressRules
from pytracking.delivery.client import Client
from pytracking.delivery.destinations import Destination, Result
from pytracking.delivery.schedule import RETRY_DELAYS, next_attempt, requeue_delay
from pytracking.delivery.slow import SlowOrigins
from pytracking.delivery.webhooks import WORKERS, Webhooks, cloudevents_source
from pytracking.environment import Settings
from pytracking.errors import BatchFailed, ConfigurationError, InvalidMessage, OutOfDescriptors
from pytracking.messages import WEBHOOK, Message, Undecoded, dead_letter_text, parse

SEND_SECONDS = 5.0
"""Most that sending the copies of a batch to one queue may take."""

LATE_SECONDS = 12 * 3600
"""After how long an opt-out that is not delivered is an alarm: mailbox providers ask senders to
honour one within 48 hours (Gmail's and Yahoo's requirements for bulk senders, 2024)."""

SLOW_LANE_WORKERS = 100
"""Posts made at once in the slow lane, which do nothing but wait: as many as its batches hold."""

TAKEN = {WEBHOOK: "Delivered", "store": "Stored", "bus": "Published"}
"""The metrics that count what each destination took."""

NO_WEBHOOK_KNOWN = "no webhook is known: the link keys could not be read, or none is set"
"""Why a hit that was queued unopened becomes a dead letter; a replay opens it."""

MAX_LOGGED_CHARACTERS = 200
"""How much of a receiver's error is logged."""


@dataclass(slots=True)
class _Settled:
    """What becomes of a record: what to count, what to send, and whether the queue may forget it.

    ``copies`` are sent to the queue beside each; ``message`` is what is still to be sent to its
    destinations.
    """

    metrics: tuple[str, ...] = ()
    copies: tuple[tuple[QueueEntry, SqsQueue], ...] = ()
    done: bool = True
    message: Message | None = None


class Deliverer:
    """Delivers the batches of one function; made once for each process."""

    def __init__(
        self,
        *,
        destinations: Sequence[Destination],
        again: SqsQueue,
        dead: SqsQueue,
        slow: SqsQueue | None = None,
        clock: Callable[[], float] = time.time,
        delays: Sequence[float] = RETRY_DELAYS,
    ) -> None:
        """Make a deliverer.

        Args:
            destinations: where hits can be owed to, each of another name.
            again: the queue that the batches come from, for copies that are due later.
            slow: the slow lane's queue; None in the slow lane, and where there is none.
            delays: seconds before the second, third, ... attempt.
        """
        self._destinations = {one.name: one for one in destinations}
        self._threads = ThreadPoolExecutor(len(self._destinations), "destination")
        self._again = again
        self._dead = dead
        self._slow = slow
        self._clock = clock
        self._delays = tuple(delays)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Deliverer":
        """Return the deliverer that the template's variables describe.

        Raises:
            ConfigurationError: one is missing or cannot be used.
        """
        settings = Settings.from_environment(environment)
        in_slow_lane, slow_url = settings.slow_lane, settings.slow_queue_url
        slow = SqsQueue(slow_url, settings) if slow_url and not in_slow_lane else None
        again = (
            _queue(slow_url, "PYTRACKING_SLOW_QUEUE_URL", settings)
            if in_slow_lane
            else _queue(settings.queue_url, "PYTRACKING_QUEUE_URL", settings)
        )
        dead = settings.dead_letter_queue_url
        webhooks = Webhooks(
            Client(AddressRules.of(settings)),
            WebhookSecrets.of(settings).signer,
            slow=SlowOrigins() if slow else None,
            workers=SLOW_LANE_WORKERS if in_slow_lane else WORKERS,
            source=cloudevents_source(settings),
        )
        return cls(
            # What comes to the slow lane is owed to nothing but a webhook.
            destinations=[webhooks, *([] if in_slow_lane else event_destinations(settings))],
            again=again,
            dead=_queue(dead, "PYTRACKING_DEAD_LETTER_QUEUE_URL", settings),
            slow=slow,
        )

    def deliver(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """Deliver a batch and return which of its messages the queue must hand out again.

        The answer is Lambda's partial batch response:
        https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html

        Raises:
            BatchFailed: a message failed that has no id by which to report it.
            OutOfDescriptors: the whole batch must come again, to another process.
        """
        ends_at = time.monotonic() + context.get_remaining_time_in_millis() / 1000
        records = event.get("Records") or []
        texts = [_text(record.get("body")) for record in records]
        settled = [self._guarded(text, partial(self._read, text)) for text in texts]
        due = {at: one.message for at, one in enumerate(settled) if one.message}
        results = self._send(due, ends_at)
        for at, message in due.items():
            settled[at] = self._guarded(texts[at], partial(self._settle, message, results[at]))
            if settled[at].done and message.uncounted:
                settled[at].metrics += (hits_metric(message.uncounted),)
        self._send_copies(settled, ends_at)
        count_many(Counter(name for one in settled for name in one.metrics))
        failed = [
            record.get("messageId")
            for record, one in zip(records, settled, strict=True)
            if not one.done
        ]
        if not all(isinstance(identifier, str) and identifier for identifier in failed):
            raise BatchFailed("a record without messageId was not handled")
        return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}

    def _guarded(self, text: str, step: Callable[[], _Settled]) -> _Settled:
        """Return what a step makes of a message: a dead letter if nothing can be made of it."""
        try:
            try:
                return step()
            except InvalidMessage as error:
                reason = str(error)
                return self._to_dead_letters(
                    dead_letter_text(text, reason, now=self._clock()), reason
                )
        except Exception as error:
            return self._bug(error)

    def _read(self, text: str) -> _Settled:
        message = parse(text)
        if isinstance(message, Undecoded):
            return self._give_up(message, NO_WEBHOOK_KNOWN)
        if message.dead is not None:
            # Moved back from the dead letters by hand: its schedule begins anew.
            message = message.requeued()
        if wait := requeue_delay(message.not_before, self._clock()):
            # Not counted: the line that a metric takes, a hundred times a day, costs more than
            # the copy.
            copy = QueueEntry.of(message, wait)
            return _Settled(self._lateness(message), ((copy, self._again),))
        return _Settled(done=False, message=message)

    def _send(self, due: Mapping[int, Message], ends_at: float) -> dict[int, dict[str, Result]]:
        """Send messages to where they are owed, to all destinations at once.

        Returns:
            For each message, by its place in the batch, what came of it by destination.

        Raises:
            OutOfDescriptors: as Destination.send.
        """
        results: dict[int, dict[str, Result]] = {at: {} for at in due}

        def send(destination: Destination) -> None:
            owed = [at for at, message in due.items() if destination.name in message.owed]
            if not owed:
                return
            try:
                found = destination.send([due[at] for at in owed], ends_at)
            except OutOfDescriptors:
                raise
            except Exception as error:  # whose bug it is, the others must not notice
                found = [Result("bug", error=error)] * len(owed)
            for at, result in zip(owed, found, strict=True):
                results[at][destination.name] = result

        for _ in self._threads.map(send, self._destinations.values()):
            pass
        return results

    def _settle(self, message: Message, results: Mapping[str, Result]) -> _Settled:
        """Settle a message by what came of it at each destination."""
        parts = []
        for name, result in results.items():
            part = replace(message, owed=(name,))
            parts.append((part, self._settle_one(part, result)))
        if unknown := tuple(name for name in message.owed if name not in results):
            part = replace(message, owed=unknown)
            reason = f"owed to {', '.join(unknown)}, which this deployment does not have"
            parts.append((part, self._give_up(part, reason)))
        done = any(one.done for _, one in parts)
        for part, one in parts:
            if done and not one.done:  # it comes again without the rest
                one.copies = ((QueueEntry.of(replace(part, counted=True)), self._again),)
        return _Settled(
            metrics=tuple(name for _, one in parts for name in one.metrics),
            copies=tuple(copy for _, one in parts for copy in one.copies),
            done=done,
        )

    def _settle_one(self, message: Message, result: Result) -> _Settled:
        """Settle a message that is owed to one destination."""
        if result.kind == "delivered":
            return _Settled((TAKEN[message.owed[0]],))
        if result.kind == "untried":
            return _Settled(done=False)
        if result.kind == "slow" and self._slow:
            copy = QueueEntry.of(replace(message, counted=True))
            return _Settled(("Moved",), ((copy, self._slow),))
        if result.kind == "bug":
            return self._bug(result.error or RuntimeError(result.reason))
        # The last status is what the receiver last said, not that it has said nothing since.
        status = message.last_status if result.status is None else result.status
        if result.kind == "refused":
            if result.status is not None:
                message = message.retried(not_before=int(self._clock()), last_status=status)
            return self._give_up(message, result.reason)
        return self._retry(message, result, status)

    def _retry(self, message: Message, result: Result, status: int | None) -> _Settled:
        now = self._clock()
        due = next_attempt(
            message.attempt + 1, now, retry_after=result.retry_after, delays=self._delays
        )
        failed = message.retried(not_before=due or int(now), last_status=status)
        if due is None:
            reason = f"{failed.attempt} attempts failed, the last: {result.reason}"
            return self._give_up(failed, reason)
        log_warning(
            f"{message.owed[0]} failed, is tried again",
            id=failed.id,
            attempt=failed.attempt,
            due_in_seconds=due - int(now),
            reason=result.reason,
            answer=result.excerpt[:MAX_LOGGED_CHARACTERS],
        )
        copy = QueueEntry.of(failed, requeue_delay(due, now))
        return _Settled(("Retried", *self._lateness(failed)), ((copy, self._again),))

    def _give_up(self, message: Message | Undecoded, reason: str) -> _Settled:
        dead = message.as_dead_letter(reason, now=self._clock())
        settled = self._to_dead_letters(dead.to_json(), reason, id=message.id)
        if message.is_opt_out:
            settled.metrics += ("DeadOptOuts",)
        return settled

    def _lateness(self, message: Message) -> tuple[str, ...]:
        """Return the metric of an opt-out that is late, as long as it waits."""
        timestamp = message.body.get("timestamp")
        late = isinstance(timestamp, int) and self._clock() - timestamp > LATE_SECONDS
        return ("LateOptOuts",) if message.is_opt_out and late else ()

    def _to_dead_letters(self, text: str, reason: str, **fields: Any) -> _Settled:
        log_warning("hit moved to the dead letters", reason=reason, **fields)
        return _Settled(("Dead",), ((QueueEntry(text), self._dead),))

    def _bug(self, error: Exception) -> _Settled:
        log_bug(error)
        return _Settled(("Bugs",), done=False)

    def _send_copies(self, settled: Sequence[_Settled], ends_at: float) -> None:
        """Send the copies; a record of which one was not taken is not done."""
        for to in (self._dead, self._again, self._slow):
            sending = [
                (one, entry) for one in settled for entry, queue in one.copies if queue is to
            ]
            if to is None or not sending:
                continue
            # Half a second is kept to answer.
            timeout = min(SEND_SECONDS, max(0.1, ends_at - time.monotonic() - 0.5))
            refused = to.send_batch([entry for _, entry in sending], timeout)
            for at in refused:
                sending[at][0].metrics, sending[at][0].done = (), False
            if refused:
                log_warning(
                    "copies not sent, hits come again",
                    count=len(refused),
                    reasons=sorted(set(refused.values())),
                )


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body)


def _queue(url: str | None, name: str, settings: Settings) -> SqsQueue:
    if not url:
        raise ConfigurationError(f"{name} must be set to the URL of an SQS queue")
    return SqsQueue(url, settings)
