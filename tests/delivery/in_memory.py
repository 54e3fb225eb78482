"""A deliverer whose queues are in memory, by a clock that the test moves."""

import json
from collections.abc import Callable, Container, Sequence
from typing import Any

from pytracking.aws.queue import QueueEntry
from pytracking.delivery.destinations import Destination
from pytracking.delivery.slow import SlowOrigins
from pytracking.handlers.delivering import Deliverer
from pytracking.messages import Message

from local.event_source import queue_event
from local.functions import Context
from local.queue import Queue
from tests.delivery.rig import webhooks
from tests.support.timing import Clock


class Sending:
    """A queue in memory, as the deliver function sees it."""

    def __init__(self, queue: Queue, refuses: Container[str] = ()) -> None:
        """:param refuses: ids of hits that are not taken."""
        self._queue = queue
        self._refuses = refuses

    def send_batch(self, entries: Sequence[QueueEntry], timeout: float) -> dict[int, str]:
        """Take messages."""
        refused = {}
        for at, entry in enumerate(entries):
            if json.loads(entry.text).get("id") in self._refuses:
                refused[at] = "InternalError"
            else:
                self._queue.send(entry.text, entry.delay)
        return refused


def deliverer_of(
    queue: Queue,
    dead: Queue,
    clock: Callable[[], float],
    *,
    slow: Queue | None = None,
    refuses: Container[str] = (),
    others: Sequence[Destination] = (),
    **settings: Any,
) -> Deliverer:
    """Return a deliverer whose copies go to ``queue``, and whose dead letters to ``dead``.

    ``settings`` are those of its webhooks.
    """
    slow_origins = None if slow is None else SlowOrigins()
    return Deliverer(
        destinations=[webhooks(clock=clock, slow=slow_origins, **settings), *others],
        again=Sending(queue, refuses),
        dead=Sending(dead, refuses),
        slow=None if slow is None else Sending(slow, refuses),
        clock=clock,
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
