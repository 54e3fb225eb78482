"""What open and click queue where events go to a store or a bus besides their webhook."""

import pytest

from tests.functions.links import KINDS, is_answer, metrics, token
from tests.functions.test_action import ONE_CLICK, link, post

STORE = {"PYTRACKING_EVENT_STREAM": "events"}
BUS = {"PYTRACKING_EVENT_BUS": "arn:aws:events:us-east-1:123456789012:event-bus/hits"}


@KINDS
@pytest.mark.parametrize(
    ("settings", "others"),
    [(STORE, ["store"]), (BUS, ["bus"]), (STORE | BUS, ["store", "bus"])],
    ids=["store", "bus", "both"],
)
@pytest.mark.parametrize("webhook", ["https://hooks.example.com/x", ""], ids=["webhook", "none"])
def test_a_hit_is_queued_for_every_destination_and_without_a_webhook_for_the_others(
    kind, settings, others, webhook, start, log, queue
):
    function = start(
        kind, PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_WEBHOOK_URL=webhook, **settings
    )
    assert is_answer(kind, function.get(token(kind)))
    (message,) = queue.messages
    assert message["webhook"] == webhook
    assert message["owed"] == (["webhook"] if webhook else []) + others
    assert message["counted"] is False
    assert metrics(log.lines()) == {}


@KINDS
def test_with_no_destination_at_all_a_hit_is_counted_and_not_queued(kind, start, log, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_WEBHOOK_URL="")
    assert is_answer(kind, function.get(token(kind)))
    assert queue.messages == []
    assert metrics(log.lines()) == {"WithoutWebhook": 1, f"{kind.capitalize()}s": 1}


@KINDS
def test_without_a_queue_there_is_no_store_to_reach(kind, start, log):
    function = start(kind, PYTRACKING_WEBHOOK_URL="", **STORE)
    assert is_answer(kind, function.get(token(kind)))
    assert metrics(log.lines())["WithoutWebhook"] == 1


def test_an_act_without_a_webhook_reaches_the_store(start, queue):
    function = start("action", PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_WEBHOOK_URL="", **STORE)
    assert post(function, link(), ONE_CLICK)["statusCode"] == 200
    (message,) = queue.messages
    assert message["owed"] == ["store"]
    assert message["body"]["type"] == "email.unsubscribed"
