"""The live page in a browser, for every test of it; screenshots go where PAGE_SCREENSHOTS says."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page.live_page import SPEED, opened
from tests.local.gateway import Gateway, running
from tests.support.browser import CHROMIUM, HOW_TO_GET_IT, chromium

expect.set_options(timeout=30_000)  # milliseconds; a shared machine is slow at times


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip(HOW_TO_GET_IT)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def screenshots() -> Iterator[Path]:
    folder = Path(os.environ.get("PAGE_SCREENSHOTS") or tempfile.mkdtemp(prefix="live-page-"))
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    print(f"\nscreenshots: {folder}")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running("--speed", str(SPEED)) as gateway:
        yield gateway


@pytest.fixture
def page(browser: Browser, gateway: Gateway) -> Iterator[Page]:
    with opened(browser, gateway.origin) as page:
        yield page
