"""A whole mail on the live page: rewritten, shown as it looks, and its links followed."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.page.live_page import events, shoot


def rewrite(page: Page, html: str) -> None:
    page.click("#tab-mail")
    page.fill("#html", html)
    page.click("text=Rewrite it")


def test_a_mail_is_rewritten_beside_the_original_and_its_pixel_reports(
    page: Page, screenshots: Path
):
    page.click("#tab-mail")
    page.click("text=Rewrite it")
    expect(page.locator("#mail-rewritten mark")).to_have_count(3)
    expect(page.locator("#mail-original")).to_contain_text("https://shop.example/sale")
    expect(page.locator("#mail-rewritten")).to_contain_text("mailto:help@shop.example")
    page.click("[data-view=rendered]")
    expect(events(page)).to_have_count(1)
    expect(events(page).first).to_contain_text("mailpage")
    expect(page.frame_locator("#mail-rewritten iframe").locator("h1")).to_contain_text("Spring")
    shoot(page, screenshots, "5-mail")


def test_a_mail_that_is_hostile_runs_nothing(page: Page):
    page.click("#tab-mail")
    page.fill("#html", "<script>alert(1)</script><img src=x onerror=alert(2)><p>harmless</p>")
    page.click("text=Rewrite it")
    page.click("[data-view=rendered]")
    expect(page.frame_locator("#mail-rewritten iframe").locator("p")).to_have_text("harmless")


def test_a_link_that_is_followed_in_the_mail_opens_a_tab_of_its_own(page: Page):
    page.context.route("https://shop.example/**", lambda route: route.fulfill(body="the shop"))
    for number, start in enumerate(("<!doctype html>", '<base href="https://elsewhere.example/">')):
        rewrite(page, f"{start}<a href='https://shop.example/sale'>See the sale</a>")
        page.click("[data-view=rendered]")
        link = page.frame_locator("#mail-rewritten iframe").locator("a")
        # A click on a frame that is still being loaded is lost; its pixel comes at the end.
        expect(events(page).locator(".kind.open")).to_have_count(number + 1)
        with page.context.expect_page() as tab:
            link.click()
        expect(tab.value.locator("body")).to_have_text("the shop")
        tab.value.close()
        expect(link).to_be_visible()
    expect(events(page).locator(".kind.click")).to_have_count(2)


def test_beside_a_rendered_mail_stands_that_pictures_from_elsewhere_are_not_loaded(
    page: Page, screenshots: Path
):
    rewrite(page, "<img src='data:,' alt='The logo'>")
    expect(page.locator("#mail-pictures")).to_be_hidden()
    page.click("[data-view=rendered]")
    expect(page.locator("#mail-pictures")).to_contain_text("Remote images are not loaded")
    shoot(page, screenshots, "7-pictures")
    page.click("[data-view=source]")
    expect(page.locator("#mail-pictures")).to_be_hidden()


def test_a_mail_keeps_its_doctype_first_and_so_its_layout(page: Page):
    rewrite(page, "<!-- by hand --><!DOCTYPE html><p>harmless</p>")
    page.click("[data-view=rendered]")
    mail = page.frame_locator("#mail-rewritten iframe").locator("p")
    assert mail.evaluate("document.compatMode") == "CSS1Compat"


def test_links_are_counted_without_the_pixel_and_those_left_are_explained(page: Page):
    rewrite(page, "<a href='https://a.example/'>a</a>")
    expect(page.locator("#mail-count")).to_have_text("1 link and a pixel")
    expect(page.locator("#mail-left")).to_be_hidden()
    left = ("mailto:me@a.example", "/relative", "https://a.example/unsubscribe", "https://{{x}}")
    rewrite(page, "".join(f"<a href='{href}'>x</a>" for href in (*left, "https://b.example/")))
    expect(page.locator("#mail-count")).to_have_text("1 link and a pixel")
    expect(page.locator("#mail-left li code")).to_have_text(left)
    reasons = ["leads to no page", "is relative", "unsubscribes", "placeholder"]
    expect(page.locator("#mail-left li")).to_contain_text(reasons)


def test_a_result_goes_with_the_text_that_it_was_made_of(page: Page):
    rewrite(page, "<a href='https://a.example/'>a</a>")
    expect(page.locator("#mails")).to_be_visible()
    page.fill("#html", "")
    expect(page.locator("#mails")).to_be_hidden()
    page.click("text=Rewrite it")
    expect(page.locator("#rewrite-error")).to_contain_text("paste a mail")
    expect(page.locator("#html")).to_have_attribute("aria-invalid", "true")
    page.fill("#html", "<p>x</p>")
    expect(page.locator("#rewrite-error")).to_be_empty()
