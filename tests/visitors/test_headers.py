"""Headers against the user agent: what browsers send agrees, what borrows their names does not."""

import pytest
from pytracking.visitors import classify

from tests.visitors.corpus import is_machine, recorded

RECORDED = recorded()
PEOPLE = [one for one in RECORDED if one.label == "human"]
UNDISGUISED = (
    "chromium-headless-linux"  # a person's browser, driven by a program: no header differs
)
MACHINES = [one for one in RECORDED if one.label == "bot" and one.source != UNDISGUISED]

CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/139.0.0.0 Safari/537.36"
)
SENT = {
    "host": "t.example.com",
    "x-forwarded-proto": "https",
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,image/apng,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br, zstd",
    "accept-language": "en-US,en;q=0.9",
    "sec-ch-ua": '"Not;A=Brand";v="99", "Google Chrome";v="139", "Chromium";v="139"',
    "sec-ch-ua-mobile": "?0",
    "sec-ch-ua-platform": '"Windows"',
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "cross-site",
}
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1"
)


def verdict(agent=CHROME, kind="click", without=(), **changed):
    headers = {name: value for name, value in SENT.items() if name not in without}
    headers.update({name.replace("_", "-"): value for name, value in changed.items()})
    return classify(agent, {"user-agent": agent, **headers}, "GET", None, kind)


HINTS = ("sec-ch-ua", "sec-ch-ua-mobile", "sec-ch-ua-platform")
FETCH = ("sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site")


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: f"{one.kind}-{one.source}")
def test_a_recorded_browser_is_a_person(one):
    assert one.verdict().cls == "human"
    secure = one.headers["x-forwarded-proto"] == "https"
    assert ("browser-headers" in one.verdict().signals) == secure


@pytest.mark.parametrize("one", MACHINES, ids=lambda one: f"{one.kind}-{one.source}")
def test_a_recorded_library_or_headless_browser_is_a_machine(one):
    assert is_machine(one.verdict().cls)


@pytest.mark.parametrize("one", MACHINES, ids=lambda one: f"{one.kind}-{one.source}")
def test_it_is_one_where_no_gateway_says_how_the_request_came(one):
    headers = {name: value for name, value in one.headers.items() if name != "x-forwarded-proto"}
    assert is_machine(classify(one.agent, headers, "GET", None, one.kind).cls)


@pytest.mark.parametrize("one", PEOPLE, ids=lambda one: f"{one.kind}-{one.source}")
def test_nobody_is_wronged_where_no_gateway_says_how_the_request_came(one):
    headers = {name: value for name, value in one.headers.items() if name != "x-forwarded-proto"}
    assert classify(one.agent, headers, "GET", None, one.kind).cls == "human"


def test_headers_that_agree_join_the_browser():
    assert verdict().signals == ("browser", "browser-headers")
    assert verdict(without=HINTS).signals == ("browser",)
    assert verdict(FIREFOX, without=HINTS).signals == ("browser", "browser-headers")
    assert verdict(SAFARI, without=HINTS).signals == ("browser", "browser-headers")


@pytest.mark.parametrize("agent", [CHROME, f"{CHROME} Edg/139.0.0.0", FIREFOX, SAFARI])
def test_a_browser_without_fetch_metadata_is_none(agent):
    assert "no-fetch-metadata" in verdict(agent, without=(*FETCH, *HINTS)).signals


@pytest.mark.parametrize(
    "product",
    [
        "OPR/110.0 UCBrowser/13.4",
        "MQQBrowser/15.2",
        "Electron/31.3.1",
        "SmartTV",
        "Instagram 298.0.0.19.111",
    ],
)
def test_of_browsers_that_others_built_nothing_is_expected(product):
    assert verdict(f"{CHROME} {product}", without=(*FETCH, *HINTS)).cls == "human"


@pytest.mark.parametrize(
    "agent",
    [
        CHROME.replace("139", "89"),
        FIREFOX.replace("140", "99"),
        SAFARI.replace("18.6", "16.6"),
        "Mozilla/5.0 (Linux; Android 13; SM-G991B; wv) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Version/4.0 Chrome/139.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 9; BRAVIA 4K) AppleWebKit/537.36 (KHTML, like Gecko)"
        " Chrome/139.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36"
        " (KHTML, like Gecko) Chrome/139.0.0.0 Safari/537.36 Edg/139.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15"
        " (KHTML, like Gecko) CriOS/139.0.0.0 Mobile/15E148 Safari/604.1",
    ],
)
def test_of_old_and_other_browsers_nothing_is_expected(agent):
    assert verdict(agent, without=(*FETCH, *HINTS)).cls == "human"


@pytest.mark.parametrize("header", ["via", "x-amz-cf-id", "x-bluecoat-via"])
def test_what_a_proxy_may_have_taken_away_is_not_missed(header):
    names = (*FETCH, *HINTS, "accept-language")
    changed = {header: "1.1 proxy", "accept": "*/*"}
    assert verdict(without=names, **changed).cls == "human"
    assert verdict(without=(*names[1:],), **changed).cls == "bot"  # some came, so none were taken


def test_over_http_nothing_is_missed_and_with_the_agent_alone_neither():
    assert verdict(without=(*FETCH, *HINTS), x_forwarded_proto="http").cls == "human"
    assert classify(CHROME, {"user-agent": CHROME}, "GET", None, "click").cls == "human"


