"""A function as Lambda starts it: its app.py, under an environment, against servers of ours."""

import json
import os

import pytest
from pytracking.aws import observability, secrets
from pytracking.aws import queue as sqs
from pytracking.aws.client import JsonApi
from pytracking.delivery import client as webhook_client

from tests.aws.raw_server import RawServer, ok
from tests.aws.standard_output import StandardOutput
from tests.functions.links import RING
from tests.support.aws import FUNCTIONS, module_of
from tests.support.timing import wait_for_threads
from tools import samples


class Function:
    """A started function."""

    def __init__(self, kind, module):
        self.kind = kind
        self.endpoint = getattr(module, "endpoint", None)
        self.module = module

    def __call__(self, event):
        return self.module.handler(event, None)

    def get(self, token, method="GET", **headers):
        event = samples.http_api(f"/{self.kind[0]}/{token}", method)
        event["headers"].update(headers)
        return self(event)


@pytest.fixture
def start(monkeypatch):
    """Starts functions; leaves no connection or thread of theirs behind."""
    opened = []

    def keeping(cls):
        class Kept(cls):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                opened.append(self)

        return Kept

    monkeypatch.setattr(sqs, "JsonApi", keeping(JsonApi))
    monkeypatch.setattr(secrets, "JsonApi", keeping(JsonApi))
    monkeypatch.setattr(webhook_client, "Client", keeping(webhook_client.Client))

    def start_function(kind, **environment):
        for name in [*os.environ]:
            if name.startswith(("PYTRACKING_", "AWS_")):
                monkeypatch.delenv(name)
        settings = {
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "PYTRACKING_LINK_KEYS": RING.to_json(),
            "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/x",
        }
        for name, value in {**settings, **environment}.items():
            monkeypatch.setenv(name, value)
        return Function(kind, module_of(FUNCTIONS / kind / "app.py"))

    yield start_function
    wait_for_threads()
    for client in opened:
        client.close()


@pytest.fixture
def queue():
    """A queue that takes every hit."""
    with RawServer(ok) as server:
        yield server


class Log:
    """What a function wrote to standard output, as CloudWatch gets it."""

    def __init__(self, capsys):
        self._capsys = capsys
        self.text = ""

    def lines(self):
        captured = self._capsys.readouterr()
        self.text += captured.out + captured.err
        return [json.loads(line) for line in captured.out.splitlines()]


@pytest.fixture
def log(capsys, monkeypatch):
    monkeypatch.setattr(observability.logger().registered_handler, "stream", StandardOutput())
    # those of an earlier test, whose sink failed: they wait for one that takes them
    observability.metrics().clear_metrics()
    return Log(capsys)
