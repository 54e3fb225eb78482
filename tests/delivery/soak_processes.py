"""The processes of a soak: one that makes hits, and those that deliver them and are killed."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytracking
from pytracking.tokens.keyring import Keyring

from tools import samples

ROOT = Path(__file__).parents[2]


class Source:
    """The click function in a process of its own; it makes hits as fast as it can."""

    def __init__(self, environment: dict[str, str], urls: list[str], hits: int) -> None:
        keyring = Keyring.generate()
        tokens = [
            pytracking.get_click_tracking_url(
                "https://a.test/x",
                {"customer_id": number},
                base_click_tracking_url="https://t.test/c/",
                webhook_url=url,
                include_webhook_url=True,
                keyring=keyring,
            ).removeprefix("https://t.test")
            for number, url in enumerate(urls)
        ]
        self.keyring = keyring
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.soak", "--source", str(hits)],
            cwd=ROOT,
            env={**environment, "PYTRACKING_LINK_KEYS": keyring.to_json()},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdin is not None
        with self._process.stdin:
            self._process.stdin.write(json.dumps(tokens))

    def done(self) -> bool:
        status = self._process.poll()
        assert status in (None, 0), f"the click function's process ended with {status}"
        return status is not None

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


def make_hits(count: int) -> None:
    """Call the click function's handler so many times; the paths come on standard input."""
    from tests.delivery.test_processes import load

    paths = json.load(sys.stdin)
    handler = load("click").handler
    for number in range(count):
        answer = handler(samples.http_api(paths[number % len(paths)]), None)
        assert answer["statusCode"] == 302


class Nursery:
    """Makes deliver processes quickly, and kills them."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.delivery.worker", "--nursery"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        self.alive: list[int] = []
        self.killed = 0

    def spawn(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self.alive.append(int(self._process.stdout.readline()))

    def kill_one(self, rng: random.Random) -> None:
        pid = self.alive.pop(rng.randrange(len(self.alive)))
        os.kill(pid, signal.SIGKILL)
        self.killed += 1

    def stop(self) -> None:
        for pid in self.alive:
            os.kill(pid, signal.SIGKILL)
        self._process.kill()
        self._process.communicate()
