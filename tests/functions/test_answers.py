"""What both functions answer to every gateway, and to requests that are for no link."""

import json
from pathlib import Path

import pytest
from pytracking.aws.secrets import SAMPLE_SECRET
from pytracking.errors import ConfigurationError

from tests.aws.raw_server import RawServer
from tests.functions.links import KINDS, TARGET, metrics, token, with_secrets_manager
from tools import samples

EVENTS = Path(__file__).parents[2] / "events"
SAMPLES = sorted(samples.requests())


def sample_environment():
    environment = json.loads((EVENTS / "env.json").read_text())["Parameters"]
    return {**environment, "AWS_SAM_LOCAL": "true"}


@pytest.mark.parametrize("name", [*SAMPLES, "env.json"])
def test_a_sample_event_is_what_its_generator_writes(name):
    content = {**samples.requests(), "env.json": samples.environment()}[name]
    assert json.loads((EVENTS / name).read_text()) == content


def test_every_sample_event_is_made_and_has_a_line_in_the_readme():
    # those of the links function are requests, which nothing has to seal: written by hand
    written = {p.name for p in EVENTS.glob("*.json") if not p.name.startswith("links-")}
    assert written == {*SAMPLES, "env.json"}
    readme = (EVENTS / "README.md").read_text()
    assert all(f"| `{name}` |" in readme for name in written)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_event_gets_the_answer_its_readme_promises(name, start, log):
    kind = name.split(".")[0].split("-")[0]
    [line] = [
        line for line in (EVENTS / "README.md").read_text().splitlines() if f"`{name}`" in line
    ]
    promised = line.split("|")[3].strip()
    function = start(kind, **sample_environment())
    result = function(json.loads((EVENTS / name).read_text()))
    assert str(result["statusCode"]) == promised[:3]
    assert ("no event" in promised or promised.startswith("404")) == (
        "InvalidLinks" in metrics(log.lines())
    )
    if result["statusCode"] in (302, 303):
        assert result["headers"]["Location"] == samples.TARGET
    assert (result["body"] == "") == ("no body" in promised or promised.startswith("30"))


@KINDS
def test_the_sample_key_does_not_start_a_deployed_function(kind, start):
    with pytest.raises(ConfigurationError, match="published sample key"):
        start(kind, **{**sample_environment(), "AWS_SAM_LOCAL": ""})


@KINDS
@pytest.mark.fault("answering", 56)
@pytest.mark.parametrize(
    "url",
    ["http://hooks.example.com/", "hooks.example.com", "https://", "https://xn--a.example/", "\\"],
)
def test_a_webhook_that_could_never_be_called_costs_the_webhooks_and_is_reported(
    kind, url, start, log, queue
):
    function = start(kind, PYTRACKING_WEBHOOK_URL=url, PYTRACKING_QUEUE_URL=queue.url)
    answer = function.get(token(kind))
    assert answer["statusCode"] == (302 if kind == "click" else 200)
    lines = log.lines()
    assert metrics(lines)["BadSettings"] == 1
    [told] = [line for line in lines if line.get("message") == "setting not used"]
    assert (told["level"], told["setting"]) == ("ERROR", "PYTRACKING_WEBHOOK_URL")


def test_a_secret_that_holds_the_sample_key_opens_no_link_of_a_deployed_function(start):
    text = json.dumps({"current": SAMPLE_SECRET})
    with RawServer(lambda c: c.answer(200, {"SecretString": text})) as secrets:
        function = start("click", **with_secrets_manager(secrets))
        assert function.get(samples.token("click"))["statusCode"] == 503


@KINDS
@pytest.mark.fault("http", 41)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "X" * 100])
def test_other_methods_are_told_which_are_allowed(kind, method, start, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    result = function.get(token(kind), method)
    assert result["statusCode"] == 405
    takes_post = kind == "click" and method != "POST"  # which follows guarded clicks
    assert result["headers"]["Allow"] == ("GET, HEAD, POST" if takes_post else "GET, HEAD")
    assert queue.requests == []


@KINDS
@pytest.mark.parametrize("path", ["/robots.txt", "/o/robots.txt", "/prod/robots.txt"])
def test_crawlers_are_asked_to_stay_away(kind, path, start, log):
    result = start(kind)(samples.http_api(path))
    assert result["statusCode"] == 200
    assert result["body"] == "User-agent: *\nDisallow: /\n"
    assert log.lines() == []


@KINDS
def test_there_is_no_icon(kind, start):
    assert start(kind)(samples.http_api("/favicon.ico"))["statusCode"] == 204


@KINDS
@pytest.mark.fault("http", 36, 37, 38, 39)
@pytest.mark.parametrize(
    "event",
    [
        {},
        None,
        [],
        {"version": "2.0"},
        {"version": "1.0", "httpMethod": "GET", "headers": None, "multiValueHeaders": None},
        {"requestContext": {"elb": {}}},
        {"version": "2.0", "isBase64Encoded": True, "body": "%%%"},
    ],
)
def test_an_event_with_nothing_in_it_is_answered_like_an_unusable_link(kind, event, start, log):
    result = start(kind)(event)
    assert result["statusCode"] == (200 if kind == "open" else 404)
    assert metrics(log.lines()) == {"InvalidLinks": 1}


@KINDS
@pytest.mark.fault("http", 45)
@pytest.mark.parametrize(
    "path",
    ["/{k}/{t}", "/prod/{k}/{t}", "//{k}//{t}//", "/{k}/{t}/", "/{k}/{t}%2F", "/{k}/../{k}/{t}"],
)
def test_stage_prefixes_slashes_and_dots_do_not_hide_a_link(kind, path, start, queue):
    event = samples.http_api(path.format(k=kind[0], t=token(kind)))
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    result = function(event)
    assert len(queue.requests) == 1
    assert result["statusCode"] == (200 if kind == "open" else 302)


@KINDS
@pytest.mark.fault("http", 42)
def test_the_recorded_address_is_the_gateways_word(kind, start, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    function.get(token(kind), **{"x-forwarded-for": "8.8.8.8", "x-real-ip": "8.8.8.8"})
    assert queue.messages[0]["body"]["request_data"]["user_ip"] == "203.0.113.9"
    assert "8.8.8.8" not in json.dumps(queue.messages)


@KINDS
@pytest.mark.fault("http", 43)
@pytest.mark.parametrize("agent", ["A" * 8192, "x\r\nforged: 1", "\x1b[2J\x1b[31m", "\ud800"])
def test_a_hostile_user_agent_is_bounded_and_harmless(kind, agent, start, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    function.get(token(kind), **{"user-agent": agent})
    recorded = queue.messages[0]["body"]["request_data"]["user_agent"]
    assert len(recorded.encode()) <= 1024
    assert recorded.isprintable()


@KINDS
def test_nothing_is_logged_of_a_visitor_whose_hit_was_queued(kind, start, log, queue):
    function = start(kind, PYTRACKING_QUEUE_URL=queue.url)
    sent = token(kind)
    function.get(sent, **{"user-agent": "a-telling-agent", "referer": "https://told.example/"})
    log.lines()
    for secret in (sent, "203.0.113.9", "a-telling-agent", "told.example", "customer_id", TARGET):
        assert secret not in log.text
