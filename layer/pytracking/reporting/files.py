"""The questions asked of files of events, by DuckDB.

Files hold one event a line, as the event store writes them: plain or gzip. Whatever else stands in
them is counted and named, and stops nothing.
"""

from __future__ import annotations

import calendar
import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pytracking.errors import ConfigurationError, MissingDependency, ReportError
from pytracking.reporting import questions
from pytracking.reporting.report import Gap, Report, Table

THREADS = 2
MEGABYTES = (400, 1_500)
"""The least and the most that DuckDB may hold; beyond it, it works on disk, which takes longer.
Python's own 100 MB stand beside it."""

BYTES_A_MEGABYTE = 125_000
"""Files of so many bytes are worth a megabyte more of memory."""

MAX_LINE_BYTES = 16_777_216
"""The longest line that DuckDB reads for certain: far above any event."""

SCHEMA = 1
"""The newest schema of events that the questions understand."""

COLUMNS = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "schema": "BIGINT",
    "link_id": "VARCHAR",
    "timestamp": "BIGINT",
    "is_open_tracking": "BOOLEAN",
    "is_click_tracking": "BOOLEAN",
    "tracked_url": "VARCHAR",
    "metadata": "VARCHAR",
    "value": "VARCHAR",
    "test": "BOOLEAN",
    "visitor": 'STRUCT("class" VARCHAR, signals VARCHAR[], shadow VARCHAR[], age_seconds BIGINT)',
}
"""The members of an event that the questions read, by DuckDB's types."""

_VERDICT = f"""CASE
    WHEN "schema" > {SCHEMA} THEN 'of a newer schema'
    WHEN id IS NULL OR "timestamp" IS NULL THEN 'no event'
    WHEN coalesce("type", CASE WHEN is_open_tracking OR is_click_tracking THEN '' END) IS NULL
        THEN 'no event'
END"""


def report_of(
    paths: Sequence[str | Path],
    keys: questions.Keys = questions.DEFAULT_KEYS,
    progress: Callable[[str], None] = lambda step: None,
    since: date | None = None,
) -> Report:
    """Return the report on the events in files and folders.

    Args:
        paths: files, folders whose files are all read, however deep, and ``s3://`` addresses.
        since: leave out what came before that day (UTC).

    Raises:
        ConfigurationError: there is no file.
        MissingDependency: duckdb is not installed.
        ReportError: DuckDB could not go on, for example because the disk is full.
    """
    try:
        import duckdb
    except ImportError as error:
        raise MissingDependency(
            "a report needs duckdb: pip install 'pytracking-serverless[report]'"
        ) from error
    with tempfile.TemporaryDirectory(prefix="pytracking-report-") as scratch:
        files = list(_files(paths, Path(scratch)))
        if not files:
            raise ConfigurationError(
                f"no file of events in {', '.join(map(str, paths))}: expected files of JSON "
                "lines, plain or gzip"
            )
        connection = duckdb.connect()
        try:
            # It takes a program without a file, such as a notebook, for a terminal of its own.
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET threads = {THREADS}")
            connection.execute(f"SET memory_limit = '{_megabytes(files)}MB'")
            connection.execute("SET preserve_insertion_order = false")
            connection.execute("SET temp_directory = ?", [scratch])
            connection.execute(questions.question("duckdb"))
            progress(f"reading {len(files)} files")
            problems = _load(connection, files, Path(scratch), since)
            progress("telling people from machines")
            connection.execute(f"CREATE TABLE people AS {questions.people(keys)}")
            tables = {}
            for name in questions.QUESTIONS:
                progress(name)
                tables[name] = _answer(connection, questions.question(name))
        except (duckdb.Error, OSError) as error:
            raise ReportError(f"the report could not be made: {error}") from error
        finally:
            connection.close()
    return Report(tables, problems)


