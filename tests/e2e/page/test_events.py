"""The live page's list of events: searched, opened, stepped through, and said aloud."""

from playwright.sync_api import Browser, Page, expect

from tests.e2e.page.live_page import events, opened, set_mood, states
from tests.local.gateway import Gateway, call, running


def hit(gateway: Gateway, kind: str = "open", **wanted: object) -> None:
    wanted.setdefault("target", "https://a.example/sale")
    call(gateway.ask("links", wanted).json()[kind])


def test_a_hit_that_was_reduced_by_its_browsers_signal_says_so(page: Page, gateway: Gateway):
    call(gateway.pixel_link, headers={"DNT": "1"})
    page.fill("#search", "reduced")
    expect(events(page).first).to_contain_text("reduced")
    events(page).first.locator("summary").first.click()
    story = events(page).first.locator(".story dl")
    expect(story).to_contain_text("reduced: the browser asks not to be tracked")
    expect(story).to_contain_text("Not kept: the address, the user agent, the link")
    expect(story).not_to_contain_text("customer_id")


def test_a_story_has_rows_for_target_metadata_and_webhook(page: Page, gateway: Gateway):
    target = "https://a.example/" + "y" * 300
    hit(gateway, "click", target=target, metadata={f"key_{n}": n for n in range(13)})
    expect(events(page).locator(".chip").last).to_have_text("+9")
    expect(events(page).locator(".target")).to_have_attribute("title", target)
    events(page).first.locator("summary").first.click()
    story = events(page).first.locator(".story dl")
    for fact in (f"Target{target}", "key_12 12", f"Webhook{gateway.origin}/_local/receiver"):
        expect(story).to_contain_text(fact)


def test_a_search_finds_words_that_are_seen_and_a_keys_very_value(page: Page, gateway: Gateway):
    hit(gateway, metadata={"customer_id": 1, "name": "Ada L"})
    hit(gateway, metadata={"customer_id": 11})
    expect(states(page)).to_have_text(["delivered", "delivered"])
    set_mood(page, "gone")
    page.wait_for_function("document.querySelector('[name=mood][value=gone]').checked")
    hit(gateway, "click", metadata={"customer_id": 100})
    expect(states(page).first).to_have_text("dead letter")
    for search, found in (
        ("customer_id:1", 1),
        ("CUSTOMER_ID=1", 1),
        ("customer_id:2", 0),
        ('name:"ada l"', 1),
        ("customer_id:1 nowhere", 0),
        ("https://a.example/sale", 1),
        ("open", 2),
        ("click", 1),
        ("bot", 3),
        ("dead letter", 1),
        ("delivered", 2),
        ("pixel verified", 2),
    ):
        page.fill("#search", search)
        expect(events(page), search).to_have_count(found)


def test_a_kinds_name_finds_its_events_and_what_senders_wrote(page: Page, gateway: Gateway):
    hit(gateway, "click", metadata={"campaign": "open day"})
    hit(gateway, "click", target="https://a.example/click-and-collect")
    hit(gateway, "open", metadata={"kind": "click"})
    expect(events(page)).to_have_count(3)
    for search, found in (
        ("open", 2),
        ("click", 3),
        ("kind:open", 1),
        ("kind:click", 3),
        ("KIND=open", 1),
        ("kind:open day", 0),
        ('"open day"', 1),
    ):
        page.fill("#search", search)
        expect(events(page), search).to_have_count(found)


def test_the_search_is_called_what_its_placeholder_says(page: Page):
    placeholder = page.locator("#search").get_attribute("placeholder")
    expect(page.get_by_label(placeholder or "nothing")).to_have_id("search")


def test_what_was_opened_and_has_the_focus_stays_so_when_the_event_goes_on(page: Page):
    set_mood(page, "fail")
    page.click("[data-act=click]")
    expect(states(page)).to_contain_text(["retry in"])
    events(page).first.locator("summary").first.click()
    body = events(page).first.locator(".raw pre")
    events(page).first.locator("text=The webhook's body").click()
    body.focus()
    set_mood(page, "accept")
    body.focus()
    expect(states(page)).to_contain_text(["delivered"])
    expect(body).to_be_visible()
    expect(body).to_be_focused()


