"""List what the layer ships, in dist/layer.cdx.json (CycloneDX): `make sbom`.

cyclonedx-py lists the environment that holds the layer's packages and nothing else. What it cannot
see there is added: our own version, which pyproject.toml leaves to the build, and the hashes of the
archives that layer/requirements.txt takes a package from.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytracking

ROOT = Path(__file__).parents[1]
ENVIRONMENT = ".venvs/layer"
LOCK = "layer/requirements.txt"
BILL = "dist/layer.cdx.json"

COMMAND = (
    *(sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--sv", "1.6"),
    *("--mc-type", "library", "--pyproject", "pyproject.toml", "--output-file", "-", ENVIRONMENT),
)


def locked_hashes(lock: str) -> dict[str, list[str]]:
    """Return the SHA-256 hashes that a lock file has for each package, by "name==version"."""
    entries = re.findall(r"^([\w.-]+==[^\s;]+)(.*(?:\n +--hash=.*)*)", lock, re.MULTILINE)
    return {pin.lower(): re.findall(r"sha256:([0-9a-f]{64})", rest) for pin, rest in entries}


def main() -> None:
    """Write the bill of materials."""
    made = subprocess.run(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    bill = json.loads(made)
    bill["metadata"]["component"]["version"] = pytracking.__version__
    hashes = locked_hashes((ROOT / LOCK).read_text(encoding="utf-8"))
    for component in bill["components"]:
        pin = f"{component['name']}=={component['version']}".replace("_", "-").lower()
        component["hashes"] = [{"alg": "SHA-256", "content": content} for content in hashes[pin]]
    (ROOT / BILL).parent.mkdir(exist_ok=True)
    (ROOT / BILL).write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    print(BILL)


if __name__ == "__main__":
    main()
