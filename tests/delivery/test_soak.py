"""A small soak; `make soak` runs the whole."""

import threading

import pytest

from tests.delivery.soak import ENDPOINTS, soak


@pytest.mark.fault("delivering", 15, 16, 21, 22, 23, 32, 90, 91)
def test_no_hit_is_lost_while_receivers_fail_by_turns_and_deliver_is_killed_at_random(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Receivers write to connections whose other end was killed.
    monkeypatch.setattr(threading, "excepthook", lambda failure: None)
    report = soak(hits=60 * ENDPOINTS, kills=8)
    assert report.passed, str(report)
    assert report.kills >= 8
    assert (report.acknowledged_ids, report.opt_outs) == (60 * ENDPOINTS, 30 * ENDPOINTS)
