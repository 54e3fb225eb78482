"""The verdict on a request: explained, always the same, and made of whatever comes."""

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.visitors import MAX_AGENT_CHARS, RULESET, SIGNALS, Verdict, classify

from tests.docs.pages import ROOT

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/139.0.0.0 Safari/537.36"
)
PHONE = (
    "Mozilla/5.0 (Linux; Android 13; {} Build/JOP24G) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/124.0.0.0 Mobile Safari/537.36"
)


def verdict(agent, headers=None, method="GET", age=None, kind="click"):
    return classify(agent, {"user-agent": agent, **(headers or {})}, method, age, kind)


requests = st.fixed_dictionaries(
    {
        "agent": st.text() | st.sampled_from([CHROME, "curl/8", "Mozilla/5.0", ""]),
        "headers": st.dictionaries(
            st.sampled_from(
                [
                    "accept",
                    "accept-encoding",
                    "accept-language",
                    "from",
                    "purpose",
                    "sec-ch-ua",
                    "sec-ch-ua-platform",
                    "sec-fetch-dest",
                    "sec-fetch-mode",
                    "sec-purpose",
                    "signature-agent",
                    "via",
                    "x-forwarded-proto",
                    "x-moz",
                ]
            ),
            st.text()
            | st.sampled_from(
                ["prefetch", "HeadlessChrome", "a@b.example", "https", "cors", '"Chromium";v="99"']
            ),
        ),
        "method": st.sampled_from(["GET", "HEAD"]),
        "age": st.none() | st.integers(),
        "kind": st.sampled_from(["open", "click"]),
    }
)


@given(requests)
def test_every_request_gets_a_verdict_that_its_signals_explain(request):
    found = verdict(**request)
    assert found == verdict(**request)
    names = [signal.partition(":")[0] for signal in found.signals]
    assert found.cls == (SIGNALS[names[0]] if names else "unknown")
    assert set(names) <= set(SIGNALS)
    order = [list(SIGNALS).index(name) for name in names]
    assert order == sorted(order)
    assert json.loads(json.dumps(found.to_json()))["ruleset"] == RULESET


def test_the_verdict_of_an_event_has_six_fields_and_shadows_where_they_were_asked_for():
    told = {
        "class": "bot",
        "signals": ["head"],
        "age_seconds": 7,
        "client": "chrome",
        "device": "phone",
        "ruleset": RULESET,
    }
    found = Verdict("bot", ("head",), 7, client="chrome", device="phone")
    asked = Verdict("bot", ("head",), 7, client="chrome", device="phone", shadow=())
    assert found.to_json() == told
    assert asked.to_json() == {**told, "shadow": []}
    assert found != asked
    assert "'head'" in repr(found)


def test_what_is_not_known_is_unknown_and_has_no_signal():
    assert verdict("Dalvik/2.1.0 (Linux; U; Android 12; Pixel 6 Build/SD1A)").to_json() == {
        "class": "unknown",
        "signals": [],
        "age_seconds": None,
        "client": "other",
        "device": "tablet",
        "ruleset": RULESET,
    }


def test_the_most_telling_signal_comes_first_and_the_others_follow():
    found = verdict("HeadlessChrome/139", {"sec-purpose": "prefetch"}, "HEAD", 0)
    assert found.signals == ("crawler:headlesschrome", "prefetch-header", "head", "too-soon")
    assert found.cls == "bot"


@pytest.mark.parametrize(
    ("age", "cls", "told"),
    [
        (0, "scanner", 0),
        (1, "scanner", 1),
        (2, "human", 2),
        (-1, "human", 0),
        (None, "human", None),
    ],
)
def test_only_a_link_too_young_to_be_in_anybodys_hands_decides(age, cls, told):
    found = verdict(CHROME, age=age)
    assert (found.cls, found.age_seconds) == (cls, told)


@pytest.mark.parametrize(
    "model", ["CUBOT X30", "Spider 8", "Expanse", "STYLO SONIC", "Java One", "Fetcher", "Robot 7"]
)
def test_a_phone_may_be_called_anything(model):
    assert verdict(PHONE.format(model)).cls == "human"


def test_a_crawler_on_a_phone_is_a_crawler():
    agent = PHONE.format("Nexus 5X") + " (compatible; Googlebot/2.1; +http://www.google.com/)"
    assert verdict(agent).signals == ("crawler:googlebot",)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1682",
        "Mozilla/5.0 (Windows NT 10.0; Microsoft Windows 10.0.19045; en-US) PowerShell/7.4.1",
    ],
)
def test_a_shell_that_wears_the_start_of_a_browsers_name_is_a_program(agent):
    assert verdict(agent).cls == "bot"


@pytest.mark.parametrize(
    "product",
    [
        "Security/1.0",
        "Norton/120.0.23",
        "Avast/120.0",
        "JavaFX/8.0",
        "Ddg/17.4",
        "MiuiBrowser/13.28",
        "GSA/320.0.639",
        "Instagram 298.0.0.19.111",
        "[FBAN/FBIOS;FBAV/430.0.0]",
        "Viber/13.3.0",
        "coc_coc_browser/99.0",
        "Sonic Slack_SSB/4.39.95",
        "Notion/3.14.0 Electron/31.3.1",
    ],
)
def test_a_word_that_sounds_like_a_machine_makes_none(product):
    assert verdict(f"{CHROME} {product}").cls == "human"


@pytest.mark.parametrize(
    "agent",
    [
        "a" * 8192,
        "bot" * 2730,
        "like gecko)" * 800,
        "(compatible;" * 700,
        "android;" * 1000,
        "android " * 1000,
        "a@" * 4000,
        "mozilla/5.0 (x11; rv:1) gecko/1 firefox/" + "9" * 8000,
        "mozilla/5.0 (" + "; " * 4000,
        "((((" * 2048,
        "mozilla/5.0 " + " " * 8000,
        "\x00\ud800\u202e" * 2700,
    ],
)
def test_a_hostile_agent_is_read_no_further_than_its_first_kilobyte(agent):
    assert verdict(agent) == verdict(agent[:MAX_AGENT_CHARS])


def test_no_agent_at_all_is_an_empty_one():
    assert classify(None, {}, "GET", None, "open") == classify("", {}, "GET", None, "open")


def test_loading_it_loads_nothing_but_the_standard_library():
    program = (
        "import sys; import pytracking.visitors;"
        "print(*{name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names))"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", program],
        env={"PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.split() == ["pytracking"] or set(result.stdout.split()) == {
        "pytracking",
        "__main__",
    }
