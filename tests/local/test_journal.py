"""An event's story as the queues and the receiver tell it, and how pages hear of it."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from local import journal as module
from local.journal import Journal
from local.queue import Entry
from local.queues import Standing
from local.receiver import Call

BODY = {"is_open_tracking": True, "metadata": {"n": 1}}


def standing(identifier: str = "a", **changes: Any) -> Standing:
    document = {"v": 1, "id": identifier, "body": BODY, "attempt": changes.pop("attempt", 0)}
    if reason := changes.pop("reason", None):
        document["dead"] = {"reason": reason}
    given = {"message_id": "", "body": json.dumps(document), **changes}
    return Entry(**given), reason is not None


def call(status: int | None, identifier: str = "a", at: float | None = None) -> Call:
    return Call(identifier, time.time() if at is None else at, {}, "valid", "", status)


def state(journal: Journal) -> list[str]:
    return [event["state"] for event in journal.events()]


def test_a_hit_is_queued_delivered_and_done_when_it_has_left_the_queue():
    journal = Journal()
    journal.observe([standing()])
    assert state(journal) == ["queued"]
    assert journal.events()[0]["body"] == BODY
    journal.observe([standing(state="in flight", received_at=time.time() + 1)])
    assert state(journal) == ["delivering"]
    journal.observe([])
    assert state(journal) == ["delivered"]


def test_an_answer_that_is_known_is_not_taken_back_while_its_message_is_still_in_flight():
    journal = Journal()
    journal.observe([standing()])
    journal.called(call(204), BODY)
    journal.observe([standing(state="in flight", received_at=time.time() - 1)])
    assert state(journal) == ["delivered"]


def test_a_failed_attempt_is_retrying_with_its_time_and_its_count():
    journal = Journal()
    journal.called(call(500), BODY)
    assert state(journal) == ["failed"]
    journal.observe([standing(state="delayed", attempt=1, due_at=1234.5)])
    (event,) = journal.events()
    assert (event["state"], event["attempt"], event["due_at"]) == ("retrying", 1, 1234.5)


def test_a_message_in_both_queues_at_once_is_dead():
    journal = Journal()
    journal.observe([standing(), standing(reason="exhausted")])
    assert state(journal) == ["dead"]


def test_a_call_left_hanging_is_under_way():
    journal = Journal()
    journal.called(call(None), BODY)
    assert state(journal) == ["delivering"]


def test_an_undecoded_hit_is_shown_with_what_is_known():
    text = json.dumps({"v": 1, "id": "u", "undecoded": {"kind": "click"}, "timestamp": 5})
    journal = Journal()
    journal.observe([standing(body=text)])
    assert journal.events()[0]["body"]["is_click_tracking"] is True


def test_what_is_no_message_of_ours_is_passed_over():
    journal = Journal()
    journal.observe([standing(body=text) for text in ("", "[]", "{}", '{"id": 1}', "[" * 100_000)])
    assert journal.events() == []


def test_the_oldest_events_are_forgotten_and_stay_so(monkeypatch: Any):
    monkeypatch.setattr(module, "CAPACITY", 2)
    journal = Journal()
    waiting = [standing(name) for name in "abc"]
    journal.observe(waiting)
    journal.observe(waiting)
    assert [event["id"] for event in journal.events()] == ["b", "c"]


def frames(journal: Journal, act: Callable[[], None], count: int) -> list[tuple[str, Any]]:
    """Return the first server-sent events that a page gets, `act` happening after the first."""

    async def read() -> list[str]:
        stream = journal.changes(lambda: {"events": []})
        read = [await anext(stream)]
        act()
        read += [await anext(stream) for _ in range(count - 1)]
        await stream.aclose()
        return read

    parsed = []
    for text in asyncio.run(read()):
        name, data, *_ = text.split("\n")
        parsed.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return parsed


def test_a_page_gets_the_state_first_and_then_each_change_with_the_gateways_time():
    journal = Journal()
    got = frames(journal, lambda: journal.called(call(204), BODY), 2)
    assert [name for name, _ in got] == ["state", "event"]
    assert got[1][1]["state"] == "delivered"
    assert all(abs(value["now"] - time.time()) < 60 for _, value in got)


def test_an_observation_that_changes_nothing_is_not_sent():
    journal = Journal()

    def act() -> None:
        for _ in range(3):
            journal.observe([standing()])
        journal.publish("mood", {"mood": "fail"})

    assert [name for name, _ in frames(journal, act, 3)] == ["state", "event", "mood"]


def test_streams_end_when_the_gateway_does():
    async def read() -> list[str]:
        journal = Journal()
        stream = journal.changes(dict)
        first = await anext(stream)
        journal.end()
        return [first, *[frame async for frame in stream]]

    assert len(asyncio.run(read())) == 1


def test_a_page_that_reads_nothing_is_let_go(monkeypatch: Any):
    monkeypatch.setattr(module, "_SUBSCRIBER_BACKLOG", 2)

    async def read() -> int:
        journal = Journal()
        stream = journal.changes(dict)
        await anext(stream)
        for _ in range(5):
            journal.publish("mood", {"mood": "fail"})
        return len(journal._subscribers)

    assert asyncio.run(read()) == 0


def marks(journal: Journal) -> list[tuple[str, str]]:
    return [(mark["what"], mark["reason"]) for mark in journal.events()[0]["marks"]]


def test_a_dead_letter_and_its_replay_are_part_of_the_story():
    journal = Journal()
    journal.called(call(410), BODY)
    journal.observe([standing(reason="410 Gone")])
    journal.observe([standing(reason="410 Gone")])
    assert marks(journal) == [("dead letter", "410 Gone")]
    assert (state(journal), journal.events()[0]["reason"]) == (["dead"], "410 Gone")
    journal.observe([standing()])
    assert marks(journal) == [("dead letter", "410 Gone"), ("replayed", "")]
    assert (state(journal), journal.events()[0]["reason"]) == (["queued"], "")


def test_a_replay_that_is_answered_between_two_looks_is_seen_all_the_same():
    journal = Journal()
    journal.observe([standing(reason="410 Gone")])
    journal.called(call(204), BODY)
    assert marks(journal) == [("dead letter", "410 Gone"), ("replayed", "")]


def test_where_an_event_is_sent_is_known_from_its_message():
    journal = Journal()
    message = json.dumps({"v": 1, "id": "a", "webhook": "https://a.example/hook", "body": BODY})
    journal.observe([standing(body=message)])
    assert journal.events()[0]["webhook"] == "https://a.example/hook"


def test_the_body_that_was_received_takes_the_place_of_what_an_undecoded_hit_told():
    text = json.dumps({"v": 1, "id": "a", "undecoded": {"kind": "open"}, "timestamp": 5})
    journal = Journal()
    journal.observe([standing(body=text)])
    assert journal.events()[0]["metadata"] == []
    journal.called(call(204), {"metadata": {"n": 9007199254740993, "s": "ä"}})
    (event,) = journal.events()
    assert event["metadata"] == [("n", "9007199254740993"), ("s", "ä")]
    assert '"n": 9007199254740993,\n    "s": "ä"' in event["text"]
