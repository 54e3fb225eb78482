"""A mail looks the same, to the pixel, before and after its links are tracked: real mails in
headless Chromium, driven by Playwright. Run by `make screenshots`, not by `make test`.

The browser asks nobody: every request is answered here, every picture of a mail by the same one.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
import pytracking
from playwright.sync_api import Browser, Route
from pytracking.html import adapt_html, find_links

from tests.mails.real import MAILS, mail
from tests.mails.senders import CLICK, CONFIGURATION, OPEN
from tests.mails.test_templates import variants
from tests.support.browser import chromium

WIDTHS = (360, 800)  # a telephone and a desk, in CSS pixels
MAIL = "http://mail.test/"
PICTURE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="80">'
    b'<rect width="120" height="80" fill="#c33"/></svg>'
)

# Where style sheets and structure are against a pixel: each would show one that takes part.
TRAPS = {
    "images are blocks of full width": "<style>img{display:block!important;width:100%!important;"
    "height:auto;min-width:50px;border:3px solid;padding:9px;margin:9px;background:red}</style>"
    "<body style='margin:0'><p>a</p></body>",
    "no margins": "<body style='margin:0;padding:0'><div style='background:#eee'>a</div></body>",
    "full height": "<!doctype html><style>html,body{height:100%;margin:0}</style>"
    "<body><table width=100% height=100% bgcolor=#ddd><tr><td>a</td></tr></table></body>",
    "last child": "<style>body>p:last-of-type{color:red}</style><body><p>a</p><p>b</p></body>",
    "flex": "<body style='display:flex;justify-content:space-between'><p>a</p><p>b</p></body>",
    "grid": "<body style='display:grid;gap:20px'><p>a</p><p>b</p></body>",
    "unclosed": "<body><table bgcolor=#ddd><tr><td><p>a<a href='https://x.test/'>b",
    "no body": "a<p>b",
    "unclosed comment": "<p>a</p><!-- <p>b</p>",
    "two ends": "<html><body><p>a</p></body></html><p>b</p></body></html>",
    "right to left": "<html dir=rtl><body><p>a</p></body></html>",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def screenshot(browser: Browser, html: str, width: int, asked: list[str]) -> bytes:
    """The whole page as a PNG; `asked` gets the URLs that it asked for."""

    def answer(route: Route) -> None:
        url = route.request.url
        asked.append(url)
        if url == MAIL:
            route.fulfill(body=html.encode(), content_type="text/html; charset=utf-8")
        elif url.startswith(OPEN):
            route.fulfill(body=pytracking.TRACKING_PIXEL, content_type="image/png")
        elif route.request.resource_type == "image":
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.abort()

    page = browser.new_page(viewport={"width": width, "height": 600}, java_script_enabled=False)
    try:
        page.route("**/*", answer)
        page.goto(MAIL, wait_until="load")
        return page.screenshot(full_page=True)
    finally:
        page.close()


def assert_looks_the_same(browser: Browser, html: str, folder: Path) -> None:
    for width in WIDTHS:
        before = screenshot(browser, html, width, [])
        for place in ("bottom", "top"):
            new = adapt_html(
                html, {"customer": 7}, configuration=CONFIGURATION, pixel=place,
                conditional_comments=True, decoy=True,
            )  # fmt: skip
            asked: list[str] = []
            after = screenshot(browser, new, width, asked)
            assert sum(url.startswith(OPEN) for url in asked) == 1, "the pixel was not loaded once"
            if before != after:  # the same pixels give the same bytes: both come from one encoder
                (folder / "before.png").write_bytes(before)
                (folder / "after.png").write_bytes(after)
                pytest.fail(f"pixel at the {place}, {width} wide: see {folder}")


@pytest.mark.parametrize("mail_name", MAILS)
def test_a_real_mail_looks_the_same_when_it_is_tracked(
    browser: Browser, mail_name: str, tmp_path: Path
) -> None:
    html = variants(mail_name)[1]
    leads_somewhere = any(link.target for link in find_links(html))
    assert (CLICK in adapt_html(html, None, configuration=CONFIGURATION)) == leads_somewhere
    assert_looks_the_same(browser, html, tmp_path)


@pytest.mark.parametrize("name", TRAPS)
def test_a_mail_made_to_show_the_pixel_does_not(
    browser: Browser, name: str, tmp_path: Path
) -> None:
    assert_looks_the_same(browser, TRAPS[name], tmp_path)


def test_a_change_that_shows_would_be_seen(browser: Browser) -> None:
    html = mail(MAILS[0])
    seen = screenshot(browser, html, WIDTHS[0], [])
    assert screenshot(browser, html, WIDTHS[0], []) == seen
    assert screenshot(browser, html + "<p>more", WIDTHS[0], []) != seen
