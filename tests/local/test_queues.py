"""The template's queues: reached by their URLs, feeding functions, and running fast if asked."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from pytracking.messages import Message
from pytracking.tokens.keyring import Keyring

from local import template
from local.queues import Queues
from tests.support.timing import until

TEMPLATE = """
Globals: {Function: {Handler: app.handler}}
Resources:
  Hits:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 60
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: AWS::SQS::Queue}
  Deliver:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: deliver/
      Environment: {Variables: {QUEUE_URL: !Ref Hits, DEAD_URL: !Ref Dead, OTHER: !Ref Parameter}}
      Events:
        Queue:
          Type: SQS
          Properties: {Queue: !GetAtt Hits.Arn, FunctionResponseTypes: [ReportBatchItemFailures]}
"""
HANDLER = """
import pathlib
def handler(event, context):
    for record in event["Records"]:
        with pathlib.Path(__file__).with_name("seen").open("a") as seen:
            seen.write(record["body"] + "\\n")
    return {"batchItemFailures": []}
"""


@pytest.fixture
def deployed(tmp_path: Path) -> template.Template:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "deliver").mkdir()
    (tmp_path / "deliver" / "app.py").write_text(HANDLER)
    return template.load(tmp_path / "template.yaml")


@contextmanager
def started(deployed: template.Template, speed: float = 1) -> Iterator[Queues]:
    queues = Queues(deployed, speed)
    queues.feed()
    queues.start()
    yield queues
    queues.stop()


@pytest.fixture
def queues(deployed: template.Template) -> Iterator[Queues]:
    with started(deployed) as queues:
        yield queues


def client(queues: Queues) -> Any:
    return boto3.client(
        "sqs",
        endpoint_url=queues.environment()["AWS_ENDPOINT_URL_SQS"],
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def url_of(queues: Queues, name: str) -> str:
    return f"{queues.environment()['AWS_ENDPOINT_URL_SQS']}/000000000000/{name}"


def message(identifier: str = "a", **changes: Any) -> Message:
    return Message(identifier, "https://hooks.example.com/", {"n": 1}, **changes)


@pytest.mark.usefixtures("deployed")
def test_a_function_has_its_own_variables_and_no_other_s(tmp_path: Path):
    functions = []
    for name, variables in (("a", "{URL: !Ref Hits, LANE: slow}"), ("b", "{URL: !Ref Dead}")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "app.py").write_text(
            "import os\nseen = [os.environ.get(name) for name in ('URL', 'LANE')]\n"
            "def handler(event, context):\n    return seen"
        )
        functions.append(
            f"  {name}: {{Type: 'AWS::Serverless::Function', Properties: {{CodeUri: {name}/, "
            f"Environment: {{Variables: {variables}}}}}}}\n"
        )
    (tmp_path / "template.yaml").write_text(TEMPLATE + "".join(functions))
    deployed = template.load(tmp_path / "template.yaml")
    with started(deployed) as queues:
        a, b = (queues.new_environment(deployed.functions[name]).call({}) for name in "ab")
    assert (a, b) == ([url_of(queues, "Hits"), "slow"], [url_of(queues, "Dead"), None])


def test_a_message_sent_to_the_url_reaches_the_function_and_leaves_the_queue(
    queues: Queues, tmp_path: Path
):
    url = url_of(queues, "Hits")
    client(queues).send_message(QueueUrl=url, MessageBody="hello")
    seen = tmp_path / "deliver" / "seen"
    until(seen.exists)
    until(lambda: not list(queues.standing()))
    assert seen.read_text() == "hello\n"


def test_a_dead_letter_stands_apart_until_it_is_replayed(queues: Queues, tmp_path: Path):
    url = url_of(queues, "Dead")
    for identifier in ("a", "b"):
        dead = message(identifier, attempt=9).as_dead_letter("410 Gone", now=0)
        client(queues).send_message(QueueUrl=url, MessageBody=dead.to_json())
    client(queues).send_message(QueueUrl=url, MessageBody="not a message of ours")
    assert [dead for _, dead in queues.standing()] == [True, True, True]

    settings = Keyring.generate(), "https://hooks.example.com/"
    assert queues.replay(*settings, "b") == 1
    seen = tmp_path / "deliver" / "seen"
    until(seen.exists)
    replayed = json.loads(seen.read_text())
    assert (replayed["id"], replayed["attempt"]) == ("b", 0)
    assert queues.replay(*settings, "b") == 0
    assert queues.replay(*settings) == 1
    until(lambda: len(list(queues.standing())) == 1)
    assert [entry.body for entry, _ in queues.standing()] == ["not a message of ours"]


@pytest.mark.parametrize(
    ("speed", "wait", "expected"),
    [(1, 300, 300), (60, 300, 5), (60, 20 * 3600, 900), (3600, 20 * 3600, 20)],
)
def test_a_wait_passes_as_many_times_faster_as_asked_and_the_message_says_so(
    deployed: template.Template, speed: float, wait: int, expected: float
):
    now = time.time()
    text = message(attempt=1, not_before=int(now) + wait).to_json()
    with started(deployed, speed) as queues:
        url = url_of(queues, "Hits")
        client(queues).send_message(QueueUrl=url, MessageBody=text, DelaySeconds=min(900, wait))
        ((standing, _),) = queues.standing()
    assert standing.state == "delayed"
    assert standing.due_at == pytest.approx(now + expected, abs=2)
    told = json.loads(standing.body)
    assert told["not_before"] == pytest.approx(now + wait / speed, abs=2)
    assert told["id"] == "a"


def test_what_need_not_wait_is_left_as_it_is(deployed: template.Template, tmp_path: Path):
    text = message().to_json()
    with started(deployed, speed=60) as queues:
        url = url_of(queues, "Hits")
        client(queues).send_message(QueueUrl=url, MessageBody=text)
        seen = tmp_path / "deliver" / "seen"
        until(seen.exists)
    assert seen.read_text() == text + "\n"


def test_what_is_no_message_of_ours_waits_shorter_too(deployed: template.Template):
    with started(deployed, speed=60) as queues:
        url = url_of(queues, "Hits")
        client(queues).send_message(QueueUrl=url, MessageBody="no message", DelaySeconds=900)
        ((standing, _),) = queues.standing()
    assert standing.due_at == pytest.approx(time.time() + 15, abs=2)
