"""The open function: a pixel whatever comes, an event for each link of ours."""

import base64
import re

import pytest
from pytracking.handlers.http import PIXEL

from tests.aws.raw_server import RawServer, ok
from tests.functions.links import METADATA, RING, token, with_secrets_manager


def is_pixel(result):
    return result["statusCode"] == 200 and base64.b64decode(result["body"]) == PIXEL.body


def test_an_open_is_answered_with_the_pixel_and_queued(start, log, queue):
    function = start("open", PYTRACKING_QUEUE_URL=f"{queue.url}/123456789012/hits")
    result = function.get(token("open"), **{"user-agent": "curl/8"})
    [message] = queue.messages
    assert is_pixel(result)
    assert queue.requests[0].json["QueueUrl"].endswith("/123456789012/hits")
    event = message["body"]
    assert (message["v"], message["webhook"]) == (1, "https://hooks.example.com/x")
    assert (message["attempt"], message["not_before"], message["last_status"]) == (0, 0, None)
    assert event.pop("id") == message["id"]
    assert re.fullmatch("[0-9a-f]{32}", message["id"])
    assert isinstance(event.pop("timestamp"), int)
    assert re.fullmatch("[A-Za-z0-9_-]{22}", event.pop("link_id"))
    visitor = event.pop("visitor")
    assert visitor.keys() == {"class", "signals", "age_seconds", "client", "device", "ruleset"}
    assert visitor["class"] == "bot"  # it says that it is curl
    assert event == {
        "type": "email.opened",
        "schema": 1,
        "is_open_tracking": True,
        "is_click_tracking": False,
        "metadata": METADATA,
        "request_data": {"user_agent": "curl/8", "user_ip": "203.0.113.9", "method": "GET"},
    }
    assert log.lines() == []  # deliver counts it


def test_every_hit_has_an_id_of_its_own_and_every_link_the_same_link_id(start, queue):
    function = start("open", PYTRACKING_QUEUE_URL=queue.url)
    for _ in range(50):
        function.get(token("open"))
    bodies = [message["body"] for message in queue.messages]
    assert len({body["id"] for body in bodies}) == 50
    assert len({body["link_id"] for body in bodies}) == 1


def test_a_webhook_in_the_link_precedes_the_functions_own(start, queue):
    function = start("open", PYTRACKING_QUEUE_URL=queue.url)
    link = token("open", webhook_url="https://other.example.com/", include_webhook_url=True)
    function.get(link)
    assert queue.messages[0]["webhook"] == "https://other.example.com/"


@pytest.mark.fault("http", 40)
def test_head_gets_the_headers_only_and_is_marked_in_the_event(start, queue):
    function = start("open", PYTRACKING_QUEUE_URL=queue.url)
    got, head = function.get(token("open")), function.get(token("open"), "HEAD")
    assert head["body"] == ""
    assert head["headers"] == got["headers"]
    assert [m["body"]["request_data"]["method"] for m in queue.messages] == ["GET", "HEAD"]


@pytest.mark.fault("http", 44)
def test_range_and_conditional_requests_get_the_whole_pixel(start):
    function = start("open", PYTRACKING_WEBHOOK_URL="")
    result = function.get(token("open"), **{"range": "bytes=0-0", "if-none-match": "*"})
    assert is_pixel(result)
    assert "ETag" not in result["headers"]


def test_keys_from_secrets_manager_open_links(start):
    def secret(connection):
        assert connection.request.headers["x-amz-target"] == "secretsmanager.GetSecretValue"
        assert connection.json == {"SecretId": "link-keys"}
        connection.answer(200, {"SecretString": RING.to_json()})

    with RawServer(secret) as secrets, RawServer(ok) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        assert len(secrets.requests) == 1  # fetched while starting
        function.get(token("open"))
        assert len(queue.messages) == 1
        assert len(secrets.requests) == 1