@pytest.mark.parametrize(
    "changed",
    [
        {"agent": FIREFOX},
        {"agent": SAFARI},
        {"sec_ch_ua": '"Chromium";v="156"'},
        {"sec_ch_ua_platform": '"Linux"'},
        {"sec_ch_ua_platform": '"macOS"'},
    ],
)
def test_hints_of_another_browser_contradict(changed):
    assert verdict(**changed).signals[0] == "hints-disagree"


@pytest.mark.parametrize(
    "changed",
    [
        {"sec_ch_ua_platform": '"Android"'},
        {"sec_ch_ua_platform": '""'},
        {"sec_ch_ua_platform": '"Fuchsia"'},
        {"sec_ch_ua": '"Brave";v="139", "Chromium";v="139"'},
        {"sec_ch_ua": '"Example";v="1"'},
        *({"sec_ch_ua": f'"Chromium";v="{n}"'} for n in ("9" * 4301, "0" * 4301 + "139", "\u0661")),
        {"agent": CHROME.replace("139.0", "99.105"), "sec_ch_ua": '"Chromium";v="105"'},  # a policy
    ],
)
def test_hints_that_a_person_may_send_do_not(changed):
    assert verdict(**changed).cls == "human"


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        ("click", {"sec-fetch-mode": "cors", "sec-fetch-dest": "empty"}),
        ("click", {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}),
        ("click", {"sec-fetch-mode": "navigate", "sec-fetch-dest": "image"}),
        ("click", {"sec-fetch-mode": "navigate", "sec-fetch-dest": "script"}),
        ("open", {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "script"}),
        ("open", {"sec-fetch-mode": "cors"}),
    ],
)
def test_a_fetch_for_something_else_is_no_persons(kind, headers):
    found = verdict(kind=kind, without=FETCH, **headers)
    assert found.signals[0] == "wrong-fetch-mode"


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "no-cors", "sec-fetch-dest": "empty"},  # through a service worker
        {"sec-fetch-mode": "cors", "sec-fetch-dest": "image"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    ],
)
def test_an_image_may_be_shown_in_many_ways(headers):
    assert verdict(kind="open", without=FETCH, **headers).cls == "human"


@pytest.mark.parametrize("mode", ["navigate,navigate", "navigate, navigate", ""])
def test_a_header_that_comes_twice_or_empty_contradicts_nothing(mode):
    assert verdict(sec_fetch_mode=mode).cls == "human"


@pytest.mark.parametrize(
    ("header", "signal"),
    [
        ("sec-datadog", "tool-header:datadog"),
        ("x-abuse-info", "tool-header:new-relic"),
        ("postman-token", "tool-header:postman"),
        ("acunetix-product", "tool-header:acunetix"),
    ],
)
def test_a_tester_that_says_so_in_a_header_is_one(header, signal):
    assert verdict(**{header: "x"}).signals[0] == signal


def test_a_browser_without_a_window_stays_one_in_any_hint():
    assert verdict(sec_ch_ua_full_version_list='"HeadlessChrome";v="139.0"').cls == "bot"


def test_a_robot_that_signs_its_requests_is_one():
    signed = {"signature-agent": '"https://agent.example"', "signature-input": 'tag="web-bot-auth"'}
    assert verdict(**signed).signals == ("signed-agent:agent.example",)
    assert verdict(**{"signature-input": 'sig1=();tag="web-bot-auth"'}).signals[0] == "signed-agent"


@pytest.mark.parametrize(
    "agent",
    [
        f"{CHROME} Edg/120.0.0.0",
        FIREFOX.replace("rv:140.0", "rv:121.0"),
        CHROME.replace("139", "999"),
    ],
)
def test_versions_that_never_met_are_invented(agent):
    assert verdict(agent, without=HINTS).signals[0] == "impossible-version"


def test_firefox_whose_rv_stood_still_is_a_browser():
    agent = FIREFOX.replace("rv:140.0", "rv:109.0").replace("Firefox/140", "Firefox/115")
    assert verdict(agent, without=HINTS).cls == "human"


ODD = {
    "language": (("accept-language",), {}),
    "accept": ((), {"accept": "*/*"}),
    "hints": (HINTS, {}),
    "old": ((), {"agent": CHROME.replace("139", "95"), "sec-ch-ua": '"Chromium";v="95"'}),
}


@pytest.mark.parametrize("name", ODD)
def test_one_oddity_alone_wrongs_nobody(name):
    without, changed = ODD[name]
    assert verdict(without=without, **changed).cls == "human"


@pytest.mark.parametrize(
    ("first", "second"),
    [("language", "accept"), ("language", "hints"), ("accept", "hints"), ("old", "language")],
)
def test_two_oddities_together_are_no_browser(first, second):
    without = (*ODD[first][0], *ODD[second][0])
    found = verdict(without=without, **{**ODD[first][1], **ODD[second][1]})
    assert found.signals == ("unlike-browser",)


def test_a_decoy_is_followed_by_scanners_whatever_they_send():
    headers = {"user-agent": CHROME, **SENT}
    found = classify(CHROME, headers, "GET", 4000, "click", decoy=True)
    assert (found.cls, found.signals[0]) == ("scanner", "decoy")
