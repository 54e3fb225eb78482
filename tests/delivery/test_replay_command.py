"""The command ``replay``, on a stack in moto: what it prints, and what it changes."""

import io
import json
from typing import Any

import pytest
from pytracking.errors import ConfigurationError, InvalidTarget
from pytracking.messages import Message

from tests.delivery.lost_hits import KEYRING, WEBHOOK, fallback, queued, token
from tests.delivery.rig import Rig, hit
from tests.delivery.stack import Stack, run

pytestmark = pytest.mark.usefixtures("operator")


def told(rig: Rig) -> list[Message]:
    """Take everything out of the queue, which is to be told to webhooks."""
    return [message for message in queued(rig) if isinstance(message, Message)]


def test_replay_is_a_dry_run_until_it_is_told_yes(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    dead = stack.outputs["DeadLetterQueueUrl"]
    stack.sqs.send_message(QueueUrl=dead, MessageBody=hit("https://a.test/").to_json())
    assert run("replay", "--stack", stack.name) == 0
    assert "1 would be replayed" in (printed := capsys.readouterr().out)
    assert "--yes" in printed
    assert run("replay", "--stack", stack.name, "--yes") == 0
    assert "1 replayed" in (printed := capsys.readouterr().out)
    assert "--yes" not in printed
    queue = stack.sqs.receive_message(QueueUrl=stack.outputs["QueueUrl"])
    assert len(queue["Messages"]) == 1


def test_replay_counts_on_a_terminal(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig.sqs.send_message(QueueUrl=rig.dead_url, MessageBody=hit("https://a.test/").to_json())
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    run("replay", "--queue", rig.queue_url, "--dead-letters", rig.dead_url)
    assert "1 of about 1 hits" in capsys.readouterr().err


def test_replay_reports_as_json_when_asked_to(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.sqs.send_message(QueueUrl=rig.dead_url, MessageBody=hit("https://a.test/").to_json())
    run("replay", "--queue", rig.queue_url, "--dead-letters", rig.dead_url, "--json")
    report = json.loads(capsys.readouterr().out)
    assert (report["dry_run"], report["read"], report["replayed"]) == (True, 1, 1)
    assert sum(report["reasons"].values()) == 1
    assert report["stays"] == {}


@pytest.mark.parametrize("source", ["-", "file"])
def test_replay_takes_hits_from_the_log(
    rig: Rig,
    source: str,
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PYTRACKING_LINK_KEYS", KEYRING.to_json())
    text = fallback("a" * 32) + "\n" + fallback("b" * 32) + "\n"
    if source == "-":
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    else:
        source = str(tmp_path / "log")
        (tmp_path / "log").write_text(text)
    run("replay", "--queue", rig.queue_url, "--log", source, "--yes")
    assert "2 replayed" in capsys.readouterr().out
    assert rig.left() == 2


@pytest.mark.parametrize(
    ("option", "webhook"),
    [((), "https://default.test/"), (("--webhook-url", "https://b.test/"), "https://b.test/")],
    ids=["the stack's", "the one given"],
)
def test_replay_knows_the_webhook_of_the_stack(
    stack: Stack, rig: Rig, option: tuple[str, ...], webhook: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTRACKING_LINK_KEYS", KEYRING.to_json())
    monkeypatch.setattr(
        "sys.stdin", io.TextIOWrapper(io.BytesIO(fallback(token=token(webhook_url=None)).encode()))
    )
    stack.parameters["WebhookUrl"] = "https://default.test/"
    run("replay", "--stack", stack.name, "--log", "-", *option, "--yes")
    assert [message.webhook for message in told(rig)] == [webhook]


@pytest.mark.parametrize(
    ("environment", "kept"),
    [
        ({}, {"customer_id": 7}),
        ({"PYTRACKING_CAMPAIGN_KEYS": ""}, {"customer_id": 7}),
        ({"PYTRACKING_CAMPAIGN_KEYS": "list"}, {}),
    ],
    ids=["what the stack keeps", "an empty variable", "what the environment says"],
)
def test_replay_keeps_the_metadata_of_campaigns_that_is_configured(
    stack: Stack,
    rig: Rig,
    environment: dict[str, str],
    kept: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {"PYTRACKING_LINK_KEYS": KEYRING.to_json(), **environment}.items():
        monkeypatch.setenv(name, value)
    lost = fallback(token=token(privacy=("aggregate",)))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lost.encode())))
    stack.parameters["CampaignKeys"] = "customer_id"
    run("replay", "--stack", stack.name, "--log", "-", "--yes")
    assert [message.body["metadata"] for message in told(rig)] == [kept]


def test_replay_sends_hits_of_a_webhook_that_moved_to_its_new_address(
    stack: Stack, rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    for webhook in ("https://a.test/", "https://xn--b-dha.test/", "https://c.test/"):
        dead = hit(webhook).as_dead_letter("410: gone", now=1)
        rig.sqs.send_message(QueueUrl=rig.dead_url, MessageBody=dead.to_json())
    moved = ("--moved", "https://a.test/", "https://new.test/a")
    also_moved = ("--moved", "https://\u00fcb.test/", "https://new.test/b")
    mistyped = ("--moved", "https://d.test/", "https://new.test/d")
    run("replay", "--stack", stack.name, *moved, *also_moved, *mistyped, "--yes")
    told_of = capsys.readouterr().out
    assert "1 of https://a.test/ go to its new address" in told_of
    assert "0 of https://d.test/ go to its new address" in told_of
    assert sorted(message.webhook for message in told(rig)) == [
        "https://c.test/",
        "https://new.test/a",
        "https://new.test/b",
    ]


def test_sealed_hits_of_a_webhook_that_moved_go_to_its_new_address(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTRACKING_LINK_KEYS", KEYRING.to_json())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(fallback("a" * 32).encode())))
    queue = ("--queue", rig.queue_url)
    run("replay", *queue, "--log", "-", "--moved", WEBHOOK, "https://new.test/", "--yes")
    assert [message.webhook for message in told(rig)] == ["https://new.test/"]


def test_one_old_address_with_two_new_ones_is_refused(stack: Stack) -> None:
    moved = ("--moved", "https://a.test/", "https://b.test/")
    with pytest.raises(ConfigurationError, match="twice"):
        run("replay", "--stack", stack.name, *moved, *moved)


def test_a_new_address_that_nothing_can_be_delivered_to_is_refused(stack: Stack) -> None:
    with pytest.raises(InvalidTarget, match="must start with https://"):
        run("replay", "--stack", stack.name, "--moved", "https://a.test/", "http://new.test/")


def test_replay_from_the_log_needs_link_keys(rig: Rig) -> None:
    with pytest.raises(ConfigurationError, match="--link-keys"):
        run("replay", "--queue", rig.queue_url, "--log", "-")


@pytest.mark.parametrize(
    ("webhook", "owed"), [("https://a.test/", ("webhook", "store", "bus")), ("", ("store", "bus"))]
)
def test_a_log_line_is_owed_to_the_store_and_the_bus_of_the_stack_as_well(
    rig: Rig,
    stack: Stack,
    webhook: str,
    owed: tuple[str, ...],
    tmp_path: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTRACKING_LINK_KEYS", KEYRING.to_json())
    stack.parameters = {
        "WebhookUrl": webhook,
        "EventStore": "enabled",
        "EventBusArn": "arn:aws:events:us-east-1:123456789012:event-bus/hits",
    }
    line = fallback("a" * 32, token=token(include_webhook_url=False))
    (tmp_path / "log").write_text(line)
    run("replay", "--stack", stack.name, "--log", str(tmp_path / "log"), "--yes")
    assert [message.owed for message in told(rig)] == [owed]


def test_without_a_stack_the_other_destinations_are_named(
    rig: Rig, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTRACKING_LINK_KEYS", KEYRING.to_json())
    (tmp_path / "log").write_text(fallback("a" * 32))
    given = ("--queue", rig.queue_url, "--log", str(tmp_path / "log"), "--also", "store")
    run("replay", *given, "--yes")
    assert [message.owed for message in told(rig)] == [("webhook", "store")]