def _megabytes(files: Sequence[Path]) -> int:
    least, most = MEGABYTES
    size = sum(file.stat().st_size for file in files)
    return min(most, max(least, size // BYTES_A_MEGABYTE))


def write_parquet(report: Report, folder: Path) -> None:
    """Write each table of a report as a Parquet file.

    Raises:
        ReportError: the folder cannot be written.
    """
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        for name, table in report.tables.items():
            marks = ", ".join("?" for _ in table.columns)
            kinds = ", ".join(
                f'"{column}" {_kind(table, number)}' for number, column in enumerate(table.columns)
            )
            connection.execute(f"CREATE TABLE {name} ({kinds})")
            if table.rows:
                connection.executemany(
                    f"INSERT INTO {name} VALUES ({marks})",  # noqa: S608 - our own names
                    table.rows,
                )
            try:
                connection.execute(
                    f"COPY {name} TO '{str(folder / name).replace(chr(39), chr(39) * 2)}.parquet'"
                )
            except (duckdb.Error, OSError) as error:
                raise ReportError(f"{folder} cannot be written: {error}") from error


def _kind(table: Table, column: int) -> str:
    kinds = {type(row[column]) for row in table.rows} - {type(None)}
    return (
        "BIGINT" if kinds == {int} else "DOUBLE" if kinds <= {int, float} and kinds else "VARCHAR"
    )


def _files(paths: Sequence[str | Path], scratch: Path) -> Iterator[Path]:
    for path in paths:
        if str(path).startswith("s3://"):
            from pytracking.reporting.athena import download

            yield from download(str(path), scratch)
            continue
        place = Path(path)
        if place.is_dir():
            yield from sorted(file for file in place.rglob("*") if file.is_file())
        elif place.exists():
            yield place
        else:
            raise ConfigurationError(f"{path} does not exist")


def _load(connection: Any, files: list[Path], scratch: Path, since: date | None) -> list[Gap]:
    """Make the relation ``events``; return what of the files is not in it."""
    import duckdb

    origins = {str(file): str(file) for file in files}
    problems = []
    try:
        _read(connection, files)
    except (duckdb.IOException, duckdb.InvalidInputException):  # one damaged file fails them all
        origins = {}
        for number, file in enumerate(files):
            salvaged = scratch / f"{number}.ndjson"
            damage = _salvage(file, salvaged)
            if damage:
                problems.append(Gap(str(file), damage, 1))
            else:
                salvaged.unlink()
            origins[str(salvaged if damage else file)] = str(file)
        _read(connection, [Path(name) for name in origins])
    found = connection.execute(
        "SELECT file, problem, count(*) FROM lines WHERE problem IS NOT NULL "
        "GROUP BY file, problem ORDER BY file, problem"
    ).fetchall()
    problems += [Gap(origins[file], problem, lines) for file, problem, lines in found]
    began = calendar.timegm(since.timetuple()) if since else 0
    connection.execute(
        "CREATE VIEW events AS SELECT * FROM lines "  # noqa: S608 - a number of ours
        f'WHERE problem IS NULL AND "timestamp" >= {began}'
    )
    return problems


def _read(connection: Any, files: list[Path]) -> None:
    columns = ", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())
    connection.execute(
        # ids are only compared: as numbers they take a third of the memory
        f"CREATE TABLE lines AS SELECT * REPLACE (md5_number(id) AS id), {_VERDICT} AS problem "  # noqa: S608
        "FROM read_json(?, "
        "format = 'newline_delimited', ignore_errors = true, filename = 'file', "
        f"columns = {{{columns}}})",
        [[str(file) for file in files]],
    )


def _salvage(file: Path, target: Path) -> str | None:
    """Write what can be read of a file, and return what cannot; None where nothing is amiss.

    Of a line that is cut off or too long, the rest is written: it is counted as no event.
    """
    with file.open("rb") as stream:
        is_gzip = stream.read(2) == b"\x1f\x8b"
    damage = None
    if file.suffix == ".gz" and not is_gzip:
        damage = "named .gz and not gzip: read as it is"
    opener = gzip.open if is_gzip else open
    with opener(file, "rb") as lines, target.open("wb") as out:
        while True:
            try:
                line = lines.readline(MAX_LINE_BYTES)
            except (EOFError, OSError, zlib.error):
                return "gzip that is cut off or damaged: read as far as it goes"
            if not line:
                return damage
            if len(line) < MAX_LINE_BYTES:
                out.write(line)
            else:
                damage = "a line of over 16 MB: left out"


def _answer(connection: Any, sql: str) -> Table:
    cursor = connection.execute(sql)
    return Table(tuple(column[0] for column in cursor.description), cursor.fetchall())
