"""Replay: from dead letters over HTTP back into the queue."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from pytracking.errors import ReplayError
from pytracking.messages import Message, dead_letter_text
from pytracking.operations import batches
from pytracking.operations.replay import (
    INVALID_LINK,
    NO_KEYS,
    NO_MESSAGE,
    NO_WEBHOOK,
    Requeuer,
    replay_dead_letters,
)
from pytracking.tokens.keyring import Keyring

from tests.delivery.lost_hits import KEYRING, WEBHOOK, queued, token, undecoded
from tests.delivery.receivers import Receiver, answering
from tests.delivery.rig import Rig, hit


@pytest.fixture(autouse=True)
def no_long_polling(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in moto's queues is there at once."""
    monkeypatch.setattr(batches, "WAIT_SECONDS", 0)


def put_dead(rig: Rig, *texts: str) -> None:
    for text in texts:
        rig.sqs.send_message(QueueUrl=rig.dead_url, MessageBody=text)


def replay(
    rig: Rig,
    *,
    webhook_url: str | None = None,
    keyring: Keyring | None = KEYRING,
    sqs: Any = None,
    dry_run: bool = False,
    **options: Any,
) -> Any:
    return replay_dead_letters(
        Requeuer(keyring, webhook_url),
        sqs or rig.sqs,
        queue_url=rig.queue_url,
        dead_letter_queue_url=rig.dead_url,
        dry_run=dry_run,
        **options,
    )


@pytest.mark.fault("delivering", 32)
def test_dead_letters_are_replayed_with_their_ids_and_a_schedule_that_starts_anew(rig: Rig) -> None:
    dead = [hit(WEBHOOK, attempt=10, not_before=99, last_status=503) for _ in range(25)]
    put_dead(rig, *(d.as_dead_letter("10 attempts failed", now=1).to_json() for d in dead))
    report = replay(rig)
    assert (report.replayed, report.read, dict(report.stays)) == (25, 25, {})
    assert dict(report.reasons) == {"10 attempts failed": 25}
    assert rig.left(rig.dead_url) == replay(rig).read == 0
    by_id = {message.id: message for message in queued(rig)}
    assert by_id == {d.id: d.requeued() for d in dead}


@pytest.mark.fault("delivering", 32)
def test_a_hit_that_died_twice_and_was_replayed_twice_has_one_id(rig: Rig) -> None:
    message = hit("http://127.0.0.1:1/")
    with Receiver(answering()) as receiver:
        alive = Message(message.id, receiver.url, message.body)
        for _ in range(2):
            put_dead(rig, alive.as_dead_letter("10 attempts failed", now=1).to_json())
            assert replay(rig).replayed == 1
            rig.invoke(rig.deliverer())
        assert [r.headers["webhook-id"] for r in receiver.requests] == [message.id] * 2


def test_of_many_dead_letters_one_can_be_replayed_by_its_id(rig: Rig) -> None:
    dead = [hit(WEBHOOK) for _ in range(12)]
    put_dead(rig, "no message", *(d.to_json() for d in dead))
    assert replay(rig, only=dead[7].id).replayed == 1
    assert [message.id for message in queued(rig)] == [dead[7].id]
    assert rig.left(rig.dead_url) == 12
    assert replay(rig, only=dead[7].id).replayed == 0
    assert rig.left(rig.dead_url) == 12


def test_a_dry_run_counts_and_changes_nothing(rig: Rig) -> None:
    put_dead(
        rig,
        hit(WEBHOOK).as_dead_letter("410: gone", now=1).to_json(),
        "poison",
        undecoded().to_json(),
    )
    before = rig.left(rig.dead_url)
    for _ in range(2):
        report = replay(rig, dry_run=True)
        assert (report.dry_run, report.replayed, report.read) == (True, 2, 3)
    assert rig.left(rig.dead_url) == before
    assert rig.left() == 0
    assert "2 would be replayed" in str(report)
    assert f"1 stay: {NO_MESSAGE}" in str(report)
    assert "1 had failed: 410: gone" in str(report)


def test_what_was_never_decoded_is_decoded_with_the_link_keys(rig: Rig) -> None:
    put_dead(rig, undecoded().as_dead_letter("the link keys could not be read", now=1).to_json())
    assert replay(rig).replayed == 1
    (message,) = queued(rig)
    assert isinstance(message, Message)
    assert (message.id, message.webhook, message.attempt) == ("u" * 32, WEBHOOK, 0)
    assert message.body["metadata"] == {"customer_id": 7}
    assert message.body["tracked_url"] == "https://a.test/x"
    assert message.body["timestamp"] == 1_800_000_000
    assert message.body["request_data"] == {"user_agent": None, "user_ip": "203.0.113.9"}
    assert (message.body["is_click_tracking"], message.body["id"]) == (True, "u" * 32)


