"""Action links and guarded clicks on the live page: minted, used, and their events shown."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.page.live_page import events, states
from tests.local.gateway import Gateway, call
from tests.support.timing import until


def mint(page: Page, kind: str) -> Page:
    """Mint a link by the form, and return the page that it opens in a tab of its own."""
    page.select_option("#kind", kind)
    page.click("text=Mint the link")
    expect(page.locator("#links li")).to_have_count(1)
    expect(page.locator("#links .note")).to_be_empty()
    with page.context.expect_page() as tab:
        page.click("text=Open its page")
    return tab.value


@pytest.mark.parametrize(
    ("kind", "button", "shown"),
    [("decline", 0, "tracking declined by page"), ("rate", 3, "rated 4 by page")],
)
def test_an_action_s_page_acts_by_its_button_and_its_event_is_shown(
    page: Page, kind: str, button: int, shown: str
):
    tab = mint(page, kind)
    expect(events(page)).to_have_count(0)
    tab.locator("main button").nth(button).click()
    expect(states(page)).to_have_text(["delivered"])
    expect(events(page).first.locator(".kind")).to_have_text("action")
    expect(events(page).first).to_contain_text(shown)
    expect(events(page).first).to_contain_text("customer_id1")
    page.click("[data-kind=action]")
    expect(events(page)).to_have_count(1)
    page.click("[data-kind=open]")
    expect(events(page)).to_have_count(0)
    tab.close()


def test_a_link_is_unsubscribed_by_one_click_as_mail_programs_do(page: Page):
    page.select_option("#kind", "unsubscribe")
    page.click("text=Mint the link")
    page.click("text=One-click")
    expect(page.locator("#links .note")).to_have_text("answered 200")
    expect(events(page).first).to_contain_text("unsubscribed by one-click")


def test_a_guarded_click_is_no_event_until_its_button_is_pressed(page: Page):
    page.context.route("https://example.com/**", lambda route: route.fulfill(body="welcome"))
    tab = mint(page, "guarded")
    expect(events(page)).to_have_count(0)
    tab.locator("main button").click()
    expect(events(page).first.locator(".kind")).to_have_text("click")
    tab.close()


def test_an_unsubscribe_link_of_a_month_is_refused_beside_its_field(page: Page):
    page.select_option("#kind", "unsubscribe")
    page.select_option("#expiry", "2592000")
    page.click("text=Mint the link")
    expect(page.locator("#mint-error")).to_contain_text("60 days")
    expect(page.locator("#expiry")).to_be_focused()
    page.select_option("#kind", "")
    page.click("text=Mint both links")
    expect(page.locator("#links li")).to_have_count(2)


def test_an_action_is_one_readable_line(gateway: Gateway):
    link = gateway.ask("links", {"metadata": {"n": 1}, "kind": "rate"}).json()["rate"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert call(link).status == 200
    assert call(link, "POST", b"value=4", form).status == 200
    line = until(lambda: re.search(r"\w+ +rated .*", gateway.process.output()))
    assert line[0].split()[1:] == ["rated", "one-click", "5", "n=1", "bot"]
