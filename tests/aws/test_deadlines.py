"""Work under a deadline: its result, its error, or the end of waiting."""

import threading
import time

import pytest
from pytracking.aws.deadlines import within


def test_the_result_of_work_is_returned():
    assert within(5, lambda: 42) == 42


def test_the_error_of_work_is_raised_where_it_is_waited_for():
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)


@pytest.mark.fault("answering", 2)
def test_work_that_does_not_end_is_left_behind():
    release = threading.Event()
    start = time.monotonic()
    with pytest.raises(TimeoutError, match=r"not done after 0\.10 s"):
        within(0.1, lambda: release.wait(10))
    assert time.monotonic() - start < 0.5
    release.set()
