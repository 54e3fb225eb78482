"""What ``import pytracking`` costs over an interpreter that has json, re and zlib loaded."""

import os
import subprocess
import sys
from statistics import median

from tests.bench.report import Figure, Section
from tests.support.environments import ROOT, python_of

_TIMED = """
import sys, time, json, re, zlib
start = time.perf_counter()
import {module}
print((time.perf_counter() - start) * 1e3)
"""


def run(rounds: int) -> Section:
    def once(python: object, path: str, module: str) -> float:
        answer = subprocess.run(
            [str(python), "-c", _TIMED.format(module=module)],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        return float(answer.stdout)

    layer, here, original = str(ROOT / "layer"), sys.executable, python_of("original")
    cases = {
        "import pytracking": (here, layer, "pytracking"),
        "import pytracking.tokens.sealed": (here, layer, "pytracking.tokens.sealed"),
        "the original's import pytracking": (original, "", "pytracking"),
    }
    found: dict[str, list[float]] = {name: [] for name in cases}
    for round_ in range(rounds + 1):
        for name, case in cases.items():
            milliseconds = once(*case)
            if round_:  # the first one compiles
                found[name].append(milliseconds)
    return Section(
        "Imports, over an interpreter with json, re and zlib",
        [
            Figure(name, median(times), "ms", 2.0 if name == "import pytracking" else None)
            for name, times in found.items()
        ],
    )
