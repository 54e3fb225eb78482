"""The live page in a browser, watched while a test uses it; its events, its moods and pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

SPEED = 200  # the schedule's 5 s and 5 min become 25 ms and 1.5 s
CLICK_TARGETS = ("https://example.com/welcome", "https://shop.example/sale")


@contextmanager
def opened(browser: Browser, origin: str) -> Iterator[Page]:
    """Open the live page of a gateway; fail at the end if it complained or asked anybody else."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("dialog", lambda dialog: problems.append(f"dialog: {dialog.message}"))
    page.on("request", lambda request: _note_foreign(request.url, origin, problems))
    page.goto(origin)
    expect(page.locator("#connection")).to_have_text("Live")
    yield page
    context.close()
    unexpected = [text for text in problems if not _expected(text)]
    assert unexpected == [], unexpected


def _note_foreign(url: str, origin: str, problems: list[str]) -> None:
    # Where a click leads is named here too, although the browser is told not to go there.
    if not url.startswith((origin, *CLICK_TARGETS)):
        problems.append(f"asked {url}")


def _expected(problem: str) -> bool:
    """Chromium's own words on a 4xx, a gateway that is gone, and a script that was stopped."""
    return "Failed to load resource" in problem or "Blocked script execution" in problem


def events(page: Page) -> Locator:
    return page.locator("#events > li")


def states(page: Page) -> Locator:
    return page.locator("#events > li > details > summary > .state")


def set_mood(page: Page, mood: str) -> None:
    page.locator(f"#moods input[value={mood}]").check(force=True)


def shoot(page: Page, folder: Path, name: str) -> None:
    page.screenshot(path=folder / f"{name}.png", full_page=True)
