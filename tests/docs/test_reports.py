"""The code of docs/reports.md does what the page says."""

import gzip
import json
import re

import pytest
from pytracking.reporting import questions

from tests.docs.pages import text_of
from tests.docs.test_receivers_sql import postgresql  # noqa: F401 - a fixture
from tests.support.programs import ended

EVENTS = [
    {"id": "1", "metadata": {"customer_id": 7}},
    {"id": "2", "metadata": {"customer_id": 77}},
    {"id": "3", "metadata": {"customer_id": 7, "campaign": "x"}},
    {"id": "4", "metadata": {"campaign": "7"}},
]


def code(name):
    """Return what a block of Python on the page defines under a name."""
    for block in re.findall(r"```python\n(.*?)```", text_of("docs/reports.md"), re.DOTALL):
        if f"def {name}(" in block:
            names: dict = {}
            exec(block, names)
            return names[name]
    raise LookupError(name)


def test_one_person_is_erased_and_nobody_else(tmp_path):
    day = tmp_path / "events" / "dt=2026-11-28"
    day.mkdir(parents=True)
    lines = b"".join(json.dumps(one).encode() + b"\n" for one in EVENTS)
    (day / "a.gz").write_bytes(gzip.compress(lines))
    (day / "b").write_bytes(lines + b"no event\n[]\n{}\n")
    (day / "c").write_bytes(other := b'{"id": "5", "metadata": {"customer_id": 8}}\n')
    (day / "cut.gz").write_bytes(cut := gzip.compress(lines)[:-9])
    (day / "odd").write_bytes(b'{"metadata": {"customer_id": true}}\n' + 9999 * b"[")
    assert code("erase")(str(tmp_path), "customer_id", 7) == 4
    assert code("erase")(str(tmp_path), "customer_id", 1) == 0
    assert (day / "cut.gz").read_bytes() == cut
    left = [
        json.loads(line)["id"] for line in gzip.decompress((day / "a.gz").read_bytes()).splitlines()
    ]
    assert left == ["2", "4"]
    assert (day / "b").read_bytes().endswith(b"no event\n[]\n{}\n")
    assert (day / "c").read_bytes() == other


@pytest.mark.parametrize("dialect", ["bigquery", "clickhouse", "snowflake"])
@pytest.mark.parametrize("question", questions.QUESTIONS)
def test_a_question_is_turned_into_what_the_dialects_parser_reads(question, dialect):
    sqlglot = pytest.importorskip("sqlglot")
    assert sqlglot.parse_one(code("translated")(question, dialect), dialect=dialect)


def test_postgresql_loads_the_files_of_the_store_each_event_once(postgresql):  # noqa: F811
    day = postgresql / "events" / "dt=2026-11-28"
    day.mkdir(parents=True)
    odd = {"id": "5", "metadata": {"text": 'a "b" \\ , \t\n é \\u0000 \0'}}
    lines = [json.dumps(one).encode() + b"\n" for one in (*EVENTS, odd)]
    text = odd["metadata"]["text"].replace("u0000", "ufffd").replace("\0", "\ufffd")
    shown = {"id": "5", "metadata": {"text": text}}
    for number, part in enumerate((lines, lines[:2])):
        (day / f"{number}.gz").write_bytes(gzip.compress(b"".join(part)))
    (script,) = [
        block
        for block in re.findall(r"```sql\n(.*?)```", text_of("docs/reports.md"), re.DOTALL)
        if "gzip -dc" in block
    ]
    psql = ["psql", "-h", str(postgresql), "-U", "us", "-d", "postgres", "-X", "-q", "-A", "-t"]
    done = ended(
        [*psql, "-v", "ON_ERROR_STOP=1"],
        input=f"DROP TABLE IF EXISTS events;\n{script}\nSELECT event FROM events ORDER BY id;",
        cwd=postgresql,
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line) for line in done.stdout.splitlines()] == [*EVENTS, shown]
