"""What `adapt_html` changes in a mail, and what it leaves."""

from typing import Any

import lxml.html
import pytest
import pytracking
from hypothesis import given
from hypothesis import strategies as st
from pytracking.html import adapt_html, adapt_html_bytes, find_links

from tests.mails.judges import html5lib_links
from tests.mails.test_markup import PIECES

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


# The original's own cases


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


def test_an_adoption_is_no_opt_out() -> None:
    assert outcomes('<a href="https://x.test/adopt-outdoors">') == ["tracked"]


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


# What is asked for


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("https://x.test", "https://x.test?utm_source=news&utm_medium=e+mail"),
        ("https://x.test/?", "https://x.test/?utm_source=news&utm_medium=e+mail"),
        (
            "https://x.test/?a=%20&#b?c",
            "https://x.test/?a=%20&utm_source=news&utm_medium=e+mail#b?c",
        ),
        ("https://x.test/?utm_source=own", "https://x.test/?utm_source=own&utm_medium=e+mail"),
        ("https://x.test/?UTM_medium&utm_source", "https://x.test/?UTM_medium&utm_source"),
    ],
)
def test_utm_parameters_are_added_beside_those_that_are_there(before: str, after: str) -> None:
    utm = {"source": "news", "utm_medium": "e mail"}
    assert targets(f"<a href='{before.replace('&', '&amp;')}'>", utm=utm) == [after]


def test_a_target_that_utm_parameters_make_too_long_is_left() -> None:
    long = "https://x.test/" + "a" * 2_030
    assert targets(f"<a href={long}>") == [long]
    assert targets(f"<a href={long}>", utm={"source": "newsletter"}) == [None]


def test_metadata_tells_of_the_link_when_asked_to() -> None:
    text = (
        '<a href="mailto:x">no</a>'
        '<a data-pytracking-section="top &amp; first" href="https://x.test">'
        " Shop\n<b>now</b>&nbsp;! </a>"
        '<a href="https://x.test" data-pytracking-customer="8">'
        '<img alt="A &quot;pony&quot;" src=x></a>'
        '<a href="https://x.test"><style>no</style></a><a href="https://x.test">unclosed'
    )
    new = adapted(text, {"customer": 7}, link_metadata=("position", "label", "attributes"))
    assert [result(link).metadata for link in html5lib_links(new)[1:]] == [
        {"customer": 7, "section": "top & first", "link_position": 1, "link_label": "Shop now !"},
        {"customer": 7, "link_position": 2, "link_label": 'A "pony"'},
        {"customer": 7, "link_position": 3, "link_label": ""},
        {"customer": 7, "link_position": 4, "link_label": "unclosed"},
    ]
    assert "data-pytracking" not in new
    assert [result(link).metadata for link in html5lib_links(adapted(text, {"a": 1}))[1:]] == [
        {"a": 1}
    ] * 4


def test_own_attributes_stay_when_nobody_asks_for_them() -> None:
    assert 'data-pytracking-section="a"' in adapted(
        '<a href="https://x.test" data-pytracking-section="a">'
    )


MSO = (
    '<!--[if mso]><v:roundrect href="https://x.test/v" x="1"><a href="https://x.test/a">b</a>'
    '</v:roundrect><![endif]--><!--[if !mso]><!--><a href="https://x.test/c">b</a><!--<![endif]-->'
    '<!-- <a href="https://x.test/d"> -->'
)


def test_conditional_comments_are_left_unless_asked_for() -> None:
    assert targets(MSO) == ["https://x.test/c"]
    new = adapted(MSO, conditional_comments=True)
    assert [link.target for link in find_links(MSO, conditional_comments=True)] == [
        "https://x.test/v",
        "https://x.test/a",
        "https://x.test/c",
    ]
    assert new.count(CLICK) == 3
    assert '<!-- <a href="https://x.test/d"> -->' in new


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("unsubscribe", "yes"),
        ("pixel", "middle"),
        ("link_metadata", ("colour",)),
    ],
)
def test_an_option_without_that_value_says_which_ones_it_has(keyword: str, value: Any) -> None:
    with pytest.raises(ValueError, match="expected one of"):
        adapted("", **{keyword: value})


