"""The event store: private, kept as long as was asked for, and asked the questions of reports/."""

import json
from typing import Any

import pytest

from tests.template.resolve import resolve
from tests.template.test_template import of_type
from tools import queries
from tools.event_body import EventBody, RequestData, Visitor

ENABLED = {"EventStore": "enabled"}
KINDS = ("S3::Bucket", "KinesisFirehose::DeliveryStream", "Glue::Database", "Athena::NamedQuery")


@pytest.fixture(scope="module")
def store(template: dict[str, Any]) -> dict[str, Any]:
    return resolve(template, ENABLED)


def test_there_is_none_until_it_is_asked_for(
    template: dict[str, Any], store: dict[str, Any]
) -> None:
    without = resolve(template, {})
    for kind in KINDS:
        assert not of_type(without, f"AWS::{kind}")
        assert of_type(store, f"AWS::{kind}")
    assert not set(without["Outputs"]) & {"EventBucketName", "EventDatabase", "EventWorkGroup"}


def test_the_functions_are_told_of_the_store_and_the_bus(template: dict[str, Any]) -> None:
    for name, stream in (("disabled", ""), ("enabled", {"Ref": "EventStream"})):
        functions = of_type(resolve(template, {"EventStore": name}), "AWS::Lambda::Function")
        for function in functions.values():
            variables = function["Environment"]["Variables"]
            assert variables["PYTRACKING_EVENT_STREAM"] == stream
            assert variables["PYTRACKING_EVENT_BUS"] == {"Ref": "EventBusArn"}


def test_the_bucket_is_private_encrypted_and_reached_by_tls_alone(store: dict[str, Any]) -> None:
    (bucket,) = of_type(store, "AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert "AES256" in json.dumps(bucket["BucketEncryption"])
    (policy,) = of_type(store, "AWS::S3::BucketPolicy").values()
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == (
        *("Deny", "*", "s3:*"),
    )
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_was_stored_outlives_the_stack_and_expires_by_its_age(store: dict[str, Any]) -> None:
    bucket = store["Resources"]["EventBucket"]
    assert bucket["DeletionPolicy"] == "RetainExceptOnCreate"
    rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
    days = {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "Prefix" in rule}
    kept = {"Ref": "EventStoreDays"}
    assert days == {"events/": kept, "errors/": kept, "results/": 7}


def test_files_lie_where_the_table_looks_for_them(store: dict[str, Any]) -> None:
    (stream,) = of_type(store, "AWS::KinesisFirehose::DeliveryStream").values()
    target = stream["ExtendedS3DestinationConfiguration"]
    assert target["CompressionFormat"] == "GZIP"
    assert target["Prefix"] == "events/dt=!{timestamp:yyyy-MM-dd}/"
    (table,) = of_type(store, "AWS::Glue::Table").values()
    settings = table["TableInput"]["Parameters"]
    assert settings["storage.location.template"] == {
        "Fn::Sub": "s3://${EventBucket}/events/dt=${!dt}"
    }
    assert settings["projection.dt.format"] == "yyyy-MM-dd"
    assert [key["Name"] for key in table["TableInput"]["PartitionKeys"]] == ["dt"]


def test_the_table_has_a_column_for_every_member_of_an_event(store: dict[str, Any]) -> None:
    (table,) = of_type(store, "AWS::Glue::Table").values()
    columns = {
        one["Name"]: one["Type"] for one in table["TableInput"]["StorageDescriptor"]["Columns"]
    }
    assert set(EventBody.__annotations__) <= set(columns)
    for name, members in (("request_data", RequestData), ("visitor", Visitor)):
        fields = columns[name].removeprefix("struct<").removesuffix(">").split(",")
        assert {field.partition(":")[0] for field in fields} == set(members.__annotations__)


def test_the_named_queries_are_the_files_of_reports(store: dict[str, Any]) -> None:
    found = {
        one["Name"]: one["QueryString"]
        for one in of_type(store, "AWS::Athena::NamedQuery").values()
    }
    # `python -m tools.queries` writes them anew
    assert found == {name: f"{sql.rstrip()}\n" for name, sql in queries.queries().items()}


def test_a_question_is_ended_before_it_costs_more_than_a_dollar(store: dict[str, Any]) -> None:
    (group,) = of_type(store, "AWS::Athena::WorkGroup").values()
    settings = group["WorkGroupConfiguration"]
    assert settings["EnforceWorkGroupConfiguration"] is True
    usd_a_terabyte = 5.0
    assert settings["BytesScannedCutoffPerQuery"] / 1e12 * usd_a_terabyte <= 1.0
