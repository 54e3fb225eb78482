"""Write docs/variables.md, the table of environment variables: ``python -m tools.variables``."""

from dataclasses import fields
from pathlib import Path

from pytracking.environment import Settings, variable_of

PAGE = Path(__file__).resolve().parent.parent / "docs" / "variables.md"

INTRODUCTION = """# Environment variables

Every variable that the functions, `Tracker.from_environment()` and the command line read. The
template sets those of its functions; an empty one counts as absent. This page is generated:
`python -m tools.variables`.

"""


def page() -> str:
    """Return the page."""
    rows = ["| Variable | Meaning | Default |", "|---|---|---|"]
    for one in fields(Settings):
        default = one.default
        shown = f"`{str(default).lower()}`" if isinstance(default, bool | str) else ""
        rows.append(f"| `{variable_of(one)}` | {one.metadata['meaning']} | {shown} |")
    return INTRODUCTION + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
