"""Run tox with the supported Pythons that this machine has, wherever it keeps them, two at a time.

    python tests/run_tox.py [arguments of pytest ...]

Without arguments: the whole suite on each Python. With them: those tests on the oldest and the
newest, and not on the Python that runs this, where the caller runs the whole suite.
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
    chosen = sys.argv[1:]
    found = {version: python for version in VERSIONS for python in list(interpreters(version))[:1]}
    full = sorted({min(found), max(found)} - {CURRENT}) if chosen else list(found)
    minimal = [CURRENT] if chosen else full
    names = [
        *full,
        *(
            version + without
            for version in minimal
            for without in ("-nocryptography", "-nourllib3")
        ),
    ]
    folders = [str(Path(python).parent) for python in found.values()]
    path = os.pathsep.join([*folders, os.environ.get("PATH", os.defpath)])
    return subprocess.run(
        [
            *(sys.executable, "-m", "tox", "run-parallel", "--parallel", "2", "--quiet"),
            *("-e", ",".join(f"py{name.replace('.', '')}" for name in names)),
            *(["--", *chosen] if chosen else []),
        ],
        env={**os.environ, "PATH": path, "UV_PYTHON_DOWNLOADS": "never"},
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
