"""What the delivery tests share."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytracking.aws.client import JsonApi
from pytracking.delivery.client import Client
from pytracking.operations import batches

from tests.delivery.authority import Authority
from tests.delivery.posting import DEADLINE, LOCAL
from tests.delivery.receivers import Receiver
from tests.delivery.rig import Rig
from tests.delivery.stack import Stack
from tests.support.aws import moto_server


@pytest.fixture(scope="session")
def moto() -> Iterator[str]:
    """The endpoint of a stand-in for AWS that speaks SQS over HTTP."""
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def rig(moto: str) -> Iterator[Rig]:
    """A queue of hits and its dead letters, for this test alone."""
    made = Rig(moto)
    yield made
    made.sqs.close()


@pytest.fixture
def operator(moto: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the environment of somebody who may use the account."""
    monkeypatch.setattr(batches, "WAIT_SECONDS", 0)
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")


@pytest.fixture
def stack(rig: Rig, moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A deployed stack, with queues and secrets of its own."""
    made = Stack(rig, moto)
    with Receiver(made.describe) as cloudformation:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", cloudformation.url)
        yield made


@pytest.fixture
def client() -> Iterator[Client]:
    """The guarded client, which may post to this machine and soon gives up."""
    made = Client(LOCAL, deadline=DEADLINE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """A certificate authority that nobody but the test trusts."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def idle_connections_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a process of a function keeps for its whole life: a test makes many of them."""
    made: list[Any] = []
    for kind in (Client, JsonApi):

        def remember(self: Any, *args: Any, _init: Any = kind.__init__, **kwargs: Any) -> None:
            _init(self, *args, **kwargs)
            made.append(self)

        monkeypatch.setattr(kind, "__init__", remember)
    yield
    for one in made:
        one.close()
