"""The scanner of tags, against the HTML Standard and against html5lib."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytracking.mails import markup

from tests.mails.judges import html5lib_links

LINKS = frozenset({"a", "area"})


def hrefs(text: str) -> list[str]:
    found = []
    for tag in markup.tags(text, LINKS):
        if isinstance(tag, markup.Tag) and "href" in (given := markup.attributes(text, tag)):
            found.append(markup.value(given["href"]))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<a href="x">', ["x"]),
        ("<A HREF='x'>", ["x"]),
        ("<a href=x>", ["x"]),
        ("<a/href=x>", ["x"]),
        ("<a href = x >", ["x"]),
        ("<a\nhref\n=\n'x'\n>", ["x"]),
        ("<a href=x/>", ["x/"]),
        ('<a href="x"/>', ["x"]),
        ('<a href="x"href="y">', ["x"]),
        ("<a href=x HREF=y>", ["x"]),
        ("<a href>", [""]),
        ("<a href=>", [""]),
        ('<a href="">', [""]),
        ('<a title="a > b" href="x">', ["x"]),
        ('<a title=a"b href=x>', ["x"]),
        ('<a title==">" href=x>', []),
        ('<a ="x" href=y>', ["y"]),
        ('<img alt="<a href=x>">', []),
        ("<area href=x>", ["x"]),
        ("<abbr href=x><article href=x>", []),
        ("<a\x0bhref=x>", []),  # a vertical tab is no whitespace in HTML
        ("<\u0430 href=x>", []),  # a Cyrillic letter
        ("< a href=x>", []),
        ("<<a href=x>", ["x"]),
        ("</a href=x>", []),
        ("<!-- <a href=x> --><a href=y>", ["y"]),
        ("<!--><a href=x>-->", ["x"]),
        ("<!---><a href=x>-->", ["x"]),
        ("<!-- --!><a href=x>", ["x"]),
        ("<!-- <!-- --><a href=x>", ["x"]),
        ("<!-- > <a href=x>", []),
        ("<![CDATA[ <a href=x> ]]>", []),  # outside SVG and MathML: a comment up to the first >
        ("<![CDATA[ > <a href=x> ]]>", ["x"]),
        ("<!doctype html '><a href=x>", ["x"]),
        ("<?xml ?><a href=x>", ["x"]),
        ("</><a href=x>", ["x"]),
        ("</ <a href=x><a href=y>", ["y"]),
        ("<![if mso]><a href=x><![endif]>", ["x"]),
        ("<style><a href=x></style><a href=y>", ["y"]),
        ("<STYLE><a href=x></stYle\n><a href=y>", ["y"]),
        ("<title></titles><a href=x></title><a href=y>", ["y"]),
        ("<textarea><!-- </textarea><a href=x> -->", ["x"]),
        ("<xmp><a href=x></xmp><iframe><a href=x></iframe><noembed><a href=x></noembed>", []),
        ("<noscript><a href=x></noscript>", ["x"]),  # mail clients run no scripts
        ("<script><a href=x></script><a href=y>", ["y"]),
        ("<script><!-- <script></script><a href=x> --></script><a href=y>", ["y"]),
        ("<script><!-- <script> --></script><a href=y>", ["y"]),
        ("<script><!--></script><a href=y>", ["y"]),
        ("<script/><a href=x></script>", []),
        ("<plaintext></plaintext><a href=x>", []),
        ("<svg><title/><style/><script/></svg><a href=x>", ["x"]),
        ("<svg><style><a href=x></a></style></svg><a href=y>", ["x", "y"]),
        ("<svg><desc><style><a href=x></style></desc></svg><a href=y>", ["y"]),
        ("<svg><foreignObject><p><title><a href=x></title></p></foreignObject></svg>", []),
        ("<svg><![CDATA[ > <a href=x> ]]]><a href=y></svg>", ["y"]),
        ("<svg><![CDATA[ > <a href=x>", []),
        ("<svg><p><title><a href=x></title>", []),  # <p> ends the SVG
        ("<svg/><style><a href=x></style>", []),
        ("<math><mi><style><a href=x></style></mi><mrow><style><a href=y></style>", ["y"]),
        ("<svg><g></svg><style><a href=x></style>", []),
        ("<svg></g></svg><style><a href=x></style>", []),
        ('<a href="x', []),
        ('<a href="x"', []),
        ('<a href="x"><a href="y', ["x"]),
    ],
)
def test_links_are_found_where_the_standard_finds_them(text: str, expected: list[str]) -> None:
    assert hrefs(text) == expected
    assert html5lib_links(text) == expected


def test_a_paragraph_s_end_ends_svg() -> None:
    # The standard has it since 2020, and html5lib not yet.
    assert hrefs("<svg><g></p><title><a href=x></title>") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("?a=1&amp;b=2", "?a=1&b=2"),
        ("?a=1&b=2", "?a=1&b=2"),
        ("?a=1&copy=2", "?a=1&copy=2"),
        ("?a=1&copy2", "?a=1&copy2"),
        ("?a=1&copy", "?a=1\u00a9"),
        ("?a=1&copy;=2", "?a=1\u00a9=2"),
        ("?a=1&notin;", "?a=1\u2209"),
        ("?a=1&notit;", "?a=1&notit;"),
        ("&#x2F;&#47;&#X2f", "///"),
        ("&#38;amp;", "&amp;"),
        ("&#0;&#xD800;&#x110000;&#99999999999999999999;", "\ufffd" * 4),
        ("&#128;&#x9f;", "\u20ac\u0178"),
        ("&#;&#x;&;&", "&#;&#x;&;&"),
        ("&quot;&lt;&gt;&apos;", "\"<>'"),
        ("&" + "#" + "0" * 4_000 + "65;", "A"),
    ],
)
def test_character_references_mean_what_they_mean_in_attributes(written: str, meant: str) -> None:
    assert markup.decoded(written) == meant
    assert html5lib_links(f"<a href='{written.replace(chr(39), '')}'>") == [meant]


@given(st.text(), st.sampled_from(["'", '"', ""]))
def test_an_encoded_value_is_read_back_as_it_was(value: str, quote: str) -> None:
    if not quote and not value:
        return
    value = value.replace("\r", "").replace("\0", "")
    if value:
        text = f"<a href={quote}{markup.encoded(value, quote)}{quote}>"
        assert hrefs(text) == [value]


PIECES = st.sampled_from(
    """
    <a <a_href= <A/href=" <area_href=' <a_href="https://x.test/1"> <a_href=https://x.test/2> " ' > <
    / = _ x href </a> </a </ /> <! <!-- --> -- - --!> <!- <!doctype <? ]]> <![CDATA[ & &amp; &copy
    &copy= &#60; <p> <div_ </div> <b> </b> <table> <td> </table> <img_alt=" <title> </title> </title
    <textarea> </textarea_ <script> </script> <script_ </script_ <style> </style> <STYLE_x=">
    </style/ <iframe> </iframe> <noscript> </noscript> <xmp> </xmp> <noframes> </noframes>
    <base_href= <body> </body> </html> <head> </head> <br/> \x0b \x0c \n https://x.test/3 é
    """.split()  # noqa: SIM905
).map(lambda piece: piece.replace("_", " "))


# Whole elements: what end tags without a beginning do depends on HTML elements before the SVG.
FOREIGN = st.recursive(
    st.sampled_from(
        [
            "x",
            '<a href="https://x.test/1">x</a>',
            "<title/>",
            "<style/>",
            "<g></g>",
            "<style><a href=https://x.test/2></a></style>",
            "<script><a href=https://x.test/3></a></script>",
        ]
    ),
    lambda inside: st.tuples(
        st.sampled_from(["svg", "SVG", "math", "g", "foreignObject", "desc", "mi"]),
        st.lists(inside, max_size=4).map("".join),
    ).map(lambda element: f"<{element[0]}>{element[1]}</{element[0]}>"),
    max_leaves=8,
)


@given(FOREIGN, FOREIGN)
def test_svg_and_mathml_have_the_links_that_a_browser_sees(first: str, second: str) -> None:
    text = f"<svg>{first}</svg><math>{second}</math>"
    assert set(hrefs(text)) == set(html5lib_links(text))


@given(st.lists(PIECES, max_size=25).map("".join))
@example('<a href="x" title=\'')
def test_broken_html_has_the_links_that_a_browser_sees(text: str) -> None:
    # A set: browsers give an unclosed link again in each block that follows.
    assert set(hrefs(text)) == set(html5lib_links(text))