def test_misspelt_keywords_are_refused() -> None:
    with pytest.raises(TypeError, match="base_click_tracking_url"):
        adapted("", base_click_trakcing_url="https://x.test")
    with pytest.raises(TypeError, match="several"):
        adapted("", link_metadata="position")


@pytest.mark.parametrize(("click", "opened"), [(True, False), (False, True)])
def test_without_a_base_url_nothing_is_rewritten(click: bool, opened: bool) -> None:
    with pytest.raises(pytracking.ConfigurationError, match="open" if opened else "click"):
        adapt_html("<a href=https://x.test>", {}, click, opened)
    assert adapt_html("<a href=https://x.test>", {}, False, False) == "<a href=https://x.test>"


def test_metadata_that_json_cannot_hold_is_refused() -> None:
    with pytest.raises(pytracking.InvalidPayload):
        adapted("<a href=https://x.test>", {"a": float("nan")})


# The pixel

PIXEL = "<img>"


def with_pixel(text: str, **kwargs: Any) -> str:
    new = adapted(text, open_tracking=True, **kwargs)
    before, mark, rest = new.partition(f'<img src="{OPEN}')
    assert mark
    return before + PIXEL + rest.partition(">")[2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<body>a</body></html>", "<body>a<img></body></html>"),
        ("<BODY>a</BODY\n></html>", "<BODY>a<img></BODY\n></html>"),
        ("<body>a</body>b</body></html>", "<body>a</body>b<img></body></html>"),
        ("<body>a</html>\n", "<body>a<img></html>\n"),
        ("a", "a<img>"),
        ("", "<img>"),
        ("<body>a<!-- </body> -->", "<body>a<!-- </body> --><img>"),
        ("<body>a</body><!-- </body> -->", "<body>a<img></body><!-- </body> -->"),
        ("<script>'</body>'</script>", "<script>'</body>'</script><img>"),
        ("<p title='</body>'>a", "<p title='</body>'>a<img>"),
        ("<body>a<!-- unclosed", "<body>a<img><!-- unclosed"),
        ("a<style>unclosed", "a<img><style>unclosed"),
        ("a<plaintext>b</body>", "a<img><plaintext>b</body>"),
        ("a<a href='unclosed", "a<img><a href='unclosed"),
    ],
)
def test_the_pixel_stands_at_the_end_of_the_body(before: str, after: str) -> None:
    assert with_pixel(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "<html><head></head><body bgcolor=red>a</body>",
            "<html><head></head><body bgcolor=red><img>a</body>",
        ),
        ("<body>a<body>b", "<body><img>a<body>b"),
        ("a<p>b", "<img>a<p>b"),
        ("<!doctype html>\n<!-- x --><p>b", "<!doctype html>\n<!-- x --><img><p>b"),
        (
            "<html><head><title><body></title><style>x</style></head>\n<p>b",
            "<html><head><title><body></title><style>x</style></head>\n<img><p>b",
        ),
        ("<header>a", "<img><header>a"),
        ("<title>unclosed", "<img><title>unclosed"),
    ],
)
def test_the_pixel_stands_at_the_top_of_the_body_when_asked_to(before: str, after: str) -> None:
    assert with_pixel(before, pixel="top") == after


def test_the_pixel_has_an_empty_alt_a_size_and_no_place_in_the_layout() -> None:
    image = lxml.html.fragment_fromstring(adapted("", open_tracking=True))
    assert image.tag == "img"
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("", "1", "1")
    assert "position:absolute!important" in image.get("style")


# Bytes


