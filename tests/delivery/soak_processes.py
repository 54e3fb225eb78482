"""The processes of a soak: one that makes hits, and those that deliver them and are killed."""

import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from pytracking.actions import Action
from pytracking.links import content_of
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring

from tools import samples

ROOT = Path(__file__).parents[2]


ONE_CLICK = b"List-Unsubscribe=One-Click"


class Source:
    """The click and action functions in a process of their own; every other hit is an opt-out."""

    def __init__(self, environment: dict[str, str], urls: list[str], hits: int) -> None:
        keyring = Keyring.generate()
        formats, tokens = Formats(keyring), []
        for number, url in enumerate(urls):
            settings = {"metadata": {"customer_id": number}, "now": 0, "webhook_url": url}
            click = content_of("https://a.test/x", **settings, issue_time=False)
            leave = content_of(None, **settings, issue_time=False, action=Action("unsubscribe"))
            tokens.append(f"/c/{formats.encode(click, 'click')}")
            tokens.append(f"/a/{formats.encode(leave, 'action')}")
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
    """Call the functions' handlers so many times; the paths come on standard input."""
    from tests.support.aws import FUNCTIONS, module_of

    paths = json.load(sys.stdin)
    click, act = (module_of(FUNCTIONS / kind / "app.py").handler for kind in ("click", "action"))
    for number in range(count):
        path = paths[number % len(paths)]
        if path.startswith("/a/"):
            answer = act(samples.http_api(path, "POST", body=ONE_CLICK), None)
            assert answer["statusCode"] == 200
        else:
            answer = click(samples.http_api(path), None)
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
