"""No byte is lost, whatever the charset and however broken the HTML; and none costs time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.html import adapt_html, adapt_html_bytes, find_links

from tests.mails.judges import html5lib_links
from tests.mails.senders import CONFIGURATION, adapted, result
from tests.mails.test_markup import PIECES


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


@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
@pytest.mark.fault("mails", 69)
@pytest.mark.parametrize(
    "data", [b"\xff\xfea", b"\xff\xfe\x00\xd8a\x00", b"\xfe\xff\xdc\x00", b"\xef\xbb\xbf\xff"]
)
def test_no_byte_of_broken_unicode_is_lost(data: bytes) -> None:
    assert adapt_html_bytes(data, None, True, False, CONFIGURATION) == data


@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
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


@pytest.mark.fault("mails", 68)
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
