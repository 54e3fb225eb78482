"""Programs that tests run to their end."""

import subprocess
import sys
from collections.abc import Sequence
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
