"""Make the README's picture of the live page, docs/live-page.png: `python -m tests.docs.picture`.

The gateway runs, links are minted, machines and people visit them, the receiver fails for a while,
and Chromium takes the picture.
"""

import time

from playwright.sync_api import expect
from pytracking.visitors import TOO_SOON_SECONDS

from tests.docs.pages import ROOT
from tests.local.gateway import Gateway, call, running
from tests.support.browser import chromium

PICTURE = ROOT / "docs" / "live-page.png"
SIZE = {"width": 1200, "height": 1050}

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
# What a browser sends besides: without it, its agent's name is not believed.
BROWSER = {
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-US,en;q=0.9",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "cross-site",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
TARGETS = ("https://shop.example/sale", "https://shop.example/new", "https://shop.example/shoes")


def mint(gateway: Gateway, customer: int, kind: str) -> str:
    target = TARGETS[customer % len(TARGETS)]
    metadata = {"customer_id": customer, "campaign": "spring"}
    minted = gateway.ask("links", {"target": target, "metadata": metadata}).json()
    return str(minted[kind])


def main() -> None:
    with running("--speed", "200") as gateway, chromium() as browser:
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        page.goto(gateway.origin)
        opens = [mint(gateway, 4700 + number, "open") for number in range(len(OPENS))]
        clicks = [mint(gateway, 4704 + number, "click") for number in range(len(CLICKS))]
        time.sleep(TOO_SOON_SECONDS + 1)  # younger links are not in people's hands yet
        for link, agent in zip(opens + clicks, OPENS + CLICKS, strict=True):
            mood = "fail" if link == clicks[0] else "accept"
            page.locator(f"#moods input[value={mood}]").check(force=True)
            browser_headers = BROWSER if agent in (CHROME, FIREFOX) else {}
            call(link, headers={**browser_headers, "User-Agent": agent})
            time.sleep(1.5)
        leave = gateway.ask("links", {"metadata": {"customer_id": 4702}, "kind": "unsubscribe"})
        page.locator("#moods input[value=accept]").check(force=True)
        time.sleep(TOO_SOON_SECONDS + 1)
        call(leave.json()["unsubscribe"], "POST", b"page=1", {**FORM, "User-Agent": IPHONE})
        page.fill("#target", TARGETS[0])
        page.fill("#metadata", '{"customer_id": 4711, "campaign": "spring"}')
        page.click("text=Mint both links")
        expect(page.locator("[data-count=delivered]")).to_have_text(
            str(len(OPENS) + len(CLICKS) + 1), timeout=60_000
        )
        # The colour of links that are new would be taken for a state of theirs.
        expect(page.locator("#links .fresh")).to_have_count(2)
        expect(page.locator("#links .fresh")).to_have_count(0)
        page.screenshot(path=PICTURE, animations="disabled")
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
