"""The gateway as a process of its own on a free port, and what tests ask of it."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60  # a shared machine is slow at times
END_SECONDS = 15


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, redirects not followed."""

    status: int
    headers: dict[str, str]  # lower-case names
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Process:
    """A gateway's process. What it prints goes to files: a pipe that nobody reads fills up."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
            self._output, self._errors = os.dup(output.fileno()), os.dup(errors.fileno())
            self.popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )

    def greeting(self) -> str:
        """Return what the gateway prints once it listens; fails if it ends instead."""
        end = time.monotonic() + START_SECONDS
        while "watch their webhooks" not in self.output():
            if self.popen.poll() is not None or time.monotonic() > end:
                raise AssertionError(f"no gateway: {self.output()}{self.errors()}")
            time.sleep(0.02)
        return self.output()

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal to the process and its children, as a terminal does; return the status."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, number)
        return self.wait()

    def wait(self) -> int:
        """Return the exit status; a process that does not end is killed, and fails the test."""
        try:
            return self.popen.wait(timeout=END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()
            raise

    def output(self) -> str:
        return _read(self._output)

    def errors(self) -> str:
        return _read(self._errors)

    def close(self) -> None:
        os.close(self._output)
        os.close(self._errors)


def _read(descriptor: int) -> str:
    return os.pread(descriptor, os.fstat(descriptor).st_size, 0).decode()


@dataclass(frozen=True)
class Gateway:
    """A running gateway: where it is, and the links it printed."""

    process: Process
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
    with started(*arguments, "--port", "0", **environment) as process:
        yield Gateway(process, process.greeting())


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[Process]:
    """Start `python -m local` with these arguments and variables."""
    variables = {**os.environ, "PYTHONPATH": "layer", "PYTHONUNBUFFERED": "1", **environment}
    process = Process([sys.executable, "-m", "local", *arguments], variables)
    try:
        yield process
    finally:
        process.end()
        process.close()


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


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))


def _answer(response: Any) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, headers, response.read())
