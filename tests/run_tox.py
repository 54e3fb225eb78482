"""Run tox with the supported Pythons that this machine has, wherever it keeps them, two at a time.

    python tests/run_tox.py [all | django]

By itself: what has to do with the language, on the oldest and the newest Python, and what works
without dependencies, on the one that runs this, where `make test` runs the rest. With `all`: all of
it on each. With `django`: Django's views on each Django that is supported.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "layer"))

from build_layer import interpreters

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"
ROOT = Path(__file__).resolve().parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
CORE = ("tests/minimal", "tests/tokens", *map(str, sorted((ROOT / "tests").glob("test_*.py"))))


def main() -> int:
    found = {version: python for version in VERSIONS for python in list(interpreters(version))[:1]}
    whole, minimal, tests = sorted({min(found), max(found)} - {CURRENT}), [CURRENT], CORE
    if "all" in sys.argv:
        whole, minimal, tests = [*found], [*found], ()
    names = [f"py{version}".replace(".", "") for version in whole]
    for without in ("nocryptography", "nourllib3"):
        names += [f"py{version}-{without}".replace(".", "") for version in minimal]
    if "django" in sys.argv:
        names, tests = ["django42", "django52", "django61"], ()
    folders = [str(Path(python).parent) for python in found.values()]
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    tox = [sys.executable, "-m", "tox", "run-parallel", "--parallel", "2", "--quiet"]
    return subprocess.run(
        [*tox, "-e", ",".join(names), *(["--", *tests] if tests else [])],
        env={**os.environ, "PATH": path, "UV_PYTHON_DOWNLOADS": "never"},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
