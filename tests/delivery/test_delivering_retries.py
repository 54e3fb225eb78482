"""What the deliver function tries again, when, and how often; what happens to the copy of a hit."""

import json
import socket

import pytest
from pytracking.delivery.schedule import MAX_QUEUE_DELAY, RETRY_DELAYS
from pytracking.messages import Message, parse

from local.event_source import queue_event
from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliver_one, deliverer_of, event_of
from tests.delivery.receivers import Receiver, Request, answering, closed_port, status
from tests.delivery.rig import SIGNER, NoQueue, Rig, hit
from tests.support.timing import Clock


@pytest.mark.fault("delivering", 20)
def test_a_failed_post_whose_copy_cannot_be_sent_is_reported_as_failed(rig: Rig) -> None:
    with Receiver(status(503)) as receiver:
        message = hit(receiver.url)
        rig.put(message)
        failed = rig.invoke(rig.deliverer(again=NoQueue()))
    assert [parse(text) for text in failed] == [message]
    assert rig.left() == 1


@pytest.mark.fault("delivering", 20)
def test_of_a_batch_of_copies_only_what_was_not_taken_is_reported_as_failed() -> None:
    queue = Queue("hits")
    with closed_port() as port:
        hits = [hit(f"http://127.0.0.1:{port}/") for _ in range(10)]
        lost = {hits[2].id, hits[7].id}
        event = event_of(*hits)
        answer = deliverer_of(queue, Queue("dead"), Clock(), refuses=lost).deliver(
            event, Context(60)
        )
    reported = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert reported == [event["Records"][at]["messageId"] for at in (2, 7)]
    assert {json.loads(waiting.body)["id"] for waiting in queue.waiting()} == {
        one.id for one in hits
    } - lost


@pytest.mark.fault("delivering", 20)
def test_a_dead_letter_that_cannot_be_sent_is_reported_as_failed(rig: Rig) -> None:
    rig.put("not JSON")
    assert rig.invoke(rig.deliverer(dead=NoQueue())) == ["not JSON"]


@pytest.mark.fault("delivering", 20)
def test_a_copy_to_a_queue_that_does_not_exist_is_reported_as_failed(rig: Rig) -> None:
    deliverer = rig.deliverer()
    with Receiver(status(503)) as receiver:
        rig.put(hit(receiver.url))
        deliveries = rig.receive(wait=2)
        rig.sqs.delete_queue(QueueUrl=rig.queue_url)
        answer = deliverer.deliver(queue_event("hits", deliveries), Context(60))
    assert answer == {"batchItemFailures": [{"itemIdentifier": deliveries[0].message_id}]}


@pytest.mark.fault("delivering", 21)
def test_a_copy_whose_original_was_not_deleted_is_a_duplicate_with_the_same_id(rig: Rig) -> None:
    answers = iter([503, 200, 200])

    def script(conn: socket.socket, request: Request) -> None:
        status(next(answers))(conn, request)

    with Receiver(script) as receiver:
        message = hit(receiver.url)
        rig.put(message)
        deliveries = rig.receive(wait=2)
        # The copy is sent, and then the answer to Lambda is lost: nothing is deleted.
        rig.deliverer().deliver(queue_event("hits", deliveries), Context(60))
        while len(receiver.requests) < 3:
            rig.invoke(rig.deliverer())
        assert {r.headers["webhook-id"] for r in receiver.requests} == {message.id}
        assert {r.body for r in receiver.requests} == {receiver.requests[0].body}
    assert rig.left() == 0


@pytest.mark.fault("delivering", 27)
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("3600", 3600, 3600), ("-5", 4, 6), ("1000000000", 86_400, 86_400), ("soon", 4, 6)],
)
def test_retry_after_is_honoured_within_bounds(header: str, least: int, most: int) -> None:
    clock, queue = Clock(), Queue("hits")
    with Receiver(status(503, f"Retry-After: {header}\r\n")) as receiver:
        deliver_one(queue, hit(receiver.url), clock=clock)
    (waiting,) = queue.waiting()
    due_in = json.loads(waiting.body)["not_before"] - clock.now
    assert least <= due_in <= most + 1
    assert waiting.due_at - waiting.sent_at == pytest.approx(min(due_in, MAX_QUEUE_DELAY), abs=1)


