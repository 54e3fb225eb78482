"""The click function: a redirect to what the link was minted for, and nowhere else."""

from urllib.parse import urlsplit

import pytest
from pytracking.events import Event

from tests.functions.links import METADATA, RING, TARGET, metrics, token
from tests.support.sealing import encode


def asking(path, host="t.example.com"):
    """An HTTP API's event for any path of a host."""
    http = {"method": "GET", "path": path}
    return {
        "version": "2.0",
        "rawPath": path,
        "headers": {"host": host},
        "requestContext": {"http": http},
    }


def test_a_click_is_redirected_and_queued(start, log, queue):
    function = start("click", PYTRACKING_QUEUE_URL=queue.url)
    result = function.get(token("click"), referer="https://mail.example.com/")
    [message] = queue.messages
    assert result["statusCode"] == 302
    assert result["headers"]["Location"] == TARGET
    assert result["body"] == ""
    assert "no-store" in result["headers"]["Cache-Control"]
    event = message["body"]
    assert (event["is_open_tracking"], event["is_click_tracking"]) == (False, True)
    assert (event["tracked_url"], event["metadata"]) == (TARGET, METADATA)
    assert event["request_data"]["referer"] == "https://mail.example.com/"
    assert log.lines() == []  # deliver counts it


def test_a_target_with_other_than_ascii_goes_into_the_header_encoded(start):
    function = start("click", PYTRACKING_WEBHOOK_URL="")
    result = function.get(token("click", url="https://bücher.example/straße?q=ü"))
    assert result["headers"]["Location"] == "https://xn--bcher-kva.example/stra%C3%9Fe?q=%C3%BC"


@pytest.mark.fault("targets", 25, 26, 27, 28, 29, 30, 31, 32, 33, 35)
@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", " https://example.com/"),
        *("java\nscript:alert(1)", "//evil.example", "https:evil.example", "https:///x"),
        *("https://example.com/\r\nSet-Cookie: a=b", "https://bank.example@evil.example/"),
        *("http://a.example\\@127.0.0.1/", "https://example.com:0/", "https://example.com:99999/"),
        *("https://example.com:abc/", "https://%6fk.example/", "https://example.com/a b"),
        "https://example.com/\u2028",
        "https://example.com/" + "x" * 2048,
        "https://[::1",
        "",
    ],
)
def test_an_authentic_link_to_where_no_browser_may_be_sent_is_not_followed(url, start, log, queue):
    # minted below the public functions, which refuse such targets themselves
    sealed_token = encode({"url": url, "metadata": {}}, "click", RING)
    function = start("click", PYTRACKING_QUEUE_URL=queue.url)
    result = function.get(sealed_token)
    assert result["statusCode"] == 410
    assert "Location" not in result["headers"]
    assert "evil" not in result["body"]
    assert queue.requests == []
    assert metrics(log.lines()) == {"RefusedTargets": 1}


@pytest.mark.fault("targets", 34)
@pytest.mark.parametrize("prefix", ["/c/", "/prod/c/"])
def test_a_link_that_leads_back_to_the_function_is_not_followed(prefix, start):
    function = start("click", PYTRACKING_WEBHOOK_URL="")
    link = token("click", url=f"https://t.example.com{prefix}{token('click')}")
    assert function(asking(prefix + link))["statusCode"] == 410


@pytest.mark.fault("http", 46)
def test_a_forged_host_is_never_echoed_and_cannot_break_the_answer(start, queue):
    function = start("click", PYTRACKING_QUEUE_URL=queue.url)
    for host in ("evil.example", "evil.example\r\nX: y", "\ud800", "[::1", "%", "a" * 9000):
        for link in (token("click"), "forged"):
            result = function.get(link, host=host)
            assert result["statusCode"] in (302, 404, 410)
            assert "evil" not in str(result)
        assert function.get(token("click"), host="evil.example")["headers"]["Location"] == TARGET
    assert "evil" not in str(queue.messages)


def test_unusable_links_lead_to_the_fallback_page_if_there_is_one(start):
    function = start("click", PYTRACKING_FALLBACK_URL="https://www.example.com/sorry")
    for link in ("forged", encode({"url": "javascript:x"}, "click", RING), ""):
        result = function.get(link)
        assert result["statusCode"] == 302
        assert result["headers"]["Location"] == "https://www.example.com/sorry"


