"""The walk of a click through the parts of the house (docs/architecture.md): no running about."""

import itertools
import sys
from collections import Counter
from pathlib import Path

from pytracking.aws.client import JsonApi

from tests.docs.test_architecture import FILES, part_of
from tests.functions.links import is_answer, token
from tools import samples

MOST_STOPS = 9
MOST_VISITS = 2


def test_a_click_makes_nine_stops_and_enters_no_part_more_than_twice(start, monkeypatch):
    """From the gateway's event to the call of SQS and back; calls in a row in one part are one."""
    monkeypatch.setattr(JsonApi, "call", lambda *_, **__: {"MessageId": "1"})
    function = start("click", PYTRACKING_QUEUE_URL="https://sqs.eu-west-1.amazonaws.com/1/hits")
    event = samples.http_api(f"/c/{token('click')}")
    assert is_answer("click", function(event))  # what loads with the first click is no walk
    called = []

    def note(frame, what, _):
        called.extend([Path(frame.f_code.co_filename)] * (what == "call"))

    sys.setprofile(note)
    result = function(event)
    sys.setprofile(None)
    assert is_answer("click", result)
    ours = [path for path in called if path in FILES]
    stops = [part for part, _ in itertools.groupby(map(part_of, ours))]
    assert len(stops) <= MOST_STOPS, stops
    assert max(Counter(stops).values()) <= MOST_VISITS, stops
