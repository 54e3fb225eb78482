"""Sphinx over the pages, as `make docs` runs it."""

import os
import subprocess
import sys

from tests.docs.pages import ROOT
from tests.support.programs import ended


def sphinx(*arguments: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run Sphinx with the project's settings and ``arguments``, whatever its exit status."""
    return ended(
        [sys.executable, "-m", "sphinx", "--conf-dir", "docs", "--quiet", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "layer")},
    )
