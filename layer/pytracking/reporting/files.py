"""The questions asked of files of events, by DuckDB.

Files hold one event a line, as the event store writes them: plain or gzip. Whatever else stands in
them is counted and named, and stops nothing.
"""

from __future__ import annotations

import calendar
import gzip
import os
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from pytracking.errors import ConfigurationError, ReportError, dependency
from pytracking.events import MAX_TIMESTAMP, SCHEMA, TYPES
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

COLUMNS = {
    "id": "VARCHAR",
    "type": "VARCHAR",
    "schema": "JSON",
    "link_id": "VARCHAR",
    "timestamp": "BIGINT",
    "is_open_tracking": "BOOLEAN",
    "is_click_tracking": "BOOLEAN",
    "tracked_url": "VARCHAR",
    "metadata": "JSON",
    "value": "VARCHAR",
    "test": "JSON",
    "visitor": 'STRUCT("class" VARCHAR, signals VARCHAR[], shadow VARCHAR[], age_seconds BIGINT)',
}
"""The members of an event that the questions read, by DuckDB's types. What is JSON is as it was
written: as a VARCHAR, a text would lose its quotes, and be taken for what it quotes."""

_LINES = f"""
SELECT * REPLACE (
    md5_number(id) AS id,  -- only compared: as numbers they take a third of the memory
    CAST(metadata AS VARCHAR) AS metadata,
    "test" = 'true' AS test
), CASE
    WHEN TRY_CAST("schema" AS DOUBLE) > {SCHEMA} THEN 'of a newer schema'
    WHEN "schema" <> '{SCHEMA}' OR metadata NOT LIKE '{{%' OR id IS NULL
        OR "timestamp" IS NULL OR "timestamp" NOT BETWEEN 0 AND {MAX_TIMESTAMP} THEN 'no event'
    WHEN "type" NOT IN {(*TYPES.values(),)} THEN 'of an unknown type'
    WHEN "type" IS NULL AND (is_open_tracking OR is_click_tracking) IS NOT TRUE THEN 'no event'
END AS problem"""

_SOURCE = f"""
FROM read_json(?, format = 'newline_delimited', ignore_errors = true, filename = 'file',
    hive_partitioning = false,
    columns = {{{", ".join(f"'{name}': '{kind}'" for name, kind in COLUMNS.items())}}})"""


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
    with dependency("a report needs duckdb: pip install 'pytracking-serverless[report]'"):
        import duckdb
    problems: list[Gap] = []
    with tempfile.TemporaryDirectory(prefix="pytracking-report-") as scratch:
        files = list(_files(paths, Path(scratch), problems))
        origins = _linked(files, Path(scratch), problems)
        if not origins:
            found = "".join(f"; {one.file}: {one.what}" for one in problems)
            raise ConfigurationError(
                f"no file of events in {', '.join(map(str, paths))}: expected files of JSON "
                f"lines, plain or gzip{found}"
            )
        connection = duckdb.connect()
        try:
            # It takes a program without a file, such as a notebook, for a terminal of its own.
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET threads = {THREADS}")
            connection.execute(f"SET memory_limit = '{_megabytes(origins)}MB'")
            connection.execute("SET preserve_insertion_order = false")
            connection.execute("SET temp_directory = ?", [scratch])
            connection.execute(questions.question("duckdb"))
            progress(f"reading {len(files)} files")
            problems += _load(connection, origins, since)
            progress("telling people from machines")
            connection.execute(f"CREATE TABLE people AS {questions.people(keys)}")
            tables = {}
            for name in questions.QUESTIONS:
                progress(name)
                tables[name] = _answer(connection, questions.question(name))
        except (duckdb.Error, OSError) as error:
            raise ReportError(f"the report could not be made: {error}") from error
        except RuntimeError as error:
            if "interrupted" not in str(error):
                raise
            raise KeyboardInterrupt from error  # what becomes of Ctrl-C in DuckDB
        finally:
            connection.close()
    return Report(tables, problems)


