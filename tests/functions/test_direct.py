"""Without a queue the function calls the webhook itself; a bad receiver never spoils an answer."""

import json

import pytest
from pytracking.delivery.signatures import Signer
from pytracking.errors import ConfigurationError

from tests.aws import raw_server
from tests.aws.raw_server import RawServer
from tests.functions.links import (
    KINDS,
    METADATA,
    Stopwatch,
    fallbacks,
    metrics,
    token,
    with_secrets_manager,
)

SECRETS = json.dumps({"current": "a random secret of thirty-two characters"})


def accept(connection):
    connection.sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def local(receiver, **more):
    return {
        "PYTRACKING_WEBHOOK_URL": receiver.url + "/hook",
        "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
        "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
        **more,
    }


@KINDS
def test_the_webhook_gets_the_event_before_the_visitor_is_answered(kind, start, log):
    with RawServer(accept) as receiver:
        function = start(kind, **local(receiver))
        result = function.get(token(kind))
        [request] = receiver.requests
    assert result["statusCode"] == (200 if kind == "open" else 302)
    assert request.line.startswith("POST /hook ")
    assert request.headers["content-type"] == "application/json"
    assert request.json["metadata"] == METADATA
    assert request.json[f"is_{kind}_tracking"] is True
    assert fallbacks(log.lines()) == []


def test_the_webhook_is_signed_where_there_are_secrets(start):
    with RawServer(accept) as receiver:
        function = start("open", **local(receiver, PYTRACKING_WEBHOOK_SECRETS=SECRETS))
        function.get(token("open"))
    [request] = receiver.requests
    assert Signer.from_json(SECRETS).verify(request.headers, request.body) == request.json["id"]


def test_secrets_that_cannot_be_used_stop_the_start(start):
    with pytest.raises(ConfigurationError, match="PYTRACKING_WEBHOOK_SECRETS"):
        start("open", PYTRACKING_WEBHOOK_SECRETS="{}")


@KINDS
@pytest.mark.fault("answering", 2)
@pytest.mark.parametrize(
    "behaviour",
    [
        *raw_server.NEVER_DONE,
        *raw_server.BROKEN,
        lambda connection: connection.answer(500, {}),
        lambda connection: connection.answer(302, {}),
    ],
)
def test_whatever_the_receiver_does_the_answer_is_the_same_and_soon(kind, behaviour, start, log):
    sent = token(kind)
    with RawServer(behaviour) as receiver:
        function = start(kind, **local(receiver))
        with Stopwatch() as watch:
            result = function.get(sent)
    assert watch.seconds < 1.2
    assert result["statusCode"] == (200 if kind == "open" else 302)
    lines = log.lines()
    took_it = behaviour is raw_server.drip_body  # whose status was 200
    assert [line["token"] for line in fallbacks(lines)] == ([] if took_it else [sent])
    assert metrics(lines).get("Fallbacks", 0) == (0 if took_it else 1)


@KINDS
@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/x",
    ],
)
def test_a_webhook_is_never_turned_inwards(kind, url, start, log):
    function = start(kind, PYTRACKING_WEBHOOK_URL="")
    sent = token(kind, webhook_url=url, include_webhook_url=True)
    assert function.get(sent)["statusCode"] == (200 if kind == "open" else 302)
    assert len(fallbacks(log.lines())) == 1


def test_an_open_without_keys_stands_in_the_log(start, log):
    with RawServer(raw_server.fail(500)) as secrets, RawServer(accept) as receiver:
        function = start("open", **local(receiver, **with_secrets_manager(secrets)))
        sent = token("open")
        assert function.get(sent)["statusCode"] == 200
        assert receiver.requests == []
    assert [line["token"] for line in fallbacks(log.lines())] == [sent]
