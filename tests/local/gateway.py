"""The gateway as a process of its own on a free port, and what tests ask of it."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60  # a shared machine is slow at times


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, redirects not followed."""

    status: int
    headers: dict[str, str]  # lower-case names
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Gateway:
    """A running gateway: where it is, and the links it printed."""

    process: subprocess.Popen[str]
    greeting: str

    @property
    def origin(self) -> str:
        return self._printed("Live page").rstrip("/")

    @property
    def pixel_link(self) -> str:
        return self._printed("Pixel link")

    @property
    def click_link(self) -> str:
        return self._printed("Click link")

    def events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = call(f"{self.origin}/_local/api/state").json()["events"]
        return events

    def ask(self, path: str, body: Any) -> Answer:
        return call(
            f"{self.origin}/_local/api/{path}",
            "POST",
            json.dumps(body).encode(),
            {"Content-Type": "application/json"},
        )

    def _printed(self, name: str) -> str:
        found = re.search(rf"{name} +(\S+)", self.greeting)
        assert found, self.greeting
        return found[1]


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Gateway]:
    """Start `python -m local` on a free port; it is ended and waited for in any case."""
    process = start(*arguments, "--port", "0", **environment)
    try:
        yield Gateway(process, greeting(process))
    finally:
        process.terminate()
        process.communicate(timeout=15)


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "layer", "PYTHONUNBUFFERED": "1", **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def greeting(process: subprocess.Popen[str]) -> str:
    """Return what the gateway prints once it listens; fails if it ends instead."""
    assert process.stdout is not None
    text = ""
    for line in process.stdout:
        text += line
        if "watch their webhooks" in line:
            return text
    raise AssertionError(f"the gateway ended: {process.communicate(timeout=START_SECONDS)}")


def call(
    url: str, method: str = "GET", body: bytes | None = None, headers: dict[str, str] | None = None
) -> Answer:
    request = urllib.request.Request(url, body, headers or {}, method=method)
    try:
        with _opener.open(request, timeout=30) as response:
            return _answer(response)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error)


def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """Return what `found` finds, once it finds anything."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read())
