"""A deliverer whose queues are in memory, by a clock that the test moves."""

from typing import Any

from pytracking.delivery.client import Client
from pytracking.delivery.messages import Message
from pytracking.handlers.delivering import Deliverer
from pytracking.handlers.webhook_secrets import WebhookSecrets

from local.event_source import Context, queue_event
from local.queue import Queue
from tests.delivery.posting import DEADLINE, LOCAL
from tests.delivery.rig import SECRETS
from tests.support.timing import Clock


def deliverer_of(queue: Queue, dead: Queue, clock: Clock, **settings: Any) -> Deliverer:
    """Return a deliverer whose copies go to ``queue``, and whose dead letters to ``dead``."""
    return Deliverer(
        **{
            "client": Client(LOCAL, deadline=DEADLINE),
            "secrets": WebhookSecrets.fixed(SECRETS),
            "send_again": lambda text, delay, timeout: queue.send(text, delay),
            "send_dead": lambda text, delay, timeout: dead.send(text),
            "post_deadline": DEADLINE,
            "clock": clock,
            **settings,
        }
    )


def deliver_one(queue: Queue, message: Message, *, clock: Clock, **settings: Any) -> Any:
    """Hand one message to a deliverer whose copies go to ``queue``."""
    queue.send(message.to_json())
    deliverer = deliverer_of(queue, Queue("dead"), clock, **settings)
    deliveries = queue.receive()
    answer = deliverer.deliver(queue_event("hits", deliveries), Context(60))
    for delivery in deliveries:
        queue.delete(delivery.receipt_handle)
    return answer


def event_of(*messages: Message) -> dict[str, Any]:
    """Return the event by which Lambda hands over these messages."""
    queue = Queue("any")
    for message in messages:
        queue.send(message.to_json())
    return queue_event("any", queue.receive())
