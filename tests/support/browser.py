"""Chromium, headless, driven by Playwright; it asks nobody but the pages that a test opens."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HOW_TO_GET_IT = "no Chromium here: apt-get install chromium (or any package that brings chromium)"
# No start-up page, no look for updates, no sync.
FLAGS = [
    *("--disable-background-networking", "--disable-component-update", "--disable-gpu"),
    *("--disable-quic", "--disable-sync", "--no-first-run"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Chromium until the block ends."""
    assert CHROMIUM, HOW_TO_GET_IT
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, which containers commonly run as.
        sandbox = os.geteuid() != 0
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, chromium_sandbox=sandbox
        )
        yield browser
        browser.close()
