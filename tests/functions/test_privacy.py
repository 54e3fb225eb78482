"""No log line, queue message or webhook holds what a visitor's or a recipient's privacy excludes.

Real handlers, on every way a hit can take: to the queue, to the webhook without a queue, to the log
when nothing answers, undecoded when there are no keys, and from the queue through the deliver
function to the webhook, delivered or failed.
"""

import itertools
import json
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from pytracking.delivery import client as webhook_client
from pytracking.handlers import delivering
from pytracking.operations.log_lines import hits
from pytracking.operations.replay import Requeuer

from local.functions import Context
from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import RING, token, with_secrets_manager
from tools import samples

ADDRESS, NETWORK = "203.0.113.77", "203.0.113.0"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) alicescrawler/7.7 Safari/537.36"
AGENT_MARKS = ("alicescrawler", "Linux x86_64")
REFERER = "https://mail.alices-provider.example/inbox/4711"
RECIPIENT = "alice-4711"
METADATA = {"customer": RECIPIENT, "campaign": "spring-sale", "utm_source": {"who": RECIPIENT}}
TARGET = f"https://shop.example.com/sale?customer={RECIPIENT}&utm_campaign=spring-sale#{RECIPIENT}"

MODES = ("full", "truncated", "none")
CONSENT = ((), ("no_ip",), ("no_agent",), ("no_ip", "no_agent"), ("aggregate",))
WAYS = ("queue", "webhook", "log", "undecoded", "undecoded-log")


def hidden_from(kind, mode, consent, do_not_track):
    """Return what must stand nowhere, by the words of docs/privacy.md."""
    aggregate = "aggregate" in consent or (kind == "open" and do_not_track)
    hidden = []
    if mode != "full" or "no_ip" in consent or aggregate:
        hidden.append(ADDRESS)
    if mode == "none" or "no_ip" in consent or aggregate:
        hidden.append(NETWORK.rpartition(".")[0])
    if mode == "none" or "no_agent" in consent or aggregate:
        hidden += [*AGENT_MARKS, "alices-provider"]
    if mode != "full":
        hidden.append("inbox/4711")
    if aggregate:
        hidden += [RECIPIENT, '"customer"']
    return hidden


def post_ok(connection):
    connection.sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def post_echo(connection):
    """Fail, and repeat what was sent, as careless receivers do."""
    answer = connection.request.body[:2000]
    head = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: %d\r\n\r\n" % len(answer)
    connection.sock.sendall(head + answer)


@dataclass
class Outcome:
    """What a hit led to; on a machine that is slow enough the queue gets its message twice."""

    messages: list
    lines: list

    @property
    def message(self):
        return self.messages[0]


class Traces:
    """Starts functions, sends them a hit, and keeps every text that leaves them."""

    def __init__(self, start, log):
        self._start = start
        self._log = log
        self.texts = []

    def hit(self, way, kind, mode, consent, headers, **settings):
        self.texts.clear()
        self._log.text = ""
        link = token(kind, metadata=METADATA, url=TARGET, privacy=consent, include_issue_time=True)
        with ExitStack() as stack:
            queue = stack.enter_context(RawServer(fail(403) if way.endswith("log") else ok))
            receiver = stack.enter_context(RawServer(post_ok))
            secrets = stack.enter_context(RawServer(fail(500)))
            environment = {
                "PYTRACKING_PRIVACY": mode,
                "PYTRACKING_WEBHOOK_URL": receiver.url,
                "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
                "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
                "PYTRACKING_QUEUE_URL": "" if way == "webhook" else queue.url,
                **settings,
            }
            if way.startswith("undecoded"):
                environment |= with_secrets_manager(secrets)
            function = self._start(kind, **environment)
            event = samples.http_api(f"/{kind[0]}/{link}")
            event["requestContext"]["http"]["sourceIp"] = ADDRESS
            event["requestContext"]["http"]["userAgent"] = AGENT
            event["headers"] = {"host": "t.example.com", "x-forwarded-for": ADDRESS, **headers}
            function(event)
            lines = self._log.lines()
            self.texts += [request.body.decode() for request in receiver.requests]
            self.texts += [json.dumps(message) for message in queue.messages]
            self.texts.append(self._log.text)
            return Outcome(queue.messages, lines)

    def deliver(self, monkeypatch, message, behaviour):
        """Hand a queue's message to the deliver function."""
        monkeypatch.setattr(delivering, "Client", webhook_client.Client)  # which `start` closes
        with RawServer(ok) as queue, RawServer(behaviour) as receiver:
            secrets = {"current": "a random secret of thirty-two characters"}
            environment = {
                "PYTRACKING_QUEUE_URL": queue.url,
                "PYTRACKING_DEAD_LETTER_QUEUE_URL": queue.url + "/dead",
                "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
                "PYTRACKING_ALLOWED_WEBHOOK_NETWORKS": "127.0.0.0/8",
                "PYTRACKING_WEBHOOK_SECRETS": json.dumps(secrets),
                "AWS_ENDPOINT_URL_SQS": queue.url,
            }
            handler = self._start("deliver", **environment).module.handler
            self.texts.clear()
            self._log.text = ""
            text = json.dumps({**message, "webhook": receiver.url})
            handler({"Records": [{"messageId": "1", "body": text}]}, Context(60))
            self._log.lines()
            self.texts += [request.body.decode() for request in receiver.requests]
            self.texts += [request.body.decode() for request in queue.requests]
            self.texts.append(self._log.text)
            return receiver.requests


@pytest.fixture
def traces(start, log):
    return Traces(start, log)


