"""Write into the pages how well verdicts do, and by which ruleset: `make verdicts`."""

import re
from pathlib import Path

from pytracking.visitors import RULESET

from tests.visitors.corpus import (
    Labelled,
    confusion,
    false_positives,
    is_machine,
    precision,
    read,
    recall,
)

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (DOCS / "visitors.md", DOCS / "receivers.md")
BEGIN, END = "<!-- report: begin -->\n", "<!-- report: end -->"
CLASSES = ("human", "proxy", "prefetch", "scanner", "bot", "unknown")


def report() -> str:
    """Return the tables, in Markdown."""
    machines, people, requests = read("machines"), read("people"), read("requests")
    held_out = [one for one in [*machines, *people] if one.held_out]
    strangers = [one for one in machines if "crawler-user-agents" not in one.source]
    current = [one for one in people if one.current]
    return "\n".join(
        [
            "| | found | of |",
            "|---|---|---|",
            _row("machines that are told to be machines (recall)", recall, held_out, is_machine),
            _row("... of those that the list of crawlers does not hold", recall, strangers),
            _row("what is told to be a machine and is one (precision)", precision, held_out),
            f"| people of today's traffic taken for machines | "
            f"{_percent(len(false_positives(current)) / len(current))} | {len(current)} |",
            f"| people taken for machines, with phones and browsers of 1995 to now | "
            f"{_percent(len(false_positives(people)) / len(people))} | {len(people)} |",
            "",
            "By class, each line a label and each column a verdict. The sources tell scanners from",
            "bots by other lights than ours. The second table is of whole requests.",
            "",
            *_table(held_out),
            "",
            *_table(requests),
            "",
        ]
    )


def renewed(page: str) -> str:
    """Return the page with the tables of now, where it has any, and the ruleset of now."""
    page = re.sub(r'"ruleset": "[^"]*"', f'"ruleset": "{RULESET}"', page)
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{report()}{end}{after}" if begin else page


def _row(name, measure, requests: list[Labelled], counted=None) -> str:
    if counted:
        number = sum(counted(one.label) for one in requests)
    else:
        number = len([one for one in requests if one.held_out])
        requests = [one for one in requests if one.held_out]
    return f"| {name} | {_percent(measure(requests))} | {number} |"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _table(requests: list[Labelled]) -> list[str]:
    counts = confusion(requests)
    labels = [label for label in CLASSES if any(row == label for row, _ in counts)]
    return [
        f"| | {' | '.join(CLASSES)} |",
        "|---" * (len(CLASSES) + 1) + "|",
        *(
            f"| **{label}** | {' | '.join(str(counts[label, cls] or '') for cls in CLASSES)} |"
            for label in labels
        ),
    ]


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(renewed(path.read_text(encoding="utf-8")), encoding="utf-8")
