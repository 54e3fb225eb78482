"""Sphinx over the pages, as `make docs` runs it."""

import os
import subprocess

from tests.docs.pages import ROOT
from tests.support.environments import python_of


def sphinx(*arguments: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run Sphinx with the project's settings and ``arguments``, whatever its exit status."""
    return subprocess.run(
        [python_of("docs"), "-m", "sphinx", "--conf-dir", "docs", "--quiet", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        text=True,
        check=False,
    )
