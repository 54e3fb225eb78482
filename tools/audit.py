"""Look up the locked dependencies among known vulnerabilities.

pip-audit asks OSV, because its other service calls a package that it cannot look up "skipped" and
still ends well. Exit status: 0 none known, 1 some found, 75 (EX_TEMPFAIL) nobody could be asked.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCKS = ("layer/requirements.txt", "tests/requirements.txt", "tests/requirements-sam.txt")
UNREACHABLE = 75

COMMAND = (
    *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv", "--strict"),
    *("--disable-pip", "--require-hashes", "--progress-spinner", "off", "--format", "json"),
)


def main() -> int:
    """Look each lock up, print what was found, and return the exit status."""
    status = 0
    for lock in LOCKS:
        run = subprocess.run(
            [*COMMAND, "--requirement", lock], cwd=ROOT, capture_output=True, text=True, check=False
        )
        try:
            dependencies = json.loads(run.stdout)["dependencies"]
        except (ValueError, KeyError):
            reason = (run.stderr.strip() or "no answer").splitlines()[-1]
            if "ConnectionError" in reason or "Timeout" in reason:
                print(f"{lock}: NOT AUDITED, the advisory service cannot be reached: {reason}")
                return UNREACHABLE
            print(f"{lock}: NOT AUDITED, pip-audit failed: {reason}")
            return 1
        found = [
            f"{lock}: {one['name']} {one['version']}: {flaw['id']}, "
            f"fixed in {', '.join(flaw['fix_versions']) or 'no version'}"
            for one in dependencies
            for flaw in one["vulns"]
        ]
        print(
            *(found or [f"{lock}: {len(dependencies)} packages, no known vulnerability"]), sep="\n"
        )
        status = 1 if found else status
    return status


if __name__ == "__main__":
    sys.exit(main())
