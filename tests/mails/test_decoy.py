"""A decoy: one link in a mail that only programs find."""

import html5lib
import pytest
from pytracking.html import find_links
from pytracking.links import DECOY

from tests.mails.senders import CLICK, adapted, result

MAIL = (
    '<body><p>Hi <a href="https://a.test/?x=1&amp;y=2">a</a> <a href="https://b.test/">b</a></body>'
)


def anchors(html):
    return html5lib.parse(html, namespaceHTMLElements=False).findall(".//a")


@pytest.mark.parametrize("pixel", ["bottom", "top"])
@pytest.mark.parametrize("open_tracking", [True, False])
def test_one_link_more_leads_where_the_first_does_and_says_what_it_is(pixel, open_tracking):
    html = adapted(MAIL, {"customer": 7}, decoy=True, pixel=pixel, open_tracking=open_tracking)
    links = [result(one.get("href")) for one in anchors(html)]
    decoys = [link for link in links if DECOY in link.metadata]
    assert [(one.tracked_url, one.metadata) for one in decoys] == [
        ("https://a.test/?x=1&y=2", {"customer": 7, DECOY: True})
    ]
    assert len(links) == 3


def test_nobody_sees_hears_or_reaches_it():
    (decoy,) = [one for one in anchors(adapted(MAIL, decoy=True)) if one.get("aria-hidden")]
    assert decoy.get("href").startswith(CLICK)
    assert decoy.get("tabindex") == "-1"
    assert "display:none!important" in decoy.get("style")
    assert "".join(decoy.itertext()) == ""


def test_there_is_none_unless_it_is_asked_for():
    assert len(anchors(adapted(MAIL))) == 2


@pytest.mark.parametrize("html", ["<p>no link", '<a href="mailto:a@b.test">m</a>', ""])
def test_a_mail_without_a_tracked_link_gets_none(html):
    assert "aria-hidden" not in adapted(html, decoy=True)


def test_a_mail_that_is_rewritten_again_keeps_its_one():
    once = adapted(MAIL, decoy=True)
    assert adapted(once, decoy=True) == once
    assert len(find_links(once)) == 3


def test_a_value_that_is_neither_true_nor_false_is_refused():
    with pytest.raises(TypeError, match="decoy is 'yes': expected true or false"):
        adapted(MAIL, decoy="yes")
