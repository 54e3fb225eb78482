"""Programs that tests run: to their end, or as servers."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

LAYER = Path(__file__).resolve().parents[2] / "layer"


def ended(command: Sequence[Any], **options: Any) -> "subprocess.CompletedProcess[str]":
    """Return a program that has ended: its status, and as texts what it has printed."""
    given = {"capture_output": True, "text": True, "timeout": 300, "check": False, **options}
    return subprocess.run(command, **given)  # noqa: PLW1510 - it is among them


def python(*arguments: Any, **environment: str) -> str:
    """Return what Python printed, which succeeded, over the layer and these variables alone."""
    variables = {"PYTHONPATH": str(LAYER), **environment}
    return ended([sys.executable, *arguments], env=variables, check=True).stdout


def free_port() -> int:
    """Return a port of the loopback that was free just now."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def listening(
    command: Sequence[Any], port: int, folder: Path, environment: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server in a folder until the block ends; what it prints is in ``log`` there."""
    log = folder / "log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            for _ in range(600):
                assert process.poll() is None, log.read_text()
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            yield process
        finally:
            process.kill()
