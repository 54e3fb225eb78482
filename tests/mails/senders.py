"""What the tests of rewriting share: a sender's configuration, and what became of a text."""

from typing import Any

import pytracking
from pytracking.html import adapt_html, find_links

from tests.mails.judges import html5lib_links

OPEN = "https://o.example.test/open/"
CLICK = "https://c.example.test/click/"
CONFIGURATION = pytracking.Configuration(base_open_tracking_url=OPEN, base_click_tracking_url=CLICK)


def adapted(text: str, metadata: Any = None, **kwargs: Any) -> str:
    kwargs.setdefault("open_tracking", False)
    return adapt_html(text, metadata, configuration=CONFIGURATION, **kwargs)


def targets(text: str, **kwargs: Any) -> list[str | None]:
    """Where each link leads after rewriting; None for those that were left."""
    links = html5lib_links(adapted(text, **kwargs))
    return [result(link).tracked_url if link.startswith(CLICK) else None for link in links]


def result(link: str) -> pytracking.TrackingResult:
    return pytracking.get_click_tracking_result(link, configuration=CONFIGURATION)


def outcomes(text: str, **kwargs: Any) -> list[str]:
    return [link.outcome for link in find_links(text, CONFIGURATION, **kwargs)]
