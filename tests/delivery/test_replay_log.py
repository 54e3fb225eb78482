"""Replay: from lines of the log back into the queue."""

import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytracking.messages import Message
from pytracking.operations.replay import INVALID_LINK, NO_MESSAGE, Requeuer, replay_log
from pytracking.tokens.keyring import Keyring

from tests.delivery.lost_hits import KEYRING, fallback, queued, token
from tests.delivery.rig import Rig


def replay_lines(rig: Rig, *lines: str, **settings: Any) -> Any:
    dry_run = settings.pop("dry_run", False)
    requeue = Requeuer(**{"keyring": KEYRING, **settings})
    return replay_log(requeue, rig.sqs, queue_url=rig.queue_url, lines=lines, dry_run=dry_run)


def test_hits_in_the_log_are_replayed_with_their_ids_each_once(rig: Rig) -> None:
    lines = [
        "START RequestId: 1 Version: $LATEST\n",
        fallback("a" * 32) + "\n",
        f"2026-11-24T02:36:11 {fallback('b' * 32)}\n",
        json.dumps({"timestamp": 1, "message": fallback("c" * 32)}) + "\n",
        fallback("a" * 32),
        '{"level": "ERROR", "message": "bug"}',
        '{"message": "{not JSON"}',
        "{" * 10_000,
        "",
    ]
    report = replay_lines(rig, *lines)
    assert (report.replayed, report.duplicates, report.read) == (3, 1, 4)
    assert sorted(message.id for message in queued(rig)) == ["a" * 32, "b" * 32, "c" * 32]


def test_hits_are_found_however_a_tool_wrote_them_and_what_cannot_be_read_is_counted(
    rig: Rig,
) -> None:
    events = [{"timestamp": n, "message": fallback(f"{n:032}")} for n in range(2)]
    lines = [
        f"{fallback('a' * 32)}\t{fallback('b' * 32)}\n",
        json.dumps(events),
        *json.dumps(events, indent=2).splitlines(),
        fallback()[:-9],
    ]
    report = replay_lines(rig, *lines)
    assert (report.replayed, dict(report.stays)) == (4, {NO_MESSAGE: 3})
    assert len(queued(rig)) == 4


def test_a_line_of_an_earlier_version_tells_its_time_as_timestamp(rig: Rig) -> None:
    line = json.loads(fallback())
    line["timestamp"] = line.pop("hit_timestamp")
    replay_lines(rig, fallback("a" * 32), json.dumps(line))
    assert [message.body["timestamp"] for message in queued(rig)] == [1_800_000_000] * 2


def test_the_verdict_of_the_hit_is_kept(rig: Rig) -> None:
    verdict = {"class": "bot", "signals": ["x"], "age_seconds": 5, "ruleset": "1"}
    replay_lines(rig, fallback(visitor=verdict))
    (message,) = queued(rig)
    assert isinstance(message, Message)
    assert message.body["visitor"] == verdict


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"id": "a.b"}, NO_MESSAGE),
        ({"token": None}, NO_MESSAGE),
        ({"kind": "read"}, NO_MESSAGE),
        ({"hit_timestamp": "now"}, NO_MESSAGE),
        ({"token": "guessed"}, INVALID_LINK),
    ],
)
def test_a_line_that_tells_of_no_replayable_hit_is_counted(
    rig: Rig, change: dict[str, Any], why: str
) -> None:
    report = replay_lines(rig, fallback(**change), fallback())
    assert (report.replayed, dict(report.stays)) == (1, {why: 1})


def test_a_damaged_verdict_costs_no_other_hit_its_replay(rig: Rig) -> None:
    damaged = [
        fallback("a" * 32, visitor={"class": "human", "signals": [1]}, privacy=["no_agent"]),
        fallback("b" * 32, visitor={"class": "human", "signals": None}, privacy=["no_agent"]),
    ]
    report = replay_lines(rig, *damaged, fallback())
    assert (report.replayed, dict(report.stays)) == (2, {NO_MESSAGE: 1})
    assert {message.id for message in queued(rig)} == {"b" * 32, "f" * 32}


def test_a_fernet_link_is_not_replayed_as_another_kind(rig: Rig) -> None:
    key = Fernet.generate_key().decode()
    keyring = Keyring("k" * 32, fernet=[key])
    link = token(keyring=None, encryption_bytestring_key=key)
    lines = [fallback("a" * 32, token=link, kind="open"), fallback("b" * 32, token=link)]
    report = replay_lines(rig, *lines, keyring=keyring)
    assert (report.replayed, dict(report.stays)) == (1, {INVALID_LINK: 1})
    assert [message.id for message in queued(rig)] == ["b" * 32]


def test_a_dry_run_of_the_log_sends_nothing(rig: Rig) -> None:
    report = replay_lines(rig, *(fallback(f"{n:032}") for n in range(15)), dry_run=True)
    assert report.replayed == 15
    assert rig.left() == 0


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    "agent",
    [
        "pytracking_fallback " * 9,
        '{"pytracking_fallback": 1}',
        '"}{"pytracking_fallback": 1}',
        '\\"pytracking_fallback\\"',
    ],
)
def test_a_visitor_adds_no_hit_to_the_count_whole_or_damaged(
    rig: Rig, agent: str, wrapped: bool
) -> None:
    def logged(line: str) -> str:
        return json.dumps({"timestamp": 1, "message": line}) if wrapped else line

    line = json.loads(fallback("a" * 32))
    line["request_data"]["user_agent"] = agent
    whole, other = json.dumps(line), json.dumps({"message": "bug", "agent": agent})
    report = replay_lines(rig, logged(whole), logged(other))
    assert (report.replayed, report.read) == (1, 1)
    report = replay_lines(rig, logged(whole)[:-2], logged(whole[:-2]))
    assert (report.replayed, report.read) == (0, 2)