@pytest.mark.parametrize(
    "data",
    [
        "<meta charset=utf-8><p>é<a href='https://x.test/é'>".encode(),
        "<meta charset=iso-8859-1><p>é<a href='https://x.test/é'>".encode("cp1252"),
        "<meta http-equiv=Content-Type content='text/html; charset=gbk'><p>一<a href='https://x.test/é'>".encode(
            "gbk"
        ),
        "\ufeff<p>é<a href='https://x.test/é'>".encode("utf-16"),
        "\ufeff<p>é<a href='https://x.test/é'>".encode(),
        "<meta charset=utf-16><a href='https://x.test/é'>".encode(),
        "<meta charset=unheard-of><a href='https://x.test/é'>".encode(),
        "\ufeff<p>é<a href='https://x.test/é'>".encode("utf-8") + b"\xff",
    ],
)
def test_bytes_are_read_in_their_own_charset(data: bytes) -> None:
    assert [link.target for link in find_links(data)] == ["https://x.test/é"]
    assert result(html5lib_links(adapt_html(data, None, True, False, CONFIGURATION))[0]).tracked_url


def test_the_charset_of_the_header_goes_before_that_of_the_text() -> None:
    data = "<meta charset=utf-8><a href='https://x.test/é'>".encode("latin-1")
    new = adapt_html_bytes(data, None, True, False, CONFIGURATION, charset="ISO-8859-1")
    assert result(html5lib_links(new.decode("latin-1"))[0]).tracked_url == "https://x.test/é"


@pytest.mark.parametrize(
    "data", [b"\xff\xfea", b"\xff\xfe\x00\xd8a\x00", b"\xfe\xff\xdc\x00", b"\xef\xbb\xbf\xff"]
)
def test_no_byte_of_broken_unicode_is_lost(data: bytes) -> None:
    assert adapt_html_bytes(data, None, True, False, CONFIGURATION) == data


@given(
    st.binary(),
    st.sampled_from(
        ["", "utf-8", "latin1", "shift_jis", "gb18030", "iso-2022-jp", "hz", "utf-7", "rot13"]
    ),
)
def test_no_byte_is_lost_in_any_charset(data: bytes, charset: str) -> None:
    head = f"<meta charset={charset}>".encode() if charset else b""
    text = head + data + b"<a href=mailto:x>"
    assert adapt_html_bytes(text, None, True, False, CONFIGURATION) == text


@given(st.lists(st.one_of(PIECES, st.characters(codec="utf-8"))).map("".join))
def test_what_broken_html_becomes_differs_only_where_links_were_replaced(text: str) -> None:
    new = adapted(text)
    end = new_end = 0
    for link, new_link in zip(find_links(text), find_links(new), strict=True):
        assert text[end : link.start] == new[new_end : new_link.start]
        end, new_end = link.end, new_link.end
        tag, new_tag = text[link.start : end], new[new_link.start : new_end]
        assert (new_tag == tag) == (link.outcome != "tracked")
    assert text[end:] == new[new_end:]
    assert adapt_html_bytes(text.encode(), None, True, False, CONFIGURATION) == new.encode()


@pytest.mark.parametrize(
    "piece",
    [
        "<a ", "<a href=", '<a href="', "<!--", "<!-- -", "<![", "<", "</", "</a ", "<a x='", "&",
        "&amp", "<script><!--<script>", "<title></titl", "<!--[if ", "<base href=x", "<a href=https://x.test/{",
        "<a href=https://x.test/unsub", "<style>", "<a\t", "<a =", '"', "<a data-pytracking=off ",
    ],
)  # fmt: skip
def test_hostile_html_takes_no_longer_than_other_html(piece: str) -> None:
    # Anything quadratic would take hours here.
    text = piece * (1_000_000 // len(piece))
    options = {"conditional_comments": True, "link_metadata": ("label",), "pixel": "top"}
    assert len(adapted(text, open_tracking=True, **options)) > len(text)
