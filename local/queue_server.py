"""The part of AWS's HTTP interfaces that the functions and replays need.

It speaks the JSON protocol (``X-Amz-Target: AmazonSQS.SendMessage``) on the loopback, so that code
meant for SQS runs against a :class:`local.queue.Queue` unchanged. Signatures are not checked.
"""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.guard import is_local
from local.queue import MAX_BATCH, Entry, Queue, md5_of_body

ACCOUNT = "000000000000"


class QueueServer:
    """Serves queues at ``http://127.0.0.1:PORT/000000000000/NAME``; a context manager."""

    def __init__(
        self,
        queues: Iterable[Queue],
        port: int = 0,
        put_records: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> None:
        """Take the port; serving begins with the ``with`` block.

        Args:
            port: 0 takes a free one.
            put_records: carries out Firehose's PutRecordBatch; None where there is no store.
        """
        self._put_records = put_records
        self.queues = {queue.name: queue for queue in queues}
        handler = type("Handler", (_Handler,), {"queue_server": self})
        self._http = _QueueServer(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def endpoint(self) -> str:
        """The URL to give as AWS_ENDPOINT_URL_SQS."""
        return f"http://127.0.0.1:{self._http.server_port}"

    def url(self, queue: Queue) -> str:
        """Return the queue URL of ``queue``."""
        return f"{self.endpoint}/{ACCOUNT}/{queue.name}"

    def start(self) -> None:
        """Begin to serve, in a thread of its own."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; the queues keep their messages."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def __enter__(self) -> "QueueServer":
        self.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    def call(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one action and return its answer."""
        if action == "PutRecordBatch" and self._put_records:
            return self._put_records(request)
        if action not in (*_ACTIONS, *_BATCHES):
            raise _Fault("InvalidAction", f"{action} is not served here: {sorted(_ACTIONS)} are")
        name = str(request.get("QueueUrl", "")).rpartition("/")[2]
        queue = self.queues.get(name)
        if queue is None:
            raise _Fault(
                "QueueDoesNotExist", f"no queue {name!r} here: there are {sorted(self.queues)}"
            )
        try:
            if action not in _BATCHES:
                return _ACTIONS[action](self, queue, request)
            act = _ACTIONS[_BATCHES[action]]
            done = [{"Id": one["Id"], **act(self, queue, one)} for one in _entries(request)]
            return {"Successful": done, "Failed": []}
        except ValueError as error:
            raise _Fault("InvalidParameterValue", str(error)) from error

    def _get_queue_attributes(self, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
        counts = Counter(entry.state for entry in queue.waiting())
        attributes = {
            "ApproximateNumberOfMessages": str(counts["visible"]),
            "ApproximateNumberOfMessagesDelayed": str(counts["delayed"]),
            "ApproximateNumberOfMessagesNotVisible": str(counts["in flight"]),
            "VisibilityTimeout": str(int(queue.visibility_timeout)),
            "QueueArn": f"arn:aws:sqs:us-east-1:{ACCOUNT}:{queue.name}",
        }
        wanted = set(request.get("AttributeNames") or ())
        if "All" not in wanted:
            attributes = {name: text for name, text in attributes.items() if name in wanted}
        return {"Attributes": attributes}

    def _send_message(self, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
        body = request.get("MessageBody") or ""
        message_id = queue.send(body, request.get("DelaySeconds") or 0)
        return {"MessageId": message_id, "MD5OfMessageBody": md5_of_body(body)}

    def _receive_message(self, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
        limit = request.get("MaxNumberOfMessages", 1)
        if not 1 <= limit <= MAX_BATCH:
            raise ValueError(f"MaxNumberOfMessages is 1-{MAX_BATCH}, not {limit}")
        received = queue.receive(limit, request.get("WaitTimeSeconds") or 0)
        return {"Messages": [_message(entry) for entry in received]} if received else {}

    def _delete_message(self, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
        queue.delete(request["ReceiptHandle"])
        return {}

    def _change_message_visibility(self, queue: Queue, request: dict[str, Any]) -> dict[str, Any]:
        queue.change_visibility(request["ReceiptHandle"], request["VisibilityTimeout"])
        return {}


_ACTIONS = {
    "GetQueueAttributes": QueueServer._get_queue_attributes,
    "SendMessage": QueueServer._send_message,
    "ReceiveMessage": QueueServer._receive_message,
    "DeleteMessage": QueueServer._delete_message,
    "ChangeMessageVisibility": QueueServer._change_message_visibility,
}
_BATCHED = ("SendMessage", "DeleteMessage", "ChangeMessageVisibility")
_BATCHES = {f"{action}Batch": action for action in _BATCHED}


class _Fault(Exception):
    """An error answer of SQS."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class _QueueServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that have gone: functions may be killed at any moment."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    queue_server: QueueServer

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionAbortedError("the client has gone in the middle of its request")
        # a web page: one whose name was rebound to 127.0.0.1, or one of any origin
        if not is_local(self.headers.get("Host", "")) or "Origin" in self.headers:
            self._answer(403, {"__type": "AccessDenied", "message": "no web page may ask"})
            return
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        try:
            self._answer(200, self.queue_server.call(action, json.loads(body)))
        except _Fault as fault:
            self._answer(400, {"__type": f"com.amazonaws.sqs#{fault.code}", "message": str(fault)})

    def _answer(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Keep quiet: a request line for every poll would drown everything else."""


def _entries(request: dict[str, Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = request.get("Entries") or []
    if not 1 <= len(entries) <= MAX_BATCH:
        raise ValueError(f"a batch holds 1-{MAX_BATCH} entries, not {len(entries)}")
    return entries


def _message(entry: Entry) -> dict[str, Any]:
    return {
        "MessageId": entry.message_id,
        "ReceiptHandle": entry.receipt_handle,
        "Body": entry.body,
        "MD5OfBody": md5_of_body(entry.body),
        "Attributes": entry.attributes,
    }
