"""Real mails: the links found are those that other parsers find, and nothing else changes."""

import re
from collections import Counter

import pytest
import pytracking
from pytracking.html import adapt_html, adapt_html_bytes, find_links

from tests.mails.judges import html5lib_links, lxml_links
from tests.mails.real import MAILS, mail
from tests.mails.senders import CONFIGURATION, result

HREF = re.compile(r"""\shref=(["'])(.*?)\1""", re.DOTALL)


def variants(name: str) -> list[str]:
    """The mail as it is, and with its idle links (`#`) leading somewhere."""
    text = mail(name)
    pieces = text.split('href="#"')
    numbered = "".join(f'{p}href="https://x.test/?n={n}&amp;m"' for n, p in enumerate(pieces[:-1]))
    return [text, numbered + pieces[-1]]


@pytest.mark.parametrize("name", MAILS)
def test_the_links_of_a_real_mail_are_those_that_other_parsers_find(name: str) -> None:
    for text in variants(name):
        ours = Counter(link.href for link in find_links(text))
        assert ours == Counter(html5lib_links(text)) == Counter(lxml_links(text))
        assert ours


@pytest.mark.parametrize("name", MAILS)
def test_every_byte_of_a_real_mail_outside_the_changes_stays(name: str) -> None:
    for text in variants(name):
        new = adapt_html(text, {"customer": 7}, configuration=CONFIGURATION)
        assert (
            adapt_html_bytes(text.encode(), {"customer": 7}, configuration=CONFIGURATION)
            == new.encode()
        )
        tracked = [link for link in find_links(text, CONFIGURATION) if link.outcome == "tracked"]
        restored = new
        for link in tracked:
            minted = pytracking.get_click_tracking_url(link.target, {"customer": 7}, CONFIGURATION)
            assert result(minted).tracked_url == link.target
            written = HREF.search(text, link.start, link.end)
            assert written
            assert minted in restored
            restored = restored.replace(minted, written[2], 1)
        before, _, after = restored.partition('<img src="https://o.example.test/open/')
        assert before + after.partition(">")[2] == text


@pytest.mark.parametrize("name", MAILS)
def test_a_real_mail_rewritten_has_the_same_elements_to_other_parsers(name: str) -> None:
    for text in variants(name):
        new = adapt_html(text, None, configuration=CONFIGURATION)
        tracked = {link.href: link.target for link in find_links(text) if link.target}
        unminted = [
            result(u).tracked_url if "example.test/" in u else u for u in html5lib_links(new)
        ]
        assert unminted == [tracked.get(href, href) for href in html5lib_links(text)]
