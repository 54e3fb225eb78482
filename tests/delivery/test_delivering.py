"""The deliver function: batches of a queue over HTTP, receivers on real sockets."""

import json
import socket
import threading
import time
from typing import Any

import pytest
from pytracking.aws.api import AwsError
from pytracking.aws.deliverer import BatchFailed, Deliverer
from pytracking.aws.webhook_secrets import RETRY_SECONDS, WebhookSecrets
from pytracking.delivery.breaker import THRESHOLD, Breaker
from pytracking.delivery.client import Client, Outcome
from pytracking.delivery.messages import Message, Undecoded, parse
from pytracking.delivery.schedule import MAX_HOP, RETRY_DELAYS
from pytracking.errors import ConfigurationError
from standardwebhooks import Webhook

from local.event_source import Context, queue_event
from local.queue import Queue
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
from tests.delivery.rig import DEADLINE, LOCAL, SECRET, SECRETS, SIGNER, Rig, hit
from tests.support.timing import Clock


def no_queue(text: str, delay: int, timeout: float) -> None:
    raise AwsError("sqs SendMessage: no answer", code="NoAnswer", retryable=True)


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
    (copy,) = [parse(d.body) for d in wait_for(rig, 1)]
    assert isinstance(copy, Message)
    assert (copy.id, copy.body, copy.attempt) == (failing.id, failing.body, 1)
    assert before < copy.not_before <= time.time() + 2
    assert copy.last_status == (int(failure) if failure.isdigit() else copy.last_status)


def wait_for(rig: Rig, count: int) -> list[Any]:
    """Receive so many messages, once they are due."""
    found: list[Any] = []
    for _ in range(10):
        found += rig.receive(wait=1)
        if len(found) >= count:
            break
    return found


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
    undecoded = Undecoded("a" * 32, "open", "pToken", 1_700_000_000, {"user_ip": "203.0.113.9"})
    rig.put(undecoded)
    rig.invoke(rig.deliverer())
    (dead,) = rig.dead()
    assert parse(json.dumps(dead)) == undecoded
    assert dead["dead"]["reason"] == "the link keys could not be read"


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
def test_what_time_does_not_suffice_for_is_reported_and_what_was_started_is_done(
    rig: Rig,
) -> None:
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
    deliverer = rig.deliverer(send_dead=no_queue)
    with pytest.raises(BatchFailed):
        deliverer.deliver({"Records": [record]}, Context(60))


@pytest.mark.fault("delivering", 20)
def test_a_failed_post_whose_copy_cannot_be_sent_is_reported_as_failed(rig: Rig) -> None:
    with Receiver(status(503)) as receiver:
        message = hit(receiver.url)
        rig.put(message)
        failed = rig.invoke(rig.deliverer(send_again=no_queue))
    assert [parse(text) for text in failed] == [message]
    assert rig.left() == 1


@pytest.mark.fault("delivering", 20)
def test_a_dead_letter_that_cannot_be_sent_is_reported_as_failed(rig: Rig) -> None:
    rig.put("not JSON")
    assert rig.invoke(rig.deliverer(send_dead=no_queue)) == ["not JSON"]


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


@pytest.mark.fault("delivering", 27)
@pytest.mark.parametrize(
    ("header", "least", "most"),
    [("3600", 3600, 3600), ("-5", 4, 6), ("1000000000", 86_400, 86_400), ("soon", 4, 6)],
)
def test_retry_after_is_honoured_within_bounds(header: str, least: int, most: int) -> None:
    clock, queue = Clock(), Queue("hits")
    with Receiver(status(503, f"Retry-After: {header}\r\n")) as receiver:
        run(queue, hit(receiver.url), clock=clock)
    (waiting,) = queue.waiting()
    due_in = json.loads(waiting.body)["not_before"] - clock.now
    assert least <= due_in <= most + 1
    assert waiting.due_at - waiting.sent_at == pytest.approx(min(due_in, MAX_HOP), abs=1)


def run(queue: Queue, message: Message, *, clock: Clock, **settings: Any) -> Any:
    """Hand one message to a deliverer whose copies go to ``queue``."""
    queue.send(message.to_json())
    deliverer = make(queue, Queue("dead"), clock, **settings)
    deliveries = queue.receive()
    answer = deliverer.deliver(queue_event("hits", deliveries), Context(60))
    for delivery in deliveries:
        queue.delete(delivery.receipt_handle)
    return answer


