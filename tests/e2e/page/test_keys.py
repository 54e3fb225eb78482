"""The live page's shortcuts: switched off, which is remembered, and on again, all by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.page.live_page import events
from tests.local.gateway import Gateway, call


def choose_by_keyboard(page: Page, checked: bool) -> None:
    """Open the help by its button, as without shortcuts, and switch them."""
    page.focus("#help-button")
    page.keyboard.press("Enter")
    expect(page.locator("#help")).to_be_visible()
    expect(page.locator("#shortcuts")).to_be_checked(checked=not checked)
    page.get_by_label("Single keys are shortcuts").press("Space")
    expect(page.locator("#shortcuts")).to_be_checked(checked=checked)
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()


def nothing_follows_single_keys(page: Page) -> None:
    for key in ("m", "/", "j", "k", "?"):
        page.locator("body").press(key)
        expect(page.locator("#help")).to_be_hidden()
        assert page.evaluate("document.activeElement.id") in ("", "help-button"), key


def test_shortcuts_can_be_switched_off_by_keyboard_and_stay_so(page: Page, gateway: Gateway):
    call(gateway.pixel_link)
    expect(events(page)).to_have_count(1)
    choose_by_keyboard(page, False)
    nothing_follows_single_keys(page)
    page.reload()
    expect(page.locator("#connection")).to_have_text("Live")
    expect(events(page)).to_have_count(1)
    nothing_follows_single_keys(page)

    events(page).first.locator("summary").first.press("Enter")
    expect(events(page).first.locator(".story")).to_be_visible()
    page.fill("#search", "nowhere")
    page.press("#search", "Escape")
    expect(page.locator("#search")).to_have_value("")

    choose_by_keyboard(page, True)
    page.locator("body").press("m")
    expect(page.locator("#target")).to_be_focused()


@pytest.mark.parametrize("width", [320, 560, 1280])
def test_the_choice_is_in_the_tab_order_at_every_width(page: Page, width: int):
    page.set_viewport_size({"width": width, "height": 700})
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "help-button":
            break
    expect(page.locator("#help-button")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(3):
        if page.evaluate("document.activeElement.id") == "shortcuts":
            break
        page.keyboard.press("Tab")
    expect(page.locator("#shortcuts")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_shortcuts_work_where_the_browser_stores_nothing(page: Page):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })"
    )
    page.reload()
    expect(page.locator("#connection")).to_have_text("Live")
    choose_by_keyboard(page, False)
    nothing_follows_single_keys(page)
