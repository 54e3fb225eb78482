"""Webhooks inside links of ``Configuration`` and the functions of 0.2.2: checked when minted."""

from typing import Any

import pytest
import pytracking
from pytracking import Configuration, InvalidTarget
from pytracking.html import adapt_html
from pytracking.text import adapt_text

from tests.mails.judges import html5lib_links
from tests.support.webhooks_refused import MALFORMED

BASES: Any = {
    "base_open_tracking_url": "https://t.example/o/",
    "base_click_tracking_url": "https://t.example/c/",
    "include_webhook_url": True,
}
RING = pytracking.Keyring("a secret of the tests, and of nobody else")


@pytest.mark.parametrize("keyring", [None, RING])
@pytest.mark.parametrize("webhook", MALFORMED)
def test_a_malformed_webhook_is_refused_however_a_link_is_minted(
    webhook: Any, keyring: pytracking.Keyring | None
) -> None:
    settings = {**BASES, "webhook_url": webhook, "keyring": keyring}
    target = "https://shop.example/"
    for mint in (
        lambda: pytracking.get_open_tracking_url({}, **settings),
        lambda: pytracking.get_click_tracking_url(target, {}, **settings),
        lambda: Configuration(**settings).get_open_tracking_url({}),
        lambda: Configuration(**settings).get_click_tracking_url(target, {}),
        lambda: adapt_html(f'<a href="{target}">', {}, **settings),
        lambda: adapt_text(target, {}, **settings),
    ):
        with pytest.raises(InvalidTarget, match="invalid webhook"):
            mint()


@pytest.mark.parametrize("keyring", [None, RING])
def test_http_is_kept_where_0_2_2_has_it(keyring: pytracking.Keyring | None) -> None:
    settings = {**BASES, "webhook_url": "http://hooks.example/a", "keyring": keyring}
    link = pytracking.get_open_tracking_url({}, **settings)
    assert pytracking.get_open_tracking_result(link, **settings).webhook_url == (
        "http://hooks.example/a"
    )


@pytest.mark.parametrize("keyring", [None, RING])
def test_an_international_webhook_is_ascii_in_every_link(
    keyring: pytracking.Keyring | None,
) -> None:
    configuration = Configuration(
        **BASES, webhook_url="https://b\u00fccher.example/hook", keyring=keyring
    )
    [link, *_] = html5lib_links(
        adapt_html('<a href="https://shop.example/">', {}, configuration=configuration)
    )
    for minted in (link, configuration.get_click_tracking_url("https://shop.example/", {})):
        result = pytracking.get_click_tracking_result(minted, configuration=configuration)
        assert result.webhook_url == "https://xn--bcher-kva.example/hook"


@pytest.mark.parametrize("keyring", [None, RING])
def test_an_international_base_is_ascii_in_links_and_both_spellings_are_read(
    keyring: pytracking.Keyring | None,
) -> None:
    base = "https://b\u00fccher.example/c/"
    link = pytracking.get_click_tracking_url(
        "https://shop.example/", {"a": 1}, base_click_tracking_url=base, keyring=keyring
    )
    assert link.startswith("https://xn--bcher-kva.example/c/")
    for spelling in (link, link.replace("xn--bcher-kva", "b\u00fccher")):
        for own in (base, "https://xn--bcher-kva.example/c/"):
            result = pytracking.get_click_tracking_result(
                spelling, base_click_tracking_url=own, keyring=keyring
            )
            assert result.metadata == {"a": 1}
