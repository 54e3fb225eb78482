"""Write into the pages how well verdicts do, and by which ruleset: `make verdicts`."""

import math
import re
from collections import Counter
from pathlib import Path

from pytracking.visitors import RULESET

from tests.visitors.corpus import Labelled, confusion, is_machine, read, recorded

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (DOCS / "visitors.md", DOCS / "receivers.md")
BEGIN, END = "<!-- report: begin -->\n", "<!-- report: end -->"
CLASSES = ("human", "proxy", "prefetch", "scanner", "bot", "unknown")
MIX = 0.30
"""The share of machines among the visitors for whom precision is stated."""


def report() -> str:
    """Return the tables, in Markdown."""
    machines, people = read("machines"), read("people")
    apart = [one for one in machines if one.second_half]
    current = [one for one in people if one.current]
    return "\n".join(
        [
            "User agents, by source. The interval is Wilson's, of 95 %.",
            "",
            "| Machines | strings | called machines | called `human` | called `unknown` |",
            "|---|---|---|---|---|",
            *_by_source(machines),
            _row("**the second half of each source**", apart),
            _row("**all**", machines),
            "",
            "| People | strings | called machines | called `human` | called `unknown` |",
            "|---|---|---|---|---|",
            *_by_source(people),
            _row("**strings of all times, each counted once**", people),
            _row("**visitors of now: samples of traffic**", current),
            "",
            _precision(apart, current),
            "",
            "Whole requests, as clients sent them.",
            "",
            "| Client | requests | called machines | called `human` |",
            "|---|---|---|---|",
            *_by_client(recorded()),
            "",
            "By class: each line a label, each column a verdict, of the second half and of whole",
            "requests. The sources tell scanners from bots by other lights than ours.",
            "",
            *_table([one for one in [*machines, *people] if one.second_half]),
            "",
            *_table([*read("requests"), *recorded()]),
            "",
        ]
    )


def renewed(page: str) -> str:
    """Return the page with the tables of now, where it has any, and the ruleset of now."""
    page = re.sub(r'"ruleset": "[^"]*"', f'"ruleset": "{RULESET}"', page)
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{report()}{end}{after}" if begin else page


def interval(found: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % for a share."""
    z = 1.96
    middle = (found + z * z / 2) / (of + z * z)
    half = z * math.sqrt(found * (of - found) / of + z * z / 4) / (of + z * z)
    return max(0.0, middle - half), min(1.0, middle + half)


def _by_source(requests: list[Labelled]) -> list[str]:
    projects = Counter(one.project for one in requests)
    return [
        _row(project, [one for one in requests if one.project == project])
        for project, _ in projects.most_common()
    ]


def _row(name: str, requests: list[Labelled]) -> str:
    classes = Counter(one.verdict().cls for one in requests)
    told = sum(count for cls, count in classes.items() if is_machine(cls))
    low, high = interval(told, len(requests))
    share = f"{_percent(told / len(requests))} ({_percent(low)} to {_percent(high)})"
    return f"| {name} | {len(requests)} | {share} | {classes['human']} | {classes['unknown']} |"


def _precision(machines: list[Labelled], people: list[Labelled]) -> str:
    found = sum(is_machine(one.verdict().cls) for one in machines) / len(machines)
    wronged = sum(is_machine(one.verdict().cls) for one in people)
    worst = interval(wronged, len(people))[1]

    def precision(share: float) -> float:
        return MIX * found / (MIX * found + (1 - MIX) * share)

    return (
        f"Where {100 * MIX:.0f} % of the visitors are machines, "
        f"{_percent(precision(wronged / len(people)))} of those called machines are some; "
        f"{_percent(precision(worst))} at the worst end of the interval."
    )


def _by_client(requests: list[Labelled]) -> list[str]:
    groups: dict[str, list[Labelled]] = {}
    for one in requests:
        groups.setdefault(_client(one), []).append(one)
    rows = []
    for name, held in groups.items():
        told = sum(is_machine(one.verdict().cls) for one in held)
        rows.append(f"| {name} | {len(held)} | {told} | {len(held) - told} |")
    return rows


def _client(one: Labelled) -> str:
    if one.label == "human":
        return f"{one.source.split()[0].rstrip(':').title()}, a person's"
    if "headless" in one.source and "Headless" in one.agent:
        return "Chromium, headless"
    return f"`{one.source}` behind Chrome's string"


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
