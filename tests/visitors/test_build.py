"""The crawlers' words are what the script makes of the lists, and find what the lists find."""

import pytest
from pytracking.visitors import RULESET, classify, crawlers

from tests.visitors.corpus import MACHINES, read
from tools.visitors.build import (
    LEFT_OUT,
    NARROWED,
    OUTPUT,
    compile_list,
    compile_lists,
    keys,
    literals,
    load_lists,
    render,
)

FIRST, SECOND = load_lists()
DEVICES_AND_EXPRESSIONS = {
    one for one in LEFT_OUT if one.startswith(("AP3A", "[a-z0-9")) or "(?!" in one
}


def test_the_words_are_those_that_the_script_makes_of_the_pinned_lists():
    assert OUTPUT.read_text(encoding="utf-8") == render(compile_lists(FIRST, SECOND)), (
        "run `python -m tools.visitors.build`"
    )


def test_every_example_of_the_first_list_is_found():
    missed = [
        (crawler["pattern"], example)
        for crawler in FIRST
        if crawler["pattern"] not in LEFT_OUT
        for example in crawler["instances"]
        if classify(example, {}, "GET", None, "click").cls in ("human", "unknown")
    ]
    assert missed == []


def test_a_name_that_only_the_second_list_has_is_found_behind_a_browsers_string():
    chrome = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/139.0.0.0"
    )
    entries = compile_list(SECOND)
    names = [word for word in entries.keys() - compile_list(FIRST).keys() if entries[word] == "b"]
    agents = [f"{chrome} Safari/537.36 {name}/1.0" for name in names]
    assert len(agents) >= 500
    assert {classify(agent, {}, "GET", None, "click").cls for agent in agents} <= set(MACHINES)


def test_of_a_word_that_both_lists_have_the_first_ones_entry_counts():
    first = {"pattern": "nikto", "tags": ["scanner"], "instances": []}
    second = [{"pattern": pattern, "tags": [], "instances": []} for pattern in ("Nikto", "Woko")]
    assert compile_lists([first], second) == {"nikto": "s", "woko": "b"}


def test_what_is_left_out_or_narrowed_is_in_a_list():
    patterns = {crawler["pattern"] for crawler in [*FIRST, *SECOND]}
    assert set(LEFT_OUT) | set(NARROWED) <= patterns


@pytest.mark.parametrize("pattern", sorted(set(LEFT_OUT) - DEVICES_AND_EXPRESSIONS))
def test_what_is_left_out_wrongs_nobody_behind_a_browsers_string(pattern):
    for literal in literals(pattern):
        for browser in (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/139.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
            " (KHTML, like Gecko) Mobile/15E148",
        ):
            agent = f"{browser} {literal.strip('^/')}/1.2"
            assert classify(agent, {}, "GET", None, "click").cls in ("human", "unknown")


def test_a_verdict_names_the_lists_that_it_looks_words_up_in():
    assert RULESET.partition(" ")[2] == crawlers.SOURCE


def test_no_entry_is_a_word_that_browsers_use():
    words = {
        word
        for person in read("people")
        if person.current
        for word in person.agent.lower().replace("/", " ").split()
    }
    assert not [word for word, entry in crawlers.CRAWLERS.items() if entry == "b" and word in words]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("bingbot", ["bingbot"]),
        ("[wW]get", ["wget"]),
        ("(sistrix|SISTRIX) [cC]rawler", ["sistrix crawler"]),
        ("Ahrefs(Bot|SiteAudit)", ["ahrefsbot", "ahrefssiteaudit"]),
        ("(^| )PTST\\/", ["^ptst/", " ptst/"]),
        ("Netumo|netumo", ["netumo"]),
        ("AdsBot-Google([^-]|$)", ["adsbot-google"]),
        ("ContextualBot[\\s\\S]*outcomes\\.net", ["contextualbot|outcomes.net"]),
        ("SSL Labs$", ["ssl labs"]),
        ("Riddler \\(http:\\/\\/riddler\\.io", ["riddler (http://riddler.io"]),
        ("^curl", ["^curl"]),
        ("^NG\\/[0-9\\.]", ["^ng/"]),
    ],
)
def test_a_pattern_becomes_the_literals_it_looks_for(pattern, found):
    assert literals(pattern) == found


@pytest.mark.parametrize("pattern", ["a.*b", "[a-z]bot", "bo?t", "bot{2}", "a\\wb"])
def test_a_pattern_that_is_no_literal_stops_the_script(pattern):
    with pytest.raises(ValueError, match="no literal"):
        literals(pattern)


def test_a_literal_is_kept_under_its_most_telling_word_and_under_longer_ones():
    assert keys("libwww-perl", []) == ["libwww"]
    assert keys("findlink", ["findlinks/2.0"]) == ["findlink", "findlinks"]
    assert keys("google web preview", []) == ["preview"]


def test_a_pattern_of_two_parts_needs_both():
    entries = compile_list([{"pattern": "Current[\\s\\S]*RSS Reader", "tags": [], "instances": []}])
    assert entries == {"current": "b|current|rss reader"}
    assert (
        classify("Mozilla/5.0 (compatible; Current/1.0; RSS Reader)", {}, "GET", None, "open").cls
        == "bot"
    )
    freebsd = "Mozilla/5.0 (X11; FreeBSD 15.0-CURRENT amd64; rv:140.0) Gecko/20100101 Firefox/140.0"
    assert classify(freebsd, {}, "GET", None, "open").cls == "human"


def test_an_entry_that_a_shorter_one_covers_is_dropped():
    crawler = {"tags": [], "instances": []}
    patterns = ["Go-http-client", "Go-lang", "spyder", "spyder\\/3"]
    assert compile_list([{**crawler, "pattern": pattern} for pattern in patterns]) == {
        "go": "b|go-http-client",
        "lang": "b|go-lang",
        "spyder": "b",
    }
