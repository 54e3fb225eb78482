"""Measure speed and size, and compare them with their targets.

    python -m tests.bench [--rounds 31] [section ...]

Prints a table for each section, and writes ``docs/benchmarks.json`` and ``docs/benchmarks.svg``.
Its exit status does not depend on the targets: they are for a quiet machine, and for reading.
"""

import argparse
from importlib import import_module
from pathlib import Path

from tests.bench import SECTIONS
from tests.bench.report import Section, svg, table, update_json

DOCS = Path(__file__).parents[2] / "docs"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--rounds", type=int, default=31, help="interleaved rounds (default 31)")
    arguments = parser.parse_args()
    if unknown := set(arguments.sections) - set(SECTIONS):
        parser.error(f"no section {sorted(unknown)[0]!r}; there are {', '.join(SECTIONS)}")
    found: dict[str, Section] = {}
    for name in arguments.sections or SECTIONS:
        found[name] = import_module(f"tests.bench.{name}").run(arguments.rounds)
        print(table(found[name]), flush=True)
    report = update_json(DOCS / "benchmarks.json", found)
    plots = [plot for name in SECTIONS if name in report for plot in report[name]["plots"]]
    if plots:
        (DOCS / "benchmarks.svg").write_text(svg(plots))


if __name__ == "__main__":
    main()
