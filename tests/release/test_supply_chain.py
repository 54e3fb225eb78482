"""Nothing is taken in that was not pinned by its content, or that nobody gave a reason for."""

import json
import re
import subprocess
import tomllib

import pytest
import pytracking
import yaml
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tests.support.environments import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PYPROJECT["dependency-groups"]
LOCKS = dict.fromkeys(GROUPS, "tests/requirements.txt") | {
    "layer": "layer/requirements.txt",
    "sam": "tests/requirements-sam.txt",
}
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def names_in(requirements):
    return {
        name.lower() for name in re.findall(r"^([A-Za-z0-9][\w.-]*)", requirements, re.MULTILINE)
    }


def asked_for(group):
    """Return the names in a dependency group, those of the groups it includes among them."""
    names = set()
    for one in GROUPS[group]:
        names |= names_in(one) if isinstance(one, str) else asked_for(one["include-group"])
    return names


def test_every_lock_comes_from_a_group():
    assert {
        path.relative_to(ROOT).as_posix()
        for folder in ("layer", "local", "tests")
        for path in (ROOT / folder).glob("requirements*")
    } == set(LOCKS.values())


@pytest.mark.parametrize("lock", sorted(set(LOCKS.values())))
def test_every_locked_package_has_a_version_and_hashes(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    entries = re.findall(r"^[A-Za-z0-9].*(?:\n +--hash=.*)*", text, re.MULTILINE)
    assert entries
    for entry in entries:
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+ .*\\\n +--hash=sha256:[0-9a-f]{64}", entry), (
            entry
        )


@pytest.mark.parametrize("group", GROUPS)
def test_a_lock_holds_what_its_group_asks_for(group):
    assert asked_for(group) <= names_in((ROOT / LOCKS[group]).read_text(encoding="utf-8"))


def test_every_dependency_is_named_with_its_reason():
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    names = {name for group in GROUPS for name in asked_for(group)}
    assert not sorted(name for name in names if not re.search(rf"\b{re.escape(name)}\b", table))


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
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None  # no error
