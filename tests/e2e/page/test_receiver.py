"""The live page's receiver: what it refuses, what each event came to, and the counters of it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page.live_page import SPEED, events, set_mood, shoot, states
from tests.local.gateway import Gateway, call, running
from tests.local.known_secret import OPTION, post, signed


@pytest.fixture
def gateway(browser: Browser) -> Iterator[Gateway]:
    with running("--speed", str(SPEED), OPTION) as gateway:
        yield gateway


def test_a_post_that_is_not_genuine_is_shown_as_refused_and_counts_as_nothing_else(
    page: Page, gateway: Gateway, screenshots: Path
):
    call(gateway.pixel_link)
    expect(states(page)).to_have_text(["delivered"])
    body = json.dumps({"is_open_tracking": True, "metadata": {"customer_id": 1}}).encode()
    post(gateway, body, {"webhook-id": "unsigned"})
    post(gateway, body, signed("forged", b"another body"))
    post(gateway, b"not json", {"webhook-id": "text"})
    expect(states(page)).to_have_text(["refused", "refused", "refused", "delivered"])
    expect(page.locator("#events .kind")).to_have_text(["post", "post", "post", "open"])
    expect(page.locator("#events summary .signature")).to_have_text(
        ["✗ unsigned", "✗ bad signature", "✗ unsigned", "✓ verified"]
    )
    expect(page.locator("[data-count=delivered]")).to_have_text("1")
    expect(page.locator("[data-count=refused]")).to_have_text("3")
    expect(page.get_by_role("img", name="1 opens and 0 clicks since")).to_be_visible()
    expect(page.locator("#verdict-bar .legend b")).to_have_text(["1"])
    page.click("[data-kind=trouble]")
    expect(events(page)).to_have_count(3)
    for event in events(page).all():
        event.locator("summary").first.click()
        expect(event.locator(".attempts .bad")).to_contain_text("answered 401")
        expect(event.locator(".attempts .good")).to_have_count(0)
        expect(event.locator(".raw")).to_be_hidden()
    expect(events(page).nth(1)).to_contain_text("No matching signature found")
    expect(events(page).nth(1).locator("dl")).to_contain_text("Claimed eventforged")
    shoot(page, screenshots, "8-refused")
    page.fill("#search", "unsigned text")
    expect(events(page)).to_have_count(1)


def test_a_signature_that_is_not_valid_takes_one_line_and_one_colour(page: Page, gateway: Gateway):
    post(gateway, b"{}", {"webhook-id": "unsigned"})
    post(gateway, b"{}", signed("forged", b"another body"))
    marks = page.locator("#events summary .signature")
    expect(marks).to_have_count(2)
    for width in (1280, 1000, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for mark in marks.all():
            assert mark.evaluate("e => e.scrollWidth <= e.clientWidth")
            assert mark.evaluate("e => e.clientHeight < 2 * parseInt(getComputedStyle(e).fontSize)")
    colours = {mark.evaluate("e => getComputedStyle(e).color") for mark in marks.all()}
    assert len(colours) == 1


def test_a_refused_post_is_said_aloud_as_such(page: Page, gateway: Gateway):
    post(gateway, b"{}", {"webhook-id": "unsigned"})
    expect(page.locator("#announcement")).to_have_text("New post, refused")


def test_a_webhook_of_any_shape_breaks_nothing(page: Page, gateway: Gateway):
    odd: tuple[Any, ...] = (None, 1, "x", [], {}, [{"a": None}], {"class": {}, "signals": "x"})
    names = ("metadata", "visitor", "request_data", "tracked_url", "link_id", "timestamp")
    shapes = [dict.fromkeys(names, value) for value in odd]
    hits = [{**shape, "is_open_tracking": True} for shape in shapes]
    bodies = ["", "[]", *(json.dumps(shape) for shape in (*shapes, *hits))]
    for number, body in enumerate(bodies):
        post(gateway, body.encode(), signed(f"odd-{number}", body.encode()))
    expect(events(page)).to_have_count(len(bodies))
    for event in events(page).all():
        event.locator("summary").first.click()
        expect(event.locator(".story")).to_contain_text("Attempts")


def test_every_state_is_in_one_of_the_counters(page: Page, gateway: Gateway):
    set_mood(page, "fail")
    page.wait_for_function("document.querySelector('[name=mood][value=fail]').checked")
    # Without a queue behind it, nothing tells that a failure is to be repeated.
    post(gateway, b"{}", signed("alone", b"{}"))
    expect(states(page)).to_have_text(["failed with 500"])
    expect(page.locator("[data-count=failed]")).to_have_text("1")


def test_the_counters_stand_in_even_rows_at_every_width(page: Page, screenshots: Path):
    for width in (320, 390, 560, 700, 899, 901, 1000, 1061, 1100, 1280, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        boxes = [box.bounding_box() for box in page.locator("#counts > div").all()]
        rows: dict[float, list[float]] = {}
        for box in boxes:
            assert box
            rows.setdefault(box["y"], []).append(box["x"])
        assert len({tuple(row) for row in rows.values()}) == 1, (width, rows)
        assert page.locator("#counts").evaluate("e => e.scrollWidth <= e.clientWidth"), width
        shoot(page, screenshots, f"9-counters-{width}")
