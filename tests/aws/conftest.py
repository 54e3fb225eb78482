"""What the tests of calls to AWS share."""

import pytest
from pytracking.aws.client import JsonApi
from pytracking.environment import Settings

from tests.support.timing import wait_for_threads

ENVIRONMENT = {
    "AWS_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "secret",
}


@pytest.fixture
def sqs():
    """Makes clients, and leaves neither a connection nor a thread of theirs behind."""
    made = []

    def make(url, environment=ENVIRONMENT):
        settings = Settings.from_environment(environment)
        api = JsonApi("sqs", settings, url)
        made.append(api)
        return api

    yield make
    wait_for_threads()
    for api in made:
        api.close()
