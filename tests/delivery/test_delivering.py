"""The deliver function: batches of a queue over HTTP, receivers on real sockets."""

import copy
import json
import socket
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.delivery.client import Client, Outcome
from pytracking.errors import BatchFailed
from pytracking.events import Event
from pytracking.handlers.delivering import NO_WEBHOOK_KNOWN, Deliverer
from pytracking.messages import Message, Undecoded, parse
from standardwebhooks import Webhook

from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliverer_of, event_of
from tests.delivery.posting import DEADLINE, LOCAL
from tests.delivery.receivers import (
    Receiver,
    Request,
    answering,
    closed_port,
    dripping,
    hanging,
    resetting,
    status,
)
from tests.delivery.rig import SECRET, NoQueue, Rig, hit
from tests.support.timing import Clock


def test_a_hit_reaches_its_receiver_signed_and_leaves_the_queue(rig: Rig) -> None:
    message = hit("")
    with Receiver(answering()) as receiver:
        rig.put(Message(message.id, receiver.url, message.body))
        assert rig.invoke(rig.deliverer()) == []
        (request,) = receiver.requests
    assert Webhook(SECRET).verify(request.body, request.headers) == message.body
    assert request.headers["webhook-id"] == message.id == json.loads(request.body)["id"]
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 60
    assert rig.left() == 0
    assert rig.dead() == []


