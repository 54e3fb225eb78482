"""The breaker, by a clock of our own."""

import itertools

import pytest
from pytracking.delivery.breaker import (
    FIRST_PAUSE,
    FULL_TIMEOUT,
    LONGEST_PAUSE,
    SHORT_TIMEOUT,
    THRESHOLD,
    Breaker,
)
from pytracking.delivery.memory import JITTER, MAX_ORIGINS

from tests.support.timing import Clock

DEAD, ALIVE = "https://dead.test:443", "https://alive.test:443"


@pytest.fixture
def clock() -> Clock:
    return Clock(0)


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock, rng=lambda least, most: (least + most) / 2)


def silence(breaker: Breaker, origin: str, times: int = THRESHOLD) -> None:
    for _ in range(times):
        breaker.record(origin, answered=False)


def test_an_endpoint_is_tried_until_it_was_silent_three_times_in_a_row(breaker: Breaker) -> None:
    silence(breaker, DEAD, THRESHOLD - 1)
    assert breaker.admit(DEAD)
    silence(breaker, DEAD, 1)
    assert breaker.admit(DEAD) is None


def test_an_endpoint_that_did_not_answer_gets_less_time_at_the_next_post(breaker: Breaker) -> None:
    assert breaker.admit(DEAD) == FULL_TIMEOUT
    silence(breaker, DEAD, 1)
    assert breaker.admit(DEAD) == SHORT_TIMEOUT
    breaker.record(DEAD, answered=True)
    assert breaker.admit(DEAD) == FULL_TIMEOUT


@pytest.mark.fault("delivering", 31)
def test_another_endpoint_is_not_concerned(breaker: Breaker) -> None:
    silence(breaker, DEAD)
    assert breaker.admit(ALIVE) == FULL_TIMEOUT


def test_an_answer_of_any_kind_ends_the_count(breaker: Breaker) -> None:
    silence(breaker, DEAD, THRESHOLD - 1)
    breaker.record(DEAD, answered=True)
    silence(breaker, DEAD, THRESHOLD - 1)
    assert breaker.admit(DEAD)


def test_one_probe_at_a_time_finds_out_whether_a_silent_endpoint_is_back(
    breaker: Breaker, clock: Clock
) -> None:
    silence(breaker, DEAD)
    clock.now += FIRST_PAUSE
    assert [breaker.admit(DEAD) for _ in range(3)] == [SHORT_TIMEOUT, None, None]
    breaker.record(DEAD, answered=True)
    assert [breaker.admit(DEAD) for _ in range(3)] == [FULL_TIMEOUT] * 3


def test_every_other_probe_has_time_for_an_endpoint_that_is_slow(
    breaker: Breaker, clock: Clock
) -> None:
    silence(breaker, DEAD)
    given = []
    for _ in range(4):
        clock.now += LONGEST_PAUSE
        given.append(breaker.admit(DEAD))
        breaker.record(DEAD, answered=False)
    assert given == [SHORT_TIMEOUT, FULL_TIMEOUT, SHORT_TIMEOUT, FULL_TIMEOUT]


def test_probes_become_rarer_down_to_one_in_two_minutes(breaker: Breaker, clock: Clock) -> None:
    silence(breaker, DEAD)
    probes = []
    for _ in range(2_000):
        clock.now += 1
        if breaker.admit(DEAD):
            probes.append(clock.now)
            breaker.record(DEAD, answered=False)
    gaps = [later - earlier for earlier, later in itertools.pairwise([0, *probes])]
    assert gaps[:4] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE, LONGEST_PAUSE]
    assert set(gaps[4:]) == {LONGEST_PAUSE}


def test_only_so_many_silent_endpoints_are_remembered(breaker: Breaker) -> None:
    silence(breaker, DEAD)
    for number in range(MAX_ORIGINS):
        breaker.record(f"https://{number}.test/", answered=False)
    assert breaker.admit(DEAD) == FULL_TIMEOUT


def test_processes_that_noticed_a_silence_together_do_not_probe_together(clock: Clock) -> None:
    breakers = [Breaker(clock) for _ in range(100)]
    for breaker in breakers:
        silence(breaker, DEAD)
    probing = 0
    clock.now += FIRST_PAUSE
    for breaker in breakers:
        probing += breaker.admit(DEAD) is not None
    assert 20 < probing < 80
    clock.now += FIRST_PAUSE * JITTER
    # Those that have not probed yet do so by now.
    late = [breaker.admit(DEAD) is not None for breaker in breakers]
    assert probing + sum(late) >= 100
