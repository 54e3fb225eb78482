"""What may be asked of `adapt_html` beyond the original's parameters, and mistakes in asking."""

from typing import Any

import pytest
import pytracking
from pytracking.html import adapt_html, find_links

from tests.mails.judges import html5lib_links
from tests.mails.senders import CLICK, adapted, result, targets


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


@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
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
    [("unsubscribe", "yes"), ("pixel", "middle"), ("link_metadata", ("colour",))],
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
