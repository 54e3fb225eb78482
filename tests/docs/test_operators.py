"""docs/operators.md names every parameter, output, variable and option there is, and no other."""

import re

from pytracking.cli.operating import add_replay
from pytracking.cli.parsing import Parser

from tests.docs.pages import ROOT, text_of

TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")


def section(title):
    return text_of("docs/operators.md").partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(title):
    """Return the names in the first column of a section's table."""
    rows = re.findall(r"^\| (`[^|]+) \|", section(title), re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def names_below(key):
    block = re.search(rf"^{key}:\n((?:(?:  .*|#.*)?\n)*)", TEMPLATE, re.MULTILINE)
    assert block
    return set(re.findall(r"^  (\w+):", block[1], re.MULTILINE))


def test_every_parameter_of_the_template_is_described():
    assert first_cells("Parameters") == names_below("Parameters")


def test_every_output_of_the_template_is_described():
    assert first_cells("Outputs") == names_below("Outputs")


def test_every_option_of_replay_is_described():
    commands = Parser().add_subparsers()
    add_replay(commands)
    options = set(commands.choices["replay"]._option_string_actions) - {"-h", "--help"}
    described = re.findall(r"^\| `(--[\w-]+)[A-Z ]*` \|", section("Replay"), re.MULTILINE)
    assert set(described) == options
