"""template.yaml in the forms that the tests here look at it."""

import copy
import os
from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """template.yaml as written, with functions in their long form: {"Ref": ...}."""
    return yaml_parse((ROOT / "template.yaml").read_text("utf-8"))


@pytest.fixture(scope="session")
def template(source: dict[str, Any]) -> dict[str, Any]:
    """What CloudFormation deploys: template.yaml after the SAM transform."""
    document = copy.deepcopy(source)
    for resource in document["Resources"].values():
        for key in ("CodeUri", "ContentUri"):  # `sam package` has uploaded them by then
            if key in resource.get("Properties", {}):
                resource["Properties"][key] = "s3://bucket/key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AWS_DEFAULT_REGION", "us-east-1")
        return transform(document, {}, _NoManagedPolicies())


class _NoManagedPolicies:
    """The transform asks for AWS's managed policies by name; the template names none."""

    def load(self) -> dict[str, str]:
        return {}
