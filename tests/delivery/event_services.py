"""Firehose and EventBridge on a real socket, as far as the deliver function calls them.

They keep what they take, hold a call to AWS's limits, and fail as a test says: the whole of a call
by ``script``, single records of it by ``refuses``.
"""

import base64
import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from pytracking.aws.event_destinations import EventBus, EventStore, event_destinations
from pytracking.environment import Settings

from tests.delivery.receivers import Receiver, Request, Script
from tests.delivery.rig import CREDENTIALS

KIB = 1024


class EventServices(Receiver):
    """A context manager; ``stored`` and ``published`` hold the events taken, in order."""

    def __init__(
        self,
        refuses: Callable[[str], str | None] = lambda operation: None,
        script: Script | None = None,
    ) -> None:
        """Fail as told.

        Args:
            refuses: asked for each record of a call; the code to refuse it with, None to take it.
            script: answers each call instead.
        """
        super().__init__(self._answer)
        self.refuses = refuses
        self.script = script
        self.stored: list[dict[str, Any]] = []
        self.published: list[dict[str, Any]] = []
        self.calls: Counter[str] = Counter()
        self._taking = threading.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """The variables of a deployment with a store and a bus."""
        address = self.url.removesuffix("/hook")
        return {
            **CREDENTIALS,
            "AWS_ENDPOINT_URL_FIREHOSE": address,
            "AWS_ENDPOINT_URL_EVENTBRIDGE": address,
            "PYTRACKING_EVENT_STREAM": "events",
            "PYTRACKING_EVENT_BUS": "arn:aws:events:us-east-1:123456789012:event-bus/hits",
        }

    def ids(self, name: str) -> Counter[str]:
        """Count the events that the ``store`` or the ``bus`` has taken, by id."""
        taken = {"store": self.stored, "bus": [json.loads(e["Detail"]) for e in self.published]}
        return Counter(event["id"] for event in taken[name])

    def _answer(self, conn: socket.socket, request: Request) -> None:
        self.calls[request.headers["x-amz-target"].partition(".")[2]] += 1
        (self.script or self.take)(conn, request)

    def take(self, conn: socket.socket, request: Request) -> None:
        """Take the records of a call but for those refused, and answer so."""
        operation = request.headers["x-amz-target"].partition(".")[2]
        payload = json.loads(request.body)
        with self._taking:
            answer = getattr(self, operation)(payload)
        body = json.dumps(answer).encode()
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def PutRecordBatch(self, payload: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        """Take records of events, one a line."""
        records = [base64.b64decode(record["Data"]) for record in payload["Records"]]
        assert len(records) <= 500
        assert max(map(len, records)) <= 1000 * KIB
        assert sum(len(record["Data"]) for record in payload["Records"]) <= 4096 * KIB
        answers = []
        for record in records:
            if code := self.refuses("PutRecordBatch"):
                answers.append({"ErrorCode": code, "ErrorMessage": "Slow down."})
                continue
            assert record.endswith(b"\n")
            self.stored += map(json.loads, record.splitlines())
            answers.append({"RecordId": str(len(self.stored))})
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedPutCount": failed, "Encrypted": True, "RequestResponses": answers}

    def PutEvents(self, payload: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - AWS's name
        """Take events."""
        entries = payload["Entries"]
        assert len(entries) <= 10
        assert sum(len(one["Detail"]) + 100 for one in entries) <= 256 * KIB
        answers = []
        for entry in entries:
            if code := self.refuses("PutEvents"):
                answers.append({"ErrorCode": code, "ErrorMessage": "Slow down."})
                continue
            self.published.append(entry)
            answers.append({"EventId": str(len(self.published))})
        failed = sum("ErrorCode" in answer for answer in answers)
        return {"FailedEntryCount": failed, "Entries": answers}


def destinations(services: EventServices) -> list[EventStore | EventBus]:
    """Return the store and the bus of a deployment that calls these services."""
    return event_destinations(Settings.from_environment(services.environment))
