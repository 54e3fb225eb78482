"""What a destination of hits is, and what it says of each hit it was sent.

The deliver function sends every hit to the destinations it is owed to, and settles what came of it
at each: delivered, tried again later, or a dead letter. A destination knows nothing of queues, nor
of the others: the webhook (``delivery.webhooks``), the event store and the event bus
(``aws.event_destinations``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from pytracking.messages import Message


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one hit.

    ``kind`` is ``delivered``; ``failed``: an attempt is used up, and another one may succeed;
    ``refused``: none ever will; ``slow``: not tried, for it belongs in the slow lane;
    ``untried``: no time was left, it must come again; ``bug``: the destination itself failed, by
    ``error``.

    ``reason`` is one line for people, ``status`` the receiver's (None without an answer),
    ``retry_after`` its header of that name, ``excerpt`` the beginning of what it said.
    """

    kind: Literal["delivered", "failed", "refused", "slow", "untried", "bug"]
    reason: str = ""
    status: int | None = None
    retry_after: str | None = None
    excerpt: str = ""
    error: Exception | None = None


class Destination(Protocol):
    """Where hits go. Any thread may call it; ``name`` is what messages owe a hit to."""

    name: str

    def send(self, messages: Sequence[Message], ends_at: float) -> list[Result]:
        """Send hits, and return a result for each, in their order.

        Args:
            ends_at: when the function is ended, by ``time.monotonic()``.

        Raises:
            OutOfDescriptors: this process can open no further connection.
        """
