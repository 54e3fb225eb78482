"""Fair by origin: the slow lane, the circuit breaker's key, and what SQS is told of a hit."""

import json
import socket
import time
from collections.abc import Iterator

import pytest
from pytracking.delivery import slow as slow_module
from pytracking.delivery.memory import JITTER, MAX_ORIGINS
from pytracking.delivery.origin import message_group, origin
from pytracking.delivery.slow import MEMORY_SECONDS, SLOW_SECONDS, SlowOrigins
from pytracking.handlers.delivering import Deliverer
from pytracking.messages import parse

from local.functions import Context
from local.queue import Queue
from local.queue_server import QueueServer
from tests.delivery.in_memory import deliverer_of, event_of
from tests.delivery.receivers import OK, Receiver, Request, answering, hanging
from tests.delivery.rig import CREDENTIALS, SECRETS, Rig, hit
from tests.support.timing import Clock

SLOW = "https://slow.test:443"


@pytest.fixture
def quick_to_call_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slow_module, "SLOW_SECONDS", 0.1)


@pytest.fixture
def slow_receiver(quick_to_call_slow: None) -> Iterator[Receiver]:
    def answer_late(conn: socket.socket, request: Request) -> None:
        time.sleep(0.2)
        conn.sendall(OK)

    with Receiver(answer_late) as receiver:
        yield receiver


# The memory


def test_an_origin_is_slow_once_a_post_took_longer_than_two_seconds() -> None:
    slow = SlowOrigins()
    slow.record(SLOW, SLOW_SECONDS)
    assert not slow.divert(SLOW)
    slow.record(SLOW, SLOW_SECONDS + 0.1)
    assert slow.divert(SLOW)
    assert not slow.divert("https://other.test:443")


def test_after_a_while_one_hit_finds_out_whether_the_origin_is_quick_again() -> None:
    clock = Clock()
    slow = SlowOrigins(clock)
    slow.record(SLOW, 9.9)
    clock.now += MEMORY_SECONDS * (1 + JITTER)
    assert [slow.divert(SLOW) for _ in range(3)] == [False, True, True]
    slow.record(SLOW, 0.1)
    assert not slow.divert(SLOW)


def test_only_so_many_slow_origins_are_remembered() -> None:
    slow = SlowOrigins()
    for number in range(MAX_ORIGINS + 1):
        slow.record(f"https://{number}.test:443", 9.9)
    assert not slow.divert("https://0.test:443")
    assert slow.divert("https://1.test:443")


# The lane


@pytest.mark.fault("delivering", 62)
def test_hits_of_an_origin_that_was_slow_once_move_and_spend_no_attempt(
    slow_receiver: Receiver,
) -> None:
    queue, slow = Queue("hits"), Queue("slow")
    deliverer = deliverer_of(queue, Queue("dead"), Clock(), slow=slow)
    with Receiver(answering()) as quick:
        first, second = hit(slow_receiver.url), hit(slow_receiver.url + "?n=2", attempt=3)
        deliverer.deliver(event_of(first), Context(60))
        answer = deliverer.deliver(event_of(second, hit(quick.url)), Context(60))
        assert len(quick.requests) == 1
    assert answer == {"batchItemFailures": []}
    assert len(slow_receiver.requests) == 1
    assert [parse(waiting.body) for waiting in slow.waiting()] == [second]
    assert len(queue) == 0


@pytest.mark.fault("delivering", 62)
def test_a_hit_that_the_slow_lane_does_not_take_comes_again(slow_receiver: Receiver) -> None:
    second = hit(slow_receiver.url)
    deliverer = deliverer_of(
        Queue("hits"), Queue("dead"), Clock(), slow=Queue("slow"), refuses={second.id}
    )
    deliverer.deliver(event_of(hit(slow_receiver.url)), Context(60))
    event = event_of(second)
    answer = deliverer.deliver(event, Context(60))
    (record,) = event["Records"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}


