"""What `adapt_html` changes in a mail, and what it leaves."""

import lxml.html
import pytest
import pytracking
from pytracking.html import adapt_html, find_links

from tests.mails.judges import html5lib_links
from tests.mails.senders import CLICK, CONFIGURATION, OPEN, adapted, outcomes, result, targets

ORIGINAL = """
<!DOCTYPE html>
<html>
<head>
<meta charset="UTF-8"></meta>
<head>
</head>
<body>
<h1>Hello World Some éàù and &eacute; entities.</h1>
<p>
<a href="http://www.example.com/foo/?question=response">This is an inline link
</a> with some text.
</p>
<p>
<a href="mailto:bob@bob.com">Mail to Bob!</a>
</p>
<ul>
<li><a href="http://www.domain2.com">
<img src="http://www.test.com/test.jpg"></a></li>
</ul>
</body>
</html>
"""
PAGES = ["http://www.example.com/foo/?question=response", "http://www.domain2.com"]


@pytest.mark.parametrize("click", [True, False])
@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("text", [ORIGINAL, ORIGINAL.encode()])
def test_the_original_s_mail_is_tracked_as_the_original_tracked_it(
    text: str | bytes, click: bool, opened: bool
) -> None:
    new = adapt_html(
        text, {"customer": 7}, click, opened, CONFIGURATION, webhook_url="https://w.test"
    )
    tree = lxml.html.fromstring(new)
    links = [a.get("href") for a in tree.xpath("//a")]
    assert links[1] == "mailto:bob@bob.com"
    if click:
        results = [result(links[0]), result(links[2])]
        assert [r.tracked_url for r in results] == PAGES
        assert [r.metadata for r in results] == [{"customer": 7}] * 2
    else:
        assert [links[0], links[2]] == PAGES
    images = [img.get("src") for img in tree.xpath("//img")]
    assert len(images) == 1 + opened
    if opened:
        seen = pytracking.get_open_tracking_result(images[-1], configuration=CONFIGURATION)
        assert seen.metadata == {"customer": 7}


def test_only_hrefs_change_and_the_pixel_is_added() -> None:
    new = adapted(ORIGINAL, open_tracking=True)
    for link, page in zip(html5lib_links(new)[::2], PAGES, strict=True):
        new = new.replace(link, page)
    before, pixel, after = new.partition("<img src=" + '"' + OPEN)
    assert pixel
    assert before + after.partition(">")[2] == ORIGINAL


# Which links


@pytest.mark.parametrize(
    ("href", "target"),
    [
        ("http://x.test", "http://x.test"),
        ("https://x.test/?a=1&amp;b=2#c", "https://x.test/?a=1&b=2#c"),
        ("HTTPS://X.test/", "HTTPS://X.test/"),
        ("//x.test/a", "https://x.test/a"),
        (" \n https://x.test/a\n\tb ", "https://x.test/ab"),
        ("https://x.test/a b", "https://x.test/a%20b"),
        ("https://x.test/?a=%C3%A9%20%DA%DA", "https://x.test/?a=%C3%A9%20%DA%DA"),
        ("https://x.test/?a=100%&b=5%", "https://x.test/?a=100%&b=5%"),
        ("https://bücher.test/ä", "https://bücher.test/ä"),
    ],
)
def test_links_to_pages_are_tracked(href: str, target: str) -> None:
    assert targets(f'<a href="{href}">') == [target]
    assert targets(f'<map><area href="{href}">') == [target]


@pytest.mark.parametrize(
    ("href", "outcome"),
    [
        ("mailto:a@x.test", "no page"),
        ("tel:+3212345", "no page"),
        ("sms:1", "no page"),
        ("javascript:alert(1)", "no page"),
        ("data:text/html,x", "no page"),
        ("cid:image", "no page"),
        ("#top", "no page"),
        ("", "no page"),
        ("  ", "no page"),
        ("/about", "relative"),
        ("about.html", "relative"),
        ("?q", "relative"),
        ("https://x.test/unsubscribe?u=1", "unsubscribe"),
        ("https://x.test/Opt-Out", "unsubscribe"),
        ("https://x.test/email-preferences", "unsubscribe"),
        ("https://x.test/abbestellen", "unsubscribe"),
        ("{{ url }}", "placeholder"),
        ("https://x.test/{% if a %}b{% endif %}", "placeholder"),
        ("*|ARCHIVE|*", "placeholder"),
        ("https://x.test/%%id%%", "placeholder"),
        ("${url}", "placeholder"),
        ("https://x.test/[[id]]", "placeholder"),
        ("<%= url %>", "placeholder"),
        ("https://x.test/?u=%recipient.id%", "placeholder"),
        ("https://x.test/?u=%EMAIL%", "placeholder"),
        ("https://x.test/?u=$[FNAME]$", "placeholder"),
        ("{$url}", "placeholder"),
        ("https://user@x.test/", "refused"),
        ("https:x.test", "refused"),
        ("https://x.test:0/", "refused"),
        ("http://a.test\\@b.test/", "refused"),
        ("https://[::1", "refused"),
        ("https://x.test/" + "a" * 2_048, "refused"),
        (CLICK + "eyJ1cmwiOiAiaHR0cHM6Ly94LnRlc3QifQ==", "already tracked"),
        (OPEN + "p" + "A" * 60, "already tracked"),
    ],
)
def test_other_links_are_left_and_the_reason_is_told(href: str, outcome: str) -> None:
    text = f'<a title=1 href="{href}">'
    assert outcomes(text) == [outcome]
    assert adapted(text) == text


