"""`links`: a link for each line of a file of recipients, in bounded memory."""

import argparse
import csv
import hashlib
import io
import itertools
import json
import os
import re
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self, TextIO

from pytracking import Configuration
from pytracking.cli.configuring import (
    add_minting_options,
    configuration_from,
    metadata_from,
    require_to_mint,
)
from pytracking.cli.files import encoding_of, open_bytes, replace_bytes
from pytracking.cli.parsing import Subparsers
from pytracking.errors import ConfigurationError, InvalidPayload

_DELIMITERS = ",;\t|"
_FORMS = {".csv": "csv", ".tsv": "csv", ".ndjson": "ndjson", ".jsonl": "ndjson"}
_RECORDS_AT_ONCE = 1_000
_SECONDS_BETWEEN_NOTES = 1.0
_SECONDS_BETWEEN_SHOWN = 0.5
_CLEARED = "\r\x1b[K"
# what "surrogateescape" makes of bytes that are not UTF-8
_NO_TEXT = re.compile("[\udc80-\udcff]")


class Recipient(NamedTuple):
    """One recipient: the line it begins at, and its fields, or what is wrong with it."""

    line: int
    fields: Mapping[str, Any]
    with_link: Callable[[str], str]
    """Gives its line for the output."""
    problem: str = ""


