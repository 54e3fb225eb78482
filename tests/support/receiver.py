"""Servers of tests on real sockets, of any handler."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    """Reads and answers with whole bodies, and writes no log."""

    def read(self) -> bytes:
        """Return the request's body."""
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(int(length) if length.isdecimal() else 0)

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body:  # a write of nothing fails, too, where the other side has gone
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    """Waits for no handler that hangs."""

    daemon_threads = True
    block_on_close = False


@contextmanager
def serving(handler: type[Handler]) -> Iterator[int]:
    """Serve ``handler`` on a free port of the loopback, which is yielded, until the block ends."""
    with Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
