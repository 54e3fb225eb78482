"""Webhook, event store and event bus side by side: none waits for another, and nothing is lost."""

import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from pytracking.aws.queue import SqsQueue
from pytracking.delivery.destinations import Result
from pytracking.delivery.schedule import RETRY_DELAYS
from pytracking.messages import Message, parse

from local.functions import Context
from local.queue import Queue
from tests.delivery.event_services import EventServices, destinations
from tests.delivery.in_memory import deliverer_of, event_of
from tests.delivery.receivers import (
    Receiver,
    answering,
    answering_and_closing,
    hanging,
    resetting,
    status,
)
from tests.delivery.rig import Rig, hit
from tests.support.timing import Clock

ALL = ("webhook", "store", "bus")
HUGE = "x" * 150_000


def owed(webhook: str, names: Sequence[str] = ALL, **fields: Any) -> Message:
    """A click that is owed to these destinations."""
    return replace(hit(webhook, **fields), owed=tuple(names))


def deliver(
    services: EventServices, *messages: Message, clock: Clock | None = None, seconds: float = 60
) -> tuple[list[Message], list[dict[str, Any]]]:
    """Hand one batch over; return the copies that are due later, and the dead letters."""
    hits, dead = Queue("hits"), Queue("dead")
    deliverer = deliverer_of(hits, dead, clock or Clock(), others=destinations(services))
    answer = deliverer.deliver(event_of(*messages), Context(seconds))
    assert answer == {"batchItemFailures": []}
    copies = [parse(waiting.body) for waiting in hits.waiting()]
    assert all(isinstance(copy, Message) for copy in copies)
    return copies, [json.loads(waiting.body) for waiting in dead.waiting()]  # type: ignore[return-value]


def test_a_hit_reaches_every_destination_it_is_owed_to_with_one_call_each() -> None:
    with EventServices() as services, Receiver(answering()) as receiver:
        messages = [owed(receiver.url) for _ in range(10)]
        assert deliver(services, *messages) == ([], [])
        assert {r.headers["webhook-id"] for r in receiver.requests} == {m.id for m in messages}
        assert services.stored == [message.body for message in messages]
        assert services.calls == {"PutRecordBatch": 1, "PutEvents": 1}
        (batch,) = [r for r in services.requests if "PutRecordBatch" in r.headers["x-amz-target"]]
        assert len(json.loads(batch.body)["Records"]) == 1  # billed by steps of 5 KB each
        assert [entry["DetailType"] for entry in services.published] == ["email.clicked"] * 10
        first = services.published[0]
        assert json.loads(first["Detail"]) == messages[0].body
        assert first["Source"] == "pytracking"
        assert first["EventBusName"].endswith("event-bus/hits")
        assert first["Time"] == messages[0].body["timestamp"]


@pytest.mark.parametrize("names", [("store",), ("bus",), ("store", "bus"), ("webhook", "bus")])
def test_a_hit_goes_where_it_is_owed_and_nowhere_else(names: tuple[str, ...]) -> None:
    with EventServices() as services, Receiver(answering()) as receiver:
        assert deliver(services, owed(receiver.url, names)) == ([], [])
        found = {
            "webhook": len(receiver.requests),
            "store": len(services.stored),
            "bus": len(services.published),
        }
    assert found == {name: int(name in names) for name in ALL}


def test_a_message_that_does_not_say_is_owed_to_its_webhook_alone() -> None:
    with EventServices() as services, Receiver(answering()) as receiver:
        message = hit(receiver.url)
        assert "owed" not in json.loads(message.to_json())
        deliver(services, message)
        assert len(receiver.requests) == 1
        assert services.calls == {}


OUTAGES = {
    "hang": hanging,
    "reset": resetting,
    "500": status(500),
    "throttled": answering_and_closing(
        b'HTTP/1.1 400 X\r\nContent-Length: 34\r\n\r\n{"__type":"a#ThrottlingException"}'
    ),
    "no JSON": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    "an answer without records": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
    "an answer of one": answering(
        b'HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{"RequestResponses":[],"Entries":[{}]}'
    ),
}