def _megabytes(origins: Mapping[str, Path]) -> int:
    least, most = MEGABYTES
    size = 0
    for name in origins:
        with suppress(OSError):  # it is gone by now
            size += Path(name).stat().st_size
    return min(most, max(least, size // BYTES_A_MEGABYTE))


def write_parquet(report: Report, folder: Path) -> None:
    """Write each table of a report as a Parquet file.

    Raises:
        ReportError: the folder cannot be written.
    """
    import duckdb

    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as scratch:
        for name, table in report.tables.items():
            columns = [[row[number] for row in table.rows] for number in range(len(table.columns))]
            chosen = ", ".join(
                f'unnest(CAST(? AS {_kind(column)}[])) AS "{title}"'
                for title, column in zip(table.columns, columns, strict=True)
            )
            written = Path(scratch) / "table.parquet"  # any folder's name may hold what SQL cannot
            quoted = str(written).replace("'", "''")
            try:
                connection.execute(f"COPY (SELECT {chosen}) TO '{quoted}'", columns)
                shutil.copyfile(written, folder / f"{name}.parquet")
            except (duckdb.Error, OSError) as error:
                raise ReportError(f"{folder} cannot be written: {error}") from error


def _kind(values: Sequence[Any]) -> str:
    kinds = {type(value) for value in values} - {type(None)}
    if not kinds or not kinds <= {int, float}:
        return "VARCHAR"
    return "DOUBLE" if float in kinds else "BIGINT"


def _files(paths: Sequence[str | Path], scratch: Path, problems: list[Gap]) -> Iterator[Path]:
    """Yield each file once; folders that cannot be read go to the problems."""
    seen: set[str] = set()
    for path in paths:
        if str(path).startswith("s3://"):
            from pytracking.reporting.athena import download

            yield from download(str(path), scratch)
            continue
        place = Path(path)
        if not str(path):
            raise ConfigurationError("an empty name of a file was given")
        try:
            place.stat()
        except OSError as error:
            raise ConfigurationError(f"cannot read {str(path)!r}: {error.strerror}") from error
        for file in _below(place, problems) if place.is_dir() else (place,):
            where = os.path.realpath(file)
            if where not in seen:
                seen.add(where)
                yield file


def _below(folder: Path, problems: list[Gap]) -> Iterator[Path]:
    """Yield the files in a folder and those below it, through links as well."""
    seen: set[str] = set()

    def note(error: OSError) -> None:
        problems.append(Gap(str(error.filename), f"folder not read: {error.strerror}", 1))

    for parent, folders, names in os.walk(folder, onerror=note, followlinks=True):
        where = os.path.realpath(parent)
        if where in seen:  # a link that leads around in a circle
            folders.clear()
            continue
        seen.add(where)
        folders.sort()
        for file in map(Path(parent).joinpath, sorted(names)):
            try:
                if file.is_file():
                    yield file
            except OSError as error:  # the folder, or a link's, lists its names and no more
                problems.append(Gap(str(file), f"file not read: {error.strerror}", 1))


def _linked(files: Sequence[Path], scratch: Path, problems: list[Gap]) -> dict[str, Path]:
    """Give each file a name by which DuckDB reads it as what it is, and return which is which.

    By the names they have, it would take some for patterns, see members of events in `key=value`,
    and know gzip by `.gz` alone.
    """
    origins = {}
    for number, file in enumerate(files):
        name = scratch / f"{number}.ndjson"
        source = file
        try:
            if not file.is_file():  # a pipe, which can be read only once
                source = scratch / f"{number}.piped"
                with file.open("rb") as stream, source.open("wb") as copy:
                    shutil.copyfileobj(stream, copy)
            if _is_gzip(source):
                name = name.with_suffix(".ndjson.gz")
            name.symlink_to(source.absolute())
        except OSError as error:
            problems.append(Gap(str(file), f"file not read: {error.strerror}", 1))
        else:
            origins[str(name)] = file
    return origins


def _is_gzip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(2) == b"\x1f\x8b"


def _load(connection: Any, origins: dict[str, Path], since: date | None) -> list[Gap]:
    """Make the relation ``events``; return what of the files is not in it."""
    import duckdb

    problems = []
    try:
        _read(connection, origins)
    except duckdb.Error:  # one damaged file fails them all
        for name in list(origins):
            try:
                connection.execute(f"SELECT count(id) {_SOURCE}", [[name]]).fetchall()
            except duckdb.Error:
                file = origins.pop(name)
                salvaged = f"{name}.salvaged"
                try:
                    damage = _salvage(Path(name), Path(salvaged))
                except OSError as error:
                    problems.append(Gap(str(file), f"file not read: {error.strerror}", 1))
                    continue
                if damage:
                    problems.append(Gap(str(file), damage, 1))
                origins[salvaged] = file
        _read(connection, origins)
    found = connection.execute(
        "SELECT file, problem, count(*) FROM lines WHERE problem IS NOT NULL "
        "GROUP BY file, problem ORDER BY file, problem"
    ).fetchall()
    problems += [Gap(str(origins[file]), problem, lines) for file, problem, lines in found]
    began = calendar.timegm(since.timetuple()) if since else 0
    connection.execute(
        "CREATE VIEW events AS SELECT * FROM lines "  # noqa: S608 - a number of ours
        f'WHERE problem IS NULL AND "timestamp" >= {began}'
    )
    return problems


def _read(connection: Any, names: Iterable[str]) -> None:
    connection.execute(f"CREATE TABLE lines AS {_LINES} {_SOURCE}", [list(names)])


def _salvage(file: Path, target: Path) -> str | None:
    """Write what can be read of a file, and return what cannot; None where nothing is amiss.

    Of a line that is cut off, the rest is written: it is counted as no event.
    """
    damage = None
    with (gzip.open if _is_gzip(file) else open)(file, "rb") as lines, target.open("wb") as out:
        while True:
            try:
                line = lines.readline(MAX_LINE_BYTES)
                while len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
                    damage = "a line of over 16 MB: left out"
                    while line and not line.endswith(b"\n"):
                        line = lines.readline(MAX_LINE_BYTES)
                    line = lines.readline(MAX_LINE_BYTES)
            except (EOFError, OSError, zlib.error):
                return "gzip that is cut off or damaged: read as far as it goes"
            if not line:
                return damage
            out.write(line)


def _answer(connection: Any, sql: str) -> Table:
    cursor = connection.execute(sql)
    return Table(tuple(column[0] for column in cursor.description), cursor.fetchall())