def make(queue: Queue, dead: Queue, clock: Clock, **settings: Any) -> Deliverer:
    return Deliverer(
        **{
            "client": Client(LOCAL, deadline=DEADLINE),
            "secrets": WebhookSecrets.fixed(SECRETS),
            "send_again": lambda text, delay, timeout: queue.send(text, delay),
            "send_dead": lambda text, delay, timeout: dead.send(text),
            "post_deadline": DEADLINE,
            "clock": clock,
            **settings,
        }
    )


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
        deliverer = make(queue, dead, clock)
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
        assert 0.8 * delay <= waited <= 1.2 * delay + 61 * (1 + delay / MAX_HOP)
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
        make(Queue("hits"), dead, Clock()).deliver(event_of(message), Context(60))
    assert json.loads(dead.waiting()[0].body)["dead"]["last_status"] == 503


def event_of(*messages: Message) -> dict[str, Any]:
    queue = Queue("any")
    for message in messages:
        queue.send(message.to_json())
    return queue_event("any", queue.receive())


def test_a_message_that_is_not_due_is_put_back_without_an_attempt() -> None:
    clock, queue = Clock(), Queue("hits")
    with Receiver(answering()) as receiver:
        message = hit(receiver.url, attempt=4, not_before=int(clock.now) + 5_000)
        run(queue, message, clock=clock)
        assert receiver.requests == []
    (waiting,) = queue.waiting()
    assert parse(waiting.body) == message
    assert waiting.due_at - waiting.sent_at == pytest.approx(MAX_HOP)


def test_a_dead_letter_moved_back_by_hand_starts_its_schedule_anew(rig: Rig) -> None:
    with Receiver(status(500)) as receiver:
        spent = hit(receiver.url, attempt=10, not_before=5, last_status=500)
        rig.put(spent.buried("10 attempts failed", now=1_700_000_000))
        rig.invoke(rig.deliverer())
        assert len(receiver.requests) == 1
    (copy,) = [parse(d.body) for d in wait_for(rig, 1)]
    assert isinstance(copy, Message)
    assert (copy.id, copy.attempt, copy.dead) == (spent.id, 1, None)
    assert rig.dead() == []


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize(
    "webhook", ["http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[::1]:9001/"]
)
def test_a_webhook_inside_is_never_posted_to_and_ends_in_the_dead_letters(webhook: str) -> None:
    dead = Queue("dead")
    client = Client(type(LOCAL)(allow_http=True))
    deliverer = make(Queue("hits"), dead, Clock(), client=client)
    deliverer.deliver(event_of(hit(webhook, attempt=9)), Context(60))
    (waiting,) = dead.waiting()
    assert "never dialled" in json.loads(waiting.body)["dead"]["reason"]


@pytest.mark.parametrize("webhook", ["ftp://a.test/", "https://user@a.test/", "nowhere"])
def test_a_webhook_that_is_no_url_goes_to_the_dead_letters_at_once(webhook: str) -> None:
    dead = Queue("dead")
    make(Queue("hits"), dead, Clock()).deliver(event_of(hit(webhook)), Context(60))
    assert len(dead) == 1


@pytest.mark.fault("delivering", 31)
def test_an_endpoint_that_stays_silent_is_not_waited_for_any_more() -> None:
    queue, clock = Queue("hits"), Clock()
    with Receiver(hanging) as dead, Receiver(answering()) as alive:
        deliverer = make(queue, Queue("dead"), clock)
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
        deliverer = make(Queue("hits"), Queue("dead"), Clock())
        for _ in range(3 * THRESHOLD):
            deliverer.deliver(event_of(hit(receiver.url)), Context(60))
        assert len(receiver.requests) == 3 * THRESHOLD


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


def test_during_a_rotation_hits_are_signed_with_both_secrets() -> None:
    old = "whsec_" + "B" * 42 + "g="
    both = WebhookSecrets.fixed(json.dumps({"current": SECRET, "retired": [old]}))
    with Receiver(answering()) as receiver:
        deliverer = make(Queue("hits"), Queue("dead"), Clock(time.time()), secrets=both)
        deliverer.deliver(event_of(hit(receiver.url)), Context(60))
        (request,) = receiver.requests
    for secret in (SECRET, old):
        Webhook(secret).verify(request.body, request.headers)


