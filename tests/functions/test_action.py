"""Action links: a page that asks, a POST that acts, and nothing else that does."""

import base64
import hashlib
import json
import time

import pytest
from pytracking import Tracker
from pytracking.actions import UNDO_SECONDS
from pytracking.handlers import pages
from pytracking.messages import parse

from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import METADATA, RING, fallbacks, metrics, with_secrets_manager
from tests.functions.pages import page_of
from tools import samples

TRACKER = Tracker("https://t.example.com", RING)
ONE_CLICK = "List-Unsubscribe=One-Click"
URLENCODED = "application/x-www-form-urlencoded"
# RFC 8058, section 8.1, has both forms
MULTIPART = (
    "------FormBoundaryjWmhtjORrn\r\n"
    'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
    "--FormBoundaryjWmhtjORrn--\r\n"
)


def link(what="unsubscribe", **options):
    if what == "rate":
        options.setdefault("values", [0, 1, "so <b>so</b>"])
    return TRACKER.action_url(what, METADATA, **options).rpartition("/")[2]


def post(function, token, body="", kind=URLENCODED, encoded=False, **headers):
    event = samples.http_api(f"/a/{token}", "POST")
    event["headers"].update({"content-type": kind, **headers})
    event["body"] = base64.b64encode(body.encode()).decode() if encoded else body
    event["isBase64Encoded"] = encoded
    return function(event)


@pytest.fixture
def queued(start, queue):
    """A function, and the queue that its hits come to."""
    return start("action", PYTRACKING_QUEUE_URL=queue.url), queue


def bodies(queue):
    return [message["body"] for message in queue.messages]


@pytest.mark.parametrize("what", ["unsubscribe", "decline", "confirm", "rate"])
def test_get_shows_a_page_that_asks_and_changes_nothing(what, queued, log):
    function, queue = queued
    answer = function.get(link(what))
    assert answer["statusCode"] == 200
    found = page_of(answer)
    assert found.title == found.heading == pages.texts()["en"][what][0]
    assert found.methods == ["post"]
    assert found.targets == [""]  # the address of the page itself, in any stage or domain
    assert len(found.buttons) == (3 if what == "rate" else 1)
    assert (queue.requests, metrics(log.lines())) == ([], {"ActionPages": 1})


@pytest.mark.parametrize("what", ["unsubscribe", "decline", "confirm", "rate"])
def test_head_does_nothing_at_all(what, queued, log):
    function, queue = queued
    answer = function.get(link(what), "HEAD")
    assert (answer["statusCode"], answer["body"]) == (200, "")
    assert (queue.requests, log.lines()) == ([], [])


FORM = "multipart/form-data; boundary="
BODIES = {
    "as Gmail sends it": (ONE_CLICK, URLENCODED),
    "as RFC 8058 shows it": (MULTIPART, "multipart/form-data; boundary=--FormBoundaryjWmhtjORrn"),
    "empty": ("", ""),
    "not a form": ("{}", "application/json"),
    "a multipart without an end": ("--x\r\n", "multipart/form-data; boundary=x"),
    "a multipart without a boundary": (MULTIPART, "multipart/form-data"),
    **{
        f"a multipart part with {what}": (
            f"--b\r\n{head}\r\n\r\nOne-Click\r\n--b--\r\n",
            f"{FORM}b",
        )
        for what, head in {
            "half a quoted name": 'Content-Disposition: "%Content-Disposition: ',
            "a type of a star": "Content-Disposition: form-data\r\nContent-Type: *;--b----b--\0*",
            "a name in numbered and other pieces": "Content-Disposition: ; name*=utf-8''x;name*1*=",
        }.items()
    },
    "a multipart with a charset that is none": ("--b\r\n\r\n\r\n--b--", f"{FORM}b; charset=\0"),
    "a thousand fields": ("&".join(["a=1"] * 1000), URLENCODED),
    "the longest": ("x" * 4096, URLENCODED),
}


@pytest.mark.parametrize("encoded", [False, True])
@pytest.mark.parametrize(("body", "kind"), BODIES.values(), ids=BODIES)
@pytest.mark.fault("acting", 97)
def test_a_post_unsubscribes_once_and_is_never_redirected(body, kind, encoded, queued):
    function, queue = queued
    answer = post(function, link(), body, kind, encoded)
    assert answer["statusCode"] == 200
    assert "Location" not in answer["headers"]
    [event] = bodies(queue)
    assert (event["type"], event["how"]) == ("email.unsubscribed", "one-click")
    assert event["metadata"] == METADATA
    assert event["request_data"]["method"] == "POST"


@pytest.mark.fault("acting", 97)
def test_what_is_longer_than_any_button_sends_is_refused(queued):
    function, queue = queued
    for encoded in (False, True):
        assert post(function, link(), "x" * 4097, encoded=encoded)["statusCode"] == 413
    assert queue.requests == []