@pytest.mark.fault("answering", 54)
@pytest.mark.parametrize("path", ["", "/", "//", "/c", "/c/", "/C/x", "/C/", "/wp-login.php"])
def test_a_path_without_a_token_leads_to_the_fallback_page(path, start):
    function = start("click", PYTRACKING_FALLBACK_URL="https://www.example.com/sorry")
    assert function(asking(path))["headers"]["Location"] == "https://www.example.com/sorry"


@pytest.mark.fault("targets", 34)
def test_a_fallback_page_under_the_function_itself_is_not_used(start):
    function = start("click", PYTRACKING_FALLBACK_URL="https://t.example.com/c/sorry")
    assert function.get("forged")["statusCode"] == 404


@pytest.mark.fault("targets", 34)
def test_a_stage_that_only_the_gateway_sees_hides_no_redirect_to_itself(start):
    function = start("click", PYTRACKING_FALLBACK_URL="https://t.example.com/c/sorry")
    for prefix in ("/c/", "/live/c/", "/mail/live/c/", "//c//"):
        assert function(asking(f"{prefix}forged"))["statusCode"] == 404


@pytest.mark.fault("targets", 34)
@pytest.mark.parametrize(
    "page",
    [
        "https://t.example.com/c/sorry",
        "https://t.example.com/c/sorry/",
        "https://t.example.com/c/s%6Frry?why=broken#top",
        "https://t.example.com/mail/c/sorry",
        "https://t.example.com/sorry",
        "https://t.example.com/",
        "https://t.example.com",
        "https://t.example.com/?why=broken",
    ],
)
@pytest.mark.fault("answering", 55)
@pytest.mark.parametrize(
    "host", ["abc123.execute-api.eu-west-1.amazonaws.com", "x.lambda-url.eu-west-1.on.aws"]
)
def test_behind_a_cdn_a_fallback_page_under_the_tracking_domain_ends_the_redirects(
    page, host, start
):
    function = start("click", PYTRACKING_FALLBACK_URL=page)
    path, answers = "/c/broken", []
    while len(answers) < 3 and (not answers or answers[-1]["statusCode"] == 302):
        answers.append(function(asking(path.removeprefix("/mail"), host)))
        path = urlsplit(answers[-1]["headers"].get("Location", "")).path or "/"
    assert answers[-1]["statusCode"] == 404


def test_a_home_page_elsewhere_is_where_the_bare_domain_leads(start):
    function = start("click", PYTRACKING_FALLBACK_URL="https://www.example.com/")
    asked = function(asking("/"))
    assert asked["headers"]["Location"] == "https://www.example.com/"
    assert function(asking("/", "www.example.com"))["statusCode"] == 404


@pytest.mark.fault("answering", 56)
@pytest.mark.parametrize("page", ["javascript:alert(1)", "https://a@b.example/", "https:///x"])
def test_a_fallback_page_that_is_none_costs_the_page_and_no_redirect(page, start, log):
    function = start("click", PYTRACKING_FALLBACK_URL=page)
    assert function.get("forged")["statusCode"] == 404
    assert function.get(token("click"))["headers"]["Location"] == TARGET
    lines = log.lines()
    assert metrics(lines)["BadSettings"] == 1
    assert [line["setting"] for line in lines if "setting" in line] == ["PYTRACKING_FALLBACK_URL"]


@pytest.mark.fault("answering", 105)
@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("t.example.com", "t.example.com"),
        ("T.Example.com:443", "t.example.com"),
        ("u.example.org.", "u.example.org"),
        ("stranger.example", None),
        ("t.example.com.stranger.example", None),
        ("<script>", None),
        ("", None),
    ],
)
def test_an_event_names_the_host_that_was_used_if_it_is_one_of_the_list(start, asked, named, queue):
    settings = {"PYTRACKING_HOSTS": "t.example.com,u.example.org"}
    function = start("click", PYTRACKING_QUEUE_URL=f"{queue.url}/1/hits", **settings)
    assert function.get(token("click"), host=asked)["statusCode"] == 302
    [message] = queue.messages
    assert message["body"].get("host") == named
    assert Event.from_json(message["body"]).host == named


def test_without_a_list_no_host_is_named(start, queue):
    function = start("click", PYTRACKING_QUEUE_URL=f"{queue.url}/1/hits")
    function.get(token("click"), host="t.example.com")
    [message] = queue.messages
    assert "host" not in message["body"]