def test_without_any_secrets_nothing_is_posted_unsigned_and_the_hit_is_tried_again() -> None:
    def fail(timeout: float) -> str:
        raise AwsError("secretsmanager GetSecretValue: no answer", code="NoAnswer", retryable=True)

    queue = Queue("hits")
    with Receiver(answering()) as receiver:
        run(queue, hit(receiver.url), clock=Clock(), secrets=WebhookSecrets(fail))
        assert receiver.requests == []
    assert json.loads(queue.waiting()[0].body)["attempt"] == 1


def test_the_last_good_secrets_serve_while_no_newer_ones_can_be_had() -> None:
    clock, texts = Clock(), [SECRETS, "malformed", None, SECRETS.replace("AAA", "BBB")]

    def fetch(timeout: float) -> str:
        text = texts.pop(0)
        if text is None:
            raise AwsError("secretsmanager GetSecretValue: no answer", code="x", retryable=True)
        return text

    secrets = WebhookSecrets(fetch, clock=clock)
    first = secrets.signer()
    clock.now += 301
    assert secrets.signer() is first
    assert secrets.signer() is first
    assert len(texts) == 2
    clock.now += RETRY_SECONDS
    assert secrets.signer() is first
    clock.now += RETRY_SECONDS
    assert secrets.signer() is not first
    assert texts == []


def test_a_bug_in_one_message_leaves_its_neighbours_alone(rig: Rig) -> None:
    class Buggy(Client):
        def post(self, url: str, body: bytes, headers: Any, patience: float = 0) -> Outcome:
            if b'"bug"' in body:
                raise MemoryError
            return super().post(url, body, headers, patience)

    with Receiver(answering()) as receiver:
        fine, bug = hit(receiver.url), Message("b", receiver.url, {"metadata": "bug"})
        rig.put(fine, bug)
        failed = rig.invoke(rig.deliverer(client=Buggy(LOCAL, deadline=DEADLINE)))
        assert [parse(text) for text in failed] == [bug]
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"PYTRACKING_QUEUE_URL": ""}, "PYTRACKING_QUEUE_URL must be set"),
        ({"PYTRACKING_DEAD_LETTER_QUEUE_URL": ""}, "PYTRACKING_DEAD_LETTER_QUEUE_URL must be"),
        ({"PYTRACKING_WEBHOOK_SECRETS": ""}, "always signed"),
        ({"PYTRACKING_WEBHOOK_SECRETS": '{"current": "short"}'}, "at least 32"),
        ({"PYTRACKING_ALLOW_HTTP_WEBHOOKS": "yes"}, "true or false"),
        ({"PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "localhost"}, "list of networks"),
    ],
)
def test_a_setting_that_is_missing_or_meaningless_is_an_error_at_the_start(
    rig: Rig, change: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        Deliverer.from_environment({**rig.environment, **change})


def test_the_environment_makes_a_deliverer_that_delivers(rig: Rig) -> None:
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        assert rig.invoke(Deliverer.from_environment(rig.environment)) == []
        assert len(receiver.requests) == 1


def test_the_webhook_secrets_are_fetched_from_secrets_manager(rig: Rig) -> None:
    arn = rig.store_secret(SECRETS)
    rig.environment["PYTRACKING_WEBHOOK_SECRETS"] = ""
    rig.environment["PYTRACKING_WEBHOOK_SECRETS_SECRET"] = arn
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        rig.invoke(Deliverer.from_environment(rig.environment))
        (request,) = receiver.requests
    Webhook(SECRET).verify(request.body, request.headers)


def test_deployed_the_loopback_is_out_of_reach_without_a_word_in_the_settings(rig: Rig) -> None:
    rig.environment["PYTRACKING_ALLOWED_WEBHOOK_NETWORKS"] = ""
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        rig.invoke(Deliverer.from_environment(rig.environment))
        assert receiver.connections == 0


def test_locally_the_loopback_is_within_reach(rig: Rig) -> None:
    rig.environment["PYTRACKING_ALLOWED_WEBHOOK_NETWORKS"] = ""
    rig.environment["AWS_SAM_LOCAL"] = "true"
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        rig.invoke(Deliverer.from_environment(rig.environment))
        assert receiver.connections == 1


def test_breakers_are_not_shared_between_deliverers() -> None:
    breaker = Breaker()
    for _ in range(THRESHOLD):
        breaker.record("http://a.test/", answered=False)
    assert breaker.patience("http://a.test/") is None
    assert Breaker().patience("http://a.test/")
