"""The queries of docs/receivers.md run on SQLite and PostgreSQL, and find what they say."""

import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytracking.reporting import questions
from pytracking.reporting.files import report_of
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.docs.pages import ROOT
from tests.support.programs import ended

Rows = set[tuple[str, ...]]
Query = Callable[[str, list[dict[str, object]]], Rows]
TABLE = "CREATE TABLE events (id TEXT PRIMARY KEY, event JSONB)"


@pytest.fixture(scope="module")
def page() -> dict[str, object]:
    """Return the names that the page's code defines, once it has run."""
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(ROOT / "docs" / "receivers.md")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for example in document.examples():
            example.evaluate()
    return document.namespace


def _server_program(name: str) -> str | None:
    """Return the path of one of PostgreSQL's programs, which Debian keeps off PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Path]:
    """Run a PostgreSQL of our own on a socket in a folder, and return the folder."""
    programs = [_server_program(name) for name in ("initdb", "pg_ctl", "psql")]
    initdb, pg_ctl, psql = programs
    if not (initdb and pg_ctl and psql):
        pytest.skip("no PostgreSQL here: apt-get install postgresql")
    # its programs refuse to run as root
    as_user = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    # a socket's path is short
    with tempfile.TemporaryDirectory(prefix="pg", dir="/tmp") as name:
        folder = Path(name)
        if as_user:
            shutil.chown(folder, "postgres")

        def run(*command: str) -> None:
            subprocess.run(
                [*as_user, *command], cwd=folder, check=True, capture_output=True, timeout=120
            )

        data = str(folder / "data")
        run(initdb, "-D", data, "-U", "us", "-A", "trust", "-E", "UTF8")
        settings = f"-k {folder} -c listen_addresses= -c fsync=off"
        run(pg_ctl, "-D", data, "-w", "-l", str(folder / "log"), "-o", settings, "start")
        try:
            yield folder
        finally:
            run(pg_ctl, "-D", data, "-w", "-m", "immediate", "stop")


@pytest.fixture(params=["sqlite", "postgresql"])
def query(request: pytest.FixtureRequest) -> Query:
    """Return a function that runs a query over events that are stored as the page stores them."""
    if request.param == "sqlite":
        return _in_sqlite
    folder = request.getfixturevalue("postgresql")

    def run(sql: str, events: list[dict[str, object]]) -> Rows:
        values = ", ".join(f"({_quoted(str(e['id']))}, {_quoted(json.dumps(e))})" for e in events)
        script = (
            f"DROP TABLE IF EXISTS events; {TABLE}; INSERT INTO events VALUES {values};\n{sql};"
        )
        psql = ["psql", "-h", str(folder), "-U", "us", "-d", "postgres"]
        done = ended(
            [*psql, "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"], input=script
        )
        assert done.returncode == 0, done.stderr
        return {tuple(line.split("\t")) for line in done.stdout.splitlines()}

    return run


def _in_sqlite(sql: str, events: list[dict[str, object]]) -> Rows:
    database = sqlite3.connect(":memory:")
    database.execute(TABLE)
    rows = [(event["id"], json.dumps(event)) for event in events]
    database.executemany("INSERT INTO events VALUES (?, ?)", rows)
    found = {tuple(map(str, row)) for row in database.execute(sql)}
    database.close()
    return found


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _click(mail: str | None, link: str | None, at: int, **changed: object) -> dict[str, object]:
    number = next(_NUMBERS)
    return {
        "id": f"click-{number}",
        "is_open_tracking": False,
        "is_click_tracking": True,
        "link_id": link,
        "metadata": {} if mail is None else {"mail": mail},
        "timestamp": 1389177318 + at,
        "visitor": {"class": "human"},
        **changed,
    }


_NUMBERS = iter(range(10_000))
_AGAIN = (("a", 0), ("a", 8), ("a", 16))  # one link again and again before the others
OPENED = {"is_open_tracking": True, "is_click_tracking": False}
EVENTS = [
    *(_click("scanned", link, at) for link, at in (("a", 0), ("b", 1), ("c", 1))),
    *(_click("at once", link, 0) for link in ("a", "b", "c")),
    *(_click("either way", link, at) for link, at in (("a", 0), ("b", 10), ("c", 20))),
    *(_click("too slow", link, at) for link, at in (("a", 0), ("b", 10), ("c", 21))),
    *(_click("between", link, at) for link, at in (("a", 0), (None, 1), ("b", 2))),
    *(_click("late", link, at) for link, at in (("a", 0), ("a", 50), ("b", 51), ("c", 52))),
    *(_click("again", link, at) for link, at in (*_AGAIN, ("b", 20), ("c", 24))),
    *(_click("read", link, at) for link, at in (("a", 0), ("b", 40), ("b", 41), ("c", 60))),
    *(_click('it\'s "one" link', "a", at) for at in (0, 1, 2)),
    *(_click("opened", link, 0, **OPENED) for link in ("a", "b", "c")),
    *(_click(None, link, 0) for link in ("a", "b", "c")),
    _click("aggregate", None, 0, metadata={}),
]


def test_bursts_are_found_in_every_database_as_in_the_report(
    query: Query, page: dict[str, object], tmp_path: Path
) -> None:
    pytest.importorskip("duckdb", reason="the report's engine is not installed")
    expected = {"scanned", "at once", "either way", "late", "again"}
    assert query(str(page["BURSTS"]), EVENTS) == {(mail,) for mail in expected}
    (tmp_path / "events").write_text("\n".join(map(json.dumps, EVENTS)))
    report = report_of([tmp_path], questions.Keys(mail="mail"))
    # what names no mail goes by its whole metadata there
    assert {row["mail"] for row in report.tables["bursts"].records()} - {"{}"} == expected


def test_opens_are_counted_in_every_database(query: Query, page: dict[str, object]) -> None:
    opens = [
        _click("m", link, 0, **OPENED, visitor={"class": visitor})
        for link, visitor in (("a", "human"), ("a", "proxy"), ("b", "prefetch"), (None, "human"))
    ]
    assert query(str(page["UNIQUE_OPENS"]), opens) == {("1", "1")}


def test_every_query_of_the_page_is_tried(page: dict[str, object]) -> None:
    queries = {name for name, value in page.items() if name.isupper() and "FROM" in str(value)}
    assert queries == {"BURSTS", "UNIQUE_OPENS"}


def test_the_burst_query_reads_the_table_once(page: dict[str, object]) -> None:
    database = sqlite3.connect(":memory:")
    database.execute(TABLE)
    plan = database.execute(f"EXPLAIN QUERY PLAN {page['BURSTS']}").fetchall()
    database.close()
    assert sum("events" in step[3] for step in plan) == 1
