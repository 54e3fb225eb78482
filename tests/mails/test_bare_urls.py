# ruff: noqa: RUF001 - these are what is tested
"""Where a URL in running text ends: half of one is never tracked, nor a word of the sentence."""

import pytest
from pytracking.text import adapt_text, find_links

from tests.mails.senders import CONFIGURATION, result

URL = "https://x.test/a"
LONG = "https://x.test/" + "a" * 60  # to column 75


def found(text: str) -> list[tuple[str, str]]:
    return [(link.href, link.outcome) for link in find_links(text)]


WIDE = "，。、；：？！（）「」『』【】《》〈〉・～＋｜〔〕〖〗｡｢｣､･〜※"
OTHER = "،؛؟۔।॥…–—―‐“”„‘’‚«»‹›†‡¿¡՝׃།፡"
INVISIBLE = (
    "\u200b\ufeff\u2060\u00ad\u200e\u200f\u202a\u202c\u2066\u2069\u061c\u00a0\u3000\u2028\x85"
)


@pytest.mark.parametrize("mark", [*WIDE, *OTHER, *INVISIBLE, "`", "\x1b[0m", "\0"])
def test_punctuation_beyond_ascii_and_invisible_marks_end_a_url(mark: str) -> None:
    for behind in ("をご覧", " b", "\n", "", mark, "."):
        assert found(f"こちら（{URL}{mark}{behind}") == [(URL, "tracked")]


@pytest.mark.parametrize(
    "path", ["é", "日本語", "हिन्दी", "col·legi", "кот", "می\u200cشود", "a_(b)", "ä/ö"]
)
def test_letters_of_all_scripts_belong_to_a_url(path: str) -> None:
    assert found(f"{URL}/{path} b") == [(f"{URL}/{path}", "tracked")]


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (f"1.{URL}", [URL]),
        (f"-{URL}", [URL]),
        (f"Mehr...{URL}", [URL]),
        (f"git+{URL} view{URL}", []),
        (f"[a]({URL}1)[b]({URL}2)", [URL + "1", URL + "2"]),
        (f"[{URL}1]({URL}2)", [URL + "1", URL + "2"]),
        (f"({URL}1)({URL}2)", [URL + "1", URL + "2"]),
        (f"({URL})s", [URL]),
        (f"[{URL}][1]", [URL]),
        (f"{URL}[1]", [URL]),
        (f"{URL}[^1].", [URL]),
        (f"{URL}¹²", [URL]),
        (f"[url={URL}]b[/url] [url]{URL}[/url]", [URL, URL]),
        (f"[[{URL}][b]] [[{URL}]]", [URL, URL]),
        (rf"\href{{{URL}}}{{b}} \url{{{URL}}}.", [URL, URL]),
        (f"\x1b[1;32m{URL}\x1b[0m", [URL]),
        (
            f"&lt;{URL}&gt; &quot;{URL}&quot; {URL}&nbsp;b {URL}&#8203;",
            [URL, URL, URL, URL + "&#8203"],
        ),
        (f"<{URL}|label> |{URL}|b|", [URL, URL]),
        (f"**{URL}** _{URL}_ ~~{URL}~~ '{URL}','{URL}'", [URL] * 5),
        (f"{URL},{URL};{URL}", [URL] * 3),
        (f"{{'u': '{URL}'}}", [URL]),
        (f"{URL}?a[]=1&b[0][c]=2&d=[1,2]", [f"{URL}?a[]=1&b[0][c]=2&d=[1,2]"]),
        (f"{URL}?u={URL}", [f"{URL}?u={URL}"]),
        (f"{URL}?family=A|B", [f"{URL}?family=A|B"]),
        ("http://[::1]:8000/a.", ["http://[::1]:8000/a"]),
        (f"{URL}?a=1&b=2&amp;c=3", [f"{URL}?a=1&b=2&amp;c=3"]),
    ],
)
def test_markup_around_a_url_ends_it(text: str, urls: list[str]) -> None:
    assert [href for href, _ in found(text)] == urls


@pytest.mark.parametrize(
    "placeholder",
    [
        *("<%= id %>", "{{ id }}", "{% if a %}b{% endif %}", "*|LIST ID|*", "[% id %]"),
        *("<?= $id ?>", "{!! $id !!}", "[[id]]"),
    ],
)
def test_a_placeholder_with_blanks_belongs_to_its_url(placeholder: str) -> None:
    text = f"See {URL}?id={placeholder}&b=1."
    assert found(text) == [(f"{URL}?id={placeholder}&b=1", "placeholder")]


@pytest.mark.parametrize(
    "following",
    [
        *("Questions? Call us", "24/7 support", "24/7", "12/05/2026", "====", "----", "____"),
        "and/or more",
        URL,
        "HTTPS://x.test/b",
        "ftp://x.test/?a=b",
        "* item",
        "- item",
        "# Title",
        "#1",
        "Q&A follows",
        "",
    ],
)
def test_ordinary_lines_do_not_continue_the_url_before(following: str) -> None:
    assert found(f"{LONG}\n{following}\n")[0] == (LONG, "tracked")


@pytest.mark.parametrize(
    "following",
    [
        *("/b?c=d", "&utm_source=x and so on", "%20x", "b=c", "long/path", "a8f3b2c9", "?x"),
        "path/to?x=1",
    ],
)
@pytest.mark.parametrize("quote", ["", "> ", "> > ", ">>", "| "])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_rest_of_a_broken_url_keeps_it_from_being_tracked(
    following: str, quote: str, line_end: str
) -> None:
    text = f"{quote}{LONG}{line_end}{quote}{following}{line_end}"
    assert found(text) == [(LONG, "wrapped")]
    assert adapt_text(text, None, CONFIGURATION) == text


def test_a_line_longer_than_any_mailer_makes_was_not_wrapped() -> None:
    long = "https://x.test/" + "a" * 173
    assert found(f"{long}\n/b?c=d") == [(long, "tracked")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " \r\n  "])
@pytest.mark.parametrize("quote", ["", "> ", ">> ", "> > ", "| "])
def test_a_url_in_brackets_is_joined_over_quoted_lines(quote: str, line_end: str) -> None:
    between = line_end + quote
    text = f"{quote}<https://x.test/a/{between}b/{between}c>.\n"
    new = adapt_text(text, None, CONFIGURATION)
    assert new[: len(quote) + 1] + new[-3:] == f"{quote}<>.\n"
    assert result(new[len(quote) + 1 : -3]).tracked_url == "https://x.test/a/b/c"


@pytest.mark.parametrize("text", [f"<{LONG}\nb c", f"{URL}\u00adb", f"{URL}\u200b/b"])
def test_what_may_be_half_a_url_is_left_and_reported(text: str) -> None:
    [link] = find_links(text)
    assert (link.outcome, link.untrackable) == ("wrapped", True)


def test_postals_mark_opts_out_and_is_removed() -> None:
    text = "https+notrack://x.test/a http+notrack://x.test/b"
    assert [outcome for _, outcome in found(text)] == ["opted out"] * 2
    assert adapt_text(text, None, CONFIGURATION) == "https://x.test/a http://x.test/b"
