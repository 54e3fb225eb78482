"""The live page's view of the numbers, made of the events as they come."""

from playwright.sync_api import Page, expect

from tests.local.gateway import Gateway, call


def test_the_numbers_view_follows_the_events(page: Page, gateway: Gateway):
    page.get_by_text("Numbers").click()
    report = page.frame_locator("#numbers iframe")
    expect(report.locator("p")).to_contain_text("no file of events")
    for opens in (1, 2):
        call(gateway.pixel_link, headers={"User-Agent": "Mozilla/5.0"})
        campaigns = report.locator("table").first
        expect(campaigns.locator("tbody td").first).to_have_text("spring")
        column = campaigns.locator("th").all_inner_texts().index("Machine opens")
        expect(campaigns.locator("tbody td").nth(column)).to_have_text(str(opens))
    frame = page.locator("#numbers iframe")
    assert frame.evaluate("e => e.contentDocument.documentElement.offsetHeight <= e.clientHeight")
