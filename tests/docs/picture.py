"""Make the README's picture of the live page, docs/live-page.png: `make picture`.

The gateway runs, links are minted, machines and people visit them, the receiver fails for a while,
and Chromium takes the picture.
"""

import os
import shutil
import time

from playwright.sync_api import expect, sync_playwright

from tests.docs.pages import ROOT
from tests.local.gateway import Gateway, call, running

PICTURE = ROOT / "docs" / "live-page.png"
SIZE = {"width": 1200, "height": 1010}

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE_PRIVACY = "Mozilla/5.0"
CURL = "curl/8.14.1"

OPENS = (GMAIL, APPLE_PRIVACY, IPHONE, GMAIL, APPLE_PRIVACY, CHROME, IPHONE, GMAIL, CHROME)
CLICKS = (CURL, CHROME, IPHONE, FIREFOX)
TARGETS = ("https://shop.example/sale", "https://shop.example/new", "https://shop.example/shoes")


def visit(gateway: Gateway, customer: int, kind: str, agent: str) -> None:
    target = TARGETS[customer % len(TARGETS)]
    metadata = {"customer_id": customer, "campaign": "spring"}
    minted = gateway.ask("links", {"target": target, "metadata": metadata}).json()
    call(minted["open" if kind == "open" else "click"], headers={"User-Agent": agent})


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with running("--speed", "200") as gateway, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, chromium_sandbox=os.geteuid() != 0
        )
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(gateway.origin)
        for number, agent in enumerate(OPENS, start=4700):
            visit(gateway, number, "open", agent)
            time.sleep(1.5)
        page.locator("#moods input[value=fail]").check(force=True)
        visit(gateway, 4704, "click", CLICKS[0])
        time.sleep(1.5)
        page.locator("#moods input[value=accept]").check(force=True)
        for number, agent in enumerate(CLICKS[1:], start=4705):
            visit(gateway, number, "click", agent)
            time.sleep(1.5)
        page.fill("#target", TARGETS[0])
        page.fill("#metadata", '{"customer_id": 4711, "campaign": "spring"}')
        page.click("text=Mint both links")
        expect(page.locator("[data-count=delivered]")).to_have_text(
            str(len(OPENS) + len(CLICKS)), timeout=60_000
        )
        expect(page.locator("#links li.fresh")).to_have_count(0)  # they shine when they are new
        page.screenshot(path=PICTURE)
        browser.close()
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
