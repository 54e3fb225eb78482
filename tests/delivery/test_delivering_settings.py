"""The deliver function's webhook secrets and settings."""

import json
import time

import pytest
from pytracking.aws.secrets import FIRST_RETRY_SECONDS, WebhookSecrets
from pytracking.errors import AwsError, ConfigurationError
from pytracking.handlers.delivering import Deliverer
from standardwebhooks import Webhook

from local.functions import Context
from local.queue import Queue
from tests.delivery.in_memory import deliver_one, deliverer_of, event_of
from tests.delivery.receivers import Receiver, answering
from tests.delivery.rig import SECRET, SECRETS, Rig, hit
from tests.support.timing import Clock

# Secrets


def test_during_a_rotation_hits_are_signed_with_both_secrets() -> None:
    old = "whsec_" + "B" * 42 + "g="
    both = WebhookSecrets(lambda timeout: json.dumps({"current": SECRET, "retired": [old]}))
    with Receiver(answering()) as receiver:
        deliverer = deliverer_of(Queue("hits"), Queue("dead"), Clock(time.time()), secrets=both)
        deliverer.deliver(event_of(hit(receiver.url)), Context(60))
        (request,) = receiver.requests
    for secret in (SECRET, old):
        Webhook(secret).verify(request.body, request.headers)


def test_without_any_secrets_nothing_is_posted_unsigned_and_the_hit_is_tried_again() -> None:
    def fail(timeout: float) -> str:
        raise AwsError("secretsmanager GetSecretValue: no answer", code="NoAnswer", retryable=True)

    queue = Queue("hits")
    with Receiver(answering()) as receiver:
        deliver_one(queue, hit(receiver.url), clock=Clock(), secrets=WebhookSecrets(fail))
        assert receiver.requests == []
    assert json.loads(queue.waiting()[0].body)["attempt"] == 1


def test_the_last_good_secrets_serve_while_no_newer_ones_can_be_had() -> None:
    clock, texts = Clock(), [SECRETS, "malformed", None, SECRETS.replace("AAA", "BBB")]

    def fetch(timeout: float) -> str:
        text = texts.pop(0)
        if text is None:
            raise AwsError("secretsmanager GetSecretValue: no answer", code="x", retryable=True)
        return text

    secrets = WebhookSecrets(fetch, clock=clock)
    first = secrets.signer()
    clock.now += 301
    assert secrets.signer() is first
    assert secrets.signer() is first
    assert len(texts) == 2
    clock.now += FIRST_RETRY_SECONDS
    assert secrets.signer() is first
    clock.now += FIRST_RETRY_SECONDS
    assert secrets.signer() is not first
    assert texts == []


def test_the_webhook_secrets_are_fetched_from_secrets_manager(rig: Rig) -> None:
    arn = rig.store_secret(SECRETS)
    rig.environment["PYTRACKING_WEBHOOK_SECRETS"] = ""
    rig.environment["PYTRACKING_WEBHOOK_SECRETS_SECRET"] = arn
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        rig.invoke(Deliverer.from_environment(rig.environment))
        (request,) = receiver.requests
    Webhook(SECRET).verify(request.body, request.headers)


# Settings


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"PYTRACKING_QUEUE_URL": ""}, "PYTRACKING_QUEUE_URL must be set"),
        ({"PYTRACKING_DEAD_LETTER_QUEUE_URL": ""}, "PYTRACKING_DEAD_LETTER_QUEUE_URL must be"),
        ({"PYTRACKING_WEBHOOK_SECRETS": ""}, "always signed"),
        ({"PYTRACKING_WEBHOOK_SECRETS": '{"current": "short"}'}, "at least 32"),
        ({"PYTRACKING_ALLOW_HTTP_WEBHOOKS": "yes"}, "true or false"),
        ({"PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "localhost"}, "list of networks"),
    ],
)
def test_a_setting_that_is_missing_or_meaningless_is_an_error_at_the_start(
    rig: Rig, change: dict[str, str], complaint: str
) -> None:
    with pytest.raises(ConfigurationError, match=complaint):
        Deliverer.from_environment({**rig.environment, **change})


@pytest.mark.parametrize("local", [False, True], ids=["deployed", "locally"])
def test_without_a_word_in_the_settings_the_loopback_is_within_reach_locally_alone(
    rig: Rig, local: bool
) -> None:
    rig.environment["PYTRACKING_ALLOWED_WEBHOOK_NETWORKS"] = ""
    rig.environment["AWS_SAM_LOCAL"] = str(local)
    with Receiver(answering()) as receiver:
        rig.put(hit(receiver.url))
        rig.invoke(Deliverer.from_environment(rig.environment))
        assert receiver.connections == local
