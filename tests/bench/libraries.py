"""The libraries under measurement, each in a process of its own, asked in turn."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench.payloads import Payload
from tests.support.environments import ROOT, python_of

Measurement = tuple[str, str, str]
"""Library, format, and what it does: ``("ours", "sealed", "encode")``."""


class Worker:
    """A process that reads a command a line, and answers each by a line, in JSON."""

    def __init__(self, python: Path, path: str, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [python, Path(__file__).with_name(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
        )

    def ask(self, command: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args} ended; its error is above")
        return json.loads(line)

    def close(self) -> None:
        self._process.communicate()


class Libraries(AbstractContextManager["Libraries"]):
    """The worker processes: ``ours`` and ``original``, whose import name is ours."""

    def __init__(self) -> None:
        self._workers = {
            name: Worker(python, path, "worker.py", name)
            for name, python, path in (
                ("ours", Path(sys.executable), str(ROOT / "layer")),
                ("original", python_of("original"), ""),
            )
        }

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.close()

    def load(
        self, payloads: Sequence[Payload], settings: dict[str, Any] | None = None
    ) -> dict[tuple[str, str], list[int]]:
        """Hand out the payloads; return the token lengths by library and format."""
        command = {"do": "load", "payloads": payloads, "settings": settings or {}}
        return {
            (library, name): lengths
            for library, worker in self._workers.items()
            for name, lengths in worker.ask(command).items()
        }

    def measure(
        self, measurements: Iterable[Measurement], rounds: int
    ) -> dict[Measurement, list[float]]:
        """Return the seconds of each pass: one of each measurement in turn, ``rounds`` times."""
        found: dict[Measurement, list[float]] = defaultdict(list)
        measurements = list(measurements)
        for round_ in range(rounds + 1):
            for measurement in measurements:
                library, name, verb = measurement
                seconds = self._workers[library].ask({"do": verb, "format": name})
                if round_:  # the first one warms up
                    found[measurement].append(seconds)
        return found


def times_faster(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of rounds that ran next to each other."""
    return median(their / our for our, their in zip(ours, theirs, strict=True))
