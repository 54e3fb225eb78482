"""A parameter's value that the template takes is one that the functions take."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.targets import check_target, check_webhook_url

from tests.support import sam

PARAMETERS = sam.source()["Parameters"]
URLS = {"WebhookUrl": check_webhook_url, "FallbackUrl": check_target}

BAD = [
    *("https://user:pw@r.example/h", "https://a@b/", "https://r.example./h"),
    *("https://r.example.:443/h", "https://r.example:99999/", "https://r.example:65536/"),
    *("https://r.example:0/", "https://r.example:/", "https://r.example:443:443/", "https://x:0/"),
    *("https://r_.example..com/", "https://-r.example/", "https:///x", "https://?x"),
    *("https://r.example/a\\b", "https://x/\\", "https://r.example/a b", "https://r.example/\t"),
    "https://r.example/\n",
    "https://" + "a" * 3000,
    "https://" + "a" * 64 + ".example/",
    "https://" + "a." * 127 + "example/",
    "https://xn--a.example/",
    "https://192.168.1/",
    "https://{host}/",
    "https://bücher.example/",
    "https://r.example/é",
    "ftp://r.example/",
    "r.example",
]
GOOD = [
    "",
    "https://api.example.com",
    "https://api.example.com/",
    "https://API.Example.com:8443/hooks/v1?key=a%20b&c={d}#top",
    "https://api.example.com:65535?x",
    "https://xn--bcher-kva.example/x",
    "https://shop.xn--p1ai/",
    "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/hits",
]


def is_taken(parameter: str, value: str) -> bool:
    """Whether CloudFormation takes a value."""
    described = PARAMETERS[parameter]
    fits = len(value) <= described["MaxLength"]
    return fits and re.fullmatch(described["AllowedPattern"], value) is not None


@pytest.mark.parametrize("parameter", URLS)
@pytest.mark.parametrize("value", BAD)
def test_an_address_that_cannot_be_used_is_refused(parameter: str, value: str) -> None:
    assert not is_taken(parameter, value)


@pytest.mark.parametrize("parameter", URLS)
@pytest.mark.parametrize("value", GOOD)
def test_an_address_that_can_be_used_is_taken(parameter: str, value: str) -> None:
    assert is_taken(parameter, value)
    if value:
        URLS[parameter](value)


def test_only_a_page_for_visitors_may_be_http() -> None:
    assert is_taken("FallbackUrl", "http://www.example.com/")
    assert not is_taken("WebhookUrl", "http://api.example.com/")


@given(data=st.data(), parameter=st.sampled_from(list(URLS)))
def test_what_the_template_takes_the_functions_take(data: st.DataObject, parameter: str) -> None:
    pattern = PARAMETERS[parameter]["AllowedPattern"]
    value = data.draw(st.from_regex(pattern, fullmatch=True))
    if not value or "xn--" in value.lower():  # a pattern decodes no punycode
        return
    grows = sum(value.count(character) for character in '"<>') * 2  # when percent-encoded
    if len(value) + grows <= 2048:
        URLS[parameter](value)
