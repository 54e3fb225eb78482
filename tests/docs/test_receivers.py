"""The code of docs/receivers.md refuses what strangers send, and ends in no traceback over it."""

import socket
import threading
import time
from http.server import HTTPServer

import pytest
from pytracking.delivery.signatures import Signer
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.docs.pages import ROOT

BODY = b'{"id": "a"}'


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """Return the names that the page's code defines, once it has run."""
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(ROOT / "docs" / "receivers.md")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("receiver"))
        for example in document.examples():
            example.evaluate()
    return document.namespace


@pytest.fixture
def genuine(page):
    return Signer([page["SECRET"]]).headers("a", int(time.time()), BODY)


MALFORMED = {
    "webhook-signature": ["", "garbage", "v1,", "v1,a", "v1,%%%", "v1,é", "v1,\udcff", "v2,QUJD"],
    "webhook-timestamp": ["", "abc", "inf", "nan", "-1", "1_0", "1e3", "9" * 400, "9" * 5000, "²"],
    "webhook-id": ["", "é", "\udcff", "a.b"],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in MALFORMED.items() for value in [*values, None]],
    ids=lambda given: ascii(given)[:24],
)
def test_a_malformed_or_missing_header_is_refused_with_and_without_a_package(
    page, genuine, name, value
):
    assert page["read_event"](genuine, BODY) == {"id": "a"}
    assert page["is_genuine"](genuine, BODY, page["SECRET"])
    headers = genuine | {name: value}
    if value is None:
        del headers[name]
    assert page["read_event"](headers, BODY) is None
    assert page["is_genuine"](headers, BODY, page["SECRET"]) is False


@pytest.mark.parametrize("body", [b"\xff", b"", b"[" * 100_000])
def test_a_body_that_is_no_json_is_refused_with_and_without_a_package(page, genuine, body):
    assert page["read_event"](genuine, body) is None
    assert page["is_genuine"](genuine, body, page["SECRET"]) is False


@pytest.fixture
def receiver(page, monkeypatch):
    """Return the address of the page's receiver; fail the test if one of its answers raises."""
    raised = []
    monkeypatch.setattr(page["Receiver"], "log_message", lambda *_: None)
    with HTTPServer(("127.0.0.1", 0), page["Receiver"]) as server:
        server.handle_error = lambda *_: raised.append(True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address
        server.shutdown()
        thread.join()
    assert not raised


@pytest.mark.parametrize(
    "headers",
    [
        "",
        "Content-Length: \r\n",
        "Content-Length: many\r\n",
        f"Content-Length: {'9' * 400}\r\n",
        "Content-Length: 0\r\nwebhook-signature: garbage\r\n",
        "Content-Length: 0\r\nwebhook-id: a\r\nwebhook-timestamp: inf\r\nwebhook-signature: é\r\n",
    ],
    ids=lambda headers: headers[:40],
)
def test_the_page_s_receiver_answers_a_stranger_with_401(receiver, headers):
    with socket.create_connection(receiver, timeout=10) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: a.example\r\n{headers}\r\n".encode())
        assert b" 401 " in connection.recv(4096).splitlines()[0]
