"""The destinations beside the webhook: the event store (Firehose) and the event bus (EventBridge).

Both take events by batches, and may refuse some of a batch while they take the others.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytracking.aws.client import JsonApi
from pytracking.aws.queue import packed
from pytracking.delivery.breaker import Breaker
from pytracking.delivery.destinations import Result
from pytracking.delivery.dialling import out_of_descriptors
from pytracking.environment import Settings
from pytracking.errors import AwsError, OutOfDescriptors
from pytracking.events import TYPES, event_kind
from pytracking.messages import Message

CALL_SECONDS = 3.0
"""For one call; a batch of webhooks may take five times as long."""

MARGIN = 2.0
"""Seconds kept for sending copies and answering."""

MAX_RECORD_BYTES = 256 * 1024
"""What events are joined up to. Firehose takes 1,000 KiB a record; each is billed by steps of 5 KB.
What is refused comes again as a whole, so a record is no larger than it need be."""

MAX_RECORDS = 500
MAX_RECORDS_BYTES = 3_000_000
"""Most records, and bytes of them, of a call to Firehose: they grow by a third in base64, and 4 MiB
is its limit."""

MAX_ENTRIES = 10
MAX_ENTRIES_BYTES = 256 * 1024
"""Most events, and bytes of them, of a call to EventBridge."""

ENTRY_BYTES = 100
"""What an event's source, type and time take beside it."""

SOURCE = "pytracking"
"""The ``source`` of events on the bus."""


# The payload of a call, and which messages, by index, stand in each of its records.
_Call = tuple[dict[str, Any], list[list[int]]]


class _Batches:
    """Puts events to a service of AWS; the store and the bus differ in the shape of a call.

    Raises:
        ConfigurationError: no region is set.
    """

    name: str
    _service: str
    _operation: str
    _answers: str  # what the service's answer calls the list with one item a record

    def __init__(self, target: str, settings: Settings) -> None:
        self._api = JsonApi(self._service, settings)
        self._target = target
        self.breaker = Breaker()

    def send(self, messages: Sequence[Message], ends_at: float) -> list[Result]:
        """Put events, and return what came of each (see Destination.send)."""
        results: dict[int, Result] = {}
        texts: dict[int, str] = {}
        for at, message in enumerate(messages):
            try:
                texts[at] = json.dumps(message.body, separators=(",", ":"), allow_nan=False)
            except (TypeError, ValueError, RecursionError) as error:
                reason = f"the event cannot be written as JSON: {error}"
                results[at] = Result("refused", reason)
        for payload, records in self._calls(texts, messages):
            for record, result in zip(
                records, self._put(payload, len(records), ends_at), strict=True
            ):
                results |= dict.fromkeys(record, result)
        return [results[at] for at in range(len(messages))]

    def _calls(self, texts: Mapping[int, str], messages: Sequence[Message]) -> Iterator[_Call]:
        raise NotImplementedError

    def _put(self, payload: dict[str, Any], records: int, ends_at: float) -> list[Result]:
        """Make a call, and return what came of each record."""
        left = ends_at - time.monotonic() - MARGIN
        if left < CALL_SECONDS:
            return [Result("untried")] * records
        timeout = self.breaker.admit(self.name)
        if timeout is None:
            return [Result("failed", f"not tried: the {self.name} has not answered")] * records
        try:
            answer = self._api.call(self._operation, payload, timeout=min(timeout, CALL_SECONDS))
        except AwsError as error:
            if out_of_descriptors(error):
                raise OutOfDescriptors(f"no file descriptor is left for the {self.name}") from error
            self.breaker.record(self.name, answered=error.code != "NoAnswer")
            return [Result("failed", str(error))] * records
        self.breaker.record(self.name, answered=True)
        answers = answer.get(self._answers)
        if not isinstance(answers, list) or len(answers) != records:
            return [Result("failed", "not confirmed")] * records
        return [_result(one) for one in answers]


class EventStore(_Batches):
    """A Firehose stream, which writes events to S3, one a line.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
    """

    name = "store"
    _service = "firehose"
    _operation = "PutRecordBatch"
    _answers = "RequestResponses"

    def _calls(self, texts: Mapping[int, str], messages: Sequence[Message]) -> Iterator[_Call]:
        """Join events to records, and records to calls: one record for a usual batch."""
        lines = {at: f"{text}\n" for at, text in texts.items()}
        lengths = {at: len(line) for at, line in lines.items()}
        records = packed(lengths, MAX_RECORD_BYTES, MAX_RECORDS)
        sizes = {n: sum(len(lines[at]) for at in record) for n, record in enumerate(records)}
        for numbers in packed(sizes, MAX_RECORDS_BYTES, MAX_RECORDS):
            held = [records[number] for number in numbers]
            joined = ("".join(lines[at] for at in record).encode() for record in held)
            data = [{"Data": base64.b64encode(one).decode()} for one in joined]
            yield {"DeliveryStreamName": self._target, "Records": data}, held


class EventBus(_Batches):
    """An EventBridge bus.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
    """

    name = "bus"
    _service = "events"
    _operation = "PutEvents"
    _answers = "Entries"

    def _calls(self, texts: Mapping[int, str], messages: Sequence[Message]) -> Iterator[_Call]:
        sizes = {at: len(text) + ENTRY_BYTES for at, text in texts.items()}
        for batch in packed(sizes, MAX_ENTRIES_BYTES, MAX_ENTRIES):
            entries = [self._entry(texts[at], messages[at].body) for at in batch]
            yield {"Entries": entries}, [[at] for at in batch]

    def _entry(self, text: str, body: Mapping[str, Any]) -> dict[str, Any]:
        kind = event_kind(body)
        entry: dict[str, Any] = {
            "Source": SOURCE,
            # events of before 2026-11 have no type
            "DetailType": body.get("type") or (TYPES[kind] if kind else "unknown"),
            "Detail": text,
            "EventBusName": self._target,
        }
        if type(body.get("timestamp")) is int:
            entry["Time"] = body["timestamp"]
        return entry


def event_destinations(settings: Settings) -> list[EventStore | EventBus]:
    """Return the destinations beside the webhook that ``settings`` name."""
    found: list[EventStore | EventBus] = []
    if settings.event_stream:
        found.append(EventStore(settings.event_stream, settings))
    if settings.event_bus:
        found.append(EventBus(settings.event_bus, settings))
    return found


def _result(answer: Any) -> Result:
    """Return what one item of an answer says of its record."""
    if not isinstance(answer, dict):
        return Result("failed", "not confirmed")
    code = answer.get("ErrorCode")
    if not code:
        return Result("delivered")
    return Result("failed", f"{code}: {answer.get('ErrorMessage', '')}"[:200])