@pytest.mark.fault("acting", 97)
def test_base64_that_is_none_counts_as_an_empty_body(queued):
    function, queue = queued
    event = samples.http_api(f"/a/{link()}", "POST")
    assert function({**event, "body": "%%%", "isBase64Encoded": True})["statusCode"] == 200
    assert len(bodies(queue)) == 1


@pytest.mark.parametrize(
    ("what", "type_"),
    [
        ("unsubscribe", "email.unsubscribed"),
        ("decline", "email.tracking_declined"),
        ("confirm", "email.confirmed"),
        ("rate", "email.rated"),
    ],
)
def test_the_button_of_the_page_acts_once_and_the_answer_says_so(what, type_, queued):
    function, queue = queued
    token = link(what)
    [button, *_] = page_of(function.get(token)).submissions
    answer = post(function, token, button)
    assert answer["statusCode"] == 200
    assert page_of(answer).heading == pages.texts()["en"][f"{what} done"][0]
    [event] = bodies(queue)
    assert (event["type"], event["how"]) == (type_, "page")
    assert event.get("value") == (0 if what == "rate" else None)


def test_every_post_is_an_event_with_an_id_of_its_own(queued):
    function, queue = queued
    token = link()
    for _ in range(3):
        post(function, token, ONE_CLICK)
    assert len({event["id"] for event in bodies(queue)}) == 3
    assert len({event["link_id"] for event in bodies(queue)}) == 1


@pytest.mark.parametrize("agent", ["", "curl/8", "Googlebot/2.1", "Barracuda Sentinel (EE)"])
def test_whoever_acts_is_reported_and_never_refused(agent, queued):
    function, queue = queued
    assert post(function, link(), ONE_CLICK, **{"user-agent": agent})["statusCode"] == 200
    [event] = bodies(queue)
    assert event["visitor"]["class"] != "human"


# Taking back


def test_a_mistake_is_taken_back_by_the_button_of_the_next_page(queued):
    function, queue = queued
    token = link(lang="de")
    [button] = page_of(function.get(token)).submissions
    [undo] = page_of(post(function, token, button)).submissions
    answer = post(function, token, undo)
    assert page_of(answer).heading == pages.texts()["de"]["resubscribe done"][0]
    left, came_back = bodies(queue)
    assert (came_back["type"], came_back["undoes"]) == ("email.resubscribed", left["id"])
    assert came_back["metadata"] == METADATA
    assert page_of(answer).submissions == []


@pytest.mark.fault("acting", 99)
def test_taking_back_works_for_an_hour_and_only_with_the_token_of_the_page(queued, monkeypatch):
    function, queue = queued
    token = link()
    [undo] = page_of(post(function, token, "page=1")).submissions
    sealed = undo.partition("undo=")[2].partition("&")[0]
    for body in ("undo=", "undo=forged", f"undo={token}", f"undo={link('confirm')}"):
        assert post(function, token, body)["statusCode"] == 410
    for method in ("GET", "POST"):  # alone it does nothing: it comes from a page
        assert function.get(sealed, method)["statusCode"] == 404
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + UNDO_SECONDS + 1)
    assert post(function, token, undo)["statusCode"] == 410
    assert [event["type"] for event in bodies(queue)] == ["email.unsubscribed"]


def test_only_the_page_behind_an_unsubscription_offers_to_take_it_back(queued):
    function, _ = queued
    for what in ("decline", "confirm", "rate"):
        answer = post(function, link(what), "page=1&value=0")
        assert page_of(answer).submissions == []


def test_a_link_too_long_for_a_form_is_unsubscribed_without_a_way_back(queued):
    function, queue = queued
    noise = hashlib.shake_128(b"noise").hexdigest(4096)
    token = TRACKER.action_url("unsubscribe", {"noise": noise}).rpartition("/")[2]
    nearly_full = TRACKER.action_url("unsubscribe", {"a": "x" * 65_440}).rpartition("/")[2]
    for each in (token, nearly_full):
        answer = post(function, each, "page=1")
        assert page_of(answer).submissions == []
        assert answer["statusCode"] == 200
    assert len(bodies(queue)) == 2


# Ratings


@pytest.mark.parametrize(("number", "value"), [("0", 0), ("2", "so <b>so</b>")])
def test_a_rating_reports_the_sealed_value_that_was_chosen(number, value, queued):
    function, queue = queued
    answer = post(function, link("rate"), f"page=1&value={number}")
    assert answer["statusCode"] == 200
    assert "<b>" not in answer["body"]
    [event] = bodies(queue)
    assert event["value"] == value


@pytest.mark.parametrize("body", ["", *(f"value={n}" for n in ("", 3, -1, 9999, "%D9%A1"))])
@pytest.mark.fault("acting", 98)
def test_a_value_that_was_not_sealed_rates_nothing_and_asks_again(body, queued):
    function, queue = queued
    answer = post(function, link("rate"), body)
    assert answer["statusCode"] == 400
    assert len(page_of(answer).buttons) == 3
    assert queue.requests == []


