"""A report on a million events of a known truth: how long, how much memory, how right.

``python -m tests.bench.numbers`` is the same on ten million, which takes minutes to make.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.report import Figure, Section, table
from tests.report import generator

EVENTS = 1_000_000

_RUN = """
import json, resource, sys, time
start = time.perf_counter()
from pathlib import Path
from pytracking.reporting.files import report_of
from pytracking.reporting.page import page
report = report_of([sys.argv[1]])
Path(sys.argv[2]).write_text(page(report))
print(json.dumps({
    "seconds": time.perf_counter() - start,
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    "campaigns": report.campaigns(),
    "machines": report.tables["machines"].records(),
}))
"""


def run(rounds: int, events: int = EVENTS) -> Section:
    with tempfile.TemporaryDirectory() as folder:
        truth = generator.write(Path(folder) / "store", events)
        command = [sys.executable, "-c", _RUN, f"{folder}/store", f"{folder}/page.html"]
        found = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    campaigns = found["campaigns"]
    wrong = sum(
        abs(row[column] - known[row["campaign"]])
        for row in campaigns
        for column, known in (
            ("unique_opens", truth.unique_opens),
            ("unique_clicks", truth.unique_clicks),
            ("clicks", truth.clicks),
        )
    )
    bursts = sum(row["clicks"] for row in found["machines"] if row["reason"] == "burst")
    return Section(
        f"A report on {events:,} events, its page included",
        [
            Figure("time", found["seconds"], "s", 6.0 if events == EVENTS else 60.0),
            Figure("memory", found["megabytes"], "MB", 800.0 if events == EVENTS else 2000.0),
            Figure("counts that differ from the truth", wrong, "", 0.0),
            Figure("burst clicks found", 100 * bursts / len(truth.burst_ids), "%"),
        ],
    )


if __name__ == "__main__":
    print(table(run(1, 10 * EVENTS)))
