"""The pages of action links and guarded clicks in Chromium, served by the gateway of `make run`."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytracking import Keyring, Tracker
from pytracking.handlers.pages import texts

from tests.e2e.page.live_page import SPEED
from tests.local.gateway import Gateway, running
from tests.support.receiver import Handler, serving
from tests.support.timing import until

RING = Keyring("a secret of the tests, and of nobody else")
LINKS_LOADED = 12
ACTIONS: tuple[Any, ...] = ("unsubscribe", "decline", "confirm", "rate")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    keys = tmp_path_factory.mktemp("keys") / "keys.json"
    keys.write_text(RING.to_json())
    keys.chmod(0o600)
    with running("--speed", str(SPEED), "--keys", str(keys)) as gateway:
        yield gateway


@pytest.fixture
def tracker(gateway: Gateway) -> Tracker:
    return Tracker(gateway.origin, RING, webhook_url=None)


@contextmanager
def visiting(browser: Browser, **settings: Any) -> Iterator[Page]:
    """A person's own browser; fails at the end if the page complained."""
    context = browser.new_context(**settings)
    page = context.new_page()
    page.set_default_timeout(30_000)
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert [one for one in problems if "Failed to load resource" not in one] == []


def mint(tracker: Tracker, what: Any, customer: str, **options: Any) -> str:
    values = [0, 1, 2] if what == "rate" else None
    return tracker.action_url(what, {"customer": customer}, values=values, **options)


def reported(gateway: Gateway, customer: str) -> list[dict[str, Any]]:
    """The bodies of the webhooks about one customer, oldest first."""
    found = [event for event in gateway.events() if customer in str(event)]
    return sorted((event["body"] for event in found), key=lambda body: body["timestamp"])


@pytest.mark.parametrize("what", ACTIONS)
def test_a_person_presses_the_button_and_there_is_one_event(
    what: str, browser: Browser, gateway: Gateway, tracker: Tracker
) -> None:
    with visiting(browser, java_script_enabled=False, locale="de-AT") as page:
        page.goto(mint(tracker, what, f"presses-{what}"))
        assert reported(gateway, f"presses-{what}") == []
        page.keyboard.press("Tab")
        expect(page.locator("button").first).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text(texts()["de"][f"{what} done"][0])
        assert page.evaluate("document.scripts.length") == 0
    [body] = until(lambda: reported(gateway, f"presses-{what}"))
    assert (body["how"], body["metadata"]["customer"]) == ("page", f"presses-{what}")


def test_a_mistake_is_taken_back(browser: Browser, gateway: Gateway, tracker: Tracker) -> None:
    with visiting(browser) as page:
        page.goto(mint(tracker, "unsubscribe", "mistaken", lang="en"))
        page.click("button")
        page.get_by_text("That was a mistake").click()
        expect(page.locator("h1")).to_have_text(texts()["en"]["resubscribe done"][0])
    bodies = until(lambda: (found := reported(gateway, "mistaken"))[1:] and found)
    by_type = {body["type"]: body for body in bodies}
    assert len(bodies) == len(by_type) == 2
    undone = by_type["email.resubscribed"]["undoes"]
    assert undone == by_type["email.unsubscribed"]["id"]


class Target(Handler):
    """Where a guarded click leads: another origin."""

    def do_GET(self) -> None:
        self.answer(200, b"<h1>arrived</h1>")


@pytest.fixture
def elsewhere() -> Iterator[str]:
    with serving(Target) as port:
        yield f"http://localhost:{port}"


def test_the_button_of_a_guarded_click_leads_to_another_origin(
    browser: Browser, gateway: Gateway, tracker: Tracker, elsewhere: str
) -> None:
    url = tracker.click_url(f"{elsewhere}/reset", {"customer": "guarded"}, guarded=True)
    with visiting(browser) as page:
        page.goto(url)
        expect(page.locator("strong")).to_have_text("localhost")
        assert reported(gateway, "guarded") == []
        page.click("button")
        expect(page.locator("h1")).to_have_text("arrived")
    [body] = until(lambda: reported(gateway, "guarded"))
    assert (body["type"], body["request_data"]["method"]) == ("email.clicked", "POST")


@pytest.mark.fault("acting", 92)
def test_a_browser_without_a_person_acts_at_no_link(
    browser: Browser, gateway: Gateway, tracker: Tracker
) -> None:
    urls = [mint(tracker, ACTIONS[n % 4], f"scanned-{n}") for n in range(LINKS_LOADED)]
    urls.append(tracker.click_url("https://shop.example/", {"customer": "scanned"}, guarded=True))
    page = browser.new_page()
    for url in urls:
        page.goto(url, wait_until="networkidle")
        page.mouse.wheel(0, 1000)
    page.goto("about:blank")
    for url in urls:
        page.set_content(f'<link rel="prefetch" href="{url}"><img src="{url}">')
        page.wait_for_load_state("networkidle")
    page.goto(tracker.open_url({"customer": "opened after the scan"}))
    page.close()
    until(lambda: reported(gateway, "opened after the scan"))
    assert reported(gateway, "scanned") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_axe_finds_nothing_inaccessible_and_the_button_is_large(
    lang: str, scheme: Literal["light", "dark"], browser: Browser, tracker: Tracker
) -> None:
    phone = {"width": 320, "height": 640}
    with visiting(browser, color_scheme=scheme, viewport=phone, locale=lang) as page:
        for what in ACTIONS:
            page.goto(mint(tracker, what, "accessible", lang=lang))
            _is_accessible(page)
            page.locator("button").first.click()
            _is_accessible(page)
        page.goto(tracker.click_url("https://shop.example/", guarded=True))
        _is_accessible(page)
        page.goto(f"{tracker.base_urls.action}forged")
        _is_accessible(page)


def _is_accessible(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for button in page.locator("button").all():
        box = button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
