"""Print the share of mutants that the tests killed; exit 1 where it is under the floor.

Run by `make mutation` in the folder in which mutmut ran.
"""

import json
import sys
from pathlib import Path

FLOOR = 0.90
"""What share of the mutants the tests must kill."""

NOT_KILLED = (0, 5, 33, None)
"""How mutmut notes a mutant that no test noticed (0), reached (5, 33) or was run with (None)."""


def main() -> int:
    codes = [
        code
        for path in Path("mutants").rglob("*.meta")
        for code in json.loads(path.read_text())["exit_code_by_key"].values()
    ]
    survivors = sum(code in NOT_KILLED for code in codes)
    score = 1 - survivors / len(codes)
    print(f"{len(codes)} mutants, {survivors} survivors: a score of {score:.1%}, floor {FLOOR:.0%}")
    return score < FLOOR


if __name__ == "__main__":
    sys.exit(main())
