"""The embedded queue: its semantics by a clock of our own, and SQS's interface by boto3.

The second half runs the same assertions against moto's SQS, so that what the tests and the local
gateway build on is what another implementation does too.
"""

import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from local.event_source import EventSource, failed_ids
from local.queue import Queue
from local.queue_server import QueueServer
from tests.support.aws import moto_server, sdk
from tests.support.timing import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dead(clock: Clock) -> Queue:
    return Queue("dead", clock=clock)


@pytest.fixture
def queue(clock: Clock, dead: Queue) -> Queue:
    return Queue("hits", 30, dead_letters=dead, max_receive_count=3, clock=clock)


def test_a_received_message_is_hidden_until_its_visibility_ends(queue: Queue, clock: Clock) -> None:
    queue.send("a")
    assert [d.body for d in queue.receive()] == ["a"]
    assert queue.receive() == []
    clock.now += 30
    assert [d.receive_count for d in queue.receive()] == [2]


def test_an_outdated_receipt_deletes_nothing(queue: Queue, clock: Clock) -> None:
    queue.send("a")
    outdated = queue.receive()[0].receipt_handle
    clock.now += 30
    [again] = queue.receive()
    assert not queue.delete(outdated)
    assert len(queue) == 1
    assert queue.delete(again.receipt_handle)
    clock.now += 1_000
    assert queue.receive() == []


def test_a_delayed_message_is_due_after_its_delay_and_not_before(
    queue: Queue, clock: Clock
) -> None:
    queue.send("later", delay_seconds=900)
    queue.send("now")
    assert [one.state for one in queue.waiting()] == ["delayed", "visible"]
    assert [d.body for d in queue.receive()] == ["now"]
    clock.now += 899
    assert "later" not in [d.body for d in queue.receive()]
    clock.now += 1
    assert "later" in [d.body for d in queue.receive()]


@pytest.mark.parametrize("delay", [-1, 901])
def test_a_delay_that_sqs_refuses_is_refused(queue: Queue, delay: int) -> None:
    with pytest.raises(ValueError, match="0-900"):
        queue.send("a", delay)


def test_an_empty_body_is_refused(queue: Queue) -> None:
    with pytest.raises(ValueError, match="body"):
        queue.send("")


def test_a_message_received_too_often_moves_to_the_dead_letters(
    queue: Queue, dead: Queue, clock: Clock
) -> None:
    queue.send("poison")
    for count in (1, 2, 3):
        assert [d.receive_count for d in queue.receive()] == [count]
        clock.now += 30
    assert queue.receive() == []
    assert len(queue) == 0
    assert [d.body for d in dead.receive()] == ["poison"]


def test_waiting_messages_tell_their_state(queue: Queue) -> None:
    queue.send("a")
    queue.receive()
    queue.send("b", 10)
    assert [(w.body, w.state, w.receive_count) for w in queue.waiting()] == [
        ("a", "in flight", 1),
        ("b", "delayed", 0),
    ]


def test_a_waiting_receiver_is_woken_by_a_message() -> None:
    queue = Queue("hits")
    threading.Timer(0.05, queue.send, ["a"]).start()
    assert [d.body for d in queue.receive(wait_seconds=10)] == ["a"]


def source(queue: Queue, answer: Any) -> EventSource:
    def invoke(event: dict[str, Any]) -> Any:
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(event)
        return answer

    return EventSource(queue, invoke)


def test_a_reported_failure_stays_and_its_neighbours_go(queue: Queue, clock: Clock) -> None:
    queue.send("good")
    queue.send("bad")

    def answer(event: dict[str, Any]) -> dict[str, Any]:
        bad = [r["messageId"] for r in event["Records"] if r["body"] == "bad"]
        return {"batchItemFailures": [{"itemIdentifier": i} for i in bad]}

    assert source(queue, answer).run_once() == 2
    clock.now += 30
    assert [d.body for d in queue.receive()] == ["bad"]


@pytest.mark.parametrize(
    "answer",
    [
        RuntimeError("boom"),
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{"wrong": "key"}]},
        {"wrong": []},
    ],
)
def test_a_batch_whose_answer_makes_no_sense_is_retried_whole(
    queue: Queue, clock: Clock, answer: Any
) -> None:
    queue.send("a")
    queue.send("b")
    source(queue, answer).run_once()
    clock.now += 30
    assert len(queue.receive()) == 2


