"""The template's queues on this machine: served as SQS, feeding the functions they feed on AWS."""

import dataclasses
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

from pytracking.errors import InvalidMessage
from pytracking.messages import Message, parse
from pytracking.tokens.keyring import Keyring

from local.event_source import EventSource
from local.functions import Environment
from local.queue import MAX_DELAY_SECONDS, Entry, Queue
from local.queue_server import QueueServer
from local.store import LocalStore
from local.template import Function, QueueResource, Template

_MAX_SENT = 10_000  # messages between two looks
_ENVIRONMENTS = 4  # of one function at a time: one receiver that hangs does not hold up the others


Standing = tuple[Entry, bool]
"""A message as it stands in a queue, and whether that is one of dead letters."""


class Queues:
    """Every queue of a template, its SQS endpoint, and the functions that are fed from them."""

    def __init__(
        self, template: Template, speed: float = 1, store: LocalStore | None = None
    ) -> None:
        """`speed` is how many times faster than deployed a retry's wait passes."""
        self._template = template
        self._queues: dict[str, Queue] = {}
        # Messages may come and go between two looks; the oldest beyond the limit are dropped.
        self._sent: deque[Standing] = deque(maxlen=_MAX_SENT)
        for resource in template.queues.values():
            self._add(resource, speed)
        self._dead = {r.dead_letters for r in template.queues.values() if r.dead_letters}
        self._store = store
        self._server = QueueServer(
            self._queues.values(), put_records=store.put_records if store else None
        )
        self._sources: list[EventSource] = []

    def environment(self) -> dict[str, str]:
        """Return the variables that lead all functions here, instead of to AWS."""
        variables = {"AWS_ENDPOINT_URL_SQS": self._server.endpoint}
        if self._store:
            variables["AWS_ENDPOINT_URL_FIREHOSE"] = self._server.endpoint
            variables["PYTRACKING_EVENT_STREAM"] = "local"
        return variables

    def new_environment(self, function: Function) -> Environment:
        """Return an environment of a function, whose variables lead to the queues it refers to."""
        urls = {
            variable: self._server.url(self._queues[resource])
            for variable, resource in function.references.items()
            if resource in self._queues
        }
        return Environment(function, urls)

    def feed(self) -> None:
        """Load each function that has a queue, in environments of its own, to be fed from it.

        Raises what loading it raises: a setting that is missing shows before anything is served.
        """
        for function in self._template.functions.values():
            for source in function.sources:
                for _ in range(_ENVIRONMENTS):
                    environment = self.new_environment(function)
                    environment.load()
                    self._sources.append(
                        EventSource(
                            self._queues[source.queue],
                            environment.call,
                            batch_size=source.batch_size,
                        )
                    )

    def start(self) -> None:
        """Serve the queues and begin to feed."""
        self._server.start()
        for event_source in self._sources:
            event_source.start()

    def stop(self) -> None:
        """Stop feeding and serving; a batch in hand is left behind, as a power cut would."""
        for event_source in self._sources:
            event_source.stop(timeout=0)
        self._server.stop()

    def standing(self) -> Iterator[Standing]:
        """Yield what was sent since the last look, then every message that is there.

        Those in dead-letter queues come last.
        """
        while self._sent:
            yield self._sent.popleft()
        for name in sorted(self._queues, key=self._dead.__contains__):
            for entry in self._queues[name].waiting():
                yield entry, name in self._dead

    def send_again(self, message: Message) -> None:
        """Send an event once more, by the queue that feeds a function."""
        source = next(r.name for r in self._template.queues.values() if r.dead_letters)
        self._queues[source].send(message.to_json())

    def replay(self, keyring: Keyring, webhook: str, identifier: str | None = None) -> int:
        """Put the dead letter of this event, or all of them, back to where they came from.

        Args:
            keyring: opens the links of hits that were queued unopened.
            webhook: where such a hit goes whose link names no webhook.
            identifier: the event; None for all.

        Returns:
            How many; they keep their ids. What is no message of ours stays where it is.
        """
        import boto3  # takes a second: loaded by the first replay
        from botocore.config import Config
        from pytracking.operations.replay import Requeuer, replay_dead_letters

        sqs = boto3.client(
            "sqs",
            endpoint_url=self._server.endpoint,
            region_name="us-east-1",
            aws_access_key_id="local",
            aws_secret_access_key="local",  # noqa: S106 - opens nothing: the queue is ours
            config=Config(proxies={}),
        )
        requeue = Requeuer(keyring, webhook)
        # Several queues may share one of dead letters: any of them feeds a function.
        sources = {r.dead_letters: r.name for r in self._template.queues.values()}
        return sum(
            replay_dead_letters(
                requeue,
                sqs,
                queue_url=self._server.url(self._queues[source]),
                dead_letter_queue_url=self._server.url(self._queues[dead]),
                only=identifier,
                dry_run=False,
            ).replayed
            for dead, source in sources.items()
            if dead is not None
        )

    def _add(self, resource: QueueResource, speed: float) -> Queue:
        if resource.name not in self._queues:
            target = self._template.queues.get(resource.dead_letters or "")
            self._queues[resource.name] = _FastQueue(
                resource.name,
                visibility_timeout=resource.visibility_timeout,
                dead_letters=None if target is None else self._add(target, speed),
                max_receive_count=resource.max_receive_count,
                speed=speed,
                # A dead letter stays to be seen; only what is delivered comes and goes.
                sent=self._sent.append if resource.dead_letters else None,
            )
        return self._queues[resource.name]


class _FastQueue(Queue):
    """A queue whose delayed messages are due sooner, so that days of retries can be watched.

    The wait is shortened in the message, too: a function that compares it with the time of day
    finds it over. Nothing else runs fast: signatures carry the true time.
    """

    def __init__(
        self, name: str, *, speed: float, sent: Callable[[Standing], None] | None, **settings: Any
    ) -> None:
        super().__init__(name, **settings)
        self._speed = speed
        self._sent = sent

    def send(self, body: str, delay_seconds: float = 0) -> str:
        """Store a message and return its id (see Queue.send)."""
        if delay_seconds == 0 and self._sent is not None:
            now = time.time()
            self._sent((Entry("", body, received_at=now, state="in flight"), False))
        if self._speed == 1 or delay_seconds == 0:
            return super().send(body, delay_seconds)
        now = time.time()
        try:
            message = parse(body)
        except InvalidMessage:
            return super().send(body, delay_seconds / self._speed)
        wait = delay_seconds
        if isinstance(message, Message):
            # The whole wait: a delay of SQS is only its first part, of 900 s at most.
            wait = max(wait, message.not_before - now)
            due = int(now + wait / self._speed)
            body = dataclasses.replace(message, not_before=due).to_json()
        return super().send(body, min(MAX_DELAY_SECONDS, wait / self._speed))
