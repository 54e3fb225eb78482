"""Events of every gateway, and of none, as requests."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.handlers.http import MAX_HEADER_BYTES, Request, clean, read_request

from tools import samples

PATH = "/o/pDVlVLkq6hlG"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner),
    max_leaves=10,
)


def http_api(**changes):
    return {**samples.http_api(PATH), **changes}


def with_headers(**headers):
    event = http_api()
    event["headers"] = {name.replace("_", "-"): value for name, value in headers.items()}
    return event


@pytest.mark.parametrize(
    ("event", "gateway"),
    [
        (samples.http_api(PATH), "http-api"),
        (samples.http_api(PATH, host="abc.lambda-url.us-east-1.on.aws"), "http-api"),
        (samples.rest_api(PATH), "rest-api"),
        (samples.load_balancer(PATH), "alb"),
    ],
)
def test_every_gateways_event_gives_the_same_request(event, gateway):
    request = read_request(event)
    assert request.gateway == gateway
    assert request.method == "GET"
    assert request.token == "pDVlVLkq6hlG"
    assert request.client_ip == "203.0.113.9"
    assert request.user_agent.startswith("Mozilla/5.0 (Macintosh")
    assert request.headers["x-forwarded-proto"] == "https"


@pytest.mark.fault("http", 36)
def test_payload_1_0_with_null_maps_is_a_request_without_headers():
    event = samples.rest_api(PATH)
    for name in (
        *("headers", "multiValueHeaders", "pathParameters", "queryStringParameters"),
        "stageVariables",
    ):
        event[name] = None
    event["requestContext"]["identity"] = None
    request = read_request(event)
    assert (request.token, request.user_agent, request.client_ip) == ("pDVlVLkq6hlG", "", None)


@pytest.mark.fault("http", 37)
def test_comma_joined_headers_stay_one_value():
    event = with_headers(accept="image/png,*/*", x_forwarded_for="192.0.2.1,203.0.113.9")
    assert read_request(event).headers["accept"] == "image/png,*/*"


def test_several_values_of_a_name_are_joined_by_commas():
    event = samples.rest_api(PATH)
    event["multiValueHeaders"]["Sec-Purpose"] = ["prefetch", "prerender"]
    assert read_request(event).headers["sec-purpose"] == "prefetch,prerender"


@pytest.mark.fault("http", 38)
@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        "text",
        0,
        {"version": "2.0"},
        {"version": "2.0", "rawPath": None, "headers": [], "requestContext": []},
        {"version": "1.0", "httpMethod": None},
        {"requestContext": {"http": {}}, "version": "2.0"},
        {"requestContext": {"elb": None}},
    ],
)
def test_an_event_with_nothing_in_it_is_a_get_of_nothing(event):
    request = read_request(event)
    assert (request.method, request.token, request.client_ip) == ("GET", "", None)


def test_a_missing_request_context_leaves_the_path():
    event = http_api()
    del event["requestContext"]
    assert read_request(event).token == "pDVlVLkq6hlG"


@given(st.dictionaries(st.text(max_size=12), JSON))
def test_no_event_makes_reading_fail(event):
    read_request(event).data()


@given(
    st.fixed_dictionaries(
        {
            "version": st.sampled_from(["1.0", "2.0"]) | JSON,
            "requestContext": st.fixed_dictionaries(
                {}, optional={"http": JSON, "elb": JSON, "identity": JSON}
            ),
        },
        optional={
            "httpMethod": JSON,
            "rawPath": JSON,
            "path": JSON,
            "headers": JSON,
            "multiValueHeaders": st.dictionaries(st.text(max_size=12), JSON) | JSON,
        },
    )
)
def test_no_value_of_a_wrong_type_makes_reading_fail(event):
    request = read_request(event)
    data = request.data()
    assert isinstance(request.token, str)
    assert data["user_ip"] is None or ipaddress.ip_address(data["user_ip"])


@pytest.mark.fault("http", 39)
def test_a_body_that_is_not_base64_is_never_looked_at():
    event = http_api(isBase64Encoded=True, body="%%% not base64 %%%")
    assert read_request(event) == read_request(http_api())


@pytest.mark.fault("http", 42)
def test_a_forged_forwarded_header_changes_no_address():
    event = with_headers(
        x_forwarded_for="8.8.8.8", x_real_ip="8.8.8.8", forwarded="for=8.8.8.8", via="8.8.8.8"
    )
    assert read_request(event).client_ip == "203.0.113.9"
    event = samples.rest_api(PATH)
    event["headers"]["X-Forwarded-For"] = "8.8.8.8"
    assert read_request(event).client_ip == "203.0.113.9"


@pytest.mark.fault("http", 42)
@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("8.8.8.8, 203.0.113.9", "203.0.113.9"),
        ("8.8.8.8,9.9.9.9,2001:DB8:0::1", "2001:db8::1"),
        ("8.8.8.8, 203.0.113.9:4711", "203.0.113.9"),
        ("8.8.8.8, [2001:db8::1]:4711", "2001:db8::1"),
        ("8.8.8.8, unknown", None),
        ("8.8.8.8, 203.0.113.9%x", None),
        ("8.8.8.8, fe80::1%<b>\x1b[31m" + "A" * 8000, "fe80::1"),
        ("8.8.8.8,", None),
        ("", None),
    ],
)
def test_behind_a_load_balancer_only_the_hop_it_wrote_itself_counts(forwarded, address):
    event = samples.load_balancer(PATH)
    event["headers"]["x-forwarded-for"] = forwarded
    assert read_request(event).client_ip == address


def test_a_load_balancer_with_multi_value_headers_is_read():
    event = samples.load_balancer(PATH)
    event["multiValueHeaders"] = {name: [value] for name, value in event.pop("headers").items()}
    request = read_request(event)
    assert request.multi_value
    assert request.client_ip == "203.0.113.9"


EVENTS = [samples.http_api, samples.rest_api, samples.load_balancer]
ORIGIN_SECRET = "s" * 32


def from_cloudfront(make, address, secret):
    event = make(PATH)
    added = {"CloudFront-Viewer-Address": address, "X-Origin-Secret": secret}
    event["headers"].update(added)
    if "multiValueHeaders" in event:
        event["multiValueHeaders"].update({name: [value] for name, value in added.items()})
    return event


@pytest.mark.parametrize("make", EVENTS)
@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("198.51.100.10:46532", "198.51.100.10"),
        ("2001:db8:0:0:0:0:0:a:46532", "2001:db8::a"),
        ("2001:db8::a:46532", "2001:db8::a"),
        ("[2001:db8::a]:46532", "2001:db8::a"),
    ],
)
def test_cloudfronts_word_for_the_address_is_taken_with_the_secret(make, sent, address):
    event = from_cloudfront(make, sent, ORIGIN_SECRET)
    assert read_request(event, ORIGIN_SECRET).client_ip == address


@pytest.mark.parametrize("make", EVENTS)
@pytest.mark.parametrize(
    ("sent", "configured"),
    [
        ("", ORIGIN_SECRET),
        ("t" * 32, ORIGIN_SECRET),
        (ORIGIN_SECRET[1:], ORIGIN_SECRET),
        (f"{ORIGIN_SECRET},{ORIGIN_SECRET}", ORIGIN_SECRET),
        ("\ud800\u00e9", ORIGIN_SECRET),
        (ORIGIN_SECRET, None),
        ("", None),
        ("", ""),
    ],
)
def test_nobody_elses_word_for_the_address_is_taken(make, sent, configured):
    request = read_request(from_cloudfront(make, "198.51.100.10:46532", sent), configured)
    assert request.client_ip == "203.0.113.9"


@pytest.mark.parametrize("sent", ["", "x", "1.2.3:80", ":80", "\ud800:1"])
def test_a_viewer_address_that_is_none_leaves_the_gateways(sent):
    event = from_cloudfront(samples.http_api, sent, ORIGIN_SECRET)
    assert read_request(event, ORIGIN_SECRET).client_ip == "203.0.113.9"


@pytest.mark.parametrize("configured", [ORIGIN_SECRET, "another", None])
@pytest.mark.parametrize("make", EVENTS)
def test_the_secret_is_not_in_the_request(make, configured):
    event = from_cloudfront(make, "198.51.100.10:46532", ORIGIN_SECRET)
    assert ORIGIN_SECRET not in repr(read_request(event, configured))


@pytest.mark.parametrize("address", ["test-invoke-source-ip", "", "1.2.3", "\n", None, 7])
def test_a_source_that_is_no_address_is_unknown(address):
    event = http_api()
    event["requestContext"]["http"]["sourceIp"] = address
    assert read_request(event).client_ip is None


@pytest.mark.fault("http", 43)
@pytest.mark.parametrize(
    ("given", "escaped"),
    [
        ("curl\r\nX-Forged: 1", r"curl\x0d\x0aX-Forged: 1"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("nul\0", r"nul\x00"),
        ("c1\x9b31m", r"c1\x9b31m"),
        ("line\u2028break", r"line\u2028break"),
        ("right\u202eleft", r"right\u202eleft"),
        ("lone \ud800 half", r"lone \ud800 half"),
        ("Mozilla/5.0 (Zürich; 日本)", "Mozilla/5.0 (Zürich; 日本)"),
    ],
)
def test_control_characters_of_headers_are_escaped(given, escaped):
    request = read_request(with_headers(user_agent=given, referer=given))
    assert request.user_agent == escaped
    assert request.data()["referer"] == escaped


@given(st.text(st.characters(), max_size=3000))
def test_whatever_a_header_holds_what_is_kept_is_printable_and_bounded(text):
    kept = clean(text)
    assert len(kept.encode()) <= MAX_HEADER_BYTES
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in kept)


def test_the_data_of_a_request_are_the_agent_the_address_the_method_and_a_referer_if_any():
    request = Request(headers={"user-agent": "curl/8"}, client_ip="203.0.113.9")
    assert request.data() == {"user_agent": "curl/8", "user_ip": "203.0.113.9", "method": "GET"}


@pytest.mark.fault("http", 45)
@pytest.mark.parametrize(
    ("path", "token"),
    [
        ("/o/abc", "abc"),
        ("/prod/o/abc", "abc"),
        ("//o//abc//", "abc"),
        ("/o/abc/", "abc"),
        ("/o/abc%2F", "abc%2F"),
        ("/o/../c/abc", "abc"),
        ("/o/abc/..", "abc"),
        ("/o/%2e%2e/abc", "abc"),
        ("/", ""),
    ],
)
def test_the_token_stands_behind_the_route(path, token):
    assert read_request(http_api(rawPath=path)).token == token