def test_a_page_under_the_tracking_base_that_is_no_token_is_no_tracked_link() -> None:
    whole_host = {"base_click_tracking_url": "https://c.example.test/"}
    link = '<a href="https://c.example.test/about-us">'
    assert outcomes(link, **whole_host) == ["tracked"]
    assert outcomes(f'<a href="{CLICK}about-us">') == ["refused"]  # it would lead to ourselves


def test_rewriting_twice_leaves_the_links_of_the_first_time() -> None:
    once = adapted(ORIGINAL)
    assert adapted(once) == once


@pytest.mark.parametrize(
    "attribute",
    [
        "clicktracking=off",
        'clicktracking="OFF"',
        "ses:no-track",
        "data-skip-click",
        "data-pm-no-track",
        "disable-tracking=true",
        "mc:disable-tracking",
        'data-msys-clicktrack="0"',
        "mautic:disable-tracking",
        'data-mautic-disable-tracking="true"',
        'class="button untracked"',
        "class=mktNoTrack",
        "class=inf-track-no",
        "autotrack=false",
        "cm_dontconvertlink",
    ],
)
def test_the_customary_opt_outs_are_honoured_and_stay(attribute: str) -> None:
    text = f'<a href="https://x.test" {attribute}>'
    assert outcomes(text) == ["opted out"]
    assert adapted(text) == text


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a data-pytracking="off" href="https://x.test">', '<a href="https://x.test">'),
        ("<a href='https://x.test'\n DATA-pytracking = off >", "<a href='https://x.test' >"),
        ('<a href="https://x.test"data-pytracking="off">', '<a href="https://x.test">'),
        ('<a data-pytracking="off"href="https://x.test">', '<a href="https://x.test">'),
        ('<a id=1 data-pytracking="off"href=https://x.test>', "<a id=1 href=https://x.test>"),
        ("<a/data-pytracking=off/href=x>", "<a/data-pytracking=off/href=x>"),  # says "off/href=x"
    ],
)
def test_our_own_opt_out_is_honoured_and_removed(before: str, after: str) -> None:
    assert adapted(before) == after


def test_clicktracking_on_is_no_opt_out() -> None:
    assert outcomes('<a href="https://x.test" clicktracking=on data-pytracking="on">') == [
        "tracked"
    ]


def test_unsubscribe_links_are_tracked_when_asked_to() -> None:
    assert targets('<a href="https://x.test/unsubscribe">', unsubscribe="track") == [
        "https://x.test/unsubscribe"
    ]


def test_the_caller_may_have_links_left() -> None:
    text = '<a href="https://x.test/a"><a href="https://y.test/b">'
    assert targets(text, leave=lambda url: "y.test" in url) == ["https://x.test/a", None]


# <base>


@pytest.mark.parametrize(
    ("base", "href", "target"),
    [
        ("https://x.test/a/b", "c?d#e", "https://x.test/a/c?d#e"),
        ("https://x.test/a/b", "/c", "https://x.test/c"),
        ("http://x.test/a/b", "//y.test/c", "http://y.test/c"),
        ("//x.test/a/", "c", "https://x.test/a/c"),
        ("https://x.test/", "http://y.test/", "http://y.test/"),
        ("https://x.test/", "#top", None),
        ("/a/", "b", None),
        ("{{ base }}", "b", None),
        ("https://{{ host }}/", "b", None),
        ("https://x.test/", "//[::1", None),
    ],
)
def test_links_are_relative_to_the_base(base: str, href: str, target: str | None) -> None:
    assert targets(f'<base target=_top><base href="{base}"><base href=no><a href="{href}">') == [
        target
    ]


def test_a_base_behind_a_link_counts_for_it() -> None:
    assert targets("<a href=a></a><base href=https://x.test/>") == ["https://x.test/a"]


# How values are written


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<A  HREF="https://x.test" x>', '<A  HREF="{}" x>'),
        ("<a\thref = 'https://x.test'/>", "<a\thref = '{}'/>"),
        ("<a href=https://x.test>", "<a href={}>"),
        ("<a href=https://x.test href=https://y.test>", "<a href={} href=https://y.test>"),
    ],
)
def test_quotes_case_and_spaces_of_the_tag_stay(before: str, after: str) -> None:
    new = adapted(before)
    assert new == after.format(html5lib_links(new)[0])


@pytest.mark.parametrize("quote", ["'", '"', ""])
def test_a_minted_link_with_special_characters_is_written_so_that_it_is_read_back(
    quote: str,
) -> None:
    base = "https://c.example.test/?a='\"`<>&amp=&t="
    configuration = CONFIGURATION.merge_with_kwargs({"base_click_tracking_url": base})
    text = f"<a href={quote}https://x.test{quote} id=1>"
    new = adapt_html(text, None, open_tracking=False, configuration=configuration)
    assert html5lib_links(new)[0].startswith(base[:22])
    assert find_links(new)[0].href == pytracking.get_click_tracking_url(
        "https://x.test", None, configuration
    )
