"""What a visitor waits for: the start of a function, and its answer once it runs."""

import contextlib
import io
import os
import subprocess
import sys
import time
from statistics import median, quantiles

from tests.aws.raw_server import RawServer, hang, ok
from tests.bench.report import Figure, Section
from tests.support.aws import FUNCTIONS, module_of
from tests.support.environments import ROOT
from tools import samples

HITS_A_ROUND = 50

_BASE = (
    "from aws_lambda_powertools import Logger, Metrics\n"
    "import pytracking.tokens.keyring, pytracking.tokens.sealed\n"
)
_SDK_SIGNER = (
    "from botocore.auth import SigV4Auth\n"
    "from botocore.awsrequest import AWSRequest\n"
    "from botocore.credentials import Credentials\n"
)
_STARTS = {
    "the open function": "import sys; sys.path.insert(0, 'functions/open'); import app",
    "the click function": "import sys; sys.path.insert(0, 'functions/click'); import app",
    "Powertools and the codec": _BASE,
    "and our signer with http.client": _BASE + "import pytracking.aws.client",
    "and botocore's signer with urllib3": _BASE + _SDK_SIGNER + "import urllib3",
    "and a boto3 client": _BASE + "import boto3; boto3.client('sqs', region_name='eu-west-1')",
}


def run(rounds: int) -> Section:
    settings = {
        **samples.environment()["Parameters"],
        "AWS_SAM_LOCAL": "true",
        "AWS_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "benchmark",
        "AWS_SECRET_ACCESS_KEY": "benchmark",
        "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
    }
    return Section(
        "Answering",
        [
            *_starts(settings, rounds),
            *_answers("open", settings, rounds),
            *_answers("click", settings, rounds),
            _action(settings, rounds),
            *_black_hole(settings),
        ],
    )


def _starts(settings: dict[str, str], rounds: int) -> list[Figure]:
    """Time fresh processes, less what the interpreter itself takes; every module compiled."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layer"),
        **settings,
        "PYTRACKING_QUEUE_URL": "http://127.0.0.1:9/hits",  # nobody listens there
    }

    def once(program: str) -> float:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, check=True)
        return (time.perf_counter() - start) * 1e3

    found: dict[str, list[float]] = {name: [] for name in ("", *_STARTS)}
    for round_ in range(rounds + 1):
        for name, program in {"": "pass", **_STARTS}.items():
            milliseconds = once(program)
            if round_:  # the first one compiles
                found[name].append(milliseconds)
    bare = median(found.pop(""))
    return [Figure(f"start: {name}", median(times) - bare, "ms") for name, times in found.items()]


def _answers(kind: str, settings: dict[str, str], rounds: int) -> list[Figure]:
    event = samples.requests()[f"{kind}.json"]
    with (
        RawServer(ok) as queue,
        _started(kind, {**settings, "PYTRACKING_QUEUE_URL": queue.url}) as (handler),
    ):
        times = [_timed(handler, event) for _ in range((rounds + 1) * HITS_A_ROUND)]
    times = sorted(times[HITS_A_ROUND:])
    return [
        Figure(f"warm {kind}, queue on this machine, median", median(times), "ms"),
        Figure(f"warm {kind}, p99", quantiles(times, n=100)[98], "ms", 100.0),
    ]


def _action(settings: dict[str, str], rounds: int) -> Figure:
    """Time clicks and one-click unsubscribes by turns: an opt-out waits for its record, no more."""
    events = samples.requests()
    times: dict[str, list[float]] = {"click.json": [], "action-one-click.json": []}
    with RawServer(ok) as queue:
        ready = {**settings, "PYTRACKING_QUEUE_URL": queue.url}
        with _started("click", ready) as click, _started("action", ready) as act:
            handlers = {"click.json": click, "action-one-click.json": act}
            for _ in range((rounds + 1) * HITS_A_ROUND):
                for name, handler in handlers.items():
                    times[name].append(_timed(handler, events[name]))
    clicked, acted = (median(found[HITS_A_ROUND:]) for found in times.values())
    return Figure("warm POST of an unsubscribe over warm click, median", acted / clicked, "x", 1.0)


def _black_hole(settings: dict[str, str]) -> list[Figure]:
    event = samples.requests()["click.json"]
    with (
        RawServer(hang) as queue,
        _started("click", {**settings, "PYTRACKING_QUEUE_URL": queue.url}) as handler,
    ):
        times = [_timed(handler, event) for _ in range(HITS_A_ROUND)]
    what = "click while the queue takes all and answers nothing"
    return [
        Figure(what, max(times), "ms", 1200.0),
        Figure(f"{what}, median after the third", median(times[3:]), "ms", 20.0),
    ]


def _timed(handler, event) -> float:
    start = time.perf_counter()
    handler(event, None)
    return (time.perf_counter() - start) * 1e3


@contextlib.contextmanager
def _started(kind: str, settings: dict[str, str]):
    """Give a function's handler, with its environment set and its output thrown away."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield module_of(FUNCTIONS / kind / "app.py").handler
    finally:
        os.environ.clear()
        os.environ.update(before)