@pytest.mark.fault("delivering", 35)
def test_after_ten_attempts_in_three_days_a_hit_lies_in_the_dead_letters() -> None:
    clock = Clock()
    dead = Queue("dead", clock=clock)
    queue = Queue("hits", clock=clock, dead_letters=dead)
    attempts: list[float] = []

    def refuse(conn: socket.socket, request: Request) -> None:
        attempts.append(clock.now)
        # The timestamp is that of the attempt, so that the receiver's five minutes hold.
        assert SIGNER.verify(request.headers, request.body, now=clock.now) == message.id
        status(500 + len(attempts))(conn, request)

    with Receiver(refuse) as receiver:
        message = hit(receiver.url)
        deliverer = deliverer_of(queue, dead, clock)
        started = clock.now
        queue.send(message.to_json())
        while len(queue):
            if deliveries := queue.receive():
                answer = deliverer.deliver(queue_event("hits", deliveries), Context(60))
                assert answer == {"batchItemFailures": []}
                queue.delete(deliveries[0].receipt_handle)
                assert deliveries[0].receive_count == 1
            clock.now += 1 if len(attempts) < 2 else 60
    assert len(attempts) == 1 + len(RETRY_DELAYS)
    for number, delay in enumerate(RETRY_DELAYS):
        waited = attempts[number + 1] - attempts[number]
        # At most one turn of this loop late, at each hop.
        assert 0.8 * delay <= waited <= 1.2 * delay + 61 * (1 + delay / MAX_QUEUE_DELAY)
    assert 3 * 86_400 * 0.8 < clock.now - started < 5 * 86_400
    (waiting,) = dead.waiting()
    letter = json.loads(waiting.body)
    assert letter["id"] == message.id
    assert letter["dead"]["attempts"] == 10
    assert letter["dead"]["last_status"] == 510
    assert letter["dead"]["reason"] == "10 attempts failed, the last: 510 Not Extended"


@pytest.mark.fault("delivering", 35)
def test_the_last_status_is_kept_when_the_receiver_falls_silent() -> None:
    dead = Queue("dead")
    with closed_port() as port:
        message = hit(f"http://127.0.0.1:{port}/", attempt=9, last_status=503)
        deliverer_of(Queue("hits"), dead, Clock()).deliver(event_of(message), Context(60))
    assert json.loads(dead.waiting()[0].body)["dead"]["last_status"] == 503


def test_a_message_that_is_not_due_is_put_back_without_an_attempt() -> None:
    clock, queue = Clock(), Queue("hits")
    with Receiver(answering()) as receiver:
        message = hit(receiver.url, attempt=4, not_before=int(clock.now) + 5_000)
        deliver_one(queue, message, clock=clock)
        assert receiver.requests == []
    (waiting,) = queue.waiting()
    assert parse(waiting.body) == message
    assert waiting.due_at - waiting.sent_at == pytest.approx(MAX_QUEUE_DELAY)


def test_a_dead_letter_moved_back_by_hand_starts_its_schedule_anew(rig: Rig) -> None:
    with Receiver(status(500)) as receiver:
        spent = hit(receiver.url, attempt=10, not_before=5, last_status=500)
        rig.put(spent.as_dead_letter("10 attempts failed", now=1_700_000_000))
        rig.invoke(rig.deliverer())
        assert len(receiver.requests) == 1
    (copy,) = [parse(d.body) for d in rig.wait_for(1)]
    assert isinstance(copy, Message)
    assert (copy.id, copy.attempt, copy.dead) == (spent.id, 1, None)
    assert rig.dead() == []
