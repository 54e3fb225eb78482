"""One deployment of template.yaml itself, used by every test in here."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytracking
import urllib3
from pytracking.tokens.keyring import Keyring

from tests.delivery.receivers import Settable
from tests.e2e.cloud import ROOT, Cloud, cloud
from tests.e2e.repairs import create_event_table, physical_ids, repair

STACK = "pytracking"
BUS = "hits"
BUILT = ROOT / ".aws-sam" / "e2e"
FURTHER = ("one.example.org", "two.example.org")
"""Domains besides the API's own host. The emulator serves none, so requests claim them."""


@dataclass(frozen=True)
class Deployment:
    """The stack as its operator knows it: by its outputs."""

    cloud: Cloud
    outputs: dict[str, str]

    def client(self, service: str) -> Any:
        """Return a boto3 client."""
        return self.cloud.client(service)

    @property
    def base(self) -> str:
        """The emulator's address of the API: it cannot answer under the name in the outputs."""
        api = self.outputs["OpenBaseUrl"].split("//")[1].split(".")[0]
        return f"{self.cloud.endpoint}/_aws/execute-api/{api}/$default"

    def secret(self, output: str) -> Any:
        """Return the value of a secret, parsed."""
        manager = self.client("secretsmanager")
        value = manager.get_secret_value(SecretId=self.outputs[output])["SecretString"]
        return json.loads(value)

    def configuration(self, **settings: Any) -> pytracking.Configuration:
        """What a sender configures from the outputs and the secret."""
        keyring = Keyring.from_json(json.dumps(self.secret("LinkKeysSecretArn")))
        return pytracking.Configuration(
            base_open_tracking_url=f"{self.base}/o/",
            base_click_tracking_url=f"{self.base}/c/",
            keyring=keyring,
            **settings,
        )

    def count(self, output: str) -> int:
        """Count the messages that wait in a queue."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[output], AttributeNames=names
        )["Attributes"]
        return sum(int(attributes[name]) for name in names)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Settable]:
    """The webhook that the deployment reports to."""
    with Settable() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def deployment(receiver: Settable) -> Iterator[Deployment]:
    """template.yaml, built and deployed by SAM, with what a test on one machine must change."""
    with cloud() as running:
        bus = running.client("events").create_event_bus(Name=BUS)["EventBusArn"]
        outputs = running.deploy(
            STACK,
            ROOT,
            BUILT,
            LinksFunctionMode="enabled",
            AlarmEmail="ops@example.com",
            EventStore="enabled",
            EventBusArn=bus,
            OtherDomains=",".join(FURTHER),
        )
        repair(STACK, running.client)
        create_event_table(outputs, running.client)
        deployed = Deployment(running, outputs)
        _let_webhooks_reach_this_machine(deployed, receiver.url)
        _hand_out_failed_messages_at_once(deployed)
        yield deployed


def _let_webhooks_reach_this_machine(deployment: Deployment, url: str) -> None:
    """The receiver is on the loopback and speaks http; a deployment refuses both."""
    functions = deployment.client("lambda")
    ids = physical_ids(STACK, deployment.client)
    hot = ("OpenFunction", "ClickFunction", "ActionFunction")
    for name in (*hot, "DeliverFunction", "DeliverSlowFunction"):
        variables = functions.get_function_configuration(FunctionName=ids[name])["Environment"]
        functions.update_function_configuration(
            FunctionName=ids[name],
            Environment={
                "Variables": {
                    **variables["Variables"],
                    "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
                    "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
                    "PYTRACKING_WEBHOOK_URL": url,
                }
            },
        )


def _hand_out_failed_messages_at_once(deployment: Deployment) -> None:
    """A message that a function did not finish is hidden for six minutes otherwise."""
    for output in ("QueueUrl", "SlowQueueUrl"):
        deployment.client("sqs").set_queue_attributes(
            QueueUrl=deployment.outputs[output], Attributes={"VisibilityTimeout": "2"}
        )


@pytest.fixture
def get() -> Callable[..., urllib3.BaseHTTPResponse]:
    """Ask like a browser that follows nothing."""
    pool = urllib3.PoolManager(retries=False, timeout=60)

    def request(
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        kind: str | None = None,
        **headers: str,
    ) -> urllib3.BaseHTTPResponse:
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0"
        headers = {"user-agent": agent, **headers}
        if kind:
            headers["Content-Type"] = kind
        return pool.request(method, url, body=body, headers=headers, redirect=False)

    return request


@pytest.fixture(scope="session")
def mailer() -> Path:
    """The template of a sender with a stack of its own."""
    return ROOT / "docs" / "examples" / "mailer"
