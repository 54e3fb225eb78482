"""Opt-outs that are late, or end as dead letters, are counted for an alarm."""

from typing import Any

import pytest
from pytracking.events import TYPES, Event
from pytracking.handlers.delivering import LATE_SECONDS
from pytracking.messages import Message, Undecoded, new_id

from local.event_source import queue_event
from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliverer_of
from tests.delivery.receivers import Receiver, status
from tests.support.timing import Clock

OPT_OUTS = ("email.unsubscribed", "email.tracking_declined")


def counted(
    message: Message | Undecoded, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """What is counted when a message is handed out now."""
    found: dict[str, int] = {}
    monkeypatch.setattr("pytracking.handlers.delivering.count_many", found.update)
    queue = Queue("hits")
    queue.send(message.to_json())
    deliverer = deliverer_of(Queue("again"), Queue("dead"), clock)
    deliverer.deliver(queue_event("hits", queue.receive()), Context(60))
    return found


def hit(type_: str, webhook: str, at: float, **fields: Any) -> Message:
    body = {"type": type_, "timestamp": int(at)}
    return Message(new_id(), webhook, body, **fields)


@pytest.mark.parametrize("type_", TYPES.values())
@pytest.mark.fault("acting", 100)
def test_an_opt_out_that_is_refused_permanently_is_told_at_once(
    type_: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    with Receiver(status(410)) as receiver:
        found = counted(hit(type_, receiver.url, clock()), clock, monkeypatch)
    assert found["Dead"] == 1
    assert ("DeadOptOuts" in found) is (type_ in OPT_OUTS)


def test_an_action_that_could_not_be_read_may_be_an_opt_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = Clock()
    unread = Undecoded(Event("action", new_id(), 1), "p")
    assert counted(unread, clock, monkeypatch)["DeadOptOuts"] == 1
    opened = Undecoded(Event("open", new_id(), 1), "p")
    assert "DeadOptOuts" not in counted(opened, clock, monkeypatch)


@pytest.mark.parametrize("type_", TYPES.values())
@pytest.mark.parametrize("late", [False, True])
@pytest.mark.fault("acting", 100)
def test_an_opt_out_is_late_after_twelve_hours_while_it_waits_and_when_it_fails(
    type_: str, late: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    at = clock() - LATE_SECONDS - (1 if late else 0)
    expected = late and type_ in OPT_OUTS
    waiting = hit(type_, "https://hooks.example/", at, not_before=int(clock() + 3600))
    assert ("LateOptOuts" in counted(waiting, clock, monkeypatch)) is expected
    with Receiver(status(503)) as receiver:
        found = counted(hit(type_, receiver.url, at), clock, monkeypatch)
    assert found["Retried"] == 1
    assert ("LateOptOuts" in found) is expected
    with Receiver(status(200)) as receiver:
        assert "LateOptOuts" not in counted(hit(type_, receiver.url, at), clock, monkeypatch)
