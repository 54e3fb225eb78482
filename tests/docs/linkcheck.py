"""Visit the links of the pages that lead to other sites: `make linkcheck`.

It needs the network, so it is no part of `make test`; CI runs it once a week. Exit status: 0 all
lead somewhere, 1 some do not, 75 (EX_TEMPFAIL) nobody could be reached.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence

from tests.docs.pages import ROOT
from tests.docs.sphinx import sphinx

FOLDER = "build/linkcheck"
UNREACHABLE = 75

REFUSES_PROGRAMS = re.compile(r"(403|429) Client Error")
"""There is something, which is shown to browsers only or to few requests at a time."""

NO_CONNECTION = re.compile(r"ConnectionPool|Connection (aborted|refused)|timed out", re.IGNORECASE)
"""HTTPSConnectionPool(host='a.example', port=443): Max retries exceeded with url: / ..."""


def judge(results: Sequence[Mapping[str, str]]) -> tuple[int, list[str]]:
    """Return the exit status for what Sphinx found, and the lines to print."""
    visited = [one for one in results if one["status"] in ("working", "redirected")]
    failed = [one for one in results if one["status"] in ("broken", "timeout")]
    broken = [one for one in failed if not REFUSES_PROGRAMS.match(one["info"])]
    if broken and not visited and all(NO_CONNECTION.search(one["info"]) for one in broken):
        return UNREACHABLE, [f"links: NOT CHECKED, no site can be reached: {broken[0]['info']}"]
    lines = [f"{one['filename']}:{one['lineno']}: {one['uri']}: {one['info']}" for one in broken]
    if lines:
        return 1, lines
    return 0, [f"{len(visited) + len(failed)} links to other sites, all lead somewhere"]


def main() -> int:
    output = ROOT / FOLDER / "output.json"
    output.unlink(missing_ok=True)
    run = sphinx("--builder", "linkcheck", "--fresh-env", ".", FOLDER)
    if not output.exists():
        print(run.stderr, file=sys.stderr)
        return 1
    results = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    status, lines = judge(results)
    print(*lines, sep="\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
