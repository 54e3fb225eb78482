"""The handlers of functions/ as one ASGI application, for containers and servers of one's own.

    uvicorn --factory pytracking.asgi:app

Each request becomes the event that an HTTP API makes of it (payload format 2.0), and the same
handler answers it; the environment variables are those of the functions. Which proxy's word on the
visitor's address is believed is the server's choice: ``--forwarded-allow-ips``.
"""

from __future__ import annotations

import asyncio
import base64
import importlib.util
import queue
import threading
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytracking.aws.queue import MAX_BATCH, QueueEntry, SqsQueue
from pytracking.environment import Settings
from pytracking.errors import AwsError, dependency
from pytracking.handlers.outbox import Outbox

if TYPE_CHECKING:
    from botocore.credentials import Credentials

THREADS = 100
"""Requests that are answered at once; most of them wait for the queue."""

SENDERS = 8
"""Batches that are on their way to the queue at once."""

GATHER_SECONDS = 0.02
"""How long the first hit of a batch waits for others."""

MAX_BODY_BYTES = 64 * 1024
"""Longest body of a request: a form of one field is all that is ever sent."""

_HERE = Path(__file__).parent
FUNCTIONS = next(at for at in (_HERE / "functions", _HERE.parents[1] / "functions") if at.is_dir())
"""The functions: beside this module in the wheel, at the top of the tree otherwise."""

ROUTES = {"o": "open", "c": "click", "a": "action"}
"""The function that answers a route; what is under none is the click function's, as on AWS."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handler = Callable[[dict[str, Any], object], dict[str, Any]]


def app() -> Application:
    """Return the application that the environment describes.

    Raises:
        ConfigurationError: a setting is missing or cannot be used.
    """
    settings = Settings.from_environment()
    batches = BatchingQueue(settings.queue_url, settings) if settings.queue_url else None
    handlers = {}
    for route, name in ROUTES.items():
        function = _load(FUNCTIONS / name / "app.py")
        if batches:
            endpoint = function.endpoint
            endpoint.outbox = Outbox(batches.send, others=endpoint.others)
        handlers[route] = function.handler
    return Application(handlers)


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"pytracking_{path.parent.name}", path)
    assert spec  # noqa: S101 - a path to a file has one
    assert spec.loader  # noqa: S101
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Application:
    """Answers requests with the functions' handlers, by route (o, c, a), each in a thread."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        self._handlers = handlers
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="pytracking")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request, or follow the server's lifespan (ASGI 3)."""
        if scope["type"] == "http":
            await self._answer(scope, receive, send)
        elif scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            # The server has let every request end by now, and each has waited for its hit.
            self._threads.shutdown()
            await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _body(receive)
        if body is None:
            answer: dict[str, Any] = {"statusCode": 413, "headers": {}, "body": ""}
        else:
            parts = scope["path"].split("/")
            route = next((part for part in parts if part in self._handlers), "c")
            loop = asyncio.get_running_loop()
            event = _event(scope, body)
            answer = await loop.run_in_executor(self._threads, self._handlers[route], event, None)
        content = answer["body"].encode()
        if answer.get("isBase64Encoded"):
            content = base64.b64decode(content)
        headers = [(n.lower().encode(), v.encode("latin-1")) for n, v in answer["headers"].items()]
        if content or scope["method"] != "HEAD":
            headers.append((b"content-length", b"%d" % len(content)))
        start = {"type": "http.response.start", "status": answer["statusCode"], "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": content})


async def _body(receive: Receive) -> bytes | None:
    """Return the body of a request; None where it is too long, or broken off."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body"):
            return bytes(body)


def _event(scope: Message, body: bytes) -> dict[str, Any]:
    """Return the event of a request: what of payload format 2.0 the handlers read."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return {
        "version": "2.0",
        "rawPath": scope["path"],
        "headers": headers,
        "requestContext": {
            "http": {
                "method": scope["method"],
                "sourceIp": scope["client"][0] if scope.get("client") else None,
            }
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A hit whose visitor waits: its result is why the queue did not take it, or None."""

    entry: QueueEntry
    ends_at: float  # by time.monotonic
    result: Future[str | None] = field(default_factory=Future)


class BatchingQueue(SqsQueue):
    """A queue that is sent hits by up to ten, each of which waits for its own acknowledgement.

    Args:
        url: the queue's, on SQS or anything that speaks its protocol.
        settings: has the region. Credentials that it has not are found by botocore, and renewed:
            a task's role, an instance's, a profile.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self._role = None if settings.access_key else _role()
        self._settings = settings
        super().__init__(url, self._current())
        self._waiting: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._gathering = threading.Lock()  # one batch is filled before the next is begun
        for _ in range(SENDERS):
            threading.Thread(target=self._work, name="pytracking batches", daemon=True).start()

    def send(self, entry: QueueEntry, timeout: float) -> None:
        """Send one message within ``timeout`` seconds, in one batch with others.

        Raises:
            AwsError: the queue did not take it.
            TimeoutError: or did not say so in time.
        """
        waiting = _Waiting(entry, time.monotonic() + timeout)
        self._waiting.put(waiting)
        try:
            reason = waiting.result.result(timeout)
        except TimeoutError:
            waiting.result.cancel()  # what is in no batch yet is not sent any more
            raise
        if reason is not None:
            raise AwsError(f"sqs SendMessageBatch: {reason}", code="Failed", retryable=True)

    def _work(self) -> None:
        while True:
            with self._gathering:
                batch = self._gather()
            if not batch:
                continue
            try:
                self._renew()
                timeout = max(0.05, batch[0].ends_at - time.monotonic())
                refused = self.send_batch([one.entry for one in batch], timeout)
                for at, one in enumerate(batch):
                    one.result.set_result(refused.get(at))
            except Exception as error:
                for one in batch:
                    one.result.set_exception(error)

    def _gather(self) -> list[_Waiting]:
        """Wait for a hit, then for up to nine more; return those that are still waited for."""
        batch = [self._waiting.get()]
        ends_at = time.monotonic() + GATHER_SECONDS
        while len(batch) < MAX_BATCH:
            try:
                batch.append(self._waiting.get(timeout=max(0.0, ends_at - time.monotonic())))
            except queue.Empty:
                break
        return [one for one in batch if one.result.set_running_or_notify_cancel()]

    def _renew(self) -> None:
        """Use a role's new credentials once there are some."""
        if self._role and (current := self._current()) != self._settings:
            self._settings = current
            super().__init__(self._url, current)

    def _current(self) -> Settings:
        if self._role is None:
            return self._settings
        found = self._role.get_frozen_credentials()
        return replace(
            self._settings,
            access_key=found.access_key,
            secret_key=found.secret_key,
            session_token=found.token,
        )


def _role() -> Credentials | None:
    """Return the credentials that botocore finds outside the environment, if any."""
    with dependency("a role's credentials need botocore: pip install boto3"):
        from botocore.session import get_session
    return get_session().get_credentials()
