"""Python environments of their own, made by the Makefile from their lock files."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def python_of(name: str) -> Path:
    """Return the interpreter of ``.venvs/<name>``, which is made first where it is missing."""
    subprocess.run(["make", "--silent", f".venvs/{name}/.stamp"], cwd=ROOT, check=True)
    return ROOT / ".venvs" / name / "bin" / "python"
