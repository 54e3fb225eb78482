"""Real mails: of our own making here, of other people's making from pinned npm packages."""

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support.environments import folder_of

FOLDER = Path(__file__).parent / "templates"
OURS = sorted(path.stem for path in FOLDER.glob("*.html"))
FOREIGN = [
    *(f"foundation-emails-{name}" for name in ("basic", "drip", "marketing", "sidebar-hero")),
    *(f"mailgen-{theme}" for theme in ("cerberus", "default", "neopolitan", "salted")),
]
MAILS = [*OURS, *FOREIGN]


def mail(name: str) -> str:
    """Return one of MAILS; skips the test where there is no npm to take it from."""
    return (FOLDER / f"{name}.html").read_bytes().decode() if name in OURS else _foreign()[name]


@cache
def _foreign() -> dict[str, str]:
    if not shutil.which("npm"):
        pytest.skip("no npm here: mails of other people's making are not tried")
    folder = folder_of("npm")
    made = subprocess.run(["node", "mails.cjs"], cwd=folder, capture_output=True, check=True)
    mails: dict[str, str] = json.loads(made.stdout)
    return mails