FAILING = {
    "500": status(500),
    "503": status(503),
    "404": status(404),
    "redirect": status(302, "Location: https://a.test/\r\n"),
    "reset": resetting,
    "hang": hanging,
    "drip": dripping(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
}


@pytest.mark.fault("delivering", 15)
@pytest.mark.parametrize("failure", [*FAILING, "refused"])
def test_a_failed_post_is_tried_again_on_schedule_and_its_neighbours_are_done(
    rig: Rig, failure: str
) -> None:
    with (
        closed_port() as port,
        Receiver(FAILING.get(failure, answering())) as bad,
        Receiver(answering()) as good,
    ):
        url = f"http://127.0.0.1:{port}/" if failure == "refused" else bad.url
        failing, neighbours = hit(url), [hit(good.url) for _ in range(4)]
        rig.put(neighbours[0], neighbours[1], failing, neighbours[2], neighbours[3])
        before = int(time.time())
        assert rig.invoke(rig.deliverer()) == []
        assert {r.headers["webhook-id"] for r in good.requests} == {n.id for n in neighbours}
    (copy,) = [parse(d.body) for d in rig.wait_for(1)]
    assert isinstance(copy, Message)
    assert (copy.id, copy.body, copy.attempt) == (failing.id, failing.body, 1)
    assert before < copy.not_before <= time.time() + 2
    assert copy.last_status == (int(failure) if failure.isdigit() else copy.last_status)


@pytest.mark.fault("delivering", 17)
@pytest.mark.fault("delivering", 36)
@pytest.mark.parametrize(
    "poison",
    [
        "not JSON",
        '{"v": 99, "id": "a", "webhook": "https://a.test/", "body": {}}',
        "[1, 2]",
        '{"v": 1, "id": "a.b", "webhook": "https://a.test/", "body": {}}',
        "{" * 5_000,
    ],
    ids=["not JSON", "unknown version", "an array", "id with a dot", "nested"],
)
def test_of_ten_messages_with_one_poison_nine_are_done_and_one_lies_in_the_dead_letters(
    rig: Rig, poison: str
) -> None:
    with Receiver(answering()) as receiver:
        hits = [hit(receiver.url) for _ in range(9)]
        rig.put(*hits[:4], poison, *hits[4:])
        assert rig.invoke(rig.deliverer()) == []
        assert {r.headers["webhook-id"] for r in receiver.requests} == {h.id for h in hits}
    assert rig.left() == 0
    (dead,) = rig.dead()
    assert dead["raw"] == poison
    assert dead["dead"]["reason"]


@pytest.mark.fault("delivering", 36)
def test_an_undecoded_hit_goes_to_the_dead_letters_with_its_reason(rig: Rig) -> None:
    seen = Event("open", "a" * 32, 1_700_000_000, request_data={"user_ip": "203.0.113.9"})
    undecoded = Undecoded(seen, "pToken")
    rig.put(undecoded)
    rig.invoke(rig.deliverer())
    (dead,) = rig.dead()
    assert parse(json.dumps(dead)) == undecoded
    assert dead["dead"]["reason"] == NO_WEBHOOK_KNOWN


@pytest.mark.fault("delivering", 18)
@pytest.mark.parametrize(("seconds", "started"), [(DEADLINE + 1.8, 0), (DEADLINE + 3, 3)])
def test_nothing_is_started_with_less_time_left_than_a_post_and_two_seconds(
    rig: Rig, seconds: float, started: int
) -> None:
    with Receiver(answering()) as receiver:
        hits = [hit(receiver.url) for _ in range(3)]
        rig.put(*hits)
        failed = rig.invoke(rig.deliverer(), seconds=seconds)
        assert len(receiver.requests) == started
    assert len(failed) == 3 - started


@pytest.mark.fault("delivering", 18)
def test_what_time_does_not_suffice_for_is_reported_and_what_was_started_is_done(rig: Rig) -> None:
    def slow(conn: socket.socket, request: Request) -> None:
        time.sleep(0.7)
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    with Receiver(slow) as receiver:
        hits = [hit(receiver.url) for _ in range(4)]
        rig.put(*hits)
        # One at a time, and time for two.
        failed = rig.invoke(rig.deliverer(workers=1), seconds=DEADLINE + 2 + 1.2)
        done = {r.headers["webhook-id"] for r in receiver.requests}
    assert len(done) == 2
    assert {json.loads(text)["id"] for text in failed} == {h.id for h in hits} - done


@pytest.mark.fault("delivering", 19)
@pytest.mark.parametrize("event", [{}, {"Records": []}, {"Records": None}])
def test_the_answer_to_an_empty_batch_is_an_empty_list(event: dict[str, Any], rig: Rig) -> None:
    assert rig.deliverer().deliver(event, Context(60)) == {"batchItemFailures": []}


@pytest.mark.fault("delivering", 19)
@pytest.mark.parametrize("record", [{}, {"messageId": ""}, {"messageId": None, "body": 7}])
def test_a_failure_that_cannot_be_named_fails_the_batch_instead_of_naming_nothing(
    record: dict[str, Any], rig: Rig
) -> None:
    deliverer = rig.deliverer(dead=NoQueue())
    with pytest.raises(BatchFailed):
        deliverer.deliver({"Records": [record]}, Context(60))


@pytest.mark.fault("delivering", 33)
def test_one_message_received_twice_at_once_arrives_twice_with_one_id(rig: Rig) -> None:
    together = threading.Barrier(2, timeout=10)

    def script(conn: socket.socket, request: Request) -> None:
        together.wait()
        status(200)(conn, request)

    with Receiver(script) as receiver:
        message = hit(receiver.url)
        deliverers = [rig.deliverer(), rig.deliverer()]
        event = event_of(message)
        threads = [
            threading.Thread(target=deliverer.deliver, args=(event, Context(60)))
            for deliverer in deliverers
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [r.headers["webhook-id"] for r in receiver.requests] == [message.id] * 2
        assert receiver.requests[0].body == receiver.requests[1].body


@pytest.mark.fault("delivering", 67)
def test_a_bug_is_counted_and_leaves_neighbours_alone(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    class Buggy(Client):
        def post(self, url: str, body: bytes, headers: Any, timeout: float = 0) -> Outcome:
            if b'"bug"' in body:
                raise MemoryError
            return super().post(url, body, headers, timeout)

    with Receiver(answering()) as receiver:
        fine, bug = hit(receiver.url), Message("b", receiver.url, {"metadata": "bug"})
        rig.put(fine, bug)
        failed = rig.invoke(rig.deliverer(client=Buggy(LOCAL, deadline=DEADLINE)))
        assert [parse(text) for text in failed] == [bug]
        assert len(receiver.requests) == 1
    counted = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert [line["Bugs"] for line in counted] == [[1.0]]


ABSURD = {
    "not_before": {"not_before": 10**4_000},
    "attempt": {"attempt": 10**4_000},
    "last status": {"last_status": 10**4_000},
    "infinite body": {"body": {"metadata": float("inf")}},
    "a list for a webhook": {"webhook": ["https://a.test/"]},
    "a surrogate for a webhook": {"webhook": "https://\ud800/"},
    "dead of another kind": {"dead": "x"},
    "attempts of another kind": {"attempt": "1"},
    "a time that is a fraction": {"not_before": 1.5},
    "undecoded of another kind": {"undecoded": 7},
    "infinite, and not due": {"body": {"n": float("inf")}, "not_before": 2_000_000_000},
}


@pytest.mark.fault("delivering", 65)
@pytest.mark.parametrize("change", ABSURD.values(), ids=ABSURD)
def test_a_message_with_absurd_values_is_a_dead_letter_at_once_with_a_reason(
    change: dict[str, Any],
) -> None:
    hits, dead = Queue("hits"), Queue("dead")
    with Receiver(answering()) as receiver:
        document = {**json.loads(hit(receiver.url).to_json()), **change}
        # As no JSON writer puts it, but many a reader takes it.
        text = json.dumps(document).replace("Infinity", "1e999")
        event = {"Records": [{"messageId": "m", "body": text}]}
        answer = deliverer_of(hits, dead, Clock()).deliver(event, Context(60))
        assert receiver.requests == []
    assert answer == {"batchItemFailures": []}
    assert len(hits) == 0
    (letter,) = [json.loads(waiting.body) for waiting in dead.waiting()]
    assert letter["dead"]["reason"]


MESSAGES = [
    json.loads(message.to_json())
    for message in (
        hit("https://r.example/"),
        hit("https://r.example/").as_dead_letter("x", now=1),
        Undecoded(Event("open", "a" * 32, 1, visitor={"signals": ["x"]}, privacy=("no_ip",)), "t"),
    )
]
PLACES = [
    (at, *path)
    for at, message in enumerate(MESSAGES)
    for name, value in message.items()
    for path in [(name,), *((name, inner) for inner in (value if isinstance(value, dict) else ()))]
]
ABSURDITIES = [10**4_000, -1, 2**63, 1.5, "", "a.b", "a\r\nb", "\ud800", "https://u@r.example/"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(ABSURDITIES) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def nowhere() -> tuple[Deliverer, Queue, Queue]:
    """A deliverer whose webhooks have no address, its queue and its dead letters."""
    hits, dead = Queue("hits"), Queue("dead")
    client = Client(LOCAL, lookup=lambda host, port: [])
    return deliverer_of(hits, dead, Clock(), client=client), hits, dead


@pytest.mark.fault("delivering", 65)
@given(place=st.sampled_from(PLACES), value=ANYTHING)
def test_whatever_stands_in_a_message_it_is_settled_once(
    nowhere: tuple[Deliverer, Queue, Queue], place: tuple[Any, ...], value: Any
) -> None:
    deliverer, hits, dead = nowhere
    before = len(hits) + len(dead)
    message = copy.deepcopy(MESSAGES[place[0]])
    inside = message if len(place) == 2 else message[place[1]]
    inside[place[-1]] = value
    event = {"Records": [{"messageId": "m", "body": json.dumps(message)}]}
    assert deliverer.deliver(event, Context(60)) == {"batchItemFailures": []}
    assert len(hits) + len(dead) == before + 1
