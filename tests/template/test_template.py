"""What must hold of the deployment and no linter can see."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.template.resolve import references

ROOT = Path(__file__).resolve().parents[2]
HOT = ("OpenFunction", "ClickFunction")


def of_type(template: dict[str, Any], name: str) -> dict[str, Any]:
    """The properties of every resource of a type, by logical id."""
    return {
        key: resource.get("Properties", {})
        for key, resource in template["Resources"].items()
        if resource["Type"] == name
    }


def routes(template: dict[str, Any]) -> dict[str, str]:
    """Which function answers which route: {"GET /o/{token+}": "OpenFunction"}."""
    found = {}
    for path, methods in template["Resources"]["TrackingApi"]["Properties"]["Body"][
        "paths"
    ].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            assert integration["payloadFormatVersion"] == "2.0"
            name = "ANY" if method.startswith("x-amazon") else method.upper()
            function = re.search(r"functions/\$\{(\w+)\.Arn\}", integration["uri"]["Fn::Sub"])
            found[f"{name} {path}"] = function[1] if function else ""
    return found


def test_every_route_is_written_out_and_leads_to_its_function(template: dict[str, Any]) -> None:
    assert routes(template) == {
        "GET /o/{token+}": "OpenFunction",
        "HEAD /o/{token+}": "OpenFunction",
        "ANY /o/{token+}": "OpenFunction",
        "GET /c/{token+}": "ClickFunction",
        "HEAD /c/{token+}": "ClickFunction",
        "ANY /c/{token+}": "ClickFunction",
        "GET /robots.txt": "OpenFunction",
        "HEAD /robots.txt": "OpenFunction",
        "GET /favicon.ico": "OpenFunction",
        "HEAD /favicon.ico": "OpenFunction",
    }


def test_every_function_runs_alike_on_arm_with_the_layer(template: dict[str, Any]) -> None:
    (layer,) = of_type(template, "AWS::Lambda::LayerVersion")
    for function in of_type(template, "AWS::Lambda::Function").values():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["Handler"] == "app.handler"
        assert function["Layers"] == [{"Ref": layer}]


def test_every_function_writes_json_to_the_one_log_group(template: dict[str, Any]) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        assert function["LoggingConfig"] == {
            "LogFormat": "JSON",
            "LogGroup": {"Ref": "LogGroup"},
            "SystemLogLevel": "WARN",
        }


def test_every_log_group_has_a_retention(template: dict[str, Any]) -> None:
    for group in of_type(template, "AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_access_logs_hold_no_token_and_no_visitor(template: dict[str, Any]) -> None:
    (stage,) = of_type(template, "AWS::ApiGatewayV2::Stage").values()
    _, settings, _ = stage["AccessLogSettings"]["Fn::If"]
    variables = set(re.findall(r"\$context\.([\w.]+)", settings["Format"]))
    assert variables == {
        "requestTime",
        "requestId",
        "routeKey",
        "status",
        "responseLength",
        "responseLatency",
        "integrationLatency",
        "integrationErrorMessage",
    }


def test_queues_are_encrypted(template: dict[str, Any]) -> None:
    for queue in of_type(template, "AWS::SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True


def test_messages_that_crash_deliver_end_as_dead_letters(template: dict[str, Any]) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    redrive = queues["Queue"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    # Lambda's guide asks for at least 5; more gives an outage of AWS's own time to pass.
    assert redrive["maxReceiveCount"] >= 5
    assert "RedrivePolicy" not in queues["DeadLetterQueue"]


def test_hits_are_kept_four_days_and_dead_letters_fourteen(template: dict[str, Any]) -> None:
    queues = of_type(template, "AWS::SQS::Queue")
    day = 86400
    assert queues["Queue"]["MessageRetentionPeriod"] == 4 * day
    assert queues["DeadLetterQueue"]["MessageRetentionPeriod"] == 14 * day


def test_a_batch_stays_hidden_for_six_timeouts_of_its_function(template: dict[str, Any]) -> None:
    # "Configuring an Amazon SQS queue" in the Lambda developer guide.
    timeout = template["Resources"]["DeliverFunction"]["Properties"]["Timeout"]
    visibility = template["Resources"]["Queue"]["Properties"]["VisibilityTimeout"]
    assert visibility >= 6 * timeout


def test_only_failed_messages_of_a_batch_are_tried_again(template: dict[str, Any]) -> None:
    (mapping,) = of_type(template, "AWS::Lambda::EventSourceMapping").values()
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 10
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "DeliverConcurrency"}}


@pytest.mark.parametrize(
    "name", ["LinkKeys", "WebhookSecrets", "Queue", "DeadLetterQueue", "LogGroup"]
)
def test_keys_and_hits_survive_the_stack(template: dict[str, Any], name: str) -> None:
    resource = template["Resources"][name]
    assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == "Retain"


def test_link_keys_are_generated_once_and_for_all(template: dict[str, Any]) -> None:
    # A change here replaces the key of every link already sent. It must never be made.
    generate = template["Resources"]["LinkKeys"]["Properties"]["GenerateSecretString"]
    assert generate == {
        "SecretStringTemplate": '{"retired": [], "fernet": []}',
        "GenerateStringKey": "current",
        "PasswordLength": 64,
        "ExcludePunctuation": True,
    }


def test_webhook_secrets_are_generated_once_and_for_all(template: dict[str, Any]) -> None:
    generate = template["Resources"]["WebhookSecrets"]["Properties"]["GenerateSecretString"]
    assert generate == {
        "SecretStringTemplate": '{"retired": []}',
        "GenerateStringKey": "current",
        "PasswordLength": 64,  # a multiple of four: valid base64 for receivers' libraries
        "ExcludePunctuation": True,
    }


def test_every_variable_of_a_function_is_one_that_the_code_reads(template: dict[str, Any]) -> None:
    code = "".join(
        path.read_text("utf-8")
        for folder in ("layer/pytracking", "functions")
        for path in (ROOT / folder).rglob("*.py")
    )
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        for variable in function["Environment"]["Variables"]:
            assert variable in code, f"{name} is given {variable}, which nothing reads"


def test_every_parameter_is_described_grouped_and_used(source: dict[str, Any]) -> None:
    interface = source["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]
    used = references(source["Resources"]) | references(source["Globals"])
    used |= references(source["Conditions"])
    assert sorted(grouped) == sorted(source["Parameters"])
    assert set(interface["ParameterLabels"]) == set(source["Parameters"])
    for name, parameter in source["Parameters"].items():
        assert len(parameter["Description"]) > 30, name
        assert "Default" in parameter, f"`sam deploy` without flags needs a default of {name}"
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & set(parameter), name
        assert ("AllowedPattern" in parameter) == ("ConstraintDescription" in parameter), name
        assert name in used, f"{name} is silently ignored"


def test_every_output_is_described(source: dict[str, Any]) -> None:
    for name, output in source["Outputs"].items():
        assert len(output["Description"]) > 20, name


def test_the_outputs_are_those_that_the_documentation_promises(source: dict[str, Any]) -> None:
    promised = {"OpenBaseUrl", "ClickBaseUrl", "LayerArn", "LinkKeysSecretArn", "QueueUrl"}
    assert promised | {"WebhookSecretsSecretArn", "DeadLetterQueueUrl"} <= set(source["Outputs"])


def test_deploying_needs_no_flags() -> None:
    deploy = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["default"]
    assert deploy["global"]["parameters"]["stack_name"] == "pytracking"
    assert deploy["deploy"]["parameters"] == {
        "capabilities": "CAPABILITY_IAM",
        "confirm_changeset": False,
        "fail_on_empty_changeset": False,
        "resolve_s3": True,
    }
