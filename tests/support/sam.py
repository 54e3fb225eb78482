"""template.yaml as CloudFormation sees it."""

import copy
import functools
import os
from pathlib import Path
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"


@functools.cache
def source() -> dict[str, Any]:
    """Return the template as written, with functions in their long form: {"Ref": ...}."""
    parsed: dict[str, Any] = yaml_parse(TEMPLATE.read_text("utf-8"))
    return parsed


def translated() -> dict[str, Any]:
    """Return what CloudFormation deploys: the template after the SAM transform."""
    from samtranslator.translator.transform import transform  # 2 s

    document = copy.deepcopy(source())
    for resource in document["Resources"].values():
        for key in ("CodeUri", "ContentUri"):  # `sam package` has uploaded them by then
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = "s3://bucket/key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AWS_DEFAULT_REGION", "us-east-1")
        template: dict[str, Any] = transform(document, {}, _NoManagedPolicies())
    return template


def findings(template: str, *ignored: str) -> list[str]:
    """Return what CloudFormation's linter finds in a template's text, but for the rules ignored."""
    from cfnlint.api import ManualArgs, lint  # 4 s

    config = ManualArgs(regions=["eu-west-1", "us-east-1"], ignore_checks=[*ignored])
    return [f"{one.rule.id} {one.path}: {one.message}" for one in lint(template, config=config)]


class _NoManagedPolicies:
    """The transform asks for AWS's managed policies by name; the template names none."""

    def load(self) -> dict[str, str]:
        return {}
