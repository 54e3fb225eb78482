"""Thousands of hits against receivers that fail by turns, while deliver is killed again and again.

``make soak`` runs it: clicks and opt-outs come in through the real functions, go through a queue
over HTTP, and are delivered by processes that are killed with SIGKILL at random. What could not be
delivered is replayed from the dead letters at the end, as an operator would. Then every hit's id
must have been acknowledged by its receiver, whatever happened in between. Loopback only; it ends by
itself.
"""

import argparse
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytracking.operations.replay import Requeuer, replay_dead_letters

from local.queue import Queue
from local.queue_server import QueueServer
from tests.delivery.receivers import Receiver
from tests.delivery.rig import CREDENTIALS, SECRETS
from tests.delivery.soak_endpoints import Endpoint, services_of_moods
from tests.delivery.soak_processes import Nursery, Source, make_hits
from tests.support.aws import sdk

ROOT = Path(__file__).parents[2]

ENDPOINTS = 5
WORKERS = 3

POST_DEADLINE = 0.5
"""Seconds; deployed 15."""

DELAYS = (1, 1, 2, 2)
"""Seconds before the second, third, ... attempt; deployed nine of them, 5 s to a day."""

VISIBILITY = 3.0
"""Seconds until what a killed process had in hand is handed out again; deployed 6 minutes."""

LONGEST = 900.0
"""Seconds after which a soak that has not ended has failed."""


class CountingQueue(Queue):
    """A queue that remembers every id that came in first, and how often copies did."""

    def __init__(self, name: str, **settings: Any) -> None:
        super().__init__(name, **settings)
        self.ids: set[str] = set()
        self.copies = 0

    def send(self, body: str, delay_seconds: float = 0) -> str:
        """Store a message and return its id (see Queue.send)."""
        message = json.loads(body)
        if message["attempt"] == 0 and message["not_before"] == 0:
            self.ids.add(message["id"])
        else:
            self.copies += 1
        return super().send(body, delay_seconds)


@dataclass(frozen=True)
class Report:
    """What a soak came to."""

    hits: int
    received: int
    acknowledged_ids: int
    opt_outs: int
    missing: int
    duplicates: int
    changed_bodies: int
    forged: int
    kills: int
    copies: int
    dead: int
    replayed: int
    moods: dict[str, int]
    missing_from_store: int
    missing_from_bus: int
    seconds: float

    @property
    def passed(self) -> bool:
        """Every hit reached every destination, and no id ever stood for two bodies."""
        return not (
            self.missing
            or self.missing_from_store
            or self.missing_from_bus
            or self.changed_bodies
            or self.forged
        )

    def __str__(self) -> str:
        return "\n".join(
            [
                f"{self.hits} hits, {self.kills} kills, {self.seconds:.0f} s",
                f"{self.acknowledged_ids} ids acknowledged, {self.opt_outs} of them opt-outs, "
                f"{self.missing} missing",
                f"{self.missing_from_store} missing from the store, "
                f"{self.missing_from_bus} from the bus",
                f"{self.received} posts received: {json.dumps(self.moods)}",
                f"{self.duplicates} acknowledged more than once, each with one id and one body "
                f"({self.changed_bodies} bodies changed, {self.forged} ids changed)",
                f"{self.copies} retry copies, {self.dead} dead letters, {self.replayed} replayed",
            ]
        )


