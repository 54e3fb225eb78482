"""``verify_webhook`` returns what was sent, and refuses the rest with one error."""

import json
from datetime import UTC, datetime

import pytest
import pytracking
from hypothesis import given
from hypothesis import strategies as st
from pytracking.delivery.signatures import Signer
from pytracking.events import Event

from tests.support.programs import python

SECRET, OTHER = "whsec_" + "A" * 42 + "g=", "whsec_" + "B" * 42 + "g="
NOW = 1_700_000_000
BODY = {
    "type": "email.clicked",
    "schema": 1,
    "is_open_tracking": False,
    "is_click_tracking": True,
    "metadata": {"customer_id": 1},
    "request_data": {"user_agent": None, "user_ip": None},
    "timestamp": NOW,
    "id": "a1",
    "link_id": "L",
    "visitor": {"class": "human", "signals": [], "age_seconds": 3, "ruleset": "2"},
    "tracked_url": "https://shop.example.com/",
    "of_a_later_version": [1],
}

any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


def signed(body, secret=SECRET, at=NOW):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return raw, Signer(secret).headers("a1", at, raw)


def verified(body, **arguments):
    raw, headers = signed(body)
    return pytracking.verify_webhook(raw, headers, SECRET, **{"now": NOW, **arguments})


def test_an_event_is_typed_and_keeps_what_is_not_known_here():
    event = verified(BODY)
    assert isinstance(event, pytracking.Event)
    assert (event.type, event.kind, event.id, event.link_id) == (
        "email.clicked",
        "click",
        "a1",
        "L",
    )
    assert event.tracked_url == "https://shop.example.com/"
    assert event.raw == BODY
    assert event.time == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    with pytest.raises(AttributeError):
        event.id = "b"


def test_what_is_written_is_read_again():
    event = verified(BODY)
    assert verified(event.to_json()) == event


def test_an_event_of_before_the_types_is_read():
    old = {name: BODY[name] for name in ("is_click_tracking", "metadata", "timestamp", "id")}
    event = verified(old)
    assert (event.type, event.link_id, event.visitor["class"]) == ("email.clicked", None, "unknown")


@pytest.mark.parametrize("secrets", [SECRET, [OTHER, SECRET], (SECRET,)])
def test_one_known_secret_is_enough(secrets):
    raw, headers = signed(BODY)
    spelt = {name.title(): value for name, value in headers.items()}
    assert pytracking.verify_webhook(raw.decode(), spelt, secrets, now=NOW).id == "a1"


@pytest.mark.parametrize(
    ("off", "tolerance"), [(301, 300), (-301, 300), (11, 10), (0, float("nan"))]
)
def test_a_stale_or_early_webhook_is_refused(off, tolerance):
    with pytest.raises(pytracking.InvalidWebhook, match="off"):
        verified(BODY, now=NOW + off, tolerance=tolerance)


def test_a_webhook_of_another_secret_is_refused():
    raw, headers = signed(BODY, OTHER)
    with pytest.raises(pytracking.InvalidWebhook, match="secret"):
        pytracking.verify_webhook(raw, headers, SECRET, now=NOW)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": 2}, "schema"),
        ({"schema": True}, "schema"),
        ({"type": "email.bounced"}, "type"),
        ({"type": []}, "type"),
        ({"timestamp": 10**20}, "timestamp"),
        ({"timestamp": True}, "timestamp"),
        ({"timestamp": None}, "timestamp"),
        ({"id": 7}, "id"),
        ({"metadata": []}, "metadata"),
        ({"visitor": "human"}, "visitor"),
        ({"privacy": [7]}, "privacy"),
    ],
)
def test_a_genuine_body_that_is_no_event_is_refused_with_the_reason(change, reason):
    with pytest.raises(pytracking.InvalidWebhook, match=reason):
        verified(BODY | change)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[" * 100_000, b"NaN", b"[]", b'{"a":Infinity}'])
def test_a_genuine_body_that_is_no_object_of_json_is_refused(body):
    with pytest.raises(pytracking.InvalidWebhook, match="body"):
        verified(body)


@given(
    st.binary() | st.text(),
    st.dictionaries(st.text() | st.sampled_from(sorted(signed({})[1])), st.text()),
)
def test_whatever_a_stranger_sends_is_refused_with_the_one_error(body, headers):
    with pytest.raises(pytracking.InvalidWebhook):
        pytracking.verify_webhook(body, headers, SECRET, now=NOW)


@given(
    st.sampled_from(sorted(signed({})[1])),
    st.none() | st.text() | st.binary() | st.integers() | st.lists(st.text()),
)
def test_whatever_stands_in_one_header_is_refused_with_the_one_error(name, value):
    raw, headers = signed(BODY)
    with pytest.raises(pytracking.InvalidWebhook):
        pytracking.verify_webhook(raw, headers | {name: value}, SECRET, now=NOW)


@given(st.sampled_from(sorted(BODY)), any_json)
def test_a_signed_body_of_any_json_is_an_event_or_refused_with_the_one_error(name, value):
    try:
        event = verified(BODY | {name: value})
    except pytracking.InvalidWebhook:
        return
    assert event.time.tzinfo is UTC
    assert event.raw.keys() == BODY.keys()


def test_verifying_loads_neither_cryptography_nor_urllib3():
    raw, headers = signed(BODY)
    script = f"""
import sys
for name in ("cryptography", "urllib3"):
    sys.modules[name] = None
import pytracking
assert "pytracking.receiving" not in sys.modules
print(pytracking.verify_webhook({raw!r}, {headers!r}, {SECRET!r}, now={NOW}).id)
"""
    assert python("-c", script) == "a1\n"


def test_what_is_done_to_one_events_visitor_is_done_to_no_others():
    body = {"type": "email.opened", "id": "a", "timestamp": 5}
    Event.from_json(body).visitor["signals"].append("mine")
    assert Event.from_json(body).visitor["signals"] == []
