"""The version stands in one place, and the changelog speaks of it."""

import re
import tomllib

import pytracking

from tests.support.environments import ROOT


def test_the_version_is_written_in_the_library_alone():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["dynamic"] == ["version"]
    assert settings["tool"]["hatch"]["version"] == {"path": "layer/pytracking/__init__.py"}
    elsewhere = [
        path.name
        for path in (ROOT / "template.yaml", ROOT / "pyproject.toml", ROOT / "samconfig.toml")
        if f'"{pytracking.__version__}"' in path.read_text(encoding="utf-8")
    ]
    assert not elsewhere


def test_the_changelog_begins_with_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[?(\d+\.\d+\.\d+)", text, re.MULTILINE)  # ## 1.0.0 - 2026-11-24
    assert first
    assert first[1] == pytracking.__version__
