"""The receivers of a soak, and its event services, whose moods change by turns."""

import json
import random
import socket
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tests.delivery.event_services import EventServices
from tests.delivery.receivers import OK, Request, hanging, resetting, status
from tests.delivery.rig import SIGNER

MOOD_SECONDS = 1.5
"""How long an endpoint stays in one mood."""

# What an endpoint does by turns. It is well half of the time, or nothing would ever end.
MOODS = ("well", "failing", "well", "hanging", "well", "dripping", "well", "resetting", "dead")


@dataclass
class Endpoint:
    """A receiver whose moods change, and what it saw."""

    rng: random.Random
    received: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    bodies: defaultdict[str, set[bytes]] = field(default_factory=lambda: defaultdict(set))
    moods: Counter[str] = field(default_factory=Counter)
    forged: int = 0
    recovered: bool = False
    _began: float = field(default_factory=time.monotonic)

    def mood(self) -> str:
        """Return the mood of the moment."""
        turn = int((time.monotonic() - self._began) / MOOD_SECONDS)
        return "well" if self.recovered else MOODS[turn % len(MOODS)]

    def refuse(self, conn: socket.socket) -> None:
        """Reset new connections while dead, as a host without a listener does."""
        if self.mood() == "dead":
            resetting(conn, None)  # type: ignore[arg-type] # there is no request yet
            raise OSError

    def answer(self, conn: socket.socket, request: Request) -> None:
        """Take a request down, and do to it what the mood says."""
        mood = self.mood()
        identifier = SIGNER.verify(request.headers, request.body)
        self.forged += identifier != json.loads(request.body)["id"]
        self.received[identifier] += 1
        self.bodies[identifier].add(request.body)
        self.moods[mood] += 1
        if mood == "well":
            conn.sendall(OK)
            self.acknowledged[identifier] += 1
        elif mood == "failing":
            self.rng.choice((status(500), status(503, "Retry-After: 1\r\n"), cut))(conn, request)
        elif mood == "hanging":
            hanging(conn, request)
        elif mood == "dripping":
            self._drip(conn)
        else:
            resetting(conn, request)

    def _drip(self, conn: socket.socket) -> None:
        conn.sendall(b"HTTP/1.1 200 OK\r\nX-Drip: ")
        while not self.recovered:
            conn.sendall(b"x")
            time.sleep(0.05)


def cut(conn: socket.socket, request: Request) -> None:
    """Break off in the middle of the headers."""
    conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
    conn.shutdown(socket.SHUT_RDWR)


def services_of_moods(endpoint: Endpoint) -> EventServices:
    """Return Firehose and EventBridge; they fail by the turns of ``endpoint``."""
    services = EventServices(lambda operation: endpoint.rng.choice(REFUSALS[endpoint.mood()]))

    def script(conn: socket.socket, request: Request) -> None:
        mood = endpoint.mood()
        endpoint.moods[mood] += 1
        if mood == "hanging":
            hanging(conn, request)
        elif mood in ("resetting", "dead"):
            resetting(conn, request)
        else:
            services.take(conn, request)

    services.script = script
    return services


REFUSALS = defaultdict(
    lambda: [None], failing=["InternalFailure"], dripping=[None, "ThrottlingException"]
)
"""What becomes of a record in each mood."""
