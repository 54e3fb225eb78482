"""``try-webhook`` names the fault of each wrong receiver, and finds none in a right one."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time

import pytest
from pytracking.cli.try_webhook import BURST, trials
from standardwebhooks import Webhook, WebhookVerificationError

from tests.cli.command_line import run
from tests.support.receiver import Handler, serving

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Right(Handler):
    """A receiver without a fault; those below have one each."""

    def do_POST(self):
        body = self.read()
        self.received.append(body)
        self.answer(self.status(body))

    def status(self, body):
        try:
            Webhook(SECRET).verify(body, {n.lower(): v for n, v in self.headers.items()})
        except (WebhookVerificationError, ValueError):
            return 401
        return 204


class TakesForgeries(Right):
    def status(self, body):
        old = abs(int(self.headers["webhook-timestamp"]) - time.time()) > 300
        whole = len(body) == int(self.headers["Content-Length"])
        return 401 if old or not whole else 204


class TakesOldStamps(Right):
    def status(self, body):
        headers = {name.lower(): value for name, value in self.headers.items()}
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        key = base64.b64decode(SECRET.removeprefix("whsec_"))
        made = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return 204 if made == headers["webhook-signature"] else 401


class Redirects(Right):
    def do_POST(self):
        self.read()
        self.received.append(b"")
        self.answer(307, Location="/elsewhere")


class TakesTwentySeconds(Right):
    def status(self, body):
        self.released.wait(20)
        return super().status(body)


class FailsOnBigBodies(Right):
    def status(self, body):
        return 500 if len(body) > 50_000 else super().status(body)


class WantsAForm(Right):
    def status(self, body):
        right = self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        return super().status(body) if right else 415


class AnswersBeforeReading(Right):
    def do_POST(self):
        self.answer(204)
        self.read()


class ShowsAnErrorPage(Right):
    def answer(self, status, body=b"", **headers):
        genuine = status == 204
        page = b"<!DOCTYPE html><title>500 Internal Server Error</title>"
        super().answer(200 if genuine else status, page if genuine else b"")


def faults(handler, **arguments):
    """Return what the receiver is told to change, by trial."""
    handler.received = []
    handler.released = threading.Event()
    with serving(handler) as port:
        findings = list(trials(f"http://127.0.0.1:{port}/hook", SECRET, **arguments))
        handler.released.set()
    return {one.trial: one.change for one in findings if one.change}


def test_a_right_receiver_is_told_nothing_and_every_event_says_that_it_is_a_test():
    assert faults(Right) == {}
    whole = [json.loads(body) for body in Right.received if body.endswith(b"}")]
    assert len(whole) > BURST
    assert all(event["test"] is True for event in whole)


@pytest.mark.parametrize(
    ("receiver", "trial", "words"),
    [
        (TakesForgeries, "a false signature", "forgery"),
        (TakesOldStamps, "an old time stamp", "signed an hour ago"),
        (Redirects, "an open", "redirects"),
        (TakesTwentySeconds, "an open", "no answer"),
        (FailsOnBigBodies, "60 KB of metadata", "256 KB"),
        (WantsAForm, "an open", "content type"),
        (AnswersBeforeReading, "half a body", "before it had read the body"),
        (ShowsAnErrorPage, "an open", "error page"),
    ],
    ids=lambda given: getattr(given, "__name__", ""),
)
def test_a_wrong_receiver_s_fault_is_named(receiver, trial, words):
    found = faults(receiver, deadline=1.0 if receiver is TakesTwentySeconds else None)
    assert words in found[trial]
    if receiver is not AnswersBeforeReading:  # who has read nothing has verified nothing either
        assert list(found) == [trial]


def test_no_redirect_is_followed():
    faults(Redirects)
    assert len(Redirects.received) == 1


def test_a_fault_is_an_exit_status_of_one_for_pipelines():
    WantsAForm.received = []
    with serving(WantsAForm) as port:
        url = f"http://127.0.0.1:{port}/hook"
        status, out, _ = run("try-webhook", url, "--secret", SECRET, "--json")
    assert status == 1
    assert "content type" in json.loads(out)["findings"][0]["change"]


@pytest.mark.parametrize(
    ("url", "secret", "words"),
    [
        ("ftp://a.example/", SECRET, "https"),
        ("http://a.example/", SECRET, "https"),
        ("https://me@a.example/", SECRET, "user information"),
        ("https://a.example/", "short", "secret"),
    ],
)
def test_a_url_or_a_secret_that_cannot_be_used_is_refused(url, secret, words):
    status, out, err = run("try-webhook", url, "--secret", secret)
    assert (status, out) == (1, "")
    assert words in err


def test_a_name_that_leads_inside_is_not_posted_to(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as inside:
        port = inside.getsockname()[1]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
        (finding,) = trials(f"https://receiver.example:{port}/", SECRET)
        assert "never dialled" in finding.answer
        inside.settimeout(0.1)
        with pytest.raises(TimeoutError):
            inside.accept()
