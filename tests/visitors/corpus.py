"""The labelled requests of tests/visitors/corpus, and how well verdicts agree with them."""

import hashlib
import itertools
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pytracking.visitors import Verdict, classify

FOLDER = Path(__file__).parent / "corpus"
MACHINES = ("proxy", "prefetch", "scanner", "bot")

OF_TRAFFIC = ("user-agents", "fake-useragent", "top-user-agents")
"""Sources that were collected from today's traffic: browsers and mail clients of now."""


@dataclass(frozen=True)
class Labelled:
    """A request, and the class that its source gives it."""

    agent: str
    label: str
    source: str
    kind: str = "click"
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    age_seconds: int | None = None

    @property
    def second_half(self) -> bool:
        """Whether no rule was made by looking at it."""
        return hashlib.sha256(self.agent.encode()).hexdigest()[0] > "7"

    @property
    def current(self) -> bool:
        """Whether it was seen in today's traffic."""
        return self.project in OF_TRAFFIC

    @property
    def project(self) -> str:
        """Whose labelled strings it was among, e.g. ``uap-core``."""
        return self.source.split()[1]

    def verdict(self) -> Verdict:
        headers = {"user-agent": self.agent, **self.headers}
        return classify(self.agent, headers, self.method, self.age_seconds, self.kind)


def read(name: str) -> list[Labelled]:
    """Return the requests of a file, e.g. ``machines``."""
    lines = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Labelled(label=document.pop("class"), **document) for document in map(json.loads, lines)
    ]


def recorded() -> list[Labelled]:
    """Return whole requests as clients sent them to a server on the loopback; ``source`` names it.

    ``x-forwarded-proto`` was added, as every gateway does.
    """
    lines = (FOLDER / "recorded.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        Labelled(
            agent=document["headers"]["user-agent"],
            label=document["class"],
            source=document["client"],
            kind=document["kind"],
            headers=document["headers"],
        )
        for document in map(json.loads, lines)
    ]


PREFETCHES = (
    {"purpose": "prefetch"},
    {"sec-purpose": "prefetch;prerender"},
    {"x-moz": "prefetch"},
    {"x-purpose": "preview"},
)


def visits() -> Iterator[dict[str, str]]:
    """Every agent and set of headers that is known to follow links, people's included."""
    labelled = [
        *read("requests"),
        *recorded(),
        *read("machines"),
        *read("people"),
    ]
    for one, extra in zip(labelled, itertools.cycle(({}, *PREFETCHES)), strict=False):
        headers = {**one.headers, **extra}
        yield {name.lower(): value for name, value in headers.items()} | {"user-agent": one.agent}


def is_machine(cls: str) -> bool:
    return cls in MACHINES


def confusion(requests: list[Labelled]) -> Counter[tuple[str, str]]:
    """Return how often each label got each class."""
    return Counter((request.label, request.verdict().cls) for request in requests)


def recall(requests: list[Labelled]) -> float:
    """Return the share of machines that are told to be machines, of whatever class."""
    machines = [request for request in requests if is_machine(request.label)]
    return sum(is_machine(request.verdict().cls) for request in machines) / len(machines)


def precision(requests: list[Labelled]) -> float:
    """Return the share of machines among what is told to be one."""
    told = [request for request in requests if is_machine(request.verdict().cls)]
    return sum(is_machine(request.label) for request in told) / len(told)


def false_positives(requests: list[Labelled]) -> list[Labelled]:
    """Return the people who are told to be machines."""
    return [
        request
        for request in requests
        if not is_machine(request.label) and is_machine(request.verdict().cls)
    ]
