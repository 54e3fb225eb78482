"""Which endpoints the deliver function posts to: none that is gone, inside, silent, or no URL."""

import json
import time

import pytest
from pytracking.delivery.breaker import THRESHOLD
from pytracking.delivery.client import Client

from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliverer_of, event_of
from tests.delivery.posting import DEADLINE, LOCAL
from tests.delivery.receivers import Receiver, answering, hanging, status
from tests.delivery.rig import Rig, hit
from tests.support.timing import Clock


@pytest.mark.fault("delivering", 27)
def test_a_receiver_that_is_gone_gets_no_more(rig: Rig) -> None:
    with Receiver(status(410)) as receiver:
        message = hit(receiver.url)
        rig.put(message)
        rig.invoke(rig.deliverer())
        assert len(receiver.requests) == 1
    assert rig.left() == 0
    (dead,) = rig.dead()
    assert dead["id"] == message.id
    assert dead["dead"]["reason"].startswith("410")
    assert (dead["dead"]["attempts"], dead["dead"]["last_status"]) == (1, 410)


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize(
    "webhook", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]:9001/"]
)
def test_a_webhook_inside_is_never_posted_to_and_ends_in_the_dead_letters(webhook: str) -> None:
    dead = Queue("dead")
    client = Client(type(LOCAL)(allow_http=True))
    deliverer = deliverer_of(Queue("hits"), dead, Clock(), client=client)
    deliverer.deliver(event_of(hit(webhook, attempt=9)), Context(60))
    (waiting,) = dead.waiting()
    assert "never dialled" in json.loads(waiting.body)["dead"]["reason"]


@pytest.mark.parametrize("webhook", ["ftp://a.test/", "https://user@a.test/", "nowhere"])
def test_a_webhook_that_is_no_url_goes_to_the_dead_letters_at_once(webhook: str) -> None:
    dead = Queue("dead")
    deliverer_of(Queue("hits"), dead, Clock()).deliver(event_of(hit(webhook)), Context(60))
    assert len(dead) == 1


@pytest.mark.fault("delivering", 31)
def test_an_endpoint_that_stays_silent_is_not_waited_for_any_more() -> None:
    queue, clock = Queue("hits"), Clock()
    with Receiver(hanging) as dead, Receiver(answering()) as alive:
        deliverer = deliverer_of(queue, Queue("dead"), clock)
        deliverer.deliver(event_of(*(hit(dead.url) for _ in range(THRESHOLD))), Context(60))
        posted = len(dead.requests)
        started = time.monotonic()
        for _ in range(20):
            deliverer.deliver(event_of(hit(dead.url), hit(alive.url)), Context(60))
        # Each of the twenty would have taken a deadline.
        assert time.monotonic() - started < 10 * DEADLINE
        assert len(dead.requests) == posted
        assert len(alive.requests) == 20
    retried = [json.loads(w.body) for w in queue.waiting()]
    assert len(retried) == THRESHOLD + 20
    assert {r["attempt"] for r in retried} == {1}


def test_an_endpoint_that_answers_with_errors_is_posted_to_every_time() -> None:
    with Receiver(status(500)) as receiver:
        deliverer = deliverer_of(Queue("hits"), Queue("dead"), Clock())
        for _ in range(3 * THRESHOLD):
            deliverer.deliver(event_of(hit(receiver.url)), Context(60))
        assert len(receiver.requests) == 3 * THRESHOLD
