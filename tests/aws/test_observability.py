"""Logs and metrics: well-formed lines, without what must not stand in them."""

import ast
import json
import re
import warnings
from datetime import datetime
from itertools import chain
from pathlib import Path

import pytest
from pytracking.aws import observability
from pytracking.events import Event
from pytracking.handlers.delivering import TAKEN

from tests.aws.standard_output import StandardOutput

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def lines(capsys, monkeypatch):
    monkeypatch.setattr(observability.logger().registered_handler, "stream", StandardOutput())
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_metric_is_a_line_of_the_embedded_metric_format(lines):
    observability.count("Opens", "WithoutWebhook")
    [line] = lines()
    [group] = line["_aws"]["CloudWatchMetrics"]
    assert group["Namespace"] == "pytracking"
    assert group["Dimensions"] == [["service"]]
    assert {metric["Name"] for metric in group["Metrics"]} == {"Opens", "WithoutWebhook"}
    assert (line["Opens"], line["service"]) == ([1.0], "pytracking")


def test_several_are_counted_in_one_line(lines):
    observability.count_many({"Opens": 3, "Delivered": 2})
    [line] = lines()
    assert (line["Opens"], line["Delivered"]) == ([3.0], [2.0])


def test_counting_nothing_writes_nothing(lines):
    observability.count()
    assert lines() == []


def test_metrics_that_are_switched_off_write_nothing_however_many_they_are(lines, monkeypatch):
    monkeypatch.setenv("POWERTOOLS_METRICS_DISABLED", "true")
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for _ in range(250):  # Powertools writes by itself at 100
            observability.count("Opens")
    assert lines() == []
    assert warned == []


def test_an_error_line_holds_its_fields(lines):
    observability.log_error("link keys not read", reason="no answer")
    [line] = lines()
    assert (line["level"], line["message"]) == ("ERROR", "link keys not read")
    assert line["reason"] == "no answer"


def test_a_line_tells_its_time_as_lambda_reads_it(lines):
    observability.log_error("something")
    [line] = lines()
    assert datetime.fromisoformat(line["timestamp"]).tzinfo
    assert "T" in line["timestamp"]


def test_a_bug_is_logged_by_type_and_place_and_not_by_its_message(lines):
    try:
        raise LookupError("token pABC of 203.0.113.9")
    except LookupError as error:
        observability.log_bug(error)
    [line] = lines()
    assert line["error"] == "LookupError"
    assert line["where"] == [line["where"][0]]
    assert line["where"][0].startswith("test_observability.py:")
    assert "pABC" not in str(line)


def test_fields_that_cannot_be_written_cost_only_their_line(lines):
    observability.log_fallback(Event("open", "a", object()), "pABC", "no answer")
    observability.count("")
    assert lines() == []


# what is called with the names of metrics, and how many of its arguments these are
COUNTING = {"count": None, "_Settled": 1}


def counted():
    """Return the names in every call of ``count``, and of what deliver settles, in the package."""
    for path in (REPOSITORY / "layer" / "pytracking").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in COUNTING:
                for part in chain.from_iterable(map(ast.walk, node.args[: COUNTING[node.func.id]])):
                    if isinstance(part, ast.Constant) and str(part.value or "")[:1].isupper():
                        yield part.value


def test_every_metric_is_explained_to_operators():
    hits = map(observability.hits_metric, ("open", "click", "action"))
    names = {*counted(), *TAKEN.values(), *hits, "DeadOptOuts", "LateOptOuts"}
    assert {"Opens", "Clicks", "Fallbacks", "KeyFailures", "Delivered", "Moved"} <= names
    page = (REPOSITORY / "docs" / "operators.md").read_text()
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", page, re.MULTILINE)
    explained = {name for row in rows for name in re.findall(r"\w+", row)}
    assert sorted(names - explained) == []
