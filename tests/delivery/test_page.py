"""docs/receivers.md names the headers that a webhook has, and no other."""

import dataclasses
import re
from collections.abc import Callable

import pytest
from pytracking.aws.queue import QueueEntry
from pytracking.environment import Settings
from pytracking.handlers.outbox import to_webhook

from local.queue import Queue
from tests.delivery.in_memory import deliver_one
from tests.delivery.receivers import Receiver, answering
from tests.delivery.rig import SECRETS, SIGNER, hit
from tests.docs.pages import text_of
from tests.support.timing import Clock

TABLE = text_of("docs/receivers.md").partition("| Header |")[2].partition("\n\n")[0]
DESCRIBED = re.findall(r"^\| `([\w-]+)` \|", TABLE, re.MULTILINE)
OF_HTTP = {"host", "accept", "accept-encoding", "content-type", "content-length", "user-agent"}

LOCAL = {
    "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
    "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
}


def deliver(url: str) -> None:
    deliver_one(Queue("hits"), hit(url), clock=Clock())


def post_directly(url: str, **environment: str) -> None:
    to_webhook(Settings.from_environment({**LOCAL, **environment}))(
        QueueEntry(hit(url).to_json()), 5.0
    )


def post_directly_signed(url: str) -> None:
    post_directly(url, PYTRACKING_WEBHOOK_SECRETS=SECRETS)


def headers_of(send: Callable[[str], None]) -> list[str]:
    """Return the names of the headers that reach a receiver, without those of HTTP."""
    with Receiver(answering()) as receiver:
        send(receiver.url)
        (request,) = receiver.requests
    return [name for name in request.headers if name not in OF_HTTP]


@pytest.mark.parametrize("send", [deliver, post_directly_signed])
def test_a_webhook_has_the_headers_that_receivers_are_told_of(send: Callable[[str], None]) -> None:
    assert DESCRIBED
    assert sorted(headers_of(send)) == sorted(DESCRIBED)


def test_without_secrets_only_the_headers_of_the_signature_are_missing() -> None:
    assert set(headers_of(post_directly)) == set(DESCRIBED) - SIGNER.headers("a", 0, b"").keys()


CE_TABLE = text_of("docs/events.md").partition("## CloudEvents")[2]
CE_DESCRIBED = re.findall(r"^\| `(ce-\w+)` \|", CE_TABLE, re.MULTILINE)


def test_cloudevents_headers_come_where_they_are_asked_for_and_the_signature_stays() -> None:
    asked = {
        "PYTRACKING_CLOUDEVENTS_HEADERS": "true",
        "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
        "POWERTOOLS_SERVICE_NAME": "my stack",
    }
    message = hit("")
    message = dataclasses.replace(message, body={**message.body, "timestamp": 1_389_177_318})
    with Receiver(answering()) as receiver:
        message = dataclasses.replace(message, webhook=receiver.url)
        to_webhook(Settings.from_environment({**LOCAL, **asked}))(
            QueueEntry(message.to_json()), 5.0
        )
        (request,) = receiver.requests
    sent = {name: value for name, value in request.headers.items() if name.startswith("ce-")}
    assert sent == {
        "ce-specversion": "1.0",
        "ce-id": message.id,
        "ce-type": "email.clicked",
        "ce-source": "/pytracking/my%20stack",
        "ce-time": "2014-01-08T10:35:18Z",
    }
    assert sorted(sent) == sorted(CE_DESCRIBED)
    assert request.headers["content-type"] == "application/json"
    assert SIGNER.verify(request.headers, request.body) == message.id
