"""template.yaml in the forms that the tests here look at it."""

from typing import Any

import pytest

from tests.support import sam


@pytest.fixture(scope="session")
def source() -> dict[str, Any]:
    """template.yaml as written."""
    return sam.source()


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """What CloudFormation deploys."""
    return sam.translated()
