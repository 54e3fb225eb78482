"""Nothing is taken in that was not pinned by its content, or that nobody gave a reason for."""

import json
import re
import subprocess
from subprocess import PIPE

import pytest
import pytracking
import yaml

from tests.support.environments import ROOT, python_of

LOCKS = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("layer", "local", "tests")
    for path in (ROOT / folder).glob("requirements*.txt")
)
VALIDATE = """
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
print(JsonStrictValidator(SchemaVersion.V1_6).validate_str(sys.stdin.read()))
"""
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def names_in(requirements):
    return re.findall(r"^([A-Za-z0-9][\w.-]*)", requirements, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_version_and_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n +--hash=.*)*", text, re.MULTILINE)
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*\\\n +--hash=sha256:[0-9a-f]{64}", entry), (
            entry
        )


@pytest.mark.parametrize("lock", LOCKS)
def test_every_lock_holds_what_its_source_asks_for(lock):
    source = (ROOT / lock).with_suffix(".in").read_text(encoding="utf-8")
    locked = {name.lower() for name in names_in((ROOT / lock).read_text(encoding="utf-8"))}
    assert {name.lower() for name in names_in(source)} <= locked


def test_every_dependency_is_named_with_its_reason():
    decisions = (ROOT / "docs" / "decisions.md").read_text(encoding="utf-8")
    table = decisions.partition("## Dependencies")[2].lower()
    asked_for = {
        name.lower()
        for lock in LOCKS
        for name in names_in((ROOT / lock).with_suffix(".in").read_text(encoding="utf-8"))
    }
    assert not sorted(name for name in asked_for if not re.search(rf"\b{re.escape(name)}\b", table))


def test_the_actions_of_the_workflows_are_pinned_to_a_commit():
    assert WORKFLOWS
    steps = [
        step["uses"]
        for path in WORKFLOWS
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if "uses" in step
    ]
    assert steps
    assert not [uses for uses in steps if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", uses)]


def test_the_bill_of_materials_lists_the_layer_s_lock_with_its_hashes_and_our_version():
    subprocess.run(["make", "--silent", "sbom"], cwd=ROOT, check=True, capture_output=True)
    text = (ROOT / "dist" / "layer.cdx.json").read_text(encoding="utf-8")
    bill = json.loads(text)
    listed = {
        f"{one['name'].replace('_', '-')}=={one['version']}".lower() for one in bill["components"]
    }
    lock = (ROOT / "layer" / "requirements.txt").read_text(encoding="utf-8")
    assert listed == set(re.findall(r"^([\w.-]+==[^\s;]+)", lock, re.MULTILINE))
    assert all(one.get("licenses") for one in bill["components"])
    assert all(one["hashes"] for one in bill["components"])
    hashes = [one["content"] for component in bill["components"] for one in component["hashes"]]
    assert sorted(hashes) == sorted(re.findall(r"--hash=sha256:([0-9a-f]{64})", lock))
    assert bill["metadata"]["component"]["version"] == pytracking.__version__
    judged = subprocess.run(
        [python_of("release"), "-c", VALIDATE], input=text, text=True, check=True, stdout=PIPE
    )
    assert judged.stdout == "None\n"  # no error
