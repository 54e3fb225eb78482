"""How fast hits are delivered, and who is held up by a receiver that hangs.

Everything is real but AWS: the deliver function in processes of their own, as many as environments
of it would run, fed from the embedded queue over HTTP; receivers in another process.
"""

import contextlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median, quantiles
from typing import Any

import pytracking
from pytracking.messages import Message
from pytracking.tokens.keyring import Keyring

from local.queue import Queue
from local.queue_server import QueueServer
from tests.bench.report import Figure, Section
from tests.delivery.rig import CREDENTIALS, SECRETS, hit
from tests.support.environments import ROOT, python_of

LATENCY_MS = 50.0
ENVIRONMENTS = 8
"""Processes of the deliver function; the template lets 20 batches be delivered at once."""

HITS = 3_000
ORIGINAL_POSTS = 60

FAIR_ENVIRONMENTS = 4
"""Processes of each of three stages that run at the same time; two more of each are slow lanes."""

ONE_IN = 100
"""One hit in so many goes to a receiver that is slow, or silent."""

SETTLE_SECONDS = 60.0
"""Until every environment has met the slow receiver and knows it. Nothing is scaled down: the
client's times, the slow receiver's 9.9 s and this minute are those deployed."""

MEASURE_SECONDS = 25.0


def run(rounds: int) -> Section:
    """Measure; ``rounds`` does not change anything: each figure has its own number of samples."""
    return Section(
        f"Delivery ({ENVIRONMENTS} environments, a receiver that takes {LATENCY_MS:.0f} ms)",
        [*_throughput(), *_fairness(), *_answers()],
    )


def _throughput() -> list[Figure]:
    with _Stage("receiver") as stage:
        rates = []
        for _ in range(3):
            before = stage.count()
            began = time.perf_counter()
            stage.put(*(hit(stage.alive) for _ in range(HITS)))
            while stage.count() - before < HITS:
                time.sleep(0.01)
            rates.append(HITS / (time.perf_counter() - began))
        originals = [stage.original(ORIGINAL_POSTS) for _ in range(3)]
    ours, theirs = median(rates), median(originals)
    return [
        Figure(
            "delivered, times the original's one after the other",
            ours / theirs,
            "x",
            25.0,
            "higher",
            f"{ours:.0f}/s and {theirs:.1f}/s",
        )
    ]


def _fairness() -> list[Figure]:
    """Compare hits beside a slow, and beside a silent, receiver with those beside neither.

    All three are measured at the same time, at half the rate that all three can bear, so that
    whatever else the machine does meets all of them.
    """
    sent: dict[str, dict[str, float]] = {"nobody": {}, "slow": {}, "silent": {}}
    with contextlib.ExitStack() as stack:
        stages = {
            beside: stack.enter_context(_Stage("arrivals", FAIR_ENVIRONMENTS)) for beside in sent
        }
        rate = _capacity(list(stages.values())) / 2
        others = {
            "nobody": lambda number: stages["nobody"].alive,
            "slow": lambda number: f"{stages['slow'].slow}?hit={number}",
            "silent": lambda number: f"{stages['silent'].dead}?hit={number}",
        }
        began, number = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < SETTLE_SECONDS + MEASURE_SECONDS:
            if number > elapsed * rate:
                time.sleep(0.5 / rate)
                continue
            number += 1
            for beside, stage in stages.items():
                if number % ONE_IN == 0:
                    stage.put(hit(others[beside](number)))
                    continue
                mine = hit(stage.alive)
                if elapsed >= SETTLE_SECONDS:
                    sent[beside][mine.id] = time.time()
                stage.put(mine)
        ended = time.time()
        time.sleep(2)
        arrived = {beside: stage.arrivals() for beside, stage in stages.items()}
    delays = {
        beside: [1e3 * (arrived[beside].get(i, math.inf) - at) for i, at in found.items()]
        for beside, found in sent.items()
    }
    p99 = {beside: _typical_p99(found) for beside, found in delays.items()}
    through = {
        beside: sum(arrived[beside].get(i, math.inf) <= ended for i in found) / MEASURE_SECONDS
        for beside, found in sent.items()
    }
    figures = []
    for beside in ("slow", "silent"):
        what = f"1 % of hits to a {beside} receiver"
        figures += [
            Figure(
                f"{what}: the others' throughput",
                through[beside] / through["nobody"],
                "x",
                0.9,
                "higher",
                f"{through[beside]:.0f}/s, and {through['nobody']:.0f}/s without",
            ),
            Figure(
                f"{what}: the others' p99",
                p99[beside] / p99["nobody"],
                "x",
                1.3,
                note=f"{p99[beside]:.0f} ms, and {p99['nobody']:.0f} ms without",
            ),
        ]
    return figures


