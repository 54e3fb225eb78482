"""The queue message, version 1."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking import messages
from pytracking.errors import InvalidMessage, PytrackingError
from pytracking.events import Event
from pytracking.messages import Message, Undecoded

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    # Lone surrogates too: a user agent may hold anything.
    | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)
ids = st.from_regex(r"[A-Za-z0-9_-]{1,128}", fullmatch=True)


@given(
    st.builds(
        Message,
        id=ids,
        webhook=st.text(),
        body=st.dictionaries(st.text(), json_values),
        attempt=st.integers(0, 99),
        not_before=st.integers(0, 2**40),
        last_status=st.none() | st.integers(100, 599),
    )
)
def test_a_message_reads_back_as_it_was_written(message: Message) -> None:
    assert messages.parse(message.to_json()) == message


@given(
    st.builds(
        Undecoded,
        st.builds(
            Event,
            st.sampled_from(["open", "click"]),
            ids,
            st.integers(0, 2**40),
            request_data=st.dictionaries(st.text(), json_values),
        ),
        st.text(),
    )
)
def test_an_undecoded_hit_reads_back_as_it_was_written(hit: Undecoded) -> None:
    assert messages.parse(hit.to_json()) == hit


def test_what_is_absent_from_a_new_hit_has_its_first_value() -> None:
    text = json.dumps({"v": 1, "id": "a" * 32, "webhook": "https://a.test/", "body": {}})
    assert messages.parse(text) == Message("a" * 32, "https://a.test/", {})


def test_a_field_of_a_later_minor_version_is_overlooked() -> None:
    text = json.dumps({"v": 1, "id": "a", "webhook": "https://a.test/", "body": {}, "new": 1})
    assert messages.parse(text) == Message("a", "https://a.test/", {})


@given(st.text() | json_values.map(json.dumps))
def test_any_other_text_raises_one_error_of_this_package(text: str) -> None:
    with pytest.raises(InvalidMessage) as caught:
        messages.parse(text)
    assert isinstance(caught.value, PytrackingError)
    assert isinstance(caught.value, ValueError)


@pytest.mark.fault("queue", 47, 48)
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"v": 2}, "version 2"),
        ({"v": True}, "version True"),
        ({"v": None}, "version None"),
        ({"id": "a.b"}, "an id is"),
        ({"id": "a\r\nX-Injected: 1"}, "an id is"),
        ({"id": ""}, "an id is"),
        ({"id": 7}, "id is a str, not int"),
        ({"webhook": None}, "webhook is a str, not NoneType"),
        ({"body": []}, "body is a dict, not list"),
        ({"attempt": -1}, "attempt is a whole number"),
        ({"attempt": True}, "attempt is a whole number"),
        ({"attempt": "1"}, "attempt is a whole number"),
        ({"not_before": 1.5}, "not_before is a whole number"),
        ({"last_status": "503"}, "last_status is a whole number"),
        ({"counted": 1}, "counted is a bool"),
        ({"undecoded": {"kind": "read", "token": "t"}}, "one of open, click"),
        ({"undecoded": {"kind": "open", "token": None}}, "undecoded.token is a str"),
    ],
)
def test_a_wrong_field_is_named_in_the_error(change: dict[str, object], complaint: str) -> None:
    message = {"v": 1, "id": "a", "webhook": "https://a.test/", "body": {}, **change}
    with pytest.raises(InvalidMessage, match=complaint):
        messages.parse(json.dumps(message))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"v": 1, "id": "a", "webhook": "w", "body": {}, "attempt": ' + "9" * 5_000 + "}",
        '{"v": 1, "id": "a", "webhook": "w", "body": {"n": NaN}}',
        '{"v": 1, "id": "a", "webhook": "w", "body": {"x": "'
        + "x" * messages.MAX_BODY_BYTES
        + '"}}',
    ],
    ids=["nested", "long integer", "NaN", "too large"],
)
def test_json_that_is_meant_to_hurt_is_an_invalid_message(text: str) -> None:
    with pytest.raises(InvalidMessage):
        messages.parse(text)


def test_a_body_that_is_not_json_cannot_be_written() -> None:
    with pytest.raises(InvalidMessage, match="JSON values"):
        Message("a", "https://a.test/", {"x": float("nan")}).to_json()


def test_a_retry_is_a_copy_with_the_same_id_and_one_more_attempt() -> None:
    first = Message("a", "https://a.test/", {"x": 1})
    again = first.retried(not_before=100, last_status=503)
    assert again == Message("a", "https://a.test/", {"x": 1}, 1, 100, 503)
    assert first.attempt == 0


CLICK = {"is_open_tracking": False, "is_click_tracking": True}
OPEN = {"type": "email.opened", "is_open_tracking": True}


@pytest.mark.parametrize(("body", "kind"), [(CLICK, "click"), (OPEN, "open"), ({"x": 1}, None)])
def test_a_fresh_message_is_still_to_be_counted_by_its_kind(body, kind) -> None:
    assert messages.parse(Message("a", "https://a.test/", body).to_json()).uncounted == kind


def test_copies_dead_letters_and_what_is_requeued_are_counted_already() -> None:
    fresh = Message("a", "https://a.test/", CLICK)
    copies = (
        fresh.retried(not_before=1, last_status=None),
        fresh.as_dead_letter("gone", now=1),
        fresh.as_dead_letter("gone", now=1).requeued(),
    )
    for copy in copies:
        assert messages.parse(copy.to_json()).uncounted is None


def test_a_message_of_a_version_that_counted_before_it_queued_is_not_counted_again() -> None:
    text = json.dumps({"v": 1, "id": "a", "webhook": "https://a.test/", "body": CLICK})
    assert messages.parse(text).uncounted is None


def test_a_dead_letter_says_why_after_how_many_attempts_and_with_what_last_status() -> None:
    message = Message("a", "https://a.test/", {}, attempt=10, last_status=503)
    text = message.as_dead_letter("schedule exhausted", now=1_700_000_000.9).to_json()
    assert json.loads(text)["dead"] == {
        "reason": "schedule exhausted",
        "attempts": 10,
        "last_status": 503,
        "at": 1_700_000_000,
    }
    assert messages.parse(text).dead is not None


def test_a_requeued_dead_letter_starts_its_schedule_anew_with_the_same_id() -> None:
    dead = Message("a", "https://a.test/", {"x": 1}, 10, 99, 503).as_dead_letter("gone", now=1)
    assert dead.requeued() == Message("a", "https://a.test/", {"x": 1})
    assert dead.requeued().dead is None


def test_a_text_that_is_no_message_becomes_a_dead_letter_as_it_came() -> None:
    letter = messages.dead_letter_text("not JSON \u00e9\x00", "not JSON", now=5)
    assert json.loads(letter)["raw"] == "not JSON \u00e9\x00"
    assert json.loads(letter)["dead"]["reason"] == "not JSON"


def test_a_dead_text_that_comes_back_is_not_wrapped_twice() -> None:
    once = messages.dead_letter_text("poison", "not JSON", now=5)
    assert json.loads(messages.dead_letter_text(once, "again", now=6))["raw"] == "poison"


def test_new_ids_differ_and_are_valid() -> None:
    made = {messages.new_id() for _ in range(1_000)}
    assert len(made) == 1_000
    for identifier in made:
        assert messages.parse(Message(identifier, "w", {}).to_json()).id == identifier