def add_links(commands: Subparsers) -> None:
    """Add ``links``."""
    parser = commands.add_parser(
        "links",
        help="mint a link for each line of a file of recipients",
        description="Reads recipients from CSV (with a header) or from one JSON object a line, and "
        "writes each of them with its link. What cannot have one is named on standard error, and "
        "the others go on. Interrupted, the same command goes on where it ended.",
        examples=[
            "links --from recipients.csv --target https://shop.example.com/ --output links.csv",
            "links --from recipients.ndjson --open --fields customer_id > pixels.ndjson",
        ],
    )
    parser.add_argument(
        "--from", dest="source", metavar="FILE", required=True, help="- is standard input"
    )
    parser.add_argument(
        "--as",
        dest="form",
        choices=["csv", "ndjson"],
        help="what FILE is, where its name (.csv, .tsv, .ndjson, .jsonl) does not say",
    )
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--target", metavar="URL", help="where each link leads")
    kind.add_argument("--open", action="store_true", help="mint open links, addresses of pixels")
    parser.add_argument(
        "--fields",
        metavar="NAME,...",
        help="which fields of a recipient go into the link's metadata; default: all",
    )
    parser.add_argument(
        "--link-field", metavar="NAME", default="link", help="the field of the link; default: link"
    )
    parser.add_argument(
        "--output", metavar="FILE", help="default: standard output, which is not gone on with"
    )
    add_minting_options(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    configuration = configuration_from(arguments)
    require_to_mint(arguments, configuration, "open" if arguments.open else "click")
    common = metadata_from(arguments)
    chosen = arguments.fields.split(",") if arguments.fields else None
    mint = _minting(configuration, arguments.target)
    form = _form(arguments)
    with open_bytes(arguments.source, "the recipients") as raw, _as_text(raw) as text:
        progress = _Pace(raw)
        asked = [common, chosen, progress.size, *map(repr, _asked(arguments, configuration))]
        if form == "ndjson":
            head, recipients = "", _of_ndjson(text, arguments.link_field)
        else:
            head, recipients = _of_csv(text, chosen or [], arguments.link_field)
        with _Output(arguments.output, asked) as output:
            if not output.records:
                output.add(head)
            for recipient in itertools.islice(recipients, output.records, None):
                try:
                    metadata = {**common, **_metadata(recipient, chosen)}
                    output.add(recipient.with_link(mint(metadata)))
                except InvalidPayload as error:
                    progress.say(f"line {recipient.line}: {error}")
                    output.failed += 1
                if output.end_record():
                    progress.show(output.records)
    progress.end(output.records - output.failed, output.failed)
    return 1 if output.failed else 0


def _asked(arguments: argparse.Namespace, configuration: Configuration) -> tuple[Any, ...]:
    """What makes the links of one run those of another, beside the keys."""
    return (
        arguments.source,
        arguments.target,
        arguments.link_field,
        arguments.plain,
        configuration.base_urls,
        configuration.webhook_url,
        configuration.expires_in,
        configuration.privacy,
    )


def _metadata(recipient: Recipient, chosen: list[str] | None) -> Mapping[str, Any]:
    """The fields of a recipient that go into the link.

    Raises:
        InvalidPayload: a field is missing, or the recipient cannot be read.
    """
    if recipient.problem:
        raise InvalidPayload(recipient.problem)
    if chosen is None:
        return recipient.fields
    if missing := [name for name in chosen if name not in recipient.fields]:
        raise InvalidPayload(f"it has no field {missing[0]!r}")
    return {name: recipient.fields[name] for name in chosen}


def _minting(
    configuration: Configuration, target: str | None
) -> Callable[[Mapping[str, Any]], str]:
    """What makes a link of metadata.

    Raises:
        InvalidTarget: no redirect may go to the target.
    """
    if target is not None:
        configuration.check_target(target)
    if configuration.keyring is None:  # --plain
        if target is None:
            return configuration.get_open_tracking_url
        return lambda metadata: configuration.get_click_tracking_url(target, metadata)
    from pytracking.bulk import Bulk, RecipientLinks

    bulk = Bulk(configuration)
    if target is None:
        return lambda metadata: RecipientLinks(bulk, metadata).open_url()
    return lambda metadata: RecipientLinks(bulk, metadata).click_url(target)


# Reading ------------------------------------------------------------------------------------------


def _form(arguments: argparse.Namespace) -> str:
    form: str | None = arguments.form or _FORMS.get(Path(arguments.source).suffix.lower())
    if form is None:
        raise ConfigurationError(f"unknown type of {arguments.source!r}: say --as csv or ndjson")
    return form


def _as_text(raw: io.BufferedReader) -> io.TextIOWrapper:
    encoding = encoding_of(raw.peek(4)[:4])
    return io.TextIOWrapper(raw, encoding, errors="surrogateescape", newline="")


def _of_ndjson(text: TextIO, link_field: str) -> Iterator[Recipient]:
    name = json.dumps(link_field)
    for number, line in enumerate(text, 1):
        written = line.strip()
        if not written:
            continue
        try:
            fields, problem = json.loads(written), _unreadable(written)
            if not isinstance(fields, dict):
                fields, problem = {}, "it is no JSON object"
            elif link_field in fields:
                problem = f"it has a field {link_field!r} already: --link-field names another"
        except (ValueError, RecursionError) as error:
            fields, problem = {}, f"it is no JSON object: {error}"
        begin = f"{written[:-1]}{',' if fields else ''}{name}:"
        yield Recipient(number, fields, partial(_json_line, begin), problem)


def _json_line(begin: str, link: str) -> str:
    return f"{begin}{json.dumps(link)}}}\n"


class _Echo:
    """A file for `csv.writer` whose `writerow` then returns the line."""

    def write(self, line: str) -> str:
        return line


def _of_csv(text: TextIO, chosen: list[str], link_field: str) -> tuple[str, Iterator[Recipient]]:
    first = text.readline()
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(itertools.chain([first], text), delimiter=delimiter, strict=True)
    write = csv.writer(_Echo(), delimiter=delimiter, lineterminator="\n").writerow
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise ConfigurationError(f"the recipients' first line is no CSV: {error}") from error
    if not any(header) or _unreadable(first):
        raise ConfigurationError(
            "the recipients have no header: the first line of CSV names its fields, in UTF-8"
        )
    if doubled := sorted({name for name in header if header.count(name) > 1}):
        raise ConfigurationError(f"the recipients' header names {doubled[0]!r} twice")
    if link_field in header:
        raise ConfigurationError(
            f"the recipients have a field {link_field!r} already: --link-field names another"
        )
    if missing := [name for name in chosen if name not in header]:
        raise ConfigurationError(
            f"the recipients have no field {missing[0]!r}: they have {', '.join(header)}"
        )
    return write([*header, link_field]), _rows(reader, header, write)


def _rows(reader: Any, header: list[str], write: Callable[[list[str]], str]) -> Iterator[Recipient]:
    while True:
        line, problem, row = reader.line_num + 1, "", []
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"it is no CSV: {error}"
        if not (row or problem):
            continue
        if not problem and len(row) != len(header):
            problem = f"it has {len(row)} fields, and the header {len(header)}"
        problem = problem or _unreadable("".join(row))
        fields = dict(zip(header, row, strict=False))
        yield Recipient(line, fields, partial(_csv_line, write, row), problem)


def _csv_line(write: Callable[[list[str]], str], row: list[str], link: str) -> str:
    return write([*row, link])


def _unreadable(text: str) -> str:
    if text.isascii() or not _NO_TEXT.search(text):
        return ""
    return "it is not UTF-8: save the file as UTF-8"


# Writing ------------------------------------------------------------------------------------------


class _Done(NamedTuple):
    """How far a run got: recipients, those of them without a link, bytes of the output."""

    records: int = 0
    failed: int = 0
    size: int = 0


class _Output:
    """Where lines go, and the note beside it of how far that got.

    A run that ends early leaves whole lines only, and the next one goes on behind them, whatever
    ended the first: the note is never ahead of the file, and what the file has beyond it is cut
    off.
    """

    def __init__(self, file: str | None, asked: list[Any]) -> None:
        self._asked = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
        self._path = Path(file) if file else None
        self._note = Path(f"{file}.progress")
        self._pending: list[str] = []
        self._done = _Done()
        self._noted_at = time.monotonic()
        self._out: BinaryIO = sys.stdout.buffer
        if self._path:
            try:
                self._out = self._opened(self._path)
            except (OSError, ValueError, LookupError, TypeError) as error:
                raise ConfigurationError(f"cannot write {file!r}: {error}") from error
        self.records, self.failed, _ = self._done
        """Recipients that are done, and those of them without a link."""

    def _opened(self, path: Path) -> BinaryIO:
        if not path.exists():
            out = path.open("xb", buffering=0)
            self._take_note(out)
            return out
        if not self._note.exists():
            raise ConfigurationError(f"{str(path)!r} exists already: name another, or delete it")
        noted = json.loads(self._note.read_bytes())
        done = _Done(*noted["done"])
        if noted["asked"] != self._asked or path.stat().st_size < done.size:
            raise ConfigurationError(
                f"{str(path)!r} was begun with other recipients, options or another target: go on "
                f"with those, or delete it and {str(self._note)!r} to begin anew"
            )
        out = path.open("r+b", buffering=0)
        out.truncate(done.size)
        out.seek(done.size)
        self._done = done
        return out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not self._path:
            if error is None:
                self._commit()
                self._out.flush()
            return
        try:
            if error is None:
                self._commit()
                os.fsync(self._out.fileno())
                self._note.unlink(missing_ok=True)
        except OSError as failure:
            error = failure
        if error is not None:
            # what is pending may end within a recipient: the next run makes it again
            with suppress(OSError):
                self._out.truncate(self._done.size)
                self._take_note(self._out)
        with suppress(OSError):
            self._out.close()
        done = f"{self._done.records:,} recipients are done: the same command goes on behind them"
        if isinstance(error, OSError):
            raise ConfigurationError(
                f"cannot write {str(self._path)!r}: {error.strerror}; {done}"
            ) from error
        if isinstance(error, KeyboardInterrupt):
            print(f"\n{done}", file=sys.stderr)

    def add(self, line: str) -> None:
        """Add to what is written next."""
        self._pending.append(line)

    def end_record(self) -> bool:
        """Take note that a recipient is done; whether its line, and others, were written now."""
        self.records += 1
        if self.records - self._done.records < _RECORDS_AT_ONCE:
            return False
        self._commit()
        if self._path and time.monotonic() > self._noted_at + _SECONDS_BETWEEN_NOTES:
            self._take_note(self._out)
        return True

    def _commit(self) -> None:
        data = memoryview("".join(self._pending).encode())
        written = 0
        while written < len(data):
            written += self._out.write(data[written:])
        self._done = _Done(self.records, self.failed, self._done.size + len(data))
        self._pending.clear()

    def _take_note(self, out: BinaryIO) -> None:
        os.fsync(out.fileno())
        noted = {"asked": self._asked, "done": self._done}
        replace_bytes(self._note, json.dumps(noted).encode())
        self._noted_at = time.monotonic()


class _Pace:
    """What a terminal shows meanwhile; elsewhere only what is wrong."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw
        self._is_shown = sys.stderr.isatty()
        self._began = self._shown_at = time.monotonic()
        self._first = -1
        self.size: int | None = None
        """Of the recipients, in bytes; None where nobody knows, as of a pipe."""
        with suppress(OSError):
            status = os.fstat(raw.fileno())
            self.size = status.st_size if stat.S_ISREG(status.st_mode) else None

    def say(self, sentence: str) -> None:
        """Print one line."""
        print(f"{_CLEARED if self._is_shown else ''}{sentence}", file=sys.stderr)

    def show(self, records: int) -> None:
        """Show how far the run is, how fast, and how long the rest will take."""
        now = time.monotonic()
        if self._first < 0:
            self._first, self._began = records, now
        if not self._is_shown or now < self._shown_at + _SECONDS_BETWEEN_SHOWN:
            return
        self._shown_at = now
        rate = (records - self._first) / (now - self._began)
        shown = f"{records:,} recipients, {rate:,.0f} a second"
        if self.size and rate and (read := self._raw.tell()):
            left = records * (self.size / read - 1) / rate
            shown += f", {left:,.0f} s left"
        print(f"{_CLEARED}{shown}", end="", file=sys.stderr, flush=True)

    def end(self, links: int, failed: int) -> None:
        """Say what was done, where that is seen or not all was well."""
        if self._is_shown or failed:
            self.say(f"links: {links:,}; lines without one: {failed:,}")