@pytest.mark.fault("delivering", 90)
@pytest.mark.parametrize("outage", OUTAGES.values(), ids=OUTAGES)
def test_an_outage_of_the_services_leaves_each_a_copy_of_its_own_and_the_webhook_its_hit(
    outage: Any,
) -> None:
    with EventServices(script=outage) as services, Receiver(answering()) as receiver:
        messages = [owed(receiver.url) for _ in range(2)]
        began = time.monotonic()
        copies, dead = deliver(services, *messages)
        assert time.monotonic() - began < 12
        assert {r.headers["webhook-id"] for r in receiver.requests} == {m.id for m in messages}
        assert all(request.at - time.time() < 1 for request in receiver.requests)
    assert dead == []
    assert sorted((copy.id, copy.owed, copy.attempt) for copy in copies) == sorted(
        (message.id, (name,), 1) for message in messages for name in ("store", "bus")
    )


@pytest.mark.fault("delivering", 90)
def test_a_silent_service_soon_costs_a_batch_no_time() -> None:
    with EventServices(script=hanging) as services:
        hits, dead = Queue("hits"), Queue("dead")
        deliverer = deliverer_of(hits, dead, Clock(), others=destinations(services))
        batches = []
        for _ in range(4):
            began = time.monotonic()
            deliverer.deliver(event_of(owed("", ("store", "bus"))), Context(60))
            batches.append(time.monotonic() - began)
        calls = services.calls.copy()
        deliverer.deliver(event_of(owed("", ("store", "bus"))), Context(60))
        assert services.calls == calls
    assert batches[-1] < min(batches[:3]) / 5
    assert len(hits) == 10


@pytest.mark.fault("delivering", 90)
@pytest.mark.parametrize("code", ["ServiceUnavailableException", "InternalFailure"])
def test_of_a_call_that_is_taken_in_part_the_rest_comes_again(code: str) -> None:
    """What was refused, and nothing else, is owed to that service once more."""
    turns = itertools.cycle([None, code, None])
    with EventServices(refuses=lambda operation: next(turns)) as services:
        # so large that each event is a record of its own
        messages = [owed("", ("store", "bus"), id=f"m{n}") for n in range(6)]
        for message in messages:
            message.body["metadata"]["long"] = HUGE  # type: ignore[index]
        copies, dead = deliver(services, *messages)
        for name in ("store", "bus"):
            again = {copy.id for copy in copies if copy.owed == (name,)}
            assert len(again) == 2
            assert set(services.ids(name)) == {m.id for m in messages} - again
    assert dead == []


def test_a_failing_webhook_neither_stores_nor_publishes_twice() -> None:
    clock = Clock()
    with EventServices() as services, Receiver(status(503)) as receiver:
        copies = [owed(receiver.url)]
        for attempt in range(1, 4):
            copies, dead = deliver(services, *copies, clock=clock)
            assert dead == []
            assert [(copy.owed, copy.attempt) for copy in copies] == [(("webhook",), attempt)]
            clock.now = copies[0].not_before
        assert len(services.stored) == len(services.published) == 1


def test_each_destination_has_ten_attempts_and_a_dead_letter_of_its_own_that_can_be_replayed() -> (
    None
):
    clock = Clock()
    with EventServices(refuses=lambda operation: "InternalFailure") as services:
        (waiting, letters) = ([owed("", ("store", "bus"))], [])
        for _ in range(len(RETRY_DELAYS) + 1):
            waiting, dead = deliver(services, *waiting, clock=clock)
            letters += dead
            clock.now = max((copy.not_before for copy in waiting), default=clock.now)
        assert waiting == []
        assert services.calls == {"PutRecordBatch": 10, "PutEvents": 10}
        assert sorted(letter["owed"] for letter in letters) == [["bus"], ["store"]]
        services.refuses = lambda operation: None
        replayed = [parse(json.dumps(letter)) for letter in letters]
        assert deliver(services, *replayed) == ([], [])  # type: ignore[arg-type]
        assert len(services.stored) == len(services.published) == 1


