"""The live page's whole story in a real browser: Chromium, headless, driven by Playwright.

Run alone by `make test-page`, which says how to get Chromium where there is none. Screenshots go
to a temporary folder whose name is printed at the end; PAGE_SCREENSHOTS names another one.
"""

import json
import re
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page.live_page import events, set_mood, shoot, states
from tests.local.gateway import Gateway, call
from tests.support.timing import until


def test_links_are_minted_followed_and_their_webhooks_shown(page: Page, screenshots: Path):
    expect(page.locator("#empty")).to_contain_text("No hit yet")
    shoot(page, screenshots, "1-empty")

    page.fill("#target", "https://shop.example/sale?a=1")
    page.fill("#metadata", '{"customer_id": 4711, "campaign": "spring"}')
    page.select_option("#expiry", "3600")
    ready_made = page.locator("#links a").first.inner_text()
    page.click("text=Mint both links")
    expect(page.locator("#links a").first).not_to_have_text(ready_made)
    expect(page.locator("#links li")).to_have_count(2)

    expect(page.locator("#too-soon")).to_contain_text("within 2 s of minting")
    page.click("[data-act=pixel]")
    expect(page.locator("#links")).to_contain_text("an image of 1 by 1 came")
    page.click("[data-act=click]")
    expect(page.locator("#links")).to_contain_text("a redirect came")

    expect(events(page)).to_have_count(2)
    expect(page.locator("#events .signature.valid")).to_have_count(2)
    expect(states(page)).to_have_text(["delivered", "delivered"])
    expect(events(page).first).to_contain_text("https://shop.example/sale?a=1")
    expect(events(page).first).to_contain_text("customer_id4711")
    expect(page.locator("[data-count=delivered]")).to_have_text("2")
    expect(page.locator("#plot svg")).to_have_attribute(
        "aria-label", re.compile("1 opens and 1 cl")
    )
    expect(page.locator("#verdict-bar .legend li")).not_to_have_count(0)

    page.click("[data-act=pixel]")
    expect(events(page)).to_have_count(3)

    events(page).first.locator("summary").first.click()
    story = events(page).first.locator(".story")
    for fact in ("Verdict", "Signals", "User agent", "Address", "Attempts", "answered 204"):
        expect(story).to_contain_text(fact)
    story.locator("text=The webhook's body").click()
    body = json.loads(story.locator("pre").inner_text())
    assert body["metadata"] == {"customer_id": 4711, "campaign": "spring"}
    shoot(page, screenshots, "2-events")


def test_a_failing_receiver_is_retried_until_it_recovers(page: Page, screenshots: Path):
    set_mood(page, "fail")
    page.click("[data-act=click]")
    expect(states(page)).to_contain_text(["retry in"])
    expect(page.locator("[data-count=retrying]")).to_have_text("1")
    events(page).first.locator("summary").first.click()
    expect(events(page).first.locator(".attempts .bad")).not_to_have_count(0)
    expect(events(page).first.locator(".attempts .next")).to_contain_text("next attempt")
    page.click("[data-kind=trouble]")
    expect(events(page)).to_have_count(1)
    shoot(page, screenshots, "3-retrying")

    set_mood(page, "accept")
    page.click("[data-kind=all]")
    expect(states(page)).to_contain_text([re.compile(r"delivered, \d attempts")])
    assert events(page).first.locator(".attempts .good").count() == 1


def test_a_dead_letter_is_replayed_with_the_same_id(page: Page, screenshots: Path):
    set_mood(page, "gone")
    page.click("[data-act=pixel]")
    page.click("[data-act=click]")
    expect(states(page)).to_have_text(["dead letter", "dead letter"])
    before = [event.get_attribute("data-id") for event in events(page).all()]
    events(page).first.locator("summary").first.click()
    shoot(page, screenshots, "4-dead-letters")

    set_mood(page, "accept")
    events(page).first.locator("text=Replay").click()
    story = events(page).first.locator(".attempts li")
    expect(story).to_contain_text(["answered 410", "dead letter", "replayed", "answered 204"])
    expect(events(page).first.locator("summary").first).to_be_focused()
    expect(states(page)).to_have_text(["delivered, 2 attempts", "dead letter"])
    page.click("#replay-all")
    expect(states(page)).to_have_text(["delivered, 2 attempts", "delivered, 2 attempts"])
    expect(page.locator("#replay-all")).to_be_focused()
    assert [event.get_attribute("data-id") for event in events(page).all()] == before
    expect(page.locator("#replay-all")).to_be_disabled()


def test_a_hanging_receiver_holds_up_neither_answers_nor_the_page(page: Page):
    set_mood(page, "hang")
    page.click("[data-act=click]")
    expect(page.locator("#links")).to_contain_text("a redirect came")
    expect(states(page)).to_have_text(["delivering"])
    set_mood(page, "accept")
    expect(states(page)).to_contain_text([re.compile("delivered")])


def test_hostile_metadata_is_shown_as_text(page: Page, gateway: Gateway):
    markup = "<img src=x onerror=alert(1)>"
    links = gateway.ask("links", {"metadata": {markup: markup, "visitor": "</script>"}}).json()
    call(links["open"], headers={"User-Agent": markup})
    expect(events(page)).to_have_count(1)
    events(page).first.locator("summary").first.click()
    expect(events(page).first.locator(".chip").first).to_have_text(markup + markup)
    expect(events(page).first.locator(".story")).to_contain_text(markup)
    assert page.locator("#events img").count() == 0