def _capacity(stages: list["_Stage"]) -> float:
    """Return the hits a second that each of these stages delivers while all are flooded."""
    before = [stage.count() for stage in stages]
    began = time.perf_counter()
    for _ in range(HITS // 2):
        for stage in stages:
            stage.put(hit(stage.alive))
    while any(s.count() - b < HITS // 2 for s, b in zip(stages, before, strict=True)):
        time.sleep(0.05)
    return HITS // 2 / (time.perf_counter() - began)


def _typical_p99(delays: list[float]) -> float:
    """Return the median of the p99 of five stretches: a hiccup of the machine spoils but one."""
    length = len(delays) // 5
    stretches = [delays[start : start + length] for start in range(0, 5 * length, length)]
    return median(quantiles(stretch, n=100)[98] for stretch in stretches)


def _answers() -> list[Figure]:
    """Compare the answers to clicks whose receiver hangs with those whose receiver is well."""
    keyring = Keyring.generate()
    with _Stage("receiver") as stage:
        paths = [
            pytracking.get_click_tracking_url(
                "https://a.test/x",
                base_click_tracking_url="https://t.test/c/",
                webhook_url=url,
                include_webhook_url=True,
                keyring=keyring,
            ).removeprefix("https://t.test")
            for url in (stage.alive, stage.dead)
        ]
        run = subprocess.run(
            [sys.executable, "-m", "tests.bench.delivery_process", "answers"],
            cwd=ROOT,
            env={**stage.environment, "PYTRACKING_LINK_KEYS": keyring.to_json()},
            input=json.dumps({"paths": paths, "count": 6_000, "per_second": 250}),
            capture_output=True,
            text=True,
            check=True,
        )
    taken = json.loads(run.stdout)
    well, hanging = (_typical_p99(taken[which::2]) for which in (0, 1))
    return [
        Figure(
            "a click's p99 while its receiver hangs",
            hanging / well,
            "x",
            1.1,
            note=f"{hanging:.2f} ms, with a receiver that is well {well:.2f} ms",
        )
    ]


class _Stage:
    """A queue, deliver processes and a receiver, all started."""

    def __init__(self, kind: str, environments: int = ENVIRONMENTS) -> None:
        self._kind = kind
        self._environments = environments
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "_Stage":
        self._queue, dead = Queue("hits", visibility_timeout=120), Queue("dead")
        slow = Queue("slow", visibility_timeout=120)
        server = self._stack.enter_context(QueueServer([self._queue, slow, dead]))
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_SQS": server.endpoint,
            "PYTHONPATH": os.pathsep.join([str(ROOT / "layer"), str(ROOT)]),
            "PYTRACKING_QUEUE_URL": server.url(self._queue),
            "PYTRACKING_SLOW_QUEUE_URL": server.url(slow),
            "PYTRACKING_DEAD_LETTER_QUEUE_URL": server.url(dead),
            "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
            "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
            "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        process = "tests.bench.delivery_process"
        self._receiver = self._stack.enter_context(
            self._started(process, self._kind, str(LATENCY_MS))
        )
        ports = self._receiver.stdout.readline().split()
        self.alive, self.dead, self.slow = (f"http://127.0.0.1:{port}/" for port in ports)
        for _ in range(self._environments):
            self._stack.enter_context(self._started("tests.delivery.worker"))
        for _ in range(2):
            self._stack.enter_context(self._started("tests.delivery.worker", slow_lane=True))
        # A hit for each of them, so that what is measured are not their starts.
        before = self.count()
        self.put(*(hit(self.alive) for _ in range(20 * self._environments)))
        while self.count() - before < 20 * self._environments:
            time.sleep(0.05)
        time.sleep(1)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stack.close()

    def put(self, *messages: Message) -> None:
        for message in messages:
            self._queue.send(message.to_json())

    def count(self) -> int:
        """Return how many posts the receiver has answered."""
        self._receiver.stdin.write("count\n")
        self._receiver.stdin.flush()
        return int(self._receiver.stdout.readline())

    def arrivals(self) -> dict[str, float]:
        """End the receiver, and return when it first answered each id."""
        self._receiver.stdin.close()
        found: dict[str, float] = json.loads(self._receiver.stdout.readline())
        return found

    def original(self, count: int) -> float:
        """Return the posts per second of pytracking 0.2.2 to the same receiver."""
        script = ROOT / "tests" / "bench" / "delivery_process.py"
        run = subprocess.run(
            [python_of("original"), script, "original", self.alive, str(count)],
            env={"PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            check=True,
        )
        return float(run.stdout)

    @contextlib.contextmanager
    def _started(self, module: str, *arguments: str, slow_lane: bool = False) -> Iterator[Any]:
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**self.environment, "PYTRACKING_SLOW_LANE": str(slow_lane).lower()},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if arguments else subprocess.DEVNULL,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()