HEADERS = {"user-agent": AGENT, "referer": REFERER}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", ["open", "click"])
def test_nothing_excluded_leaves_by_any_way(kind, way, traces):
    for mode, consent, do_not_track in itertools.product(MODES, CONSENT, (False, True)):
        headers = HEADERS | ({"dnt": "1"} if do_not_track else {})
        traces.hit(way, kind, mode, consent, headers)
        everything = "\n".join(traces.texts)
        assert RECIPIENT in everything or "undecoded" in way or do_not_track or consent
        hidden = hidden_from(kind, mode, consent, do_not_track)
        if way.startswith("undecoded"):  # what the link asks for nobody knows yet: the least
            hidden += [ADDRESS, NETWORK.rpartition(".")[0], *AGENT_MARKS, "alices-provider"]
        for secret in hidden:
            assert secret not in everything, (mode, consent, do_not_track, secret)


@pytest.mark.parametrize("behaviour", [post_ok, post_echo], ids=["delivered", "failed"])
@pytest.mark.parametrize("consent", [("no_ip",), ("no_agent",), ("aggregate",)])
def test_nothing_excluded_leaves_the_deliver_function(consent, behaviour, traces, monkeypatch):
    message = traces.hit("queue", "click", "truncated", consent, HEADERS).message
    assert traces.deliver(monkeypatch, message, behaviour)
    everything = "\n".join(traces.texts)
    assert "spring-sale" in everything
    for secret in hidden_from("click", "truncated", consent, do_not_track=False):
        assert secret not in everything, secret


def test_in_full_mode_everything_is_kept_but_nothing_of_the_link_is_logged(traces):
    message = traces.hit("queue", "click", "full", (), HEADERS).message
    body = message["body"]
    assert body["request_data"] == {
        "user_agent": AGENT,
        "user_ip": ADDRESS,
        "method": "GET",
        "referer": REFERER,
    }
    assert body["metadata"] == METADATA
    assert body["tracked_url"] == TARGET
    assert len(body["link_id"]) == 22
    assert body["visitor"]["signals"][0] == "bot-word:alicescrawler"
    assert "privacy" not in body


def test_truncated_keeps_the_network_and_the_site_the_visitor_came_from(traces):
    message = traces.hit("queue", "click", "truncated", (), HEADERS).message
    assert message["body"]["request_data"] == {
        "user_agent": AGENT,
        "user_ip": NETWORK,
        "method": "GET",
        "referer": "https://mail.alices-provider.example/",
    }


def test_the_verdict_is_made_before_the_agent_is_taken_away(traces):
    message = traces.hit("queue", "open", "none", (), HEADERS).message
    visitor = message["body"]["visitor"]
    assert (visitor["class"], visitor["signals"][0]) == ("bot", "bot-word")


def test_an_aggregate_hit_keeps_its_campaign_and_says_that_it_is_one(traces):
    message = traces.hit("queue", "click", "full", ("aggregate",), HEADERS).message
    body = message["body"]
    assert body["metadata"] == {"campaign": "spring-sale"}
    assert body["tracked_url"] == "https://shop.example.com/sale?utm_campaign=spring-sale"
    assert body["request_data"] == {"user_agent": None, "user_ip": None, "method": "GET"}
    assert body["link_id"] is None
    assert body["visitor"]["age_seconds"] is None
    assert body["privacy"] == ["no_ip", "no_agent", "aggregate"]


def test_which_metadata_is_of_campaigns_is_the_operators_word(traces):
    message = traces.hit(
        "queue", "open", "full", ("aggregate",), HEADERS, PYTRACKING_CAMPAIGN_KEYS="customer, x"
    ).message
    assert message["body"]["metadata"] == {"customer": RECIPIENT}


@pytest.mark.parametrize("header", ["dnt", "sec-gpc"])
@pytest.mark.parametrize(
    ("policy", "consent"),
    [
        ("aggregate", ["no_ip", "no_agent", "aggregate"]),
        ("anonymous", ["no_ip", "no_agent"]),
        ("ignore", None),
    ],
)
def test_an_open_that_asks_not_to_be_tracked_is_recorded_by_policy(header, policy, consent, traces):
    message = traces.hit(
        "queue", "open", "full", (), {**HEADERS, header: "1"}, PYTRACKING_DO_NOT_TRACK=policy
    ).message
    assert message["body"].get("privacy") == consent


def test_a_click_that_asks_not_to_be_tracked_is_a_click(traces):
    message = traces.hit("queue", "click", "full", (), {**HEADERS, "dnt": "1"}).message
    assert "privacy" not in message["body"]


def test_an_undecoded_hit_says_what_its_browser_asked_for_and_who_came(traces):
    message = traces.hit("undecoded", "open", "full", (), {**HEADERS, "dnt": "1"}).message
    assert message["request_data"] == {"user_agent": None, "user_ip": None, "method": "GET"}
    assert message["visitor"]["class"] == "bot"
    assert message["privacy"] == ["no_ip", "no_agent", "aggregate"]


@pytest.mark.parametrize("way", ["log", "undecoded-log"])
@pytest.mark.parametrize("consent", [("aggregate",), ()])
def test_a_replayed_hit_gives_no_more_away_than_the_hit_itself_would_have(way, consent, traces):
    lines = traces.hit(way, "open", "full", consent, {**HEADERS, "sec-gpc": "1"}).lines
    [line] = hits(json.dumps(line) for line in lines)
    message = Requeuer(RING, "https://hooks.example.com/x").fallback(line)
    text = message.to_json()
    assert message.body["metadata"] == {"campaign": "spring-sale"}
    assert message.body["link_id"] is None
    for secret in (RECIPIENT, ADDRESS, *AGENT_MARKS):
        assert secret not in text
