"""send_webhook over real sockets."""

import base64
import json
import os
import socket
from typing import Any

import pytest
from pytracking import (
    ConfigurationError,
    InvalidPayload,
    PytrackingError,
    TrackingResult,
    WebhookError,
)
from pytracking.webhook import send_webhook

from tests.delivery.receivers import Receiver, answering, status


def _open(webhook_url: str | None) -> TrackingResult:
    return TrackingResult(
        is_open_tracking=True, webhook_url=webhook_url, metadata={"é": 1}, timestamp=1389177318
    )


def test_the_body_is_the_originals_to_the_byte() -> None:
    result = TrackingResult(
        is_click_tracking=True,
        tracked_url="https://a.example/é",
        metadata={"customer_id": 1},
        request_data={"user_agent": "UA"},
        timestamp=1389177318,
    )
    with Receiver(answering()) as receiver:
        result.webhook_url = receiver.url + "?a=b"
        send_webhook(result)
    (received,) = receiver.requests
    assert received.line == "POST /hook?a=b HTTP/1.1"
    assert received.headers["content-type"] == "application/json"
    assert received.body == (
        b'{"is_open_tracking": false, "is_click_tracking": true, "metadata": {"customer_id": 1}, '
        b'"request_data": {"user_agent": "UA"}, "timestamp": 1389177318, '
        b'"tracked_url": "https://a.example/\\u00e9"}'
    )


def test_an_open_has_no_tracked_url() -> None:
    with Receiver(answering()) as receiver:
        send_webhook(_open(receiver.url))
    assert "tracked_url" not in json.loads(receiver.requests[0].body)


@pytest.mark.parametrize("code", [200, 404, 503])
def test_the_response_is_returned_whatever_its_status(code: int) -> None:
    with Receiver(status(code)) as receiver:
        assert send_webhook(_open(receiver.url)).status == code


def test_a_redirect_is_returned_and_not_followed() -> None:
    with Receiver(answering()) as elsewhere:
        with Receiver(status(307, f"Location: {elsewhere.url}\r\n")) as receiver:
            assert send_webhook(_open(receiver.url)).status == 307
        assert elsewhere.requests == []


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver(answering()) as receiver, Receiver(answering()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert send_webhook(_open(receiver.url)).status == 200
        assert proxy.requests == []


def test_a_receiver_that_never_answers_ends_with_the_configured_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(WebhookError, match=url) as caught:
            send_webhook(_open(url), webhook_timeout_seconds=0.05)
    assert isinstance(caught.value, PytrackingError)
    assert caught.value.__cause__ is not None


def test_a_refused_connection_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with pytest.raises(WebhookError, match="could not be called"):
        send_webhook(_open(url))


def test_a_result_without_a_webhook_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(ConfigurationError, match="webhook_url"):
        send_webhook(_open(None))


def test_what_json_cannot_hold_is_refused_before_anything_is_sent() -> None:
    with Receiver(answering()) as receiver:
        result = _open(receiver.url)
        result.metadata = {"score": float("nan")}
        with pytest.raises(InvalidPayload):
            send_webhook(result)
    assert receiver.requests == []


@pytest.mark.parametrize(
    ("user", "credentials"),
    [
        ("me:s3cret", "me:s3cret"),
        ("me", "me"),
        ("a%40b:c%3Ad", "a@b:c:d"),
        ("\u00e9:x", "\u00e9:x"),
    ],
)
def test_the_user_of_the_url_is_authenticated(user: str, credentials: str) -> None:
    with Receiver(answering()) as receiver:
        send_webhook(_open(f" {receiver.url}".replace("://", f"://{user}@")))
    (received,) = receiver.requests
    assert received.line == "POST /hook HTTP/1.1"
    scheme, _, given = received.headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(given).decode()) == ("Basic", credentials)


def test_a_password_is_in_no_message() -> None:
    with pytest.raises(WebhookError) as caught:
        send_webhook(_open("http://me:p4ssword@127.0.0.1:1/hook"))
    assert "http://127.0.0.1:1/hook" in str(caught.value)
    assert "p4ssword" not in str(caught.value)


def test_what_has_the_fields_of_a_result_is_posted_as_one() -> None:
    with Receiver(answering()) as receiver:
        result = _open(receiver.url)
        send_webhook(result)
        send_webhook(result.to_json_dict())  # type: ignore[arg-type]
    first, second = receiver.requests
    assert first.body == second.body


@pytest.mark.parametrize("timeout", [0, -1, "5", float("nan"), True, 1e300, (1, "x"), (1, 2, 3)])
def test_a_timeout_that_is_none_is_refused_before_anything_is_sent(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="webhook_timeout_seconds"):
        send_webhook(_open("http://127.0.0.1:1/"), webhook_timeout_seconds=timeout)


def test_a_timeout_of_two_bounds_connecting_and_reading() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(WebhookError, match=r"read timeout=0\.05"):
            send_webhook(_open(url), webhook_timeout_seconds=(30, 0.05))  # type: ignore[arg-type]


def test_processes_that_were_forked_share_no_connection() -> None:
    with Receiver(answering()) as receiver:
        assert send_webhook(_open(receiver.url)).status == 200
        children = []
        for _ in range(2):
            child = os.fork()
            if not child:
                fine = all(send_webhook(_open(receiver.url)).status == 200 for _ in range(20))
                os._exit(0 if fine else 1)
            children.append(child)
        assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
        assert receiver.connections == 41
