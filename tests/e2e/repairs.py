"""What the AWS emulator leaves undone of a deployment, and mends through AWS's own interface.

Each repair names the fault, and fails once the emulator no longer has it: then delete the repair.
"""

import json
from typing import Any

from tests.support.sam import translated


class Mended(AssertionError):
    """The emulator no longer has a fault that is repaired here."""


def repair(stack: str, client: Any) -> None:
    """Apply every repair to a deployed stack; `client(service)` makes a boto3 client."""
    resources = translated()["Resources"]
    ids = physical_ids(stack, client)
    import_routes(resources, ids, client)
    attach_dead_letters(resources, ids, client)


def physical_ids(stack: str, client: Any) -> dict[str, str]:
    """Map the logical ids of a stack's resources to what they are called."""
    pages = client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack)
    return {
        resource["LogicalResourceId"]: resource["PhysicalResourceId"]
        for page in pages
        for resource in page["StackResourceSummaries"]
    }


def import_routes(resources: dict[str, Any], ids: dict[str, str], client: Any) -> None:
    """The routes in the OpenAPI body of an HTTP API are not imported."""
    gateway = client("apigatewayv2")
    api = ids["TrackingApi"]
    if gateway.get_routes(ApiId=api)["Items"]:
        raise Mended("the emulator imports routes from a body now: delete import_routes")
    integrations: dict[str, str] = {}
    for path, methods in resources["TrackingApi"]["Properties"]["Body"]["paths"].items():
        for method, operation in methods.items():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            function = ids[uri.split("functions/${")[1].split(".Arn}")[0]]
            if function not in integrations:
                arn = client("lambda").get_function(FunctionName=function)["Configuration"]
                integrations[function] = gateway.create_integration(
                    ApiId=api,
                    IntegrationType="AWS_PROXY",
                    IntegrationUri=arn["FunctionArn"],
                    PayloadFormatVersion="2.0",
                )["IntegrationId"]
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            gateway.create_route(
                ApiId=api,
                RouteKey=path if path == "$default" else f"{verb} {path}",
                Target=f"integrations/{integrations[function]}",
            )


def attach_dead_letters(resources: dict[str, Any], ids: dict[str, str], client: Any) -> None:
    """The RedrivePolicy of a queue is dropped."""
    sqs = client("sqs")
    dead = sqs.get_queue_attributes(QueueUrl=ids["DeadLetterQueue"], AttributeNames=["QueueArn"])
    for queue in ("Queue", "SlowQueue"):
        attributes = sqs.get_queue_attributes(QueueUrl=ids[queue], AttributeNames=["All"])
        if "RedrivePolicy" in attributes["Attributes"]:
            raise Mended("the emulator keeps RedrivePolicy now: delete attach_dead_letters")
        policy = resources[queue]["Properties"]["RedrivePolicy"]
        policy = {**policy, "deadLetterTargetArn": dead["Attributes"]["QueueArn"]}
        sqs.set_queue_attributes(
            QueueUrl=ids[queue], Attributes={"RedrivePolicy": json.dumps(policy)}
        )
