"""Links on the live page: minted, refused with a reason, expired, and kept while it reconnects."""

import json

from playwright.sync_api import Page, expect

from tests.e2e.page.live_page import SPEED, events
from tests.local.gateway import Gateway, started


def test_the_form_and_the_links_that_are_listed_first_say_the_same(page: Page):
    page.click("[data-act=click]")
    expect(events(page)).to_have_count(1)
    events(page).first.locator("summary").first.click()
    events(page).first.locator("text=The webhook's body").click()
    body = json.loads(events(page).first.locator("pre").inner_text())
    assert body["metadata"] == json.loads(page.input_value("#metadata"))
    assert body["tracked_url"] == page.input_value("#target")


def test_what_cannot_be_minted_is_said_beside_the_form_and_its_field_found(page: Page):
    expect(page.locator("#links a")).to_have_count(2)
    before = page.locator("#links").inner_text()
    for field, value, said in (
        ("target", " ", "needs a target"),
        ("target", "javascript:alert(1)", "javascript"),
        ("metadata", "{not json", "metadata is a JSON object"),
        ("metadata", '{"customer_id": 1, "x": 1e999}', "not JSON compliant"),
        ("metadata", "[1]", "metadata"),
        ("metadata", '{"a":' + "[" * 300 + "]" * 300 + "}", "nested deeper than 200"),
    ):
        good = page.input_value(f"#{field}")
        page.fill(f"#{field}", value)
        page.click("text=Mint both links")
        expect(page.locator("#mint-error")).to_contain_text(said)
        expect(page.locator(f"#{field}")).to_be_focused()
        expect(page.locator(f"#{field}")).to_have_attribute("aria-invalid", "true")
        page.fill(f"#{field}", good)
        expect(page.locator("#mint-error")).to_be_empty()
        assert page.locator("[aria-invalid]").count() == 0
    assert page.locator("#links").inner_text() == before


def test_metadata_arrives_and_is_shown_as_it_was_typed_to_the_last_digit(page: Page):
    page.fill("#metadata", '{"customer_id": 9007199254740993, "9": [1e22, 0.1], "8": "ä"}')
    page.click("text=Mint both links")
    expect(page.locator("#links .fresh")).to_have_count(2)
    page.click("[data-act=pixel]")
    expect(events(page).locator(".chip")).to_have_text(
        ["customer_id9007199254740993", "9[1e+22,0.1]", "8ä"]
    )
    events(page).first.locator("summary").first.click()
    story = events(page).first.locator(".story")
    expect(story.locator(".pairs li").first).to_have_text("customer_id 9007199254740993")
    story.locator("text=The webhook's body").click()
    body = json.loads(story.locator("pre").inner_text())
    assert body["metadata"] == {"customer_id": 9007199254740993, "9": [1e22, 0.1], "8": "ä"}
    for search, found in (("customer_id:9007199254740993", 1), ("customer_id:9007199254740992", 0)):
        page.fill("#search", search)
        expect(events(page)).to_have_count(found)


def test_an_expired_link_says_when_it_expired_and_that_there_is_no_event(page: Page):
    page.locator("#expiry option").nth(1).evaluate("option => (option.value = '1')")
    page.locator("#expiry").select_option("1")
    page.click("text=Mint both links")
    expect(page.locator("#links .expiry").first).to_contain_text("expire")
    expect(page.locator("#links .expiry.over")).to_have_count(2)
    page.click("[data-act=pixel]")
    page.click("[data-act=click]")
    for note in page.locator("#links .note").all():
        expect(note).to_contain_text("the link expired at")
        expect(note).to_contain_text("no event is made")
    expect(events(page)).to_have_count(0)


def test_two_buttons_that_copy_have_names_of_their_own(page: Page):
    for name in ("Copy the pixel link", "Copy the click link"):
        expect(page.get_by_role("button", name=name)).to_have_text("Copy")


def test_a_gateway_that_comes_back_takes_back_what_was_said_of_it(page: Page, gateway: Gateway):
    page.click("text=Mint both links")
    expect(page.locator("#announcement")).to_have_text("Both links are minted")
    minted = page.locator("#links a").all_inner_texts()
    port = gateway.origin.rpartition(":")[2]
    gateway.process.end()
    command = f"make run PORT={port} SPEED={SPEED}"
    expect(page.locator("#lost")).to_contain_text(command)
    page.click("text=Mint both links")
    page.click("[data-act=click]")
    for place in ("#mint-error", "#links"):
        expect(page.locator(place)).to_contain_text(
            f"does not answer. Start it again with: {command}"
        )
    page.locator("#moods input[value=fail]").click(force=True)
    expect(page.locator("#replay-note")).to_contain_text("does not answer")
    expect(page.locator("#moods input[value=accept]")).to_be_checked()

    with started("--speed", str(SPEED), "--port", port) as again:
        again.greeting()
        expect(page.locator("#connection")).to_have_text("Live")
        for place in ("#mint-error", "#replay-note"):
            expect(page.locator(place)).to_be_empty()
        assert page.locator("#links a").all_inner_texts() == minted
        expect(page.locator("#links .note").first).to_contain_text("minted by the previous gateway")
        expect(page.locator("#lost")).to_be_hidden()
