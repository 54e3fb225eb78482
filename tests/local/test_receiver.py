"""The built-in receiver answers as docs/receivers.md tells every receiver to."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytracking.delivery.signatures import TOLERANCE_SECONDS

from tests.local.gateway import Gateway, running
from tests.local.known_secret import OPTION, post, signed

FORGED = "whsec_" + "B" * 44


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running(OPTION) as gateway:
        yield gateway


def newest(gateway: Gateway) -> dict[str, Any]:
    return gateway.events()[-1]


def test_a_genuine_webhook_is_accepted(gateway: Gateway):
    assert post(gateway, b"{}", signed("genuine", b"{}")).status == 204
    assert (newest(gateway)["id"], newest(gateway)["state"]) == ("genuine", "delivered")


@pytest.mark.parametrize(
    ("headers", "signature", "said"),
    [
        (lambda: {"webhook-id": "bad"}, "missing", "no webhook-signature header"),
        (lambda: signed("bad", b"{}", FORGED), "invalid", "No matching signature found"),
        (lambda: signed("another", b"{}"), "invalid", "No matching signature found"),
        (lambda: signed("bad", b'{"a": 1}'), "invalid", "No matching signature found"),
        (lambda: {**signed("bad", b"{}"), "webhook-signature": "v1"}, "invalid", "malformed"),
        (lambda: {**signed("bad", b"{}"), "webhook-signature": "v1,x"}, "invalid", "malformed"),
        (lambda: {**signed("bad", b"{}"), "webhook-timestamp": "1e999"}, "invalid", "Invalid"),
    ],
)
def test_a_post_that_is_not_genuine_gets_401_and_is_shown_as_refused(
    gateway: Gateway, headers: Callable[[], dict[str, str]], signature: str, said: str
):
    answer = post(gateway, b"{}", {**headers(), "webhook-id": "bad"})
    assert answer.status == 401
    assert said in answer.json()["message"]
    event = newest(gateway)
    assert (event["state"], event["body"]) == ("refused", {})
    (call,) = event["calls"]
    assert (call["status"], call["signature"], call["id"]) == (401, signature, "bad")


@pytest.mark.parametrize("late", [TOLERANCE_SECONDS + 60, -TOLERANCE_SECONDS - 60])
def test_a_webhook_signed_too_long_ago_or_in_the_future_is_refused(gateway: Gateway, late: int):
    answer = post(gateway, b"{}", signed("stale", b"{}", late=late))
    assert answer.status == 401
    assert "Message timestamp too" in answer.json()["message"]
    assert newest(gateway)["state"] == "refused"


def test_a_refused_post_is_no_part_of_the_event_that_it_names(gateway: Gateway):
    post(gateway, b"{}", signed("known", b"{}"))
    post(gateway, b'{"is_open_tracking": true}', {"webhook-id": "known"})
    (known,) = [event for event in gateway.events() if event["id"] == "known"]
    assert (known["state"], len(known["calls"])) == ("delivered", 1)
    assert newest(gateway)["state"] == "refused"


@pytest.mark.parametrize("body", ["", "not json", "[" * 10_000, "[1]", "null", '"x"'])
def test_a_genuine_post_that_is_no_json_object_gets_400(gateway: Gateway, body: str):
    headers = signed(f"odd-{len(body)}", body.encode())
    answer = post(gateway, body.encode(), headers)
    assert answer.status == 400
    assert "must be a JSON object" in answer.json()["message"]
    event = next(e for e in gateway.events() if e["id"] == headers["webhook-id"])
    assert event["state"] == "failed"


def test_a_body_that_is_no_utf_8_is_not_genuine(gateway: Gateway):
    assert post(gateway, b"\xff", signed("bytes", b"")).status == 401


def test_no_mood_answers_for_what_is_not_genuine():
    with running(OPTION) as gateway:
        for mood, status in (("fail", 500), ("gone", 410)):
            gateway.ask("receiver", {"mood": mood})
            assert post(gateway, b"{}", {"webhook-id": mood}).status == 401
            assert post(gateway, b"{}", signed(mood, b"{}")).status == status
        gateway.ask("receiver", {"mood": "hang"})
        assert post(gateway, b"{}", {"webhook-id": "hang"}).status == 401
        assert post(gateway, json.dumps([]).encode(), signed("hang", b"[]")).status == 400
