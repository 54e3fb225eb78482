"""What must hold of the deployment and no linter can see."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from pytracking.delivery.webhooks import WORKERS
from pytracking.environment import Settings, variable_of
from pytracking.handlers.delivering import SLOW_LANE_WORKERS

from tests.template.resolve import references, resolve

ROOT = Path(__file__).resolve().parents[2]
HOT = ("OpenFunction", "ClickFunction", "ActionFunction")
FROM_QUEUE = {"DeliverFunction": "Queue", "DeliverSlowFunction": "SlowQueue"}


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
            route = path if path == "$default" else f"{name} {path}"
            found[route] = function[1] if function else ""
    return found


def test_every_route_is_written_out_and_leads_to_its_function(template: dict[str, Any]) -> None:
    assert routes(template) == {
        "GET /o/{token+}": "OpenFunction",
        "HEAD /o/{token+}": "OpenFunction",
        "ANY /o/{token+}": "OpenFunction",
        "GET /c/{token+}": "ClickFunction",
        "HEAD /c/{token+}": "ClickFunction",
        "POST /c/{token+}": "ClickFunction",
        "ANY /c/{token+}": "ClickFunction",
        "GET /a/{token+}": "ActionFunction",
        "HEAD /a/{token+}": "ActionFunction",
        "POST /a/{token+}": "ActionFunction",
        "ANY /a/{token+}": "ActionFunction",
        "$default": "ClickFunction",
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
            "ApplicationLogLevel": "INFO",  # the level of the lines that count
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
    for name in ("Queue", "SlowQueue"):
        redrive = queues[name]["RedrivePolicy"]
        assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
        # Lambda's guide asks for at least 5. A message comes again every six minutes: throttling
        # or an outage of AWS's own has ten hours to pass.
        assert redrive["maxReceiveCount"] >= 100
    assert "RedrivePolicy" not in queues["DeadLetterQueue"]


def test_every_message_is_kept_as_long_as_sqs_can(template: dict[str, Any]) -> None:
    for queue in of_type(template, "AWS::SQS::Queue").values():
        assert queue["MessageRetentionPeriod"] == 14 * 86400


def test_a_batch_stays_hidden_for_six_timeouts_of_its_function(template: dict[str, Any]) -> None:
    # "Configuring an Amazon SQS queue" in the Lambda developer guide.
    for lane in FROM_QUEUE:
        window = mapping_of(template, lane)["MaximumBatchingWindowInSeconds"]
        timeout = template["Resources"][lane]["Properties"]["Timeout"]
        visibility = template["Resources"][FROM_QUEUE[lane]]["Properties"]["VisibilityTimeout"]
        assert visibility >= 6 * timeout + window


def mapping_of(template: dict[str, Any], function: str) -> dict[str, Any]:
    """The properties of the event source mapping of a function."""
    (mapping,) = [
        mapping
        for mapping in of_type(template, "AWS::Lambda::EventSourceMapping").values()
        if mapping["FunctionName"] == {"Ref": function}
    ]
    return mapping


@pytest.mark.parametrize(
    ("function", "concurrency", "posts_at_once"),
    [
        ("DeliverFunction", "DeliverConcurrency", WORKERS),
        ("DeliverSlowFunction", "SlowConcurrency", SLOW_LANE_WORKERS),
    ],
)
def test_only_failed_messages_of_a_batch_are_tried_again(
    template: dict[str, Any], function: str, concurrency: str, posts_at_once: int
) -> None:
    mapping = mapping_of(template, function)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == posts_at_once
    assert mapping["MaximumBatchingWindowInSeconds"] == 1
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [FROM_QUEUE[function], "Arn"]}
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": {"Ref": concurrency}}


def test_an_account_of_ten_concurrent_executions_leaves_some_to_visitors(
    source: dict[str, Any],
) -> None:
    names = ("DeliverConcurrency", "SlowConcurrency")
    assert sum(source["Parameters"][name]["Default"] for name in names) <= 7


def test_a_single_slow_receiver_gets_more_posts_at_once_than_the_fast_lane_has(
    source: dict[str, Any],
) -> None:
    default = {name: one.get("Default") for name, one in source["Parameters"].items()}
    fast = default["DeliverConcurrency"] * WORKERS
    assert default["SlowConcurrency"] * SLOW_LANE_WORKERS > fast


@pytest.mark.parametrize("function", ["DeliverFunction", "DeliverSlowFunction"])
def test_retries_are_not_taken_for_a_loop(template: dict[str, Any], function: str) -> None:
    assert template["Resources"][function]["Properties"]["RecursiveLoop"] == "Allow"


@pytest.mark.parametrize("function", HOT)
def test_who_reads_messages_is_deployed_before_who_writes_them(
    template: dict[str, Any], function: str
) -> None:
    assert set(template["Resources"][function]["DependsOn"]) == set(FROM_QUEUE)


def test_the_slow_lane_runs_the_same_code_with_workers_and_a_queue_of_its_own(
    source: dict[str, Any],
) -> None:
    fast, slow = (source["Resources"][name]["Properties"] for name in FROM_QUEUE)
    assert fast["CodeUri"] == slow["CodeUri"]
    variables = slow["Environment"]["Variables"]
    assert variables["PYTRACKING_SLOW_LANE"] == "true"
    assert "PYTRACKING_SLOW_LANE" not in fast["Environment"]["Variables"]
    for lane in (fast, slow):
        names = lane["Environment"]["Variables"]
        assert names["PYTRACKING_SLOW_QUEUE_URL"] == {"Ref": "SlowQueue"}
        assert names["PYTRACKING_DEAD_LETTER_QUEUE_URL"] == {"Ref": "DeadLetterQueue"}


def test_a_limit_on_requests_is_each_routes_own_and_there_is_none_by_default(
    template: dict[str, Any],
) -> None:
    limit = {"Ref": "MaxRequestsPerSecond"}
    limited = resolve(template, {"MaxRequestsPerSecond": 100})
    (stage,) = of_type(limited, "AWS::ApiGatewayV2::Stage").values()
    hits = {route for route in routes(template) if "token" in route or route == "$default"}
    assert stage["RouteSettings"] == {
        route: {"ThrottlingRateLimit": limit, "ThrottlingBurstLimit": limit} for route in hits
    }
    (stage,) = of_type(resolve(template, {}), "AWS::ApiGatewayV2::Stage").values()
    assert "RouteSettings" not in stage
    assert "DefaultRouteSettings" not in stage


def test_the_layer_is_named_after_its_stack(template: dict[str, Any]) -> None:
    (layer,) = of_type(template, "AWS::Lambda::LayerVersion").values()
    assert "${AWS::StackName}" in layer["LayerName"]["Fn::Sub"]


def test_no_host_of_aws_is_written_out_but_the_consoles(source: dict[str, Any]) -> None:
    found = re.findall(r"[\w.-]*amazonaws?[\w.-]*|[\w.-]*aws\.amazon\.com", str(source))
    allowed = {"lambda.amazonaws.com", "firehose.amazonaws.com"}  # principals, alike everywhere
    consoles = {"console.aws.amazon.com", "console.amazonaws.cn", "console.amazonaws-us-gov.com"}
    assert set(found) <= allowed | consoles


@pytest.mark.parametrize(
    ("partition", "suffix", "console"),
    [
        ("aws", "amazonaws.com", "console.aws.amazon.com"),
        ("aws-cn", "amazonaws.com.cn", "console.amazonaws.cn"),
        ("aws-us-gov", "amazonaws.com", "console.amazonaws-us-gov.com"),
        ("aws-eusc", "amazonaws.eu", "console.${AWS::URLSuffix}"),
    ],
)
def test_the_dashboard_is_in_the_console_of_the_partition(
    template: dict[str, Any], partition: str, suffix: str, console: str
) -> None:
    deployed = resolve(template, {}, {"AWS::Partition": partition, "AWS::URLSuffix": suffix})
    text, names = deployed["Outputs"]["DashboardUrl"]["Value"]["Fn::Sub"]
    assert text.startswith("https://${AWS::Region}.${Console}/")
    assert names["Console"] in (console, {"Fn::Sub": console})


def test_functions_know_the_domain_of_awss_services(template: dict[str, Any]) -> None:
    for function in of_type(template, "AWS::Lambda::Function").values():
        variables = function["Environment"]["Variables"]
        assert variables["PYTRACKING_AWS_DOMAIN"] == {"Ref": "AWS::URLSuffix"}


def test_the_domain_is_reached_by_ipv4_and_ipv6(template: dict[str, Any]) -> None:
    deployed = resolve(template, {"DomainName": "t.example.com", "HostedZoneId": "Z1"})
    (domain,) = of_type(deployed, "AWS::ApiGatewayV2::DomainName").values()
    (settings,) = domain["DomainNameConfigurations"]
    assert settings["IpAddressType"] == "dualstack"
    records = of_type(deployed, "AWS::Route53::RecordSet").values()
    assert {record["Type"] for record in records} == {"A", "AAAA"}
    assert len({str(record["AliasTarget"]) for record in records}) == 1


@pytest.mark.parametrize(
    "name", ["LinkKeys", "WebhookSecrets", "Queue", "SlowQueue", "DeadLetterQueue", "LogGroup"]
)
def test_keys_and_hits_survive_the_stack_but_not_a_first_deployment_that_fails(
    template: dict[str, Any], name: str
) -> None:
    resource = template["Resources"][name]
    assert resource["UpdateReplacePolicy"] == "Retain"
    assert resource["DeletionPolicy"] == "RetainExceptOnCreate"


@pytest.mark.parametrize(
    ("name", "members"),
    [("LinkKeys", '{"retired": [], "fernet": []}'), ("WebhookSecrets", '{"retired": []}')],
)
def test_keys_are_generated_once_and_for_all(
    template: dict[str, Any], name: str, members: str
) -> None:
    # A change here replaces the key of every link already sent. It must never be made.
    assert template["Resources"][name]["Properties"]["GenerateSecretString"] == {
        "SecretStringTemplate": members,
        "GenerateStringKey": "current",
        "PasswordLength": 64,  # a multiple of four: valid base64 for receivers' libraries
        "ExcludePunctuation": True,
    }


def test_every_variable_of_a_function_is_one_that_the_code_reads(template: dict[str, Any]) -> None:
    known = set(map(variable_of, fields(Settings)))
    for name, function in of_type(template, "AWS::Lambda::Function").items():
        assert set(function["Environment"]["Variables"]) <= known, name


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


def test_the_secret_of_cloudfront_is_shown_nowhere_and_only_visitors_functions_have_it(
    source: dict[str, Any], template: dict[str, Any]
) -> None:
    assert source["Parameters"]["ViewerAddressSecret"]["NoEcho"] is True
    having = {
        name
        for name, function in of_type(template, "AWS::Lambda::Function").items()
        if "PYTRACKING_VIEWER_ADDRESS_SECRET" in function["Environment"]["Variables"]
    }
    assert having == set(HOT)


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
        "tags": "application=pytracking",
    }
