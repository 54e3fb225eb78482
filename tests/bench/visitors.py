"""How often verdicts agree with labels, what one costs, and what they add to a cold start."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from pytracking.visitors import classify
from pytracking.visitors.networks import vendor_of

from tests.bench.report import Figure, Section
from tests.support.environments import ROOT
from tests.visitors.corpus import (
    Labelled,
    false_positives,
    is_machine,
    precision,
    read,
    recall,
    recorded,
)

HEADERS = {
    "accept": "image/avif,image/webp,image/png,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.5",
    "host": "t.example.com",
    "sec-fetch-dest": "image",
    "sec-fetch-mode": "no-cors",
    "sec-fetch-site": "cross-site",
}
ADDRESSES = ("67.231.145.3", "203.0.113.9", "2620:100:9000::5", "2001:db8::1")
HOSTILE = ["a" * 8192, "a@" * 4096, "like gecko)" * 745, "android " * 1024, "bot" * 2730]

# What the hot path has loaded already when it comes to this package; from bytecode, as in a layer.
_TIMED = """
import sys, time, re, dataclasses, collections.abc, typing, pytracking.environment
start = time.perf_counter()
import pytracking.visitors
print((time.perf_counter() - start) * 1e3)
"""


def run(rounds: int) -> Section:
    machines, people, requests = read("machines"), read("people"), read("requests")
    second_half = [one for one in [*machines, *people] if one.second_half]
    strangers = [
        one for one in machines if one.second_half and "crawler-user-agents" not in one.source
    ]
    current = [one for one in people if one.current]
    whole = recorded()
    disguised = [one for one in whole if is_machine(one.label)]
    figures = [
        Figure(
            "recall, machines of known families, the second half",
            100 * recall(second_half),
            "%",
            97.5,
            "higher",
            f"{sum(is_machine(one.label) for one in second_half)} machines",
        ),
        Figure(
            "recall, machines that stand on no list of ours",
            100 * recall(strangers),
            "%",
            95,
            "higher",
            f"{len(strangers)} machines of other projects' tests",
        ),
        Figure("precision, the second half", 100 * precision(second_half), "%", 99, "higher"),
        Figure(
            "people of today's traffic taken for machines",
            100 * len(false_positives(current)) / len(current),
            "%",
            0.1,
            note=f"of {len(current)}",
        ),
        Figure(
            "people taken for machines, museum pieces included",
            100 * len(false_positives(people)) / len(people),
            "%",
            note=f"{len(false_positives(people))} of {len(people)}",
        ),
        Figure(
            "requests that get the class of their label",
            100 * sum(one.verdict().cls == one.label for one in requests) / len(requests),
            "%",
            100,
            "higher",
            f"of {len(requests)}",
        ),
        Figure(
            "recorded libraries and headless browsers that are recognised",
            100 * sum(is_machine(one.verdict().cls) for one in disguised) / len(disguised),
            "%",
            90,
            "higher",
            f"of {len(disguised)} requests",
        ),
        Figure(
            "recorded requests of people's browsers taken for machines",
            len(false_positives(whole)),
            "",
            0,
            note=f"of {len(whole) - len(disguised)}",
        ),
        Figure("a verdict on a person, median", _cost(people, rounds), "us", 15),
        Figure("a verdict on a machine, median", _cost(machines, rounds), "us", 15),
        Figure(
            "looking up the network of an address",
            max(_best(lambda address=address: vendor_of(address), rounds) for address in ADDRESSES),
            "us",
            5,
        ),
        Figure(
            "a verdict on a hostile agent of 8 kB, the slowest",
            max(
                _best(lambda agent=agent: classify(agent, HEADERS, "GET", 60, "open"), rounds)
                for agent in HOSTILE
            ),
            "us",
            1000,
        ),
        Figure("what a cold start takes longer", _cold_start(rounds), "ms", 1),
    ]
    return Section("Visitors", figures)


def _cost(requests: list[Labelled], rounds: int) -> float:
    """Return the median of many agents' costs, each the least of ``rounds``, microseconds."""
    sample = requests[:: max(1, len(requests) // 200)]
    return median(
        _best(lambda one=one: classify(one.agent, HEADERS, "GET", 60, "open"), rounds)
        for one in sample
    )


def _best(call: Callable[[], object], rounds: int) -> float:
    found = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        call()
        found.append(time.perf_counter_ns() - start)
    return min(found) / 1e3


def _cold_start(rounds: int) -> float:
    with tempfile.TemporaryDirectory() as folder:
        layer = Path(folder) / "layer"
        shutil.copytree(
            ROOT / "layer", layer, ignore=shutil.ignore_patterns("__pycache__", "requirements*")
        )
        subprocess.run([sys.executable, "-m", "compileall", "-q", layer], check=True)
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(layer)}
        found = [
            json.loads(
                subprocess.run(
                    [sys.executable, "-c", _TIMED],
                    env=environment,
                    capture_output=True,
                    text=True,
                    check=True,
                ).stdout
            )
            for _ in range(rounds)
        ]
    return median(found)
