"""What each function may do, written out: a change of the template has to be repeated here."""

from typing import Any

import pytest

from tests.template.resolve import resolve
from tests.template.test_template import HOT, of_type

QUEUE = {"Fn::GetAtt": ["Queue", "Arn"]}
SLOW_QUEUE = {"Fn::GetAtt": ["SlowQueue", "Arn"]}
DEAD_LETTERS = {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
WRITE_LOGS = (
    ("logs:CreateLogStream", "logs:PutLogEvents"),
    {
        "Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}"
        ":log-group:${LogGroup}:log-stream:*"
    },
)
READ_LINK_KEYS = (("secretsmanager:GetSecretValue",), {"Ref": "LinkKeys"})
READ_WEBHOOK_SECRETS = (("secretsmanager:GetSecretValue",), {"Ref": "WebhookSecrets"})
READ_A_QUEUE = (
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
)
QUEUE_A_HIT = (("sqs:SendMessage",), QUEUE)
STORE_AND_BUS = [
    (("firehose:PutRecordBatch",), {"Fn::GetAtt": ["EventStream", "Arn"]}),
    (("events:PutEvents",), {"Ref": "EventBusArn"}),
]
WITH_BOTH = {
    "EventStore": "enabled",
    "EventBusArn": "arn:aws:events:us-east-1:123456789012:event-bus/hits",
    "LinksFunctionMode": "enabled",
}

ALLOWED = {
    "OpenFunction": [WRITE_LOGS, READ_LINK_KEYS, QUEUE_A_HIT],
    "ClickFunction": [WRITE_LOGS, READ_LINK_KEYS, QUEUE_A_HIT],
    "ActionFunction": [WRITE_LOGS, READ_LINK_KEYS, QUEUE_A_HIT],
    "DeliverFunction": [
        WRITE_LOGS,
        (READ_A_QUEUE, QUEUE),
        (("sqs:SendMessage",), SLOW_QUEUE),
        (("sqs:SendMessage",), DEAD_LETTERS),
        READ_WEBHOOK_SECRETS,
    ],
    "DeliverSlowFunction": [
        WRITE_LOGS,
        (READ_A_QUEUE, SLOW_QUEUE),
        (("sqs:SendMessage",), DEAD_LETTERS),
        READ_WEBHOOK_SECRETS,
    ],
    "LinksFunction": [WRITE_LOGS, READ_LINK_KEYS],
}


def allowed(template: dict[str, Any], function: str) -> list[tuple[tuple[str, ...], Any]]:
    """The (actions, resource) pairs that a function's role allows, managed policies included."""
    resources = template["Resources"]
    role_id, attribute = resources[function]["Properties"]["Role"]["Fn::GetAtt"]
    assert attribute == "Arn"
    role = resources[role_id]["Properties"]
    documents = [
        resources[policy["Ref"]]["Properties"]["PolicyDocument"]
        for policy in role.get("ManagedPolicyArns", [])
    ]
    documents += [policy["PolicyDocument"] for policy in role.get("Policies", [])]
    found = []
    for document in documents:
        for statement in document["Statement"]:
            assert set(statement) == {"Effect", "Action", "Resource"}
            assert statement["Effect"] == "Allow"
            actions = statement["Action"]
            actions = (actions,) if isinstance(actions, str) else tuple(actions)
            found.append((actions, statement["Resource"]))
    return found


@pytest.mark.parametrize("function", sorted(ALLOWED))
def test_a_function_may_do_what_is_written_here_and_nothing_else(
    template: dict[str, Any], function: str
) -> None:
    deployed = resolve(template, {"LinksFunctionMode": "enabled"})
    assert allowed(deployed, function) == ALLOWED[function]


@pytest.mark.parametrize("function", sorted(ALLOWED))
def test_deliver_alone_may_put_events_into_the_store_and_on_the_bus(
    template: dict[str, Any], function: str
) -> None:
    more = STORE_AND_BUS if function == "DeliverFunction" else []
    assert allowed(resolve(template, WITH_BOTH), function) == ALLOWED[function] + more


def test_firehose_may_write_events_and_nothing_else(template: dict[str, Any]) -> None:
    role = template["Resources"]["EventStreamRole"]["Properties"]
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "firehose.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
    (policy,) = role["Policies"]
    assert [(one["Action"], one["Resource"]) for one in policy["PolicyDocument"]["Statement"]] == [
        (
            ["s3:AbortMultipartUpload", "s3:PutObject"],
            [{"Fn::Sub": f"${{EventBucket.Arn}}/{folder}/*"} for folder in ("events", "errors")],
        ),
        (
            ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            {"Fn::GetAtt": ["EventBucket", "Arn"]},
        ),
    ]


def test_every_function_is_written_here(template: dict[str, Any]) -> None:
    assert set(of_type(template, "AWS::Lambda::Function")) == set(ALLOWED)


def test_roles_are_for_lambda_alone_and_one_for_each_function(template: dict[str, Any]) -> None:
    roles = of_type(template, "AWS::IAM::Role")
    roles.pop("EventStreamRole")
    for role in roles.values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    used = [
        template["Resources"][function]["Properties"]["Role"]["Fn::GetAtt"][0]
        for function in ALLOWED
    ]
    assert sorted(used) == sorted(roles)


def test_only_the_api_may_call_the_functions_that_answer(template: dict[str, Any]) -> None:
    for permission in of_type(template, "AWS::Lambda::Permission").values():
        assert permission["Principal"] == "apigateway.amazonaws.com"
        assert permission["FunctionName"]["Ref"] in HOT
        assert "${__ApiId__}" in permission["SourceArn"]["Fn::Sub"][0]


def test_no_queue_is_reached_without_tls(template: dict[str, Any]) -> None:
    (policy,) = of_type(template, "AWS::SQS::QueuePolicy").values()
    queues = set(of_type(template, "AWS::SQS::Queue"))
    assert {queue["Ref"] for queue in policy["Queues"]} == queues
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert {resource["Fn::GetAtt"][0] for resource in statement.pop("Resource")} == queues
    assert statement == {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
