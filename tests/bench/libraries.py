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


class Libraries(AbstractContextManager["Libraries"]):
    """The worker processes: ``ours``, ``original`` (its import name is ours) and ``others``."""

    def __init__(self) -> None:
        here = Path(sys.executable)
        self._workers = {
            name: subprocess.Popen(
                [python, Path(__file__).with_name("worker.py"), name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": path},
            )
            for name, python, path in (
                ("ours", here, str(ROOT / "layer")),
                ("original", python_of("original"), ""),
                ("others", here, ""),
            )
        }

    def __exit__(self, *_: object) -> None:
        for worker in self._workers.values():
            worker.communicate()

    def load(
        self, payloads: Sequence[Payload], settings: dict[str, Any] | None = None
    ) -> dict[tuple[str, str], list[int]]:
        """Hand out the payloads; return the token lengths by library and format."""
        command = {"do": "load", "payloads": payloads, "settings": settings or {}}
        return {
            (library, name): lengths
            for library in self._workers
            for name, lengths in self._ask(library, command).items()
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
                seconds = self._ask(library, {"do": verb, "format": name})
                if round_:  # the first one warms up
                    found[measurement].append(seconds)
        return found

    def _ask(self, library: str, command: dict[str, Any]) -> Any:
        worker = self._workers[library]
        assert worker.stdin
        assert worker.stdout
        worker.stdin.write(json.dumps(command) + "\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
        if not line:
            raise RuntimeError(f"the worker of {library} ended; its error is above")
        return json.loads(line)


def times_faster(ours: list[float], theirs: list[float]) -> float:
    """Return the median of the ratios of rounds that ran next to each other."""
    return median(their / our for our, their in zip(ours, theirs, strict=True))
