"""The event store and the event bus of a deployment: from a click to the numbers of the report."""

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
import pytracking
from pytracking.reporting import questions
from pytracking.reporting.athena import report_of_stack

from tests.e2e.conftest import BUS, STACK, Deployment
from tests.e2e.repairs import in_duckdb
from tests.support.timing import until

TARGET = "https://www.example.com/sale"

pytestmark = pytest.mark.xdist_group("deployment")


@pytest.fixture(scope="module")
def bus_queue(deployment: Deployment) -> str:
    """A queue that a rule of the bus sends clicks to."""
    sqs, events = deployment.client("sqs"), deployment.client("events")
    url: str = sqs.create_queue(QueueName="from-the-bus")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = {"source": ["pytracking"], "detail-type": ["email.clicked"]}
    events.put_rule(Name="clicks", EventBusName=BUS, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="clicks", EventBusName=BUS, Targets=[target])
    return url


def stored(deployment: Deployment) -> list[dict[str, Any]]:
    """Every event that lies in the bucket."""
    s3, bucket = deployment.client("s3"), deployment.outputs["EventBucketName"]
    found = []
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="events/dt=").get("Contents", ()):
        data = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        found += [json.loads(line) for line in text.splitlines()]
    return found


def test_a_click_is_stored_put_on_the_bus_and_counted_by_the_report(
    deployment: Deployment, get: Callable[..., Any], bus_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = {"campaign": "stored", "message_id": "m1"}
    configuration = deployment.configuration()
    get(pytracking.get_open_tracking_url(metadata, configuration))
    get(pytracking.get_click_tracking_url(TARGET, metadata, configuration))

    def ours() -> list[dict[str, Any]]:
        return [one for one in stored(deployment) if one["metadata"].get("campaign") == "stored"]

    until(lambda: len(ours()) == 2)
    assert {one["type"] for one in ours()} == {"email.opened", "email.clicked"}

    def published() -> list[dict[str, Any]]:
        sqs = deployment.client("sqs")
        messages = sqs.receive_message(QueueUrl=bus_queue, MaxNumberOfMessages=10)
        found = [json.loads(one["Body"]) for one in messages.get("Messages", ())]
        return [one for one in found if one["detail"]["metadata"].get("campaign") == "stored"]

    (event,) = until(published)
    assert (event["source"], event["detail-type"]) == ("pytracking", "email.clicked")
    assert event["detail"]["tracked_url"] == TARGET

    for name, value in deployment.cloud.environment.items():
        monkeypatch.setenv(name, value)
    ask, bucket = questions.whole, deployment.outputs["EventBucketName"]
    monkeypatch.setattr(questions, "whole", lambda *given: in_duckdb(ask(*given), bucket))
    campaigns = {row["campaign"]: row for row in report_of_stack(STACK).campaigns()}
    assert campaigns["stored"]["clicks"] == campaigns["stored"]["unique_opens"] == 1
