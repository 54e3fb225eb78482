"""The pages people read, and the blocks of commands in them."""

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]

PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/*.md", "docs/decisions/*.md", "events/*.md")
    for path in ROOT.glob(pattern)
)
"""Markdown files at the root of the tree, in docs/, in docs/decisions/ and in events/."""


def text_of(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def commands_of(page: str) -> list[str]:
    """Return what a reader would type: the lines of the shell blocks, continued ones joined."""
    commands = []
    for match in re.finditer(r"^ *```(\w+)\n(.*?)^ *```$", text_of(page), re.DOTALL | re.MULTILINE):
        language, block = match.groups()
        lines = block.replace("\\\n", " ").splitlines()
        if language == "console":  # what follows "$ " is typed, the rest is the answer
            lines = [line.strip()[2:] for line in lines if line.strip().startswith("$ ")]
        elif language not in ("bash", "sh", "shell"):
            continue
        commands += [line.strip() for line in lines if line.strip(" #")]
    return [line for line in commands if not line.startswith("#")]


def files_of(page: str) -> dict[str, str]:
    """Return the whole files that a page shows, by the name in the comment they begin with."""
    named = r"^```\w+\n((?:<\?php )?(?:#|//) ([\w./-]+)\n.*?)^```$"
    return {name: text for text, name in re.findall(named, text_of(page), re.DOTALL | re.MULTILINE)}


def words_of(command: str) -> list[str]:
    """Return the words of a command line, without its comment."""
    return shlex.split(command, comments=True)
