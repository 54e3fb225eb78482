"""What the AWS emulator leaves undone of a deployment, and repairs through AWS's own interface.

Each repair names the fault, and fails once the emulator no longer has it: then delete the repair.
"""

import json
from pathlib import Path
from typing import Any

import yaml
from ministack.services.cloudformation import provisioners
from pytracking.reporting import files, questions
from samtranslator.yaml_helper import yaml_parse

from tests.support.sam import translated

UNKNOWN = ("AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::NamedQuery")
DATABASE, WORKGROUP = "events-of-pytracking", "pytracking-events"


class Repaired(AssertionError):
    """The emulator no longer has a fault that is repaired here."""


def repair(stack: str, client: Any) -> None:
    """Apply every repair to a deployed stack; `client(service)` makes a boto3 client."""
    resources = translated()["Resources"]
    ids = physical_ids(stack, client)
    import_routes(resources, ids, client)
    attach_dead_letters(resources, ids, client)


def leave_out_what_is_unknown(built: Path) -> None:
    """CloudFormation knows no resource of Glue and Athena, and fails.

    They are taken out of a built template; ``create_event_table`` makes them by their own APIs.
    """
    template = yaml_parse(built.read_text("utf-8"))
    if set(UNKNOWN) & set(provisioners._RESOURCE_HANDLERS):
        raise Repaired("the emulator knows Glue and Athena now: delete leave_out_what_is_unknown")
    kinds = (*UNKNOWN, "AWS::Athena::WorkGroup")
    resources = template["Resources"].items()
    template["Resources"] = {name: one for name, one in resources if one["Type"] not in kinds}
    for name, value in (("EventDatabase", DATABASE), ("EventWorkGroup", WORKGROUP)):
        if name in template["Outputs"]:
            template["Outputs"][name]["Value"] = value
    built.write_text(yaml.dump(template, sort_keys=False), "utf-8")


def create_event_table(outputs: dict[str, str], client: Any) -> None:
    """Make the database and the workgroup of the event store, as the template would."""
    client("glue").create_database(DatabaseInput={"Name": DATABASE})
    client("athena").create_work_group(
        Name=WORKGROUP,
        Configuration={
            "ResultConfiguration": {"OutputLocation": f"s3://{outputs['EventBucketName']}/results/"}
        },
    )


def in_duckdb(sql: str, bucket: str) -> str:
    """Athena is bare DuckDB: it needs the prelude, and is told where the table's files lie."""
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in files.COLUMNS.items())
    return (
        f"{questions.question('duckdb')}CREATE TABLE stored AS SELECT * FROM read_json("
        f"'s3://{bucket}/events/**', format = 'newline_delimited', columns = {{{columns}}});\n"
        + sql.replace("FROM events", "FROM stored")
    )


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
        raise Repaired("the emulator imports routes from a body now: delete import_routes")
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
            raise Repaired("the emulator keeps RedrivePolicy now: delete attach_dead_letters")
        policy = resources[queue]["Properties"]["RedrivePolicy"]
        policy = {**policy, "deadLetterTargetArn": dead["Attributes"]["QueueArn"]}
        sqs.set_queue_attributes(
            QueueUrl=ids[queue], Attributes={"RedrivePolicy": json.dumps(policy)}
        )
