"""`report`: from events to numbers."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

from pytracking.cli.files import read_bytes
from pytracking.cli.parsing import Subparsers
from pytracking.errors import ConfigurationError
from pytracking.mails import markup
from pytracking.mails.charset import read_html
from pytracking.reporting import questions
from pytracking.reporting.report import Report


def add_report(commands: Subparsers) -> None:
    """Add the command ``report``."""
    parser = commands.add_parser(
        "report",
        help="count opens and clicks by campaign and link, people apart from machines",
        description="Reads files of events, one JSON object a line, plain or gzip: those of the "
        "event store, or your receiver's own. --stack asks the store where it lies, by Athena.",
        examples=["report received/ --html report.html", "report --stack pytracking"],
    )
    parser.add_argument("files", nargs="*", metavar="FILE", help="a file, a folder, or s3://...")
    parser.add_argument("--stack", metavar="NAME", help="ask the event store of a deployed stack")
    parser.add_argument(
        "--by",
        metavar="KEY",
        default=questions.DEFAULT_CAMPAIGN_KEY,
        help="the metadata that names the campaign (%(default)s)",
    )
    parser.add_argument(
        "--mail-key",
        metavar="KEY",
        default=questions.DEFAULT_MAIL_KEY,
        help="the metadata that is another for each recipient's mail (%(default)s)",
    )
    parser.add_argument(
        "--sent",
        metavar="CAMPAIGN=MAILS",
        action="append",
        default=[],
        type=_sent,
        help="how many mails a campaign sent: its click rate (CTR) is by them; once for each",
    )
    parser.add_argument(
        "--since",
        metavar="YYYY-MM-DD",
        type=_day,
        help="leave out what came before that day (UTC); in a stack it costs nothing then",
    )
    parser.add_argument("--html", metavar="FILE", help="write the report as one page")
    parser.add_argument("--mail", metavar="FILE", help="the mail's HTML, shown with its clicks")
    parser.add_argument("--csv", metavar="FOLDER", help="write each table as a CSV file")
    parser.add_argument("--parquet", metavar="FOLDER", help="write each table as a Parquet file")
    parser.add_argument("--json", action="store_true", help="print the whole report as JSON")
    parser.set_defaults(run=run_report)


def _sent(text: str) -> tuple[str, int]:
    campaign, _, mails = text.rpartition("=")
    if not (campaign and mails.isdecimal() and mails.isascii() and int(mails) > 0):
        raise argparse.ArgumentTypeError(
            f"invalid number of mails {text!r}: must be CAMPAIGN=MAILS, such as spring=12000"
        )
    return campaign, int(mails)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"invalid day {text!r}: must be a date such as 2026-11-28"
        ) from None


def run_report(arguments: argparse.Namespace) -> int:
    """Report on events as the arguments say."""
    if arguments.mail and not arguments.html:
        raise ConfigurationError("--mail is shown on a page: give --html, too")
    mail = _mail(arguments.mail) if arguments.mail else None
    keys = questions.Keys(arguments.by, arguments.mail_key)
    report = replace(_report(arguments, keys), sent=dict(arguments.sent))
    if arguments.html:
        from pytracking.reporting.page import page

        html = page(report, mail=mail).encode("utf-8", "backslashreplace")
        Path(arguments.html).write_bytes(html)
    if arguments.csv:
        _write_csv(report, Path(arguments.csv))
    if arguments.parquet:
        from pytracking.reporting.files import write_parquet

        write_parquet(report, Path(arguments.parquet))
    if arguments.json:
        print(json.dumps(_as_json(report), indent=2))
    elif not (arguments.html or arguments.csv or arguments.parquet):
        charset = sys.stdout.encoding
        print(_as_text(report).encode(charset, "backslashreplace").decode(charset))
    for problem in report.problems:
        shown = _in_one_line(problem.file)
        print(f"left out: {shown}: {problem.count} {problem.what}", file=sys.stderr)
    for campaign in report.sent.keys() - {row["campaign"] for row in report.campaigns()}:
        print(f"--sent {campaign}: no event is of that campaign", file=sys.stderr)
    return 0


def _mail(file: str) -> str:
    reading = read_html(read_bytes(file, "the mail"))
    if reading.problem:
        raise ConfigurationError(f"cannot read the mail {file!r}: {reading.problem}")
    return markup.readable(reading.text)


def _in_one_line(text: str) -> str:
    """Return a stranger's text for a terminal: what would move its cursor is written out."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _report(arguments: argparse.Namespace, keys: questions.Keys) -> Report:
    if bool(arguments.stack) == bool(arguments.files):
        raise ConfigurationError("give files of events, or --stack NAME, and not both")
    if arguments.stack:
        from pytracking.reporting.athena import report_of_stack

        return report_of_stack(arguments.stack, keys, _progress(), arguments.since)
    from pytracking.reporting.files import report_of

    return report_of(arguments.files, keys, _progress(), arguments.since)


def _progress() -> Callable[[str], None]:
    if not sys.stderr.isatty():
        return lambda step: None
    began = time.monotonic()
    return lambda step: print(f"{time.monotonic() - began:6.1f} s  {step}", file=sys.stderr)


def _write_csv(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in report.tables.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(table.columns)
            writer.writerows(table.rows)


def _as_json(report: Report) -> dict[str, object]:
    return {
        **{name: table.records() for name, table in report.tables.items()},
        "campaigns": report.campaigns(),
        "problems": [asdict(one) for one in report.problems],
    }


def _as_text(report: Report) -> str:
    head = (
        *("campaign", "opens", "unique", "clicks", "unique", "CTR", "CTOR"),
        *("unsub.", "ratings", "machine opens", "clicks"),
    )
    rows = [head] + [
        (
            _in_one_line(row["campaign"] or "-"),
            *(f"{row[name]:,}" for name in ("opens", "unique_opens", "clicks", "unique_clicks")),
            *("-" if row[name] is None else f"{row[name]:.1%}" for name in ("ctr", "ctor")),
            *(
                f"{row[name]:,}"
                for name in ("unsubscribes", "ratings", "machine_opens", "machine_clicks")
            ),
        )
        for row in report.campaigns()
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
