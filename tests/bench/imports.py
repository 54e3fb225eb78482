"""What ``import pytracking`` loads, and its processor time over json, re and zlib alone."""

import os
import subprocess
import sys
from statistics import median

from tests.bench.report import Figure, Section
from tests.support.environments import ROOT, python_of

HEAVY = ("aws_lambda_powertools", "boto3", "cryptography", "duckdb", "urllib3")
"""What loads only where it is first needed."""

_TIMED = f"""
import sys, time, json, re, zlib
start = time.process_time()
{{statement}}
print((time.process_time() - start) * 1e3)
print(*(name for name in {HEAVY} if name in sys.modules))
"""


def run(rounds: int) -> Section:
    layer, here, original = str(ROOT / "layer"), sys.executable, python_of("original")
    cases = {
        "import pytracking": (here, layer, "import pytracking"),
        "from pytracking import Tracker": (here, layer, "from pytracking import Tracker"),
        "import pytracking.tokens.sealed": (here, layer, "import pytracking.tokens.sealed"),
        "the original's import pytracking": (original, "", "import pytracking"),
    }
    times: dict[str, list[float]] = {name: [] for name in cases}
    heavy: dict[str, str] = {}
    for round_ in range(rounds + 1):
        for name, case in cases.items():
            milliseconds, heavy[name] = _once(*case)
            if round_:  # the first one compiles
                times[name].append(milliseconds)
    return Section(
        "Imports: processor time over an interpreter with json, re and zlib",
        [
            Figure(f"{name}: heavy packages", len(heavy[name].split()), "", 0, note=heavy[name])
            for name in ("import pytracking", "from pytracking import Tracker")
        ]
        + [Figure(name, median(found), "ms") for name, found in times.items()],
    )


def _once(python: object, path: str, statement: str) -> tuple[float, str]:
    answer = subprocess.run(
        [str(python), "-c", _TIMED.format(statement=statement)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    milliseconds, heavy = answer.stdout.splitlines()
    return float(milliseconds), heavy
