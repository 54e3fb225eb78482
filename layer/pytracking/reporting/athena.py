"""The questions asked of a stack's event store, where it lies: by Athena, or after a download."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pytracking.errors import ConfigurationError, ReportError
from pytracking.operations.stack import aws_errors, client, described
from pytracking.reporting import questions
from pytracking.reporting.report import Report, Table

POLL_SECONDS = 0.5
MAX_SECONDS = 1800
"""Athena ends a query by itself after 30 minutes."""


def report_of_stack(
    stack: str,
    keys: questions.Keys = questions.DEFAULT_KEYS,
    progress: Callable[[str], None] = lambda step: None,
    since: date | None = None,
) -> Report:
    """Return the report on the events in a stack's store: those since a day (UTC), or all.

    Each question scans the store twice; the workgroup of the stack limits how much.

    Raises:
        ConfigurationError: the stack has no event store.
        ReportError: AWS refused or did not answer, or a query failed.
        MissingDependency: boto3 is not installed.
    """
    with aws_errors(ReportError):
        found = described(stack)
        try:
            database, workgroup = found["EventDatabase"], found["EventWorkGroup"]
        except KeyError as error:
            raise ConfigurationError(
                f"stack {stack} has no event store: deploy it with EventStore=enabled"
            ) from error
        athena = client("athena")
        tables = {}
        for name in questions.QUESTIONS:
            progress(name)
            tables[name] = _ask(athena, questions.whole(name, keys, since), database, workgroup)
    return Report(tables)


def download(url: str, folder: Path) -> Iterator[Path]:
    """Fetch the objects below ``s3://bucket/prefix`` into a folder, and yield each file.

    Raises:
        ConfigurationError: not such a URL.
        ReportError: AWS refused or did not answer, or the disk is full.
        MissingDependency: boto3 is not installed.
    """
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket:
        raise ConfigurationError(f"invalid address {url!r}: must be s3://BUCKET/PREFIX")
    with aws_errors(ReportError):
        s3 = client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        for number, item in enumerate(item for page in pages for item in page.get("Contents", ())):
            file = folder / f"{number:06d}-{item['Key'].rpartition('/')[2]}"
            s3.download_file(bucket, item["Key"], str(file))
            yield file


def _ask(athena: Any, sql: str, database: str, workgroup: str) -> Table:
    started = athena.start_query_execution(
        QueryString=sql, QueryExecutionContext={"Database": database}, WorkGroup=workgroup
    )
    identifier = started["QueryExecutionId"]
    give_up = time.monotonic() + MAX_SECONDS
    while True:
        status = athena.get_query_execution(QueryExecutionId=identifier)["QueryExecution"]["Status"]
        if status["State"] == "SUCCEEDED":
            break
        if status["State"] in ("FAILED", "CANCELLED") or time.monotonic() > give_up:
            raise ReportError(
                f"Athena did not finish: {status['State']}, {status.get('StateChangeReason', '')}"
            )
        time.sleep(POLL_SECONDS)
    columns: tuple[str, ...] = ()
    kinds: list[str] = []
    rows: list[tuple[Any, ...]] = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=identifier):
        found = page["ResultSet"]
        items = found["Rows"]
        if not columns:
            described = found["ResultSetMetadata"]["ColumnInfo"]
            columns = tuple(column["Name"] for column in described)
            kinds = [column["Type"] for column in described]
            items = items[1:]  # the first row holds the names
        rows += [
            tuple(
                _value(cell.get("VarCharValue"), kind)
                for cell, kind in zip(row["Data"], kinds, strict=True)
            )
            for row in items
        ]
    return Table(columns, rows)


def _value(text: str | None, kind: str) -> Any:
    if not text:  # no text of a question is empty
        return None
    if kind in ("bigint", "integer"):
        return int(text)
    if kind in ("double", "real", "float", "decimal"):
        return float(text)
    return text