def test_metadata_is_searched_and_an_empty_result_says_what_to_do(page: Page, gateway: Gateway):
    for customer in ("ada", "grace"):
        call(gateway.ask("links", {"metadata": {"customer": customer}}).json()["open"])
    expect(events(page)).to_have_count(2)
    page.keyboard.press("/")
    page.keyboard.type("GRACE")
    expect(events(page)).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 of 2")
    page.keyboard.type("xyz")
    expect(page.locator("#empty")).to_contain_text("Nothing matches “GRACExyz”")
    page.click("text=Show all events")
    expect(events(page)).to_have_count(2)


def test_all_of_it_works_by_keyboard(page: Page, gateway: Gateway):
    for _ in range(2):
        call(gateway.pixel_link)
    expect(events(page)).to_have_count(2)
    page.locator("body").press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(events(page).first.locator(".story")).to_be_visible()
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.keyboard.press("m")
    expect(page.locator("#target")).to_be_focused()
    click_link = page.locator("#links a").nth(1)
    ready_made = click_link.inner_text()
    page.keyboard.press("End")
    page.keyboard.type("&again=1")  # within one second, the same again would be the same link
    page.keyboard.press("Enter")
    expect(click_link).not_to_have_text(ready_made)
    page.locator("#tab-link").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#html")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_inaccessible(
    page: Page, gateway: Gateway, scheme: Literal["light", "dark"]
):
    page.emulate_media(color_scheme=scheme)
    set_mood(page, "gone")
    page.click("[data-act=click]")
    expect(states(page)).to_have_text(["dead letter"])
    set_mood(page, "accept")
    page.click("[data-act=pixel]")
    expect(states(page)).to_have_text(["delivered", "dead letter"])
    for event in events(page).all():
        event.locator("summary").first.click()
    page.locator("#numbers summary").click()
    for tab, button, result in (
        ("#tab-link", "Mint both links", "#links .fresh"),
        ("#tab-mail", "Rewrite it", "#mails"),
    ):
        page.click(tab)
        page.get_by_text(button).click()
        expect(page.locator(result).first).to_be_visible()
        expect(page.locator("#links .fresh")).to_have_count(0)  # what is new fades in
        for hovered in (False, True):
            if hovered:
                hover_over_everything(page)
            found = Axe().run(page)
            assert found.violations_count == 0, (tab, hovered, found.generate_report())


def hover_over_everything(page: Page) -> None:
    """Give all that answers the pointer the look that it has under it."""
    session = page.context.new_cdp_session(page)
    for domain in ("DOM", "CSS"):
        session.send(f"{domain}.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    wanted = {"nodeId": root, "selector": "button, summary, label, a"}
    for node in session.send("DOM.querySelectorAll", wanted)["nodeIds"]:
        session.send("CSS.forcePseudoState", {"nodeId": node, "forcedPseudoClasses": ["hover"]})


def test_narrow_screens_need_no_sideways_scrolling(page: Page, gateway: Gateway, screenshots: Path):
    page.emulate_media(color_scheme="dark")
    long = {"a-rather-long-name-of-metadata": "x" * 200}
    wanted = {"target": "https://a.example/" + "y" * 300, "metadata": long}
    set_mood(page, "gone")
    call(gateway.ask("links", wanted).json()["click"])
    expect(states(page)).to_have_text(["dead letter"])
    set_mood(page, "accept")
    events(page).first.locator("summary").first.click()
    events(page).first.get_by_text("Replay").click()
    expect(states(page)).to_have_text(["delivered, 2 attempts"])
    call(f"{gateway.origin}/_local/receiver", "POST", b"{}", {"Content-Type": "application/json"})
    set_mood(page, "fail")
    firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
    call(gateway.ask("links", {}).json()["open"], headers={"User-Agent": firefox})
    expect(states(page)).to_contain_text(["retry in", "refused", "delivered"])
    expect(page.locator(".rows .verdict").first).to_have_text("scanner")
    for event in events(page).all():
        for summary in event.locator("summary:visible").all()[1:]:
            summary.click()
    page.locator("#numbers summary").click()
    page.select_option("#expiry", "3600")
    page.click("text=Mint both links")
    for width in (320, 390, 768):
        page.set_viewport_size({"width": width, "height": 800})
        for tab in ("#tab-mail", "#tab-link"):
            page.click(tab)
            if tab == "#tab-mail":
                page.click("text=Rewrite it")
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(OUTSIDE) == [], (width, tab)
        shoot(page, screenshots, f"6-dark-{width}")


# What is seen of a card beyond its edges
OUTSIDE = """() => [...document.querySelectorAll(".card")].flatMap((card) => {
    const edges = card.getBoundingClientRect();
    const cuts = (e) => getComputedStyle(e).overflowX !== "visible";
    const cut = (e) => e !== card && (cuts(e) || cut(e.parentElement));
    return [...card.querySelectorAll("*")]
        .filter((e) => e.checkVisibility() && !cut(e.parentElement))
        .filter((e) => e.getClientRects().length && !e.closest(".hidden, .moods input"))
        .filter((e) => {
            const { left, right } = e.getBoundingClientRect();
            return left < edges.left || right > edges.right;
        })
        .map((e) => e.outerHTML.slice(0, 120));
})"""


def test_without_javascript_the_page_says_that_it_needs_it(
    browser: Browser, gateway: Gateway, screenshots: Path
):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(gateway.origin)
    said = page.locator("noscript .banner")  # Playwright searches no text in a <noscript>
    expect(said).to_be_visible()
    assert "This page needs JavaScript" in said.inner_text()
    expect(page.locator("#connection")).to_be_hidden()
    shoot(page, screenshots, "10-without-javascript")
    context.close()


def test_two_pages_show_the_same(page: Page, gateway: Gateway, browser: Browser):
    other = browser.new_page()
    other.goto(gateway.origin)
    set_mood(page, "fail")
    expect(other.locator("#moods input[value=fail]")).to_be_checked()
    until(lambda: call(gateway.origin + "/_local/api/state").json()["mood"] == "fail")
    other.close()
