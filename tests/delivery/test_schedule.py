"""The retry schedule."""

import email.utils
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.delivery.schedule import (
    HOUR,
    JITTER,
    MAX_DELAY,
    MAX_QUEUE_DELAY,
    MINUTE,
    RETRY_DELAYS,
    next_attempt,
    parse_retry_after,
    requeue_delay,
)

NOW = 1_700_000_000


def test_the_schedule_is_five_seconds_to_a_day_over_three_days() -> None:
    assert RETRY_DELAYS == (
        5,
        5 * MINUTE,
        30 * MINUTE,
        2 * HOUR,
        5 * HOUR,
        10 * HOUR,
        14 * HOUR,
        20 * HOUR,
        24 * HOUR,
    )
    assert 3 * 24 * HOUR < sum(RETRY_DELAYS) < 4 * 24 * HOUR


@given(st.integers(1, len(RETRY_DELAYS)), st.integers())
def test_the_next_attempt_is_due_within_the_jitter_of_the_schedule(
    attempts: int, seed: int
) -> None:
    due = next_attempt(attempts, NOW, rng=random.Random(seed))
    delay = RETRY_DELAYS[attempts - 1]
    assert due is not None
    assert delay * (1 - JITTER) <= due - NOW <= delay * (1 + JITTER) + 1


def test_delays_are_spread_out() -> None:
    assert len({next_attempt(5, NOW) for _ in range(100)}) > 50


@pytest.mark.fault("delivering", 35)
def test_after_the_tenth_attempt_there_is_no_other() -> None:
    assert next_attempt(9, NOW) is not None
    assert next_attempt(10, NOW) is None
    assert next_attempt(11, NOW, retry_after="60") is None


@pytest.mark.fault("delivering", 27)
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 120 ", 120),
        ("-1", 0),
        ("1e9", 0),
        ("1000000000", MAX_DELAY),
        ("9" * 5_000, MAX_DELAY),
        ("1.5", 0),
        ("\u0661\u0662", 0),
        ("soon", 0),
        (email.utils.formatdate(NOW + 90, usegmt=True), 90),
        (email.utils.formatdate(NOW - 90, usegmt=True), 0),
        (email.utils.formatdate(NOW + 10 * MAX_DELAY, usegmt=True), MAX_DELAY),
        ("Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("Fri, 99 Dec 9999 99:99:99 GMT", 0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0),
    ],
)
def test_retry_after_is_read_and_clamped(header: str | None, seconds: int) -> None:
    assert parse_retry_after(header, NOW) == seconds


@given(st.text())
def test_no_retry_after_header_can_do_more_than_put_off_for_a_day(header: str) -> None:
    assert 0 <= parse_retry_after(header, NOW) <= MAX_DELAY


@pytest.mark.fault("delivering", 27)
def test_retry_after_puts_an_attempt_off_but_never_brings_it_forward() -> None:
    assert next_attempt(1, NOW, retry_after="120") == NOW + 120
    sooner = next_attempt(5, NOW, retry_after="1")
    assert sooner is not None
    assert sooner - NOW >= RETRY_DELAYS[4] * (1 - JITTER)


LONGEST = MAX_DELAY * (1 + JITTER)


@given(st.floats(NOW - LONGEST, NOW + LONGEST))
def test_hops_of_at_most_900_seconds_reach_any_time_of_the_schedule(not_before: float) -> None:
    now, requeued = float(NOW), 0
    while seconds := requeue_delay(not_before, now):
        assert 0 < seconds <= MAX_QUEUE_DELAY
        now += seconds
        requeued += 1
    assert now >= not_before
    assert requeued <= LONGEST / MAX_QUEUE_DELAY + 2


@pytest.mark.parametrize("not_before", [NOW + LONGEST + 60, 10**30])
def test_a_time_that_no_schedule_gives_is_due_at_once_and_hops_not_for_ever(
    not_before: float,
) -> None:
    assert requeue_delay(not_before, NOW) == 0