@pytest.mark.parametrize(
    "answer", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}]
)
def test_no_failures_mean_that_all_is_done(answer: Any) -> None:
    assert failed_ids(answer, ["a", "b"]) == set()


def test_an_event_source_drains_its_queue_and_stops() -> None:
    queue = Queue("hits")
    seen: list[str] = []

    def invoke(event: dict[str, Any]) -> None:
        seen.extend(record["body"] for record in event["Records"])

    source = EventSource(queue, invoke)
    source.start()
    for number in range(100):
        queue.send(str(number))
    while len(queue):
        threading.Event().wait(0.01)
    source.stop()
    assert sorted(seen, key=int) == [str(number) for number in range(100)]


@pytest.fixture(params=["embedded", "moto"])
def sqs(request: pytest.FixtureRequest) -> Iterator[tuple[Any, str]]:
    """A boto3 client, and the URL of a queue whose messages stay hidden for one second."""
    if request.param == "embedded":
        queue = Queue("hits", visibility_timeout=1)
        with QueueServer([queue]) as server:
            yield sdk("sqs", server.endpoint), server.url(queue)
        return
    with moto_server() as endpoint:
        made = sdk("sqs", endpoint)
        # A name of its own: moto's queues outlive its server.
        created = made.create_queue(
            QueueName=uuid.uuid4().hex, Attributes={"VisibilityTimeout": "1"}
        )
        yield made, created["QueueUrl"]


def test_boto3_sends_receives_and_deletes(sqs: tuple[Any, str]) -> None:
    client, url = sqs
    client.send_message(QueueUrl=url, MessageBody='é\n"')
    client.send_message_batch(
        QueueUrl=url, Entries=[{"Id": str(n), "MessageBody": f"body {n}"} for n in range(9)]
    )
    got = client.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"], WaitTimeSeconds=1
    )["Messages"]
    assert sorted(m["Body"] for m in got) == sorted(['é\n"', *(f"body {n}" for n in range(9))])
    assert {m["Attributes"]["ApproximateReceiveCount"] for m in got} == {"1"}
    entries = [{"Id": str(n), "ReceiptHandle": m["ReceiptHandle"]} for n, m in enumerate(got)]
    client.delete_message(QueueUrl=url, ReceiptHandle=entries.pop()["ReceiptHandle"])
    client.delete_message_batch(QueueUrl=url, Entries=entries)
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "0"
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_boto3_sees_a_message_again_once_its_visibility_ended(sqs: tuple[Any, str]) -> None:
    client, url = sqs
    client.send_message(QueueUrl=url, MessageBody="a")
    (first,) = client.receive_message(QueueUrl=url)["Messages"]
    assert "Messages" not in client.receive_message(QueueUrl=url)
    client.change_message_visibility(
        QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0
    )
    (again,) = client.receive_message(
        QueueUrl=url, AttributeNames=["ApproximateReceiveCount"], WaitTimeSeconds=2
    )["Messages"]
    assert again["Attributes"]["ApproximateReceiveCount"] == "2"


def test_boto3_does_not_see_a_delayed_message_yet(sqs: tuple[Any, str]) -> None:
    client, url = sqs
    client.send_message(QueueUrl=url, MessageBody="later", DelaySeconds=2)
    assert "Messages" not in client.receive_message(QueueUrl=url)
    assert "Messages" in client.receive_message(QueueUrl=url, WaitTimeSeconds=5)


def test_boto3_is_told_of_a_missing_queue(sqs: tuple[Any, str]) -> None:
    client, url = sqs
    with pytest.raises(client.exceptions.QueueDoesNotExist):
        client.send_message(QueueUrl=url.rpartition("/")[0] + "/missing", MessageBody="a")


def test_boto3_is_told_of_a_delay_that_is_too_long(sqs: tuple[Any, str]) -> None:
    client, url = sqs
    with pytest.raises(client.exceptions.ClientError, match="InvalidParameterValue"):
        client.send_message(QueueUrl=url, MessageBody="a", DelaySeconds=901)
