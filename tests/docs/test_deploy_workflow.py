"""The deploy workflow to be copied: no key, the least permissions, options that SAM has."""

import re
import shlex
import subprocess

import yaml

from tests.docs.pages import ROOT
from tests.support.environments import python_of

TEXT = (ROOT / "docs" / "examples" / "deploy" / "workflow.yml").read_text(encoding="utf-8")
WORKFLOW = yaml.safe_load(TEXT)
STEPS = WORKFLOW["jobs"]["deploy"]["steps"]


def test_it_may_read_the_code_and_ask_for_a_token_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read", "id-token": "write"}
    assert "secrets." not in TEXT
    assert "environment" in WORKFLOW["jobs"]["deploy"]
    (checkout,) = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkout["with"]["persist-credentials"] is False


def test_no_expression_stands_in_a_command() -> None:
    # what a variable holds would be run: https://docs.github.com/actions/security-guides
    assert not [step["run"] for step in STEPS if "${{" in step.get("run", "")]


def test_its_commands_are_ones_that_sam_has() -> None:
    sam = python_of("sam").with_name("sam")
    for step in STEPS:
        if "run" in step:
            program, command, *options = shlex.split(step["run"])
            assert program == "sam"
            shown = subprocess.check_output([sam, command, "--help"], text=True)
            named = [option for option in options if option.startswith("--")]
            assert not [option for option in named if not re.search(rf"{option}\b", shown)]