def test_no_focus_is_lost_to_what_goes_away(page: Page, gateway: Gateway):
    hit(gateway)
    expect(events(page)).to_have_count(1)
    page.focus("#search")
    page.keyboard.type("nowhere")
    expect(events(page)).to_have_count(0)
    page.get_by_role("button", name="Show all events").press("Enter")
    expect(page.locator("[data-kind=all]")).to_be_focused()
    expect(events(page)).to_have_count(1)
    page.focus("#search")
    page.keyboard.type("open")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("#events")).to_be_focused()


def test_keys_step_over_rows_and_not_into_them(page: Page, gateway: Gateway):
    for _ in range(2):
        hit(gateway)
    expect(events(page)).to_have_count(2)
    first, second = (event.locator("summary").first for event in events(page).all())
    first.click()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    events(page).first.locator(".raw summary").focus()
    page.keyboard.press("j")
    expect(second).to_be_focused()


def test_new_events_are_said_aloud_briefly(page: Page, gateway: Gateway):
    hit(gateway)
    expect(page.locator("#announcement[role=status]")).to_have_text("New open, bot")
    expect(page.locator("#announcement")).to_be_empty()
    for _ in range(3):
        hit(gateway)
    expect(page.locator("#announcement")).to_have_text("3 new events")


def test_waits_are_told_as_planned_and_as_they_pass_here(page: Page):
    waits = page.locator("#waits")
    expect(waits).to_contain_text("after 5 s, 5 min, 30 min, 2 h")
    expect(waits).to_contain_text("up to 20 % shorter or longer")
    expect(waits).to_contain_text("200 times faster")
    expect(waits).not_to_contain_text("SPEED=60")
    set_mood(page, "fail")
    page.click("[data-act=click]")
    expect(states(page)).to_contain_text(["retry in"])
    events(page).first.locator("summary").first.click()
    expect(events(page).first.locator(".attempts .bad").nth(1)).to_contain_text("5 s planned")


def test_at_the_deployed_speed_a_faster_one_is_recommended(browser: Browser):
    with running() as gateway, opened(browser, gateway.origin) as page:
        port = gateway.origin.rpartition(":")[2]
        expect(page.locator("#waits code")).to_have_text(f"make run PORT={port} SPEED=60")


def test_high_contrast_keeps_the_colours_that_tell_kinds_apart(page: Page, gateway: Gateway):
    hit(gateway)
    expect(events(page)).to_have_count(1)
    page.emulate_media(forced_colors="active")
    colours = page.evaluate(
        """() => [".legend .open", ".legend .click", ".rows .verdict"]
            .map((where) => document.querySelector(where))
            .map((mark) => getComputedStyle(mark, "::before").backgroundColor)"""
    )
    assert len(set(colours)) == len(colours)
    chosen = ("#tab-link", "[data-kind=all]", "#moods input:checked + span")
    for where in chosen:
        assert page.locator(where).evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_more_rows_are_shown_on_demand_and_the_first_of_them_gets_the_focus(
    page: Page, gateway: Gateway
):
    for _ in range(103):
        call(gateway.pixel_link)
    expect(page.locator("#shown")).to_have_text("103")
    expect(events(page)).to_have_count(100)
    page.locator("#more").press("Enter")
    expect(events(page)).to_have_count(103)
    expect(events(page).nth(100).locator("summary").first).to_be_focused()


def test_events_are_in_view_whatever_links_are_made_for(page: Page, gateway: Gateway):
    call(gateway.pixel_link)
    page.select_option("#expiry", "3600")
    page.click("text=Mint both links")
    expect(page.locator("#links .expiry")).to_have_count(2)
    for tab in ("#tab-link", "#tab-mail"):
        page.click(tab)
        box = events(page).first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 900, tab


def test_an_event_shows_its_headers_is_copied_as_curl_and_is_sent_again(
    page: Page, gateway: Gateway
):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    call(gateway.pixel_link)
    first = events(page).first
    expect(states(page).first).to_have_text("delivered")
    first.locator("summary").first.click()
    first.get_by_text("The webhook's headers").click()
    expect(first.locator(".headers code")).to_contain_text("webhook-signature")
    first.get_by_role("button", name="Copy as curl").click()
    expect(first.locator(".story > .actions .note")).to_have_text("copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("curl -i http://127.0.0.1")
    first.get_by_role("button", name="Send again").click()
    expect(states(page).first).to_have_text("delivered, 2 attempts")
