"""Python environments of their own, made by the Makefile from their lock files."""

import fcntl
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def folder_of(name: str) -> Path:
    """Return ``.venvs/<name>``, which is made first where it is missing.

    One process at a time, and never the environment anew that runs the tests (``--old-file``).
    """
    with (ROOT / ".venv" / ".stamp").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        make = ["make", "--silent", "--old-file=.venv/.stamp", f".venvs/{name}/.stamp"]
        subprocess.run(make, cwd=ROOT, check=True)
    return ROOT / ".venvs" / name


def python_of(name: str) -> Path:
    """Return the interpreter of ``.venvs/<name>``, which is made first where it is missing."""
    return folder_of(name) / "bin" / "python"