def test_what_is_owed_to_a_destination_that_is_gone_is_a_dead_letter_that_says_so() -> None:
    with EventServices() as services, Receiver(answering()) as receiver:
        message = owed(receiver.url, ("webhook", "lake"))
        copies, (letter,) = deliver(services, message)
        assert len(receiver.requests) == 1
    assert copies == []
    assert letter["owed"] == ["lake"]
    assert letter["dead"]["reason"] == "owed to lake, which this deployment does not have"


class Buggy:
    """A destination with a bug."""

    name = "store"

    def send(self, messages: Sequence[Message], ends_at: float) -> list[Result]:
        raise MemoryError


def test_a_bug_of_one_destination_is_counted_and_hidden_from_the_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    hits, dead = Queue("hits"), Queue("dead")
    with Receiver(answering()) as receiver:
        deliverer = deliverer_of(hits, dead, Clock(), others=[Buggy()])
        first = owed(receiver.url, ("webhook", "store"))
        assert deliverer.deliver(event_of(first), Context(60)) == {"batchItemFailures": []}
        assert len(receiver.requests) == 1
        (copy,) = [parse(waiting.body) for waiting in hits.waiting()]
        assert copy == replace(first, owed=("store",))
        # alone it comes again by itself, and in the end SQS moves it to the dead letters
        assert deliverer.deliver(event_of(copy), Context(60))["batchItemFailures"]
    assert [json.loads(line)["Bugs"] for line in capsys.readouterr().out.splitlines()] == [
        [1.0]
    ] * 2


def test_too_little_time_for_one_destination_does_not_repeat_what_another_has_taken() -> None:
    with EventServices() as services, Receiver(answering()) as receiver:
        # enough for a webhook with the tests' deadline, and for no call that may take 3 s
        copies, dead = deliver(services, owed(receiver.url), seconds=4.5)
        assert len(receiver.requests) == 1
        assert services.calls == {}
    assert sorted(copy.owed for copy in copies) == [("bus",), ("store",)]
    assert {copy.attempt for copy in copies} == {0}
    assert dead == []


def test_a_hit_moves_to_the_slow_lane_with_its_webhook_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pytracking.delivery.slow.SLOW_SECONDS", 0.0)
    hits, slow = Queue("hits"), Queue("slow")
    with EventServices() as services, Receiver(answering()) as receiver:
        others = destinations(services)
        deliverer = deliverer_of(hits, Queue("dead"), Clock(), slow=slow, others=others)
        for _ in range(2):
            deliverer.deliver(event_of(owed(receiver.url)), Context(60))
        assert len(receiver.requests) == 1
        assert len(services.stored) == len(services.published) == 2
    (moved,) = [parse(waiting.body) for waiting in slow.waiting()]
    assert isinstance(moved, Message)
    assert moved.owed == ("webhook",)
    assert len(hits) == 0


def test_if_a_copy_is_not_taken_the_whole_hit_comes_again(rig: Rig) -> None:
    class Full(SqsQueue):
        def send_batch(self, entries: Any, timeout: float) -> dict[int, str]:
            return dict.fromkeys(range(len(entries)), "no")

    with EventServices(refuses=lambda operation: "no") as services, Receiver(answering()) as ok:
        rig.put(owed(ok.url))
        deliverer = rig.deliverer(
            others=destinations(services), again=Full(rig.queue_url, rig.settings)
        )
        (failed,) = rig.invoke(deliverer)
        message = parse(failed)
        assert isinstance(message, Message)
        assert message.owed == ALL


def test_an_event_that_is_no_json_is_one_dead_letter() -> None:
    hits, dead = Queue("hits"), Queue("dead")
    with EventServices() as services, Receiver(answering()) as receiver:
        text = owed(receiver.url).to_json().replace('"customer_id":1', '"customer_id":1e999')
        event = {"Records": [{"messageId": "m", "body": text}]}
        deliverer_of(hits, dead, Clock(), others=destinations(services)).deliver(event, Context(60))
        assert receiver.requests == []
        assert services.calls == {}
    assert len(dead) == 1
