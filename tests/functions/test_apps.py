"""Links into apps: the files that telephones ask a host for, links for apps, and their clicks."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytracking import ConfigurationError, Tracker
from pytracking.environment import Settings
from pytracking.html import find_links
from pytracking.visitors import classify

from tests.functions.links import METADATA, RING, TARGET, token
from tests.support import sam
from tools import samples

TRACKER = Tracker("https://t.example.com", RING)
PARAMETERS = sam.source()["Parameters"]
PRINT = ":".join(f"{number:02X}" for number in range(0x14, 0x34))
OTHER = PRINT.replace("14:15", "FF:00")
APPS = {
    "PYTRACKING_APPLE_APP_IDS": "ABCDE12345.com.example.shop,ABCDE12345.com.example.shop.beta",
    "PYTRACKING_ANDROID_APPS": (
        f"com.example.shop={PRINT},com.example.shop={OTHER.replace(':', '').lower()},"
        f"com.example.other={PRINT.lower()}"
    ),
}
ASSOCIATION = "/.well-known/apple-app-site-association"
ASSET_LINKS = "/.well-known/assetlinks.json"
OKHTTP = "okhttp/4.12.0"
CFNETWORK = "Shop/12 CFNetwork/1498.700.2 Darwin/23.6.0"


def asked(function, path, method="GET"):
    return function(samples.http_api(path, method))


@pytest.fixture
def function(start):
    return start("click", **APPS)


def test_apple_is_told_which_apps_open_which_paths(function):
    assert json.loads(asked(function, ASSOCIATION)["body"]) == {
        "applinks": {
            "details": [
                {
                    "appIDs": ["ABCDE12345.com.example.shop", "ABCDE12345.com.example.shop.beta"],
                    "components": [
                        {"/": "/c/app/*", "comment": "tracking links that were made for the app"}
                    ],
                }
            ]
        }
    }


@pytest.mark.fault("answering", 107)
def test_google_is_told_which_apps_by_the_fingerprints_of_their_certificates(function):
    def statement(package, *fingerprints):
        return {
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {
                "namespace": "android_app",
                "package_name": package,
                "sha256_cert_fingerprints": list(fingerprints),
            },
        }

    assert json.loads(asked(function, ASSET_LINKS)["body"]) == [
        statement("com.example.shop", PRINT, OTHER),
        statement("com.example.other", PRINT),
    ]


@pytest.mark.parametrize("path", [ASSOCIATION, ASSET_LINKS, f"/stage{ASSET_LINKS}"])
def test_the_files_are_json_cached_an_hour_and_no_redirect(function, path):
    answer = asked(function, path)
    assert answer["statusCode"] == 200  # a redirect is not followed, by neither of them
    assert answer["headers"]["Content-Type"] == "application/json"
    assert answer["headers"]["Cache-Control"] == "public, max-age=3600"
    assert len(answer["body"]) < 128 * 1024  # Apple's limit
    assert asked(function, path, "HEAD")["statusCode"] == 200
    assert asked(function, path, "POST")["statusCode"] == 404


@pytest.mark.parametrize("path", [ASSOCIATION, ASSET_LINKS])
def test_without_apps_there_is_no_file(start, path):
    assert asked(start("click"), path)["statusCode"] == 404


@pytest.mark.fault("answering", 107)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTRACKING_APPLE_APP_IDS", value)
        for value in (
            *("com.example.shop", "abcde12345.com.example.shop", "ABCDE12345", "ABCDE12345."),
            *("ABCDE12345.com..shop", "ABCDE12345.com.example.*"),
            'ABCDE12345.com"',
        )
    ]
    + [
        ("PYTRACKING_ANDROID_APPS", value)
        for value in (
            "com.example.shop",
            "com.example.shop=",
            f"shop={PRINT}",
            f"com.example.shop={PRINT[:-1]}",
            f"com.example.shop={PRINT[3:]}",
            f"com.example.shop={PRINT}:AA",
            f"com.example.shop={PRINT.replace('14', '1G')}",
            f"com.example.shop={PRINT.replace(':', '-')}",
            f"com.éxample.shop={PRINT}",
        )
    ],
)
def test_a_malformed_app_is_refused_where_it_is_set(name, value):
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_environment({name: value})
    parameter = {"PYTRACKING_APPLE_APP_IDS": "AppleAppIds"}.get(name, "AndroidApps")
    assert not re.fullmatch(PARAMETERS[parameter]["AllowedPattern"], value)


@settings(max_examples=10)
@given(st.data())
def test_what_the_template_takes_the_functions_take(data):
    for name, parameter in (("APPLE_APP_IDS", "AppleAppIds"), ("ANDROID_APPS", "AndroidApps")):
        pattern = PARAMETERS[parameter]["AllowedPattern"]
        value = data.draw(st.from_regex(pattern, fullmatch=True))
        Settings.from_environment({f"PYTRACKING_{name}": value})


def test_a_link_for_an_app_is_under_a_path_of_its_own_and_reads_as_the_click_it_is():
    link = TRACKER.click_url(TARGET, METADATA, app=True)
    assert link.startswith("https://t.example.com/c/app/p")
    read = TRACKER.read(link)
    assert (read.kind, read.target, read.metadata) == ("click", TARGET, METADATA)
    assert TRACKER.read(f"<{link}>") == read
    mail = f'<a href="{link}">Sale</a>'
    assert [one.outcome for one in find_links(mail, configuration=TRACKER.configuration())] == [
        "already tracked"
    ]
    with pytest.raises(ConfigurationError, match="guarded"):
        TRACKER.click_url(TARGET, app=True, guarded=True)


def test_a_mail_s_link_says_that_it_is_for_the_app():
    mail = f'<a data-pytracking-app href="{TARGET}">App</a><a href="{TARGET}">Sale</a>'
    tracked = TRACKER.html(mail, METADATA, link_metadata=("attributes",), open_tracking=False)
    assert "data-pytracking" not in tracked
    for_app, ordinary = re.findall('href="(.*?)"', tracked)
    assert for_app == ordinary.replace("/c/", "/c/app/")


@pytest.mark.parametrize(
    ("path", "agent", "method", "cls"),
    [
        ("/c/app/", OKHTTP, "GET", "human"),
        ("/c/app/", CFNETWORK, "GET", "human"),
        ("/c/app/", OKHTTP, "HEAD", "bot"),
        ("/c/app/", "python-requests/2.32", "GET", "bot"),
        ("/c/app/", "Googlebot/2.1 (+http://www.google.com/bot.html)", "GET", "bot"),
        ("/c/", OKHTTP, "GET", "bot"),
        ("/stage/c/app/", OKHTTP, "GET", "human"),
    ],
)
def test_an_app_s_own_request_counts_on_its_own_path_alone(start, path, agent, method, cls, queue):
    function = start("click", PYTRACKING_QUEUE_URL=f"{queue.url}/1/hits")
    event = samples.http_api(f"{path}{token('click')}", method)
    event["headers"]["user-agent"] = agent
    answer = function(event)
    [message] = queue.messages
    assert (answer["statusCode"], answer["headers"]["Location"]) == (302, TARGET)
    assert message["body"]["visitor"]["class"] == cls


def test_a_browser_on_the_app_s_path_is_judged_as_anywhere():
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    given = (agent, {"user-agent": agent}, "GET", 5400, "click")
    assert classify(*given, app=True) == classify(*given)
