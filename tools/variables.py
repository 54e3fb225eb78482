"""Write docs/variables.md, the table of environment variables: ``python -m tools.variables``."""

from pathlib import Path

from pytracking.environment import table

PAGE = Path(__file__).resolve().parent.parent / "docs" / "variables.md"

INTRODUCTION = """# Environment variables

Every variable that the functions, `Tracker.from_environment()` and the command line read. The
template sets those of its functions; an empty one counts as absent. This page is generated:
`python -m tools.variables`.

"""


def page() -> str:
    """Return the page."""
    return INTRODUCTION + table()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
