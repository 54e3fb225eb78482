"""docs/receivers.md names the headers that a webhook has, and no other."""

import re
from collections.abc import Callable

import pytest
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
    to_webhook(Settings.from_environment({**LOCAL, **environment}))(hit(url), 5.0)


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