def soak(hits: int, kills: int, seed: int = 1) -> Report:
    """Run a soak of so many hits with at least so many kills."""
    rng = random.Random(seed)
    began = time.monotonic()
    dead = Queue("dead")
    queue = CountingQueue(
        "hits", visibility_timeout=VISIBILITY, dead_letters=dead, max_receive_count=10
    )
    endpoints = [Endpoint(random.Random(rng.random())) for _ in range(ENDPOINTS)]
    moody = Endpoint(random.Random(rng.random()))
    services = services_of_moods(moody)
    receivers = [Receiver(one.answer, on_connect=one.refuse) for one in endpoints]
    died = replayed = 0
    with QueueServer([queue, dead]) as server, services:
        for receiver in receivers:
            receiver.__enter__()
        environment = {
            **_environment(server.endpoint, server.url(queue), server.url(dead)),
            **services.environment,
        }
        source = Source(environment, [receiver.url for receiver in receivers], hits)
        nursery = Nursery(environment)
        try:
            next_kill = 0.0
            while not (source.done() and nursery.killed >= kills and len(queue) == 0):
                assert time.monotonic() - began < LONGEST, "the soak does not end"
                while len(nursery.alive) < WORKERS:
                    nursery.spawn()
                if nursery.killed < kills and time.monotonic() >= next_kill:
                    nursery.kill_one(rng)
                    next_kill = time.monotonic() + rng.uniform(0.05, 0.35)
                if source.done() and nursery.killed >= kills:
                    # The storm is over; what has not run out of attempts arrives.
                    for endpoint in (*endpoints, moody):
                        endpoint.recovered = True
                time.sleep(0.02)
            died = len(dead)
            while len(dead):
                replayed += replay_dead_letters(
                    Requeuer(source.keyring),
                    sdk("sqs", server.endpoint),
                    queue_url=server.url(queue),
                    dead_letter_queue_url=server.url(dead),
                    dry_run=False,
                ).replayed
                while len(queue):
                    assert time.monotonic() - began < LONGEST, "the replay does not end"
                    time.sleep(0.02)
        finally:
            nursery.stop()
            source.stop()
            for receiver in receivers:
                receiver.__exit__()
    return _report(
        queue,
        endpoints,
        missing_from_store=len(queue.ids - set(services.ids("store"))),
        missing_from_bus=len(queue.ids - set(services.ids("bus"))),
        hits=hits,
        kills=nursery.killed,
        dead=died,
        replayed=replayed,
        seconds=time.monotonic() - began,
    )


def _environment(endpoint: str, queue_url: str, dead_url: str) -> dict[str, str]:
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        **CREDENTIALS,
        "AWS_ENDPOINT_URL_SQS": endpoint,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "layer"), str(ROOT)]),
        "PYTRACKING_QUEUE_URL": queue_url,
        "PYTRACKING_DEAD_LETTER_QUEUE_URL": dead_url,
        "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
        "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
        "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
        "WORKER_DEADLINE": str(POST_DEADLINE),
        "WORKER_DELAYS": json.dumps(DELAYS),
    }


def _report(queue: CountingQueue, endpoints: list[Endpoint], *, hits: int, **counts: Any) -> Report:
    received: Counter[str] = Counter()
    acknowledged: Counter[str] = Counter()
    moods: Counter[str] = Counter()
    changed = 0
    for endpoint in endpoints:
        received += endpoint.received
        acknowledged += endpoint.acknowledged
        moods += endpoint.moods
        changed += sum(len(bodies) > 1 for bodies in endpoint.bodies.values())
    # Each hit has an id of its own, so a hit that never reached the queue is missing as well.
    arrived = queue.ids & acknowledged.keys()
    opt_outs = {
        name
        for endpoint in endpoints
        for name, bodies in endpoint.bodies.items()
        if any(json.loads(body)["type"] == "email.unsubscribed" for body in bodies)
    }
    return Report(
        hits=hits,
        received=received.total(),
        acknowledged_ids=len(arrived),
        opt_outs=len(arrived & opt_outs),
        missing=hits - len(arrived),
        duplicates=sum(count > 1 for count in acknowledged.values()),
        changed_bodies=changed,
        forged=sum(endpoint.forged for endpoint in endpoints),
        copies=queue.copies,
        moods=dict(moods),
        **counts,
    )


def main() -> int:
    """Run the soak that the arguments describe; 0 when nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hits", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--source", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.source is not None:
        make_hits(arguments.source)
        return 0
    print(f"Seed {arguments.seed}")
    threading.excepthook = lambda failure: None  # receivers are cut off all the time
    report = soak(arguments.hits, arguments.kills, arguments.seed)
    print(report)
    return 0 if report.passed else 1


if __name__ == "__main__":
    sys.exit(main())
