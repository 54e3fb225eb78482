"""The operator's commands, on a stack in moto: what they print, and what they change."""

import argparse
import io
import json
import socket
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from pytracking.aws import batches
from pytracking.cli import operating
from pytracking.errors import ConfigurationError, PytrackingError
from pytracking.tokens.keyring import Keyring

from tests.delivery.lost_hits import KEYRING, fallback
from tests.delivery.receivers import Receiver, Request
from tests.delivery.rig import Rig, hit

GENERATED = "Vq3sT8wLx2Kd9ZbNf5RmYc7GhJp4AeUo1iXtQzWvBnMk6SjDyHrCgFlPaE0Iu2O8"


@pytest.fixture(autouse=True)
def operator(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment of somebody who may use the account."""
    monkeypatch.setattr(batches, "WAIT_SECONDS", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


class Stack:
    """What a deployed stack has, and its outputs as template.yaml names them."""

    def __init__(self, rig: Rig, endpoint: str) -> None:
        self.name = "production"
        self.sqs = rig.sqs
        self.secrets: Any = boto3.client("secretsmanager", endpoint_url=endpoint)
        self.outputs = {
            "QueueUrl": rig.queue_url,
            "DeadLetterQueueUrl": rig.dead_url,
            "LinkKeysSecretArn": self._create(),
            "WebhookSecretsSecretArn": self._create(),
        }

    def _create(self) -> str:
        text = json.dumps({"current": GENERATED, "retired": []})
        answer = self.secrets.create_secret(Name=uuid.uuid4().hex, SecretString=text)
        return str(answer["ARN"])

    def secret(self, output: str) -> dict[str, Any]:
        text = self.secrets.get_secret_value(SecretId=self.outputs[output])["SecretString"]
        document: dict[str, Any] = json.loads(text)
        return document

    def describe(self, conn: socket.socket, request: Request) -> None:
        """Answer DescribeStacks as CloudFormation does (moto's needs a good deal more to run)."""
        if f"StackName={self.name}".encode() in request.body:
            members = "".join(
                f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
                for key, value in self.outputs.items()
            )
            answer = (
                "<DescribeStacksResponse><DescribeStacksResult><Stacks><member>"
                f"<Outputs>{members}</Outputs>"
                "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
            )
            head = "HTTP/1.1 200 OK"
        else:
            answer = (
                "<ErrorResponse><Error><Code>ValidationError</Code>"
                "<Message>Stack does not exist</Message></Error></ErrorResponse>"
            )
            head = "HTTP/1.1 400 Bad Request"
        conn.sendall(f"{head}\r\nContent-Length: {len(answer)}\r\n\r\n{answer}".encode())


@pytest.fixture
def stack(rig: Rig, moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    made = Stack(rig, moto)
    with Receiver(made.describe) as cloudformation:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation.url)
        yield made


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(required=True)
    operating.add_replay(subparsers)
    operating.add_key_commands(subparsers.add_parser("keys").add_subparsers(required=True))
    parsed = parser.parse_args(arguments)
    status: int = parsed.run(parsed)
    return status


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


def test_replay_takes_queues_by_their_urls(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.sqs.send_message(QueueUrl=rig.dead_url, MessageBody=hit("https://a.test/").to_json())
    run("replay", "--queue", rig.queue_url, "--dead-letters", rig.dead_url, "--yes")
    assert "1 replayed" in capsys.readouterr().out
    assert rig.left() == 1


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
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
    else:
        source = str(tmp_path / "log")
        (tmp_path / "log").write_text(text)
    run("replay", "--queue", rig.queue_url, "--log", source, "--yes")
    assert "2 replayed" in capsys.readouterr().out
    assert rig.left() == 2


def test_replay_from_the_log_needs_link_keys(rig: Rig) -> None:
    with pytest.raises(ConfigurationError, match="--link-keys"):
        run("replay", "--queue", rig.queue_url, "--log", "-")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["replay"], "--queue is needed, or --stack"),
        (["replay", "--queue", "https://sqs.test/q"], "--dead-letters is needed"),
        (["keys", "rotate", "link-keys"], "--secret is needed"),
        (["keys", "rotate", "webhook-secrets"], "--secret is needed"),
        (["keys", "webhook-secret"], "--secret is needed"),
        (["keys", "rotate", "link-keys", "--secret", "x", "--finish"], "webhook secrets"),
    ],
)
def test_what_is_missing_is_an_error_that_names_it(arguments: list[str], complaint: str) -> None:
    with pytest.raises(PytrackingError, match=complaint):
        run(*arguments)


def test_a_stack_that_does_not_exist_is_an_error_that_names_it(stack: Stack) -> None:
    with pytest.raises(ConfigurationError, match="'missing' could not be read"):
        run("replay", "--stack", "missing")


def test_link_keys_are_rotated_by_one_command(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    run("keys", "rotate", "link-keys", "--stack", stack.name)
    document = stack.secret("LinkKeysSecretArn")
    assert GENERATED in document["retired"]
    assert "stay valid" in (printed := capsys.readouterr().out)
    assert document["current"] not in printed
    assert Keyring.from_json(json.dumps(document))


def test_webhook_secrets_are_rotated_by_one_command_and_finished_by_another(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    run("keys", "rotate", "webhook-secrets", "--stack", stack.name)
    document = stack.secret("WebhookSecretsSecretArn")
    assert document["retired"] == [GENERATED]
    assert document["current"] in capsys.readouterr().out
    run("keys", "rotate", "webhook-secrets", "--stack", stack.name, "--finish")
    assert stack.secret("WebhookSecretsSecretArn")["retired"] == []
    assert "1 old secrets dropped" in capsys.readouterr().out


def test_the_webhook_secret_is_printed_as_receivers_take_it(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    run("keys", "webhook-secret", "--secret", stack.outputs["WebhookSecretsSecretArn"])
    assert capsys.readouterr().out.startswith("whsec_")


def test_without_a_region_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(ConfigurationError, match="region"):
        run("keys", "webhook-secret", "--secret", "x")
