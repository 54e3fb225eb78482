"""What Lambda's event source mapping does: poll a queue, call a handler, keep what failed.

The partial batch rules are Lambda's own (AWS Lambda developer guide, "Handling errors for an SQS
event source"): no answer or an empty list means that all is done; an identifier that is empty or
not in the batch means that the whole batch failed, as an exception does.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from local.queue import Entry, Queue, md5_of_body

logger = logging.getLogger(__name__)


def queue_event(name: str, entries: Sequence[Entry]) -> dict[str, Any]:
    """Return the event that Lambda hands to a function for messages of the queue ``name``."""
    return {
        "Records": [
            {
                "messageId": entry.message_id,
                "receiptHandle": entry.receipt_handle,
                "body": entry.body,
                "attributes": {**entry.attributes, "SenderId": "000000000000"},
                "messageAttributes": {},
                "md5OfBody": md5_of_body(entry.body),
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:{name}",
                "awsRegion": "us-east-1",
            }
            for entry in entries
        ]
    }


def failed_ids(answer: Any, sent: Sequence[str]) -> set[str]:
    """Return which of the message ids ``sent`` a handler's answer reports as failed."""
    if not answer:
        return set()
    try:
        failed = {item["itemIdentifier"] for item in answer["batchItemFailures"] or ()}
    except (KeyError, TypeError):
        return set(sent)
    return failed if failed <= set(sent) else set(sent)


class EventSource:
    """Calls a function with batches of a queue, in a thread of its own, until stopped."""

    def __init__(
        self, queue: Queue, invoke: Callable[[dict[str, Any]], Any], *, batch_size: int = 10
    ) -> None:
        """Poll nothing yet: ``start`` does. ``invoke`` takes an event and returns the answer."""
        self._queue = queue
        self._invoke = invoke
        self._batch_size = batch_size
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._poll, name=queue.name, daemon=True)

    def start(self) -> None:
        """Begin to poll."""
        self._thread.start()

    def stop(self, timeout: float | None = 30.0) -> None:
        """Finish the batch in hand, waiting up to ``timeout`` seconds for it."""
        self._stopping.set()
        self._thread.join(timeout)

    def run_once(self, wait_seconds: float = 0) -> int:
        """Handle one batch, if there is one, and return how many messages it held."""
        deliveries = self._queue.receive(self._batch_size, wait_seconds)
        if not deliveries:
            return 0
        ids = [delivery.message_id for delivery in deliveries]
        try:
            failed = failed_ids(self._invoke(queue_event(self._queue.name, deliveries)), ids)
        except Exception:
            logger.exception(
                "the handler of queue %s raised: its batch is retried", self._queue.name
            )
            failed = set(ids)
        for delivery in deliveries:
            if delivery.message_id not in failed:
                self._queue.delete(delivery.receipt_handle)
        return len(deliveries)

    def _poll(self) -> None:
        while not self._stopping.is_set():
            self.run_once(wait_seconds=0.5)
