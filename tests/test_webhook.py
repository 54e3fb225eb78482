"""send_webhook over real sockets."""

import json
import socket

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
