"""Every command line of every page is one that works.

What can run here runs: ``python -m pytracking …``, in a folder of its own, line after line. What
needs an account or changes the machine is held against the tool itself: a make target against the
Makefile, a sam option against sam's own help, an aws call against the service's own model.
"""

import json
import os
import re
import subprocess
import sys
import tomllib
from functools import cache

import botocore.session
import jmespath
import pytest
import pytracking
from botocore import xform_name
from pytracking.__main__ import main
from pytracking.cli import operating, reporting

from tests.docs.pages import PAGES, ROOT, commands_of, words_of
from tests.support.environments import python_of
from tests.support.programs import ended

EVERY = [(page, command) for page in PAGES for command in commands_of(page)]
GLOBAL_AWS_OPTIONS = {"--profile", "--region", "--output", "--query", "--no-cli-pager"}


def lines_of(*starts):
    return [
        pytest.param(command, id=f"{page}: {command}")
        for page, command in EVERY
        if command.startswith(starts)
    ]


@cache
def make_targets():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([\w-]+):.*## ", makefile, re.MULTILINE)) | {""}


@pytest.mark.parametrize("command", lines_of("make"))
def test_a_make_target_is_listed_by_make(command):
    words = words_of(command)[1:]
    assert {word for word in words if "=" not in word} <= make_targets()


SAM_HELP = """
import json, sys
from click.testing import CliRunner
from samcli.cli.main import cli

help = lambda names: CliRunner().invoke(cli, [*names, "--help"], catch_exceptions=False).output
print(json.dumps([help(names) for names in json.load(sys.stdin)]))
"""


@pytest.fixture(scope="module")
def sam_help():
    """The help text of each subcommand of sam that a page gives; sam takes seconds to start."""
    found = sorted(
        {subcommand_of(words) for one in lines_of("sam ") for words in sam_calls(*one.values)}
    )
    run = ended(
        [python_of("sam"), "-c", SAM_HELP],
        env={**os.environ, "SAM_CLI_TELEMETRY": "0", "COLUMNS": "300", "NO_COLOR": "1"},
        input=json.dumps(found),
        check=True,
    )
    return dict(zip(found, json.loads(run.stdout), strict=True))


def sam_calls(command):
    return [words_of(part)[1:] for part in command.split("&&")]


def subcommand_of(words):
    return tuple(words[:2] if words[0] in ("local", "remote", "list") else words[:1])


@pytest.mark.parametrize("command", lines_of("sam "))
def test_a_sam_command_has_the_options_it_is_given(command, sam_help):
    for words in sam_calls(command):
        options = [word.split("=")[0] for word in words if word.startswith("--")]
        assert not [option for option in options if option not in sam_help[subcommand_of(words)]]


@pytest.mark.parametrize("command", lines_of("aws "))
def test_an_aws_command_is_an_operation_with_these_members(command):
    words = words_of(command)
    service, operation = words[1:3]
    model = botocore.session.get_session().get_service_model({"logs": "logs"}.get(service, service))
    by_command = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in by_command
    shape = model.operation_model(by_command[operation]).input_shape
    members = {f"--{xform_name(name, '-')}" for name in (shape.members if shape else ())}
    options = {word.split("=")[0] for word in words[3:] if word.startswith("--")}
    assert options <= members | GLOBAL_AWS_OPTIONS


@pytest.mark.parametrize(
    "command", [param for param in lines_of("aws ") if "OutputKey==" in param.values[0]]
)
def test_an_output_that_is_asked_for_is_printed_alone(command):
    words = words_of(command)
    template = (ROOT / "template.yaml").read_text(encoding="utf-8").partition("\nOutputs:\n")[2]
    names = re.findall(r"^  (\w+):", template, re.MULTILINE)
    outputs = [{"OutputKey": name, "OutputValue": f"the {name}"} for name in names]
    query = words[words.index("--query") + 1]
    found = jmespath.search(query, {"Stacks": [{"Outputs": outputs}]})
    (name,) = re.findall(r"OutputKey=='(\w+)'", query)
    assert found == [f"the {name}"]


