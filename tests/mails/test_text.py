"""What `adapt_text` takes for a link in plain text."""

from typing import Any

import pytest
import pytracking
from hypothesis import given
from hypothesis import strategies as st
from pytracking.text import adapt_text, find_links

from tests.mails.senders import CLICK, CONFIGURATION, result


def adapted(text: str, **kwargs: Any) -> str:
    return adapt_text(text, {"customer": 7}, CONFIGURATION, **kwargs)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://x.test", "https://x.test"),
        ("See https://x.test/a.", "https://x.test/a"),
        ("See https://x.test/a?!", "https://x.test/a"),
        ("HTTPS://X.test/", "HTTPS://X.test/"),
        ("(see https://x.test/a), or", "https://x.test/a"),
        ("(https://x.test/a_(b))", "https://x.test/a_(b)"),
        ("https://x.test/a_(b)", "https://x.test/a_(b)"),
        ("[https://x.test/a]", "https://x.test/a"),
        ('"https://x.test/a"', "https://x.test/a"),
        ("'https://x.test/a', and", "https://x.test/a"),
        ("“https://x.test/a”", "https://x.test/a"),
        ("<https://x.test/a>", "https://x.test/a"),
        ("<URL:https://x.test/a>", "https://x.test/a"),
        ("[here](https://x.test/a)", "https://x.test/a"),
        ("*https://x.test/a*", "https://x.test/a"),
        ("_https://x.test/a_", "https://x.test/a"),
        ("https://x.test/a_", "https://x.test/a_"),
        ("https://x.test/a/", "https://x.test/a/"),
        ("https://x.test/?a=b&c=%20#d", "https://x.test/?a=b&c=%20#d"),
        ("https://x.test/é", "https://x.test/é"),
        ("请看https://x.test/a。谢谢", "https://x.test/a"),
        ("> https://x.test/a\r\n> b", "https://x.test/a"),
        ("https://x.test/a\nnext", "https://x.test/a"),
    ],
)
def test_a_url_is_replaced_and_the_sentence_around_it_stays(text: str, url: str) -> None:
    [link] = find_links(text)
    assert (link.href, link.target) == (url, url)
    before, _, after = text.partition(url)
    new = adapted(text)
    assert new.startswith(before + CLICK)
    assert new.endswith(after)
    minted = new[len(before) : len(new) - len(after)]
    assert result(minted).tracked_url == url
    assert result(minted).metadata == {"customer": 7}


@pytest.mark.parametrize(
    "text",
    [
        *("x.test and www.x.test", "mailto:a@x.test", "ftp://x.test", "git+https://x.test/a"),
        *("https://", "https://x.test/{{ id }}", "https://x.test/unsubscribe?u=1"),
        CLICK + "eyJ1cmwiOiAiaHR0cHM6Ly94LnRlc3QifQ==",
        "https://user:password@x.test",
        "https://x.test/" + "a" * 5_000,
    ],
)
def test_other_text_is_left(text: str) -> None:
    assert adapted(text) == text


def test_positions_go_into_the_metadata_when_asked_for() -> None:
    new = adapted(
        "https://x.test/{{a}} https://x.test/b https://x.test/c", link_metadata=("position",)
    )
    positions = [result(link).metadata["link_position"] for link in new.split()[1:]]
    assert positions == [1, 2]


def test_without_a_base_url_no_text_is_rewritten() -> None:
    with pytest.raises(pytracking.ConfigurationError, match="base_click_tracking_url"):
        adapt_text("https://x.test", {})


WORDS = st.sampled_from(
    ["https://x.test/a", "<", ">", "(", ")", "\n", " ", "URL:", ".", "_", "*", "]", "](", "b/", '"']
)


@given(st.lists(st.one_of(WORDS, st.text(max_size=3))).map("".join))
def test_only_the_urls_found_change(text: str) -> None:
    new = adapted(text)
    end = position = 0
    for link in find_links(text, CONFIGURATION):
        before = text[end : link.start]
        assert new[position : position + len(before)] == before
        position += len(before)
        if link.outcome == "tracked":
            minted = pytracking.get_click_tracking_url(link.target, {"customer": 7}, CONFIGURATION)
            assert new.startswith(minted, position)
            position += len(minted)
        else:
            position += link.end - link.start
        end = link.end
    assert new[position:] == text[end:]


@pytest.mark.parametrize(
    "piece",
    ["https://", "<https://x.test/", "<https://x.test/\n", "https://x.test/)", ")", "<URL:", "https://x.test/a)\n",
     "]", "https://x.test ", "h"],
)  # fmt: skip
def test_hostile_text_takes_no_longer_than_other_text(piece: str) -> None:
    text = piece * (100_000 // len(piece))  # anything quadratic would take an hour here
    assert len(adapted(text)) >= len(text)
