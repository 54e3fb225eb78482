"""Alarms watch what exists, tell somebody, and say what to do."""

import json
import re
from pathlib import Path
from typing import Any

from pytracking.aws.observability import hits_metric
from pytracking.tokens import KIND_BYTES

from tests.template.resolve import resolve
from tests.template.test_template import of_type

ROOT = Path(__file__).resolve().parents[2]

# What a metric's dimension may name, after AWS's lists of each service's metrics.
DIMENSIONS = {
    ("AWS/SQS", "QueueName"): "AWS::SQS::Queue",
    ("AWS/Lambda", "FunctionName"): "AWS::Lambda::Function",
    ("AWS/ApiGateway", "ApiId"): "AWS::ApiGatewayV2::Api",
    ("AWS/Firehose", "DeliveryStreamName"): "AWS::KinesisFirehose::DeliveryStream",
    ("AWS/CertificateManager", "CertificateArn"): "AWS::CertificateManager::Certificate",
}
WITH_DOMAIN = {
    "EventStore": "enabled",
    "DomainName": "t.example.com",
    "HostedZoneId": "Z123",
    "AlarmEmail": "a@example.com",
    "LinksFunctionMode": "enabled",
}


def named_by_the_code() -> set[str]:
    """Every capitalised string of the Lambda side: the names of its metrics are among them."""
    folder = ROOT / "layer" / "pytracking"
    code = "".join(path.read_text("utf-8") for path in folder.rglob("*.py"))
    return {*re.findall(r'"([A-Z]\w+)"', code), *map(hits_metric, KIND_BYTES)}


def test_every_alarm_watches_a_resource_of_the_stack(template: dict[str, Any]) -> None:
    deployed = resolve(template, WITH_DOMAIN)
    for name, alarm in of_type(deployed, "AWS::CloudWatch::Alarm").items():
        (dimension,) = alarm["Dimensions"]
        value = dimension["Value"]
        if alarm["Namespace"] == "pytracking":
            assert dimension == {"Name": "service", "Value": {"Ref": "AWS::StackName"}}
            continue
        target = value["Fn::GetAtt"][0] if "Fn::GetAtt" in value else value["Ref"]
        kind = DIMENSIONS[alarm["Namespace"], dimension["Name"]]
        assert deployed["Resources"][target]["Type"] == kind, name


def test_server_errors_are_a_rate(template: dict[str, Any]) -> None:
    alarm = of_type(template, "AWS::CloudWatch::Alarm")["ServerErrorsAlarm"]
    # API Gateway counts 0 or 1 for each request, so that their average is the rate.
    assert (alarm["Statistic"], alarm["Threshold"]) == ("Average", 0.01)


def test_a_slow_lane_may_wait_longer_than_the_fast_one(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    fast, slow = alarms["OldestMessageAlarm"], alarms["SlowOldestMessageAlarm"]
    assert fast["Threshold"] < slow["Threshold"] < 14 * 86400 / 10


def test_every_metric_of_our_own_is_counted_somewhere(template: dict[str, Any]) -> None:
    dashboard = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    shown = set()
    for widget in json.loads(dashboard)["widgets"]:
        rows = widget["properties"]["metrics"]
        if rows[0][0] == "pytracking":
            shown |= {row[1] for row in rows}
    watched = {
        alarm["MetricName"]
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "pytracking"
    }
    assert {"Opens", "Clicks", "Delivered", "Retried", "Dead"} <= shown
    assert {"Fallbacks", "KeyFailures", "Bugs", "BadSettings"} <= watched
    assert shown | watched <= named_by_the_code()


def test_the_metrics_dimension_is_the_stacks_name(template: dict[str, Any]) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
        assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "pytracking"


def test_an_alarm_tells_its_beginning_and_its_end(template: dict[str, Any]) -> None:
    told = resolve(template, WITH_DOMAIN)
    for alarm in of_type(told, "AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": "AlarmTopic"}]
    assert of_type(told, "AWS::SNS::Topic")["AlarmTopic"]["Subscription"] == [
        {"Protocol": "email", "Endpoint": {"Ref": "AlarmEmail"}}
    ]


def test_without_an_address_alarms_are_only_shown(template: dict[str, Any]) -> None:
    untold = resolve(template, {})
    assert not of_type(untold, "AWS::SNS::Topic")
    for alarm in of_type(untold, "AWS::CloudWatch::Alarm").values():
        assert "AlarmActions" not in alarm
        assert "OKActions" not in alarm


def test_silence_is_no_alarm(template: dict[str, Any]) -> None:
    for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
        assert alarm["TreatMissingData"] == "notBreaching"


def test_every_alarm_names_its_entry_in_the_runbook(template: dict[str, Any]) -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text("utf-8")
    entries = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", runbook, re.MULTILINE)
    }
    anchors = set()
    for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
        assert f"`{name}`" in runbook
        anchor = re.search(r"See docs/operations\.md#([\w-]+)$", alarm["AlarmDescription"].strip())
        assert anchor, alarm["AlarmDescription"]
        anchors.add(anchor[1])
    assert anchors <= entries


def test_what_must_call_somebody_has_an_alarm(template: dict[str, Any]) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    watched = {name.removesuffix("Alarm"): alarm["MetricName"] for name, alarm in alarms.items()}
    assert watched == {
        "Fallback": "Fallbacks",
        "Keys": "KeyFailures",
        "EventStore": "DeliveryToS3.DataFreshness",
        "DeadLetters": "ApproximateNumberOfMessagesVisible",
        "DeadOptOuts": "DeadOptOuts",
        "LateOptOuts": "LateOptOuts",
        "OldestMessage": "ApproximateAgeOfOldestMessage",
        "SlowOldestMessage": "ApproximateAgeOfOldestMessage",
        "Settings": "BadSettings",
        "Volume": "Count",
        "DeliverThrottles": "Throttles",
        "DeliverSlowThrottles": "Throttles",
        "DeliverSlowErrors": "Errors",
        "LinksErrors": "Errors",
        "OpenThrottles": "Throttles",
        "ClickThrottles": "Throttles",
        "ActionThrottles": "Throttles",
        "OpenErrors": "Errors",
        "ClickErrors": "Errors",
        "ActionErrors": "Errors",
        "DeliverErrors": "Errors",
        "Bugs": "Bugs",
        "ServerErrors": "5xx",
        "Latency": "Latency",
        "Certificate": "DaysToExpiry",
    }