@pytest.mark.parametrize(
    "command", [param for param in lines_of("aws logs ") if "> " in param.values[0]]
)
def test_what_is_saved_of_the_log_is_a_hit_a_line(command):
    words = words_of(command)
    query, output = (words[words.index(option) + 1] for option in ("--query", "--output"))
    found = jmespath.search(query, {"events": [{"message": "one"}, {"message": "two"}]})
    # Of a list of lists, `--output text` writes each inner one as a line, its items between tabs.
    assert (output, found) == ("text", [["one"], ["two"]])


@pytest.mark.parametrize(("page", "command"), EVERY)
def test_no_shell_takes_a_word_for_a_pattern(page, command):
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
    assert not set("[]*?") & set(bare.partition("#")[0])  # zsh fails where a pattern finds no file


@pytest.mark.parametrize("command", lines_of("pip install", "python -m pip install"))
def test_the_library_is_installed_from_the_tree_with_extras_that_exist(command):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wheel = rf"dist/{project['name'].replace('-', '_')}-{pytracking.__version__}-py3-none-any\.whl"
    match = re.fullmatch(rf"(?:\.|{wheel})(?:\[([\w,]+)\])?", words_of(command)[-1])
    assert match
    extras = set(filter(None, (match[1] or "").split(",")))
    assert extras <= project["optional-dependencies"].keys()


OWN_ENVIRONMENT = ("python3 -m venv ", "source ")


def test_the_environment_of_the_readme_is_one_that_installs(tmp_path):
    lines = [command for command in commands_of("README.md") if command.startswith(OWN_ENVIRONMENT)]
    assert len(lines) == 2
    # Without pip, which takes seconds to unpack and comes with every Python that has venv.
    python = f'python3() {{ "{sys.executable}" "$@" --without-pip; }}'
    script = "\n".join(["set -e", python, *lines, "command -v python"])
    found = ended(["bash", "-c", script], cwd=tmp_path, check=True).stdout
    assert found.startswith(f"{tmp_path}/")


RUN_HERE = ("python -m pytracking", "export ", "cat ", "echo ", "printf ")


@pytest.mark.parametrize(
    "command", [param for param in lines_of("python -m pytracking") if "--stack" in param.values[0]]
)
def test_a_command_for_a_deployed_stack_is_one_that_the_command_line_has(command, monkeypatch):
    ran = []
    for module, function in (
        (operating, "run_replay"),
        (operating, "run_rotate"),
        (operating, "run_webhook_secret"),
        (reporting, "run_report"),
    ):
        monkeypatch.setattr(module, function, lambda arguments: ran.append(arguments) or 0)
    assert main(words_of(command)[3:]) == 0
    assert ran


@pytest.mark.parametrize(
    "page", [page for page in PAGES if any(line.startswith(RUN_HERE) for line in commands_of(page))]
)
def test_the_command_lines_of_a_page_run_one_after_the_other(page, tmp_path):
    lines = [
        line for line in commands_of(page) if line.startswith(RUN_HERE) and "--stack" not in line
    ]
    python = f'python() {{ "{sys.executable}" -W error "$@"; }}'
    script = "\n".join(["set -euo pipefail", python, *lines])
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layer")}
    events = tmp_path / "received"  # as a reader of docs/reports.md has them
    events.mkdir()
    for sample in (ROOT / "events" / "webhooks").glob("*.json"):
        (events / sample.name).write_text(json.dumps(json.loads(sample.read_text("utf-8"))))
    run = ended(["bash", "-c", script], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL)
    assert run.returncode == 0, run.stderr


def test_every_command_line_is_of_a_kind_that_is_tested():
    known = ("make", "sam ", "aws ", "pip install", "python -m pip install")
    known += OWN_ENVIRONMENT + RUN_HERE
    known += ("python -c ", "rm ")  # of a secret in a file: test_secret_in_a_file.py
    known += ("uvicorn ",)  # of containers: tests/functions/test_asgi.py starts it
    known += ("PYTHONPATH=layer .venvs/run/bin/python ",)  # beside make run: test_make_run.py
    assert not [f"{page}: {command}" for page, command in EVERY if not command.startswith(known)]