@pytest.mark.parametrize(
    ("text", "settings", "why"),
    [
        (lambda: "not JSON", {}, NO_MESSAGE),
        (lambda: dead_letter_text("poison", "not JSON", now=1), {}, NO_MESSAGE),
        (lambda: undecoded().to_json(), {"keyring": None}, NO_KEYS),
        (lambda: undecoded().to_json(), {"keyring": Keyring.generate()}, INVALID_LINK),
        (lambda: undecoded(kind="open").to_json(), {}, INVALID_LINK),
        (lambda: undecoded(token="guessed").to_json(), {}, INVALID_LINK),
        (
            lambda: undecoded(token=token(include_webhook_url=False)).to_json(),
            {"webhook_url": None},
            NO_WEBHOOK,
        ),
    ],
)
def test_what_cannot_be_replayed_stays_and_the_report_says_why(
    rig: Rig, text: Callable[[], str], settings: dict[str, Any], why: str
) -> None:
    put_dead(rig, text(), hit(WEBHOOK).to_json())
    report = replay(rig, **settings)
    assert (report.replayed, dict(report.stays)) == (1, {why: 1})
    assert rig.left(rig.dead_url) == 1
    # In sight at once, for the next reader.
    assert len(rig.dead_texts()) == 1


def test_a_link_without_a_webhook_goes_where_the_settings_say(rig: Rig) -> None:
    put_dead(rig, undecoded(token=token(include_webhook_url=False)).to_json())
    assert replay(rig, webhook_url="https://b.test/").replayed == 1
    (message,) = queued(rig)
    assert isinstance(message, Message)
    assert message.webhook == "https://b.test/"


def test_a_link_that_expired_since_is_replayed_as_of_the_time_it_was_opened(rig: Rig) -> None:
    now = int(time.time())
    short = token(expires_in=1)
    put_dead(rig, undecoded(token=short, timestamp=now - 5).to_json())
    put_dead(rig, undecoded("late" * 8, token=short, timestamp=now + 60).to_json())
    report = replay(rig)
    assert (report.replayed, dict(report.stays)) == (1, {INVALID_LINK: 1})


def test_progress_is_told(rig: Rig) -> None:
    told: list[tuple[int, int | None]] = []
    put_dead(rig, *(hit(WEBHOOK).to_json() for _ in range(15)))
    replay(rig, progress=lambda done, total: told.append((done, total)))
    assert told == [(10, 15), (15, 15)]


def test_a_queue_that_refuses_stops_the_replay_and_the_letters_stay(rig: Rig) -> None:
    put_dead(rig, hit(WEBHOOK).to_json())
    rig.sqs.delete_queue(QueueUrl=rig.queue_url)
    with pytest.raises(ReplayError, match="AWS refused"):
        replay(rig)
    assert rig.left(rig.dead_url) == 1


class HalfRefusing:
    """SQS that takes the first of each batch alone, as it may when it is throttled."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
        answer = self._sqs.send_message_batch(QueueUrl=QueueUrl, Entries=Entries[:1])
        failed = [{"Id": entry["Id"], "Code": "Throttled"} for entry in Entries[1:]]
        return {**answer, "Failed": failed} if failed else answer


def test_of_a_batch_taken_in_part_the_rest_stays(rig: Rig) -> None:
    put_dead(rig, *(hit(WEBHOOK).to_json() for _ in range(3)))
    with pytest.raises(ReplayError, match=r"2 hits were not taken .* Throttled"):
        replay(rig, sqs=HalfRefusing(rig.sqs))
    assert rig.left() == 1
    # In sight at once, for the next reader.
    assert len(rig.dead_texts()) == 2


def test_hits_too_large_for_one_call_go_in_several(rig: Rig) -> None:
    large = [Message(f"{n:032}", WEBHOOK, {"x": "y" * 100_000}) for n in range(5)]
    put_dead(rig, *(message.to_json() for message in large))
    assert replay(rig).replayed == 5
    assert {message.id for message in queued(rig)} == {message.id for message in large}


def test_a_replayed_hit_is_ranked_among_those_of_its_receiver(rig: Rig) -> None:
    class Noting(HalfRefusing):
        def send_message_batch(self, QueueUrl: str, Entries: list[Any]) -> Any:  # noqa: N803
            groups.extend(entry["MessageGroupId"] for entry in Entries)
            return self._sqs.send_message_batch(QueueUrl=QueueUrl, Entries=Entries)

    groups: list[str] = []
    put_dead(rig, hit("https://a.test/1?n=1").to_json(), hit("https://a.test/2").to_json())
    replay(rig, sqs=Noting(rig.sqs))
    assert groups == ["https://a.test:443"] * 2
