"""A queue over HTTP, and what Lambda does with it: receive a batch, invoke, delete what is done."""

import contextlib
import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pytracking.aws.queue import QueueEntry, SqsQueue
from pytracking.aws.secrets import WebhookSecrets
from pytracking.delivery.client import Client
from pytracking.delivery.destinations import Destination
from pytracking.delivery.signatures import Signer
from pytracking.delivery.webhooks import Webhooks
from pytracking.environment import Settings
from pytracking.handlers.delivering import Deliverer
from pytracking.messages import Message, Undecoded, new_id

from local.event_source import failed_ids, queue_event
from local.functions import Context
from local.queue import Entry
from tests.delivery.posting import DEADLINE, LOCAL
from tests.support.aws import sdk

SECRET = "whsec_" + "A" * 42 + "g="
SECRETS = json.dumps({"current": SECRET, "retired": []})
SIGNER = Signer([SECRET])

CREDENTIALS = {
    "AWS_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}

# Seconds before the second, third, ... attempt; deployed, the first of them are 5 s and 5 min.
DELAYS = (1,) * 9


def hit(webhook: str, **fields: Any) -> Message:
    """Return the message of a click, as the hot path makes it."""
    identifier = fields.pop("id", None) or new_id()
    body = {
        "is_open_tracking": False,
        "is_click_tracking": True,
        "metadata": {"customer_id": 1},
        "request_data": {"user_agent": "test", "user_ip": "203.0.113.9"},
        "timestamp": int(time.time()),
        "tracked_url": "https://a.test/",
        "id": identifier,
    }
    return Message(identifier, webhook, body, **fields)


class NoQueue:
    """A queue that does not answer."""

    def send_batch(self, entries: Sequence[QueueEntry], timeout: float) -> dict[int, str]:
        """Take nothing."""
        return dict.fromkeys(range(len(entries)), "sqs SendMessageBatch: no answer")


def webhooks(
    client: Client | None = None, secrets: WebhookSecrets | None = None, **settings: Any
) -> Webhooks:
    """Return the destination that the deliver function has, with a short deadline."""
    client = client or Client(LOCAL, deadline=DEADLINE)
    secrets = secrets or WebhookSecrets(lambda timeout: SECRETS)
    return Webhooks(client, secrets.signer, **{"post_deadline": DEADLINE, **settings})


class Rig:
    """A queue of hits and its dead letters on an SQS server, made for one test."""

    def __init__(self, endpoint: str, *, visibility: int = 1) -> None:
        """:param visibility: seconds for which a received message is hidden."""
        self.endpoint = endpoint
        self.sqs = sdk("sqs", endpoint)
        name = uuid.uuid4().hex
        self.dead_url: str = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        self.queue_url: str = self.sqs.create_queue(
            QueueName=name, Attributes={"VisibilityTimeout": str(visibility)}
        )["QueueUrl"]
        self.environment = {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_SQS": endpoint,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": endpoint,
            "PYTRACKING_QUEUE_URL": self.queue_url,
            "PYTRACKING_DEAD_LETTER_QUEUE_URL": self.dead_url,
            "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
            "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
            "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }

    def deliverer(
        self,
        *,
        again: Any = None,
        dead: Any = None,
        delays: Sequence[float] = DELAYS,
        others: Sequence[Destination] = (),
        **settings: Any,
    ) -> Deliverer:
        """Return a deliverer of these queues; ``settings`` are those of its webhooks."""
        return Deliverer(
            destinations=[webhooks(**settings), *others],
            again=again or SqsQueue(self.queue_url, self.settings),
            dead=dead or SqsQueue(self.dead_url, self.settings),
            delays=delays,
        )

    @property
    def settings(self) -> Settings:
        """What the environment says."""
        return Settings.from_environment(self.environment)

    def store_secret(self, text: str) -> str:
        """Store a secret beside the queues and return its ARN."""
        with contextlib.closing(sdk("secretsmanager", self.endpoint)) as client:
            answer = client.create_secret(Name=uuid.uuid4().hex, SecretString=text)
        return str(answer["ARN"])

    def put(self, *messages: Message | Undecoded | str) -> None:
        """Send messages, or texts that are none, to the queue."""
        for message in messages:
            text = message if isinstance(message, str) else message.to_json()
            self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=text)

    def receive(self, wait: int = 0) -> list[Entry]:
        """Receive up to ten messages."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queue_url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=wait,
            AttributeNames=["All"],
        )
        return [
            Entry(
                message["MessageId"],
                message["Body"],
                receipt_handle=message["ReceiptHandle"],
                receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
            )
            for message in answer.get("Messages", ())
        ]

    def wait_for(self, count: int) -> list[Entry]:
        """Receive so many messages, once they are due."""
        found: list[Entry] = []
        for _ in range(10):
            found += self.receive(wait=1)
            if len(found) >= count:
                break
        return found

    def settle(self, deliveries: list[Entry], answer: Any) -> set[str]:
        """Delete what an invocation reported as done; return the message ids that failed."""
        failed = failed_ids(answer, [delivery.message_id for delivery in deliveries])
        for delivery in deliveries:
            if delivery.message_id not in failed:
                self.sqs.delete_message(
                    QueueUrl=self.queue_url, ReceiptHandle=delivery.receipt_handle
                )
        return failed

    def invoke(
        self,
        handler: Deliverer | Callable[[Mapping[str, Any], Any], Any],
        *,
        seconds: float = 60,
        wait: int = 2,
    ) -> list[str]:
        """Hand one batch to a function with so many seconds; return the bodies that failed."""
        deliveries = self.receive(wait)
        call = handler.deliver if isinstance(handler, Deliverer) else handler
        answer = call(queue_event("hits", deliveries), Context(seconds))
        failed = self.settle(deliveries, answer)
        return [delivery.body for delivery in deliveries if delivery.message_id in failed]

    def left(self, url: str | None = None) -> int:
        """Return how many messages are in the queue (or the one at ``url``), in any state."""
        attributes = self.sqs.get_queue_attributes(
            QueueUrl=url or self.queue_url, AttributeNames=["All"]
        )["Attributes"]
        return sum(
            int(attributes[f"ApproximateNumberOfMessages{state}"])
            for state in ("", "Delayed", "NotVisible")
        )

    def dead(self) -> list[dict[str, Any]]:
        """Return what lies in the dead letters, and take it out."""
        return [json.loads(text) for text in self.dead_texts()]

    def dead_texts(self) -> list[str]:
        """Return what lies in the dead letters as it is, and take it out."""
        found = []
        while messages := self.sqs.receive_message(
            QueueUrl=self.dead_url, MaxNumberOfMessages=10
        ).get("Messages"):
            for message in messages:
                found.append(message["Body"])
                self.sqs.delete_message(
                    QueueUrl=self.dead_url, ReceiptHandle=message["ReceiptHandle"]
                )
        return found
