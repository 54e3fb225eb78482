"""Run tox with every supported Python that this machine has, wherever it keeps it.

    python tests/run_tox.py [tests ...]

Without arguments: the whole suite on each Python. With them, not on the Python that runs this:
the caller runs the whole suite there. A Python that is not there is one line.
"""

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "layer"))

from build_layer import interpreters

CURRENT = f"{sys.version_info.major}.{sys.version_info.minor}"
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


def main() -> int:
    names: list[str] = []
    folders: list[str] = []
    for version in VERSIONS:
        python = next(interpreters(version), None)
        if python is None:
            print(f"tox: there is no Python {version} here; left out", flush=True)
            continue
        name = f"py{version.replace('.', '')}"
        if not sys.argv[1:] or version != CURRENT:
            names.append(name)
        names += [f"{name}-nocryptography", f"{name}-nourllib3"]
        folders.append(str(Path(python).parent))
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    tests = ["--", *sys.argv[1:]] if sys.argv[1:] else []
    return subprocess.run(
        [sys.executable, "-m", "tox", "run", "--quiet", "-e", ",".join(names), *tests],
        env={**os.environ, "PATH": path, "UV_PYTHON_DOWNLOADS": "never"},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