def test_without_a_slow_lane_a_slow_receiver_is_posted_to_as_ever(slow_receiver: Receiver) -> None:
    deliverer = deliverer_of(Queue("hits"), Queue("dead"), Clock())
    for _ in range(3):
        deliverer.deliver(event_of(hit(slow_receiver.url)), Context(60))
    assert len(slow_receiver.requests) == 3


@pytest.mark.fault("delivering", 63)
@pytest.mark.parametrize("lane", [True, False], ids=["with a slow lane", "without"])
def test_a_silent_host_is_one_whatever_the_query_of_its_webhooks(
    quick_to_call_slow: None, lane: bool
) -> None:
    with Receiver(hanging) as silent, Receiver(answering()) as quick:
        slow = Queue("slow") if lane else None
        deliverer = deliverer_of(Queue("hits"), Queue("dead"), Clock(), slow=slow)
        for number in range(3):
            deliverer.deliver(event_of(hit(f"{silent.url}?hit={number}")), Context(60))
        began = time.monotonic()
        posted = len(silent.requests)
        for number in range(20):
            deliverer.deliver(
                event_of(hit(f"{silent.url}?later={number}"), hit(quick.url)), Context(60)
            )
        assert time.monotonic() - began < 10
        assert len(silent.requests) == posted
        assert len(quick.requests) == 20


def test_the_slow_lane_posts_what_is_slow_and_puts_off_into_its_own_queue(
    slow_receiver: Receiver,
) -> None:
    fast, slow, dead = Queue("hits"), Queue("slow"), Queue("dead")
    with QueueServer([fast, slow, dead]) as server, Receiver(hanging) as silent:
        environment = {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_SQS": server.endpoint,
            "AWS_SAM_LOCAL": "true",
            "PYTRACKING_QUEUE_URL": server.url(fast),
            "PYTRACKING_SLOW_QUEUE_URL": server.url(slow),
            "PYTRACKING_DEAD_LETTER_QUEUE_URL": server.url(dead),
            "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
            "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
        }
        hits = [hit(slow_receiver.url) for _ in range(3)]
        fast_lane = Deliverer.from_environment(environment)
        fast_lane.deliver(event_of(hits[0]), Context(60))
        fast_lane.deliver(event_of(*hits[1:]), Context(60))
        assert (len(slow_receiver.requests), len(slow), len(fast)) == (1, 2, 0)
        slow_lane = Deliverer.from_environment({**environment, "PYTRACKING_SLOW_LANE": "true"})
        slow_lane.deliver(event_of(*hits[1:]), Context(60))
        assert len(slow_receiver.requests) == 3
        waiting = hit(silent.url, not_before=int(time.time()) + 500)
        slow_lane.deliver(event_of(waiting), Context(60))
        assert parse(slow.waiting()[-1].body) == waiting


# What SQS is told


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://Hooks.example.com/a?b", "https://hooks.example.com:443"),
        ("http://a.test", "http://a.test:80"),
        ("https://a.test:8443/", "https://a.test:8443"),
        ("ftp://a.test/", ""),
        ("https://a.test:x/", ""),
        ("https://[::1/", ""),
        ("nowhere", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, expected: str) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    "url",
    [f"https://{'a' * 60}.{'b' * 60}.{'c' * 60}/", "https://b\u00fccher.test/", "https://\ud800/"],
)
def test_a_group_is_what_sqs_takes_for_one(url: str) -> None:
    group = message_group(url)
    assert group is not None
    assert group.isascii()
    assert 0 < len(group) <= 128


@pytest.mark.fault("delivering", 62)
def test_a_copy_is_ranked_among_those_of_its_origin(rig: Rig) -> None:
    message = hit("https://hooks.example.com/a", not_before=int(time.time()) + 2)
    rig.put(message)
    rig.invoke(rig.deliverer())
    found = rig.sqs.receive_message(
        QueueUrl=rig.queue_url, WaitTimeSeconds=4, AttributeNames=["All"]
    )["Messages"]
    assert [one["Attributes"]["MessageGroupId"] for one in found] == [origin(message.webhook)]
    assert json.loads(found[0]["Body"])["id"] == message.id