def test_a_rating_of_one_value_names_it_and_needs_no_choice(queued):
    function, queue = queued
    token = link("rate", values="good & <cheap>")
    assert "good &amp; &lt;cheap&gt;" in function.get(token)["body"]
    assert post(function, token)["statusCode"] == 200
    assert bodies(queue)[0]["value"] == "good & <cheap>"


# Kept, or not said to be


@pytest.mark.fault("acting", 93)
def test_while_the_queue_is_down_the_log_takes_the_act_and_the_answer_is_200(start, log):
    with RawServer(fail(500)) as queue:
        function = start("action", PYTRACKING_QUEUE_URL=queue.url)
        token = link("rate")
        assert post(function, token, "page=1&value=1")["statusCode"] == 200
    [line] = fallbacks(log.lines())
    assert (line["kind"], line["token"], line["how"]) == ("action", token, "page")
    assert line["value"] == 1
    assert "customer_id" not in log.text


@pytest.mark.parametrize("body", [ONE_CLICK, "page=1"])
@pytest.mark.fault("acting", 94)
def test_with_queue_and_log_down_nobody_is_told_that_it_is_done(body, start, monkeypatch):
    def broken(*arguments, **options):
        raise OSError("no space left")

    with RawServer(fail(500)) as queue:
        function = start("action", PYTRACKING_QUEUE_URL=queue.url)
        monkeypatch.setattr("builtins.print", broken)
        answer = post(function, link(), body)
    assert answer["statusCode"] == 503
    assert int(answer["headers"]["Retry-After"]) > 0


@pytest.mark.fault("acting", 95)
def test_without_keys_nothing_is_said_to_be_done(start):
    with RawServer(fail(500)) as secrets, RawServer(ok) as queue:
        function = start("action", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        for answer in (post(function, link(), ONE_CLICK), function.get(link())):
            assert answer["statusCode"] == 503
            assert "Retry-After" in answer["headers"]
    assert queue.requests == []


def test_a_bug_is_not_said_to_be_done(queued, monkeypatch):
    function, _ = queued
    monkeypatch.setattr(function.module.acting, "act", lambda *_: 1 / 0)
    assert post(function, link(), ONE_CLICK)["statusCode"] == 500


def test_an_act_that_no_webhook_wants_waits_for_an_operator(start, log, queue):
    function = start("action", PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_WEBHOOK_URL="")
    assert post(function, link(), ONE_CLICK)["statusCode"] == 200
    [message] = queue.messages
    kept = parse(json.dumps(message)).event
    assert (kept.kind, kept.how) == ("action", "one-click")
    assert metrics(log.lines())["WithoutWebhook"] == 1


def test_a_bug_in_the_verdict_does_not_lose_the_act(queued, monkeypatch):
    function, queue = queued
    monkeypatch.setattr("pytracking.handlers.answering.classify", lambda *_, **__: 1 / 0)
    assert post(function, link(), ONE_CLICK)["statusCode"] == 200
    kept = parse(json.dumps(queue.messages[0])).event
    assert (kept.kind, kept.how, kept.request_data["user_ip"]) == ("action", "one-click", None)


@pytest.mark.parametrize("mode", ["truncated", "none"])
def test_an_act_says_whose_it_is_whatever_privacy_and_browser_ask(mode, start, queue):
    function = start("action", PYTRACKING_QUEUE_URL=queue.url, PYTRACKING_PRIVACY=mode)
    post(function, link("decline", privacy=["aggregate"]), ONE_CLICK, dnt="1")
    [event] = bodies(queue)
    assert event["metadata"] == METADATA
    assert event["request_data"]["user_ip"] is None


# What is no link


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", ["forged", "open", "click", "guarded", "expired", ""])
@pytest.mark.fault("acting", 98)
def test_what_is_no_action_link_gets_a_page_that_says_so(kind, method, queued, log):
    function, queue = queued
    token = {
        "open": TRACKER.open_url,
        "click": lambda: TRACKER.click_url("https://a.example/"),
        "guarded": lambda: TRACKER.click_url("https://a.example/", guarded=True),
        "expired": lambda: Tracker("https://t.example.com", RING, clock=lambda: 9).action_url(
            "confirm", expires_in=1
        ),
    }.get(kind, lambda: kind)()
    answer = function.get(token.rpartition("/")[2], method)
    assert answer["statusCode"] == 404
    assert page_of(answer).heading == pages.texts()["en"]["broken"][0]
    assert (queue.requests, metrics(log.lines())) == ([], {"InvalidLinks": 1})


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "X" * 100])
def test_other_methods_are_told_which_are_allowed(method, queued):
    function, queue = queued
    answer = function.get(link(), method)
    assert (answer["statusCode"], answer["headers"]["Allow"]) == (405, "GET, HEAD, POST")
    assert queue.requests == []
