"""The deadline that cuts sockets."""

import socket
import threading
import time

import pytest
from pytracking.delivery.deadline import Deadline


def test_a_watched_connection_is_cut_at_the_deadline() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(0.1) as deadline:
        deadline.watch(here)
        there.settimeout(10)
        assert there.recv(1) == b""
        assert deadline.expired


def test_a_connection_that_comes_too_late_is_refused() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(0) as deadline:
        while not deadline.expired:
            time.sleep(0.01)
        with pytest.raises(TimeoutError, match="over"):
            deadline.watch(here)


def test_a_released_connection_is_left_alone() -> None:
    here, there = socket.socketpair()
    with here, there, Deadline(0.1) as deadline:
        deadline.watch(here)
        deadline.release()
        while not deadline.expired:
            time.sleep(0.01)
        here.sendall(b"x")
        assert there.recv(1) == b"x"


def test_a_deadline_is_brought_forward_and_never_put_off() -> None:
    with Deadline(60) as deadline:
        deadline.shorten(30)
        assert 29 < deadline.remaining() <= 30
        deadline.shorten(60)
        assert deadline.remaining() <= 30
        deadline.shorten(0.05)
        while not deadline.expired:
            time.sleep(0.01)
        assert deadline.remaining() == 0


def test_after_its_block_a_deadline_cuts_nothing() -> None:
    here, there = socket.socketpair()
    with here, there:
        with Deadline(0.05) as deadline:
            deadline.watch(here)
        time.sleep(0.15)
        assert not deadline.expired
        here.sendall(b"x")


def test_the_result_of_work_is_returned() -> None:
    assert Deadline(5).run(lambda: 42) == 42


def test_the_error_of_work_is_raised_where_it_is_waited_for() -> None:
    with pytest.raises(ZeroDivisionError):
        Deadline(5).run(lambda: 1 // 0)


@pytest.mark.fault("answering", 2)
def test_work_that_does_not_end_is_left_behind() -> None:
    release = threading.Event()
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not done after 0\.10 s"):
        Deadline(0.1).run(lambda: release.wait(10))
    assert time.monotonic() - start < 0.5
    release.set()
