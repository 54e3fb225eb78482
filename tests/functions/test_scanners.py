"""Scanners open every link of a mail, and nothing that a person would regret happens."""

import itertools

import pytest
from pytracking import Tracker

from tests.functions.links import RING
from tests.visitors import corpus
from tools import samples

LINKS = 1_000
TRACKER = Tracker("https://t.example.com", RING)


def links(kind):
    for number in range(LINKS):
        metadata = {"customer": number}
        if kind == "guarded":
            url = TRACKER.click_url("https://shop.example/once", metadata, guarded=True)
        else:
            what = ("unsubscribe", "decline", "confirm")[number % 3]
            url = TRACKER.action_url(what, metadata)
        yield url.removeprefix("https://t.example.com")


@pytest.mark.parametrize(("function", "kind"), [("action", "action"), ("click", "guarded")])
@pytest.mark.fault("acting", 92)
def test_no_scanner_acts_at_any_of_a_thousand_links(function, kind, start, capsys, queue):
    asked = 0
    handler = start(function, PYTRACKING_QUEUE_URL=queue.url).module.handler
    paths = itertools.cycle(links(kind))
    for headers in corpus.visits():
        for method in ("GET", "HEAD"):
            event = samples.http_api(next(paths), method)
            event["headers"] |= headers
            answer = handler(event, None)
            assert (answer["statusCode"], "Location" in answer["headers"]) == (200, False)
            asked += 1
    assert queue.requests == []
    assert "pytracking_fallback" not in capsys.readouterr().out
    assert asked > 2 * LINKS
