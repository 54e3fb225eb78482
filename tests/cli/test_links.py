"""Keys and links by the command line: made, minted and read."""

import json

import pytest
from pytracking import Tracker
from pytracking.tokens.keyring import Keyring

from tests.cli.command_line import CLICK, KEYS, OPEN, decoded, output, run
from tests.support.sealing import encode


@pytest.mark.parametrize("word", ["keys", "key"])
def test_a_new_keyring_is_one_that_mints(word):
    keys = output(word, "new")
    link = output("link", "open", PYTRACKING_LINK_KEYS=keys).strip()
    assert link.startswith(OPEN + "p")
    assert decoded(link, PYTRACKING_LINK_KEYS=keys)["kind"] == "open"


def test_links_are_minted_and_read():
    link = output(
        "link", "click", "https://x.test/", "--metadata", '{"a": 1}', "--webhook", "https://bücher.test/",
        "--expires-in", "60", "--privacy", "no_ip", "--privacy", "aggregate", "--json",
    )  # fmt: skip
    told = decoded(json.loads(link)["url"])
    assert told["expires_at"] - told.pop("issued_at") in (60, 61)
    assert len(told.pop("link_id")) == 22
    assert {**told, "expires_at": 0} == {
        "kind": "click", "tracked_url": "https://x.test/", "metadata": {"a": 1},
        "webhook_url": "https://xn--bcher-kva.test/", "expires_at": 0,
        "privacy": ["no_ip", "aggregate"],
    }  # fmt: skip


def test_plain_links_say_no_more_than_those_of_0_2_2():
    link = output("link", "open", "--plain", PYTRACKING_LINK_KEYS=None)
    assert decoded(link.strip(), PYTRACKING_LINK_KEYS=None)["issued_at"] is None


@pytest.mark.parametrize("seconds", [10**14, 10**21, -(10**14), -(10**21)])
def test_a_link_of_a_time_in_any_year_is_shown(seconds):
    document = {"exp" if seconds > 0 else "iat": seconds}
    token = encode(document, "open", Keyring.from_json(KEYS))
    assert f": {seconds} (" in output("decode", token)


def test_options_go_before_the_environment(tmp_path):
    other = tmp_path / "keys.json"
    other.write_text(Keyring.generate().to_json())
    base = ("--open-base", "https://other.example.com/o/", "--keys", str(other))
    link = output("link", "open", *base).strip()
    assert link.startswith("https://other.example.com/o/p")
    assert run("decode", link)[0] == 1
    assert "kind: open" in output("decode", "--keys", str(other), link)


def test_links_are_read_from_standard_input_line_by_line():
    links = [
        output("link", kind, *url).strip()
        for kind, url in (("open", ()), ("click", ("https://x.test/",)))
    ]
    tokens = f"http://[x\n{links[0]}\n{links[1].removeprefix(CLICK)}\nnonsense\n"
    status, out, _ = run("decode", "--json", stdin=tokens)
    assert status == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert [item.get("kind") for item in told] == [None, "open", "click", None]
    assert told[0]["error"]
    assert told[3]["error"]
    status, out, err = run("decode", links[1] + "x", links[0])
    assert status == 1
    assert err.startswith(links[1])
    assert out.startswith("kind: open\ntracked_url: null\n")


def test_an_expired_link_is_told_when_it_expired_and_nothing_else():
    for kind, document in (("open", {"exp": 86_399}), ("click", {"url": CLICK, "exp": 86_399})):
        token = encode(document, kind, Keyring.from_json(KEYS))
        status, _, err = run("decode", token)
        assert (status, err) == (1, f"{token}: the link expired at 1970-01-01 23:59:59 UTC\n")


def test_what_an_option_may_be_is_told():
    status, _, err = run("link", "open", "--privacy", "all")
    assert status == 2
    assert "invalid choice: 'all' (choose from" in err
    assert "aggregate" in err
    status, _, err = run("link", "open", PYTRACKING_OPEN_BASE_URL="")
    assert (status, err) == (1, "error: --open-base is needed, or PYTRACKING_OPEN_BASE_URL\n")


def test_guarded_clicks_and_actions_are_decoded_as_what_they_are() -> None:
    ring = Keyring.from_json(KEYS)
    tracker = Tracker("https://t.example.com", ring)
    links = [
        tracker.click_url("https://shop.example/once", {"customer": 7}, guarded=True),
        tracker.action_url("rate", {"customer": 7}, values=[1, 2], lang="de"),
    ]
    status, out, _ = run("decode", "--json", *links)
    guarded, rate = map(json.loads, out.splitlines())
    assert (status, guarded["kind"]) == (0, "guarded")
    assert guarded["tracked_url"] == "https://shop.example/once"
    assert (rate["action"], rate["values"], rate["lang"]) == ("rate", [1, 2], "de")
    assert rate["metadata"] == {"customer": 7}
    old = Tracker("https://t.example.com", ring, clock=lambda: 9).action_url(
        "confirm", expires_in=1
    )
    assert "expired" in run("decode", old)[2]


def test_guarded_clicks_and_actions_are_minted() -> None:
    guarded = output("link", "click", "https://x.test/once", "--guarded").strip()
    assert decoded(guarded)["kind"] == "guarded"
    rate = output(
        "link", "action", "rate", "--value", "1", "--value", "good", "--lang", "de"
    ).strip()
    told = decoded(rate)
    assert (told["kind"], told["action"], told["lang"]) == ("action", "rate", "de")
    assert told["values"] == [1, "good"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("action", "delete"), "delete"),
        (("action", "rate"), "value"),
        (("action", "confirm", "--value", "1"), "value"),
        (("action", "unsubscribe", "--expires-in", "1d"), "60 days"),
        (("action", "confirm", "--plain"), "sealed"),
        (("click", "https://x.test/", "--guarded", "--plain"), "sealed"),
    ],
)
def test_an_action_that_no_link_can_have_is_refused(words: tuple[str, ...], reason: str) -> None:
    status, out, error = run("link", *words)
    assert (status > 0, out) == (True, "")
    assert reason in error
    assert "Traceback" not in error
