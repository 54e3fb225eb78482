"""`try-webhook`: does a receiver take what it should, refuse what it must, and answer in time?"""

import argparse
import contextlib
import dataclasses
import ipaddress
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from pytracking.cli.parsing import Subparsers
from pytracking.delivery.signatures import Signer, new_secret
from pytracking.delivery.slow import SLOW_SECONDS
from pytracking.errors import dependency
from pytracking.events import Event
from pytracking.links import Link
from pytracking.privacy import STRICTEST, PrivacyPolicy

if TYPE_CHECKING:
    from pytracking.delivery.addresses import AddressRules
    from pytracking.delivery.client import Outcome

BURST = 50
"""Events sent at once, ten at a time, as one batch of a deliver function after another."""

EARLY_SECONDS = 1.0
"""How long an answer to half a body is waited for: nobody who reads bodies gives one."""

BIG_CHARACTERS = 60_000
"""Of metadata in one event; a link of a mail carries at most some KB."""

OLD_SECONDS = 3600
"""Age of the old time stamp; five minutes are accepted."""

# {"error": ...}, {"errors": ...}, <!doctype html>, <html>, "Traceback (most recent call last)"
_ERROR_PAGE = re.compile(r'\s*<(!doctype|html)|\s*\{\s*"errors?"\s*:|.*\btraceback\b', re.I | re.S)


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one trial.

    Attributes:
        trial: what was sent.
        answer: what was answered, in a few words.
        seconds: how long the (slowest) answer took; None where it does not matter.
        change: what the receiver must change; None where all is well.
        unseen: what only the receiver's owner can check.
    """

    trial: str
    answer: str
    seconds: float | None = None
    change: str | None = None
    unseen: str | None = None


def add_try_webhook(commands: Subparsers) -> None:
    """Add the command ``try-webhook``."""
    parser = commands.add_parser(
        "try-webhook",
        help="send a receiver of webhooks what it must take and what it must refuse",
        description=(
            "Posts genuine events, forgeries and a burst to URL, and says what to change. Each "
            'event has "test": true in its body, since it is signed with a real secret. '
            "Exits with 0 where all is well, with 1 where something is to be changed."
        ),
        examples=["try-webhook https://api.example.com/tracking --secret whsec_..."],
    )
    parser.add_argument(
        "url", metavar="URL", help="https, or http on this machine or in a private network"
    )
    parser.add_argument(
        "--secret", required=True, help="what the receiver verifies with; it is not sent"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Try the receiver, print a table, and return the exit status."""
    findings = list(trials(arguments.url, arguments.secret))
    if arguments.json:
        print(json.dumps({"findings": [dataclasses.asdict(one) for one in findings]}))
    else:
        for one in findings:
            mark = "CHANGE" if one.change else "ok"
            took = "" if one.seconds is None else f"{one.seconds:.2f} s"
            print(f"{mark:7} {one.trial:28} {one.answer:34} {took}".rstrip())
        for one in findings:
            if one.change:
                print(f"\n{one.trial}: {one.change}.")
        print("\nWhat only you can see:")
        for one in findings:
            if one.unseen:
                print(f"- {one.trial}: {one.unseen}")
        print('- all: each has "test": true, so reports must not count it')
    return 1 if any(one.change for one in findings) else 0


def trials(url: str, secret: str, *, deadline: float | None = None) -> Iterator[Finding]:
    """Try the receiver at ``url``; stop after the first event if it is not taken.

    Posts as the deliver function does: no redirect is followed, no proxy heeded, and each post ends
    at its deadline. A host's name may lead to public addresses only; one of this machine or of a
    private network has to be named by its address, or as ``localhost``.

    Args:
        deadline: seconds for one post, by default the deliver function's.

    Raises:
        InvalidTarget: no webhook can be posted to the URL.
        InvalidKey: the secret cannot be used.
        MissingDependency: urllib3 is not installed.
    """
    with dependency("this command needs urllib3: pip install urllib3"):
        from pytracking.delivery.client import HARD_DEADLINE, Client
    signer = Signer(secret)
    rules = _rules(url)
    client = Client(rules, deadline=deadline or HARD_DEADLINE)

    def send(event: Event, *, at: float | None = None, by: Signer = signer) -> _Answer:
        """Post an event, signed ``at`` a time in seconds since the epoch (default: now)."""
        body, headers = _signed(event, by, at)
        began = time.monotonic()
        outcome = client.post(url, body, headers)
        return _Answer(outcome, time.monotonic() - began)

    first = _taken("an open", send(_event("open")))
    yield first
    if first.change:
        return
    yield _taken("a click", send(_event("click")))
    aggregate = _event("open").under(PrivacyPolicy(), STRICTEST)
    yield _taken(
        "an aggregate open",
        send(aggregate),
        unseen="it has no customer and no link_id; nothing of yours may fail over that",
    )
    twice = _event("click")
    yield _taken(
        "the same event twice",
        max(send(twice), send(twice), key=_severity),
        unseen=f"both have the id {twice.id}: your store must now count one",
    )
    yield _refused(
        "an old time stamp",
        send(_event("open"), at=time.time() - OLD_SECONDS),
        "it took a webhook signed an hour ago, which anyone may have recorded: refuse a "
        "webhook-timestamp that is more than five minutes off",
    )
    yield _refused(
        "a false signature",
        send(_event("open"), by=Signer(new_secret())),
        "it took a forgery: verify the signature with the secret, and answer 401 if it is wrong",
    )
    yield _early(rules, url, signer)
    big = dataclasses.replace(_event("open"), metadata={"text": "x" * BIG_CHARACTERS})
    yield _taken("60 KB of metadata", send(big), hint="take bodies of up to 256 KB")
    with ThreadPoolExecutor(10) as workers:
        answers = list(workers.map(send, [_event("open") for _ in range(BURST)]))
    yield _taken(
        f"a burst of {BURST}",
        max(answers, key=_severity),
        unseen=f"your store must now have {BURST} more events, each once",
    )
    client.close()


class _Answer(NamedTuple):
    outcome: "Outcome"
    seconds: float


def _signed(event: Event, signer: Signer, at: float | None = None) -> tuple[bytes, dict[str, str]]:
    body = json.dumps({**event.to_json(), "test": True}, separators=(",", ":")).encode()
    return body, signer.headers(event.id, int(time.time() if at is None else at), body)


def _event(kind: str) -> Event:
    from pytracking.messages import new_id

    metadata = {"customer_id": "try-webhook", "campaign": "try-webhook"}
    link = Link("open", None, metadata)
    if kind == "click":
        link = Link("click", "https://www.example.com/", metadata)
    request_data: Mapping[str, Any] = {
        "user_agent": "pytracking try-webhook",
        "user_ip": "203.0.113.9",  # RFC 5737: an address for documentation
        "method": "GET",
    }
    return Event.of(link, request_data, identifier=f"test-{new_id()}", timestamp=int(time.time()))


def _rules(url: str) -> "AddressRules":
    """Return rules by which the address that the URL names is dialled, and no other inside."""
    from pytracking.delivery.addresses import LOOPBACK, AddressRules, parse_networks

    host = AddressRules(allow_http=True).endpoint(url).host
    if host == "localhost":
        return AddressRules(allow_http=True, allowed_networks=parse_networks(LOOPBACK))
    try:
        named = ipaddress.ip_network(host)
    except ValueError:
        return AddressRules()
    return AddressRules(allow_http=not named.is_global, allowed_networks=(named,))


def _severity(answer: _Answer) -> tuple[bool, float]:
    return not answer.outcome.delivered or _shows_error(answer.outcome), answer.seconds


def _shows_error(outcome: "Outcome") -> bool:
    return bool(_ERROR_PAGE.match(outcome.excerpt))


def _taken(
    trial: str, answer: _Answer, *, hint: str | None = None, unseen: str | None = None
) -> Finding:
    """Return the finding of an event that the receiver should take."""
    return Finding(trial, answer.outcome.reason, answer.seconds, _fault(answer, hint), unseen)


def _fault(answer: _Answer, hint: str | None) -> str | None:
    outcome = answer.outcome
    status = outcome.status
    changes: Mapping[int, str] = {
        401: "it refused a genuine webhook: is the secret the one it verifies with, and does it "
        "verify the body byte for byte, as it came",
        410: "410 says that it wants no more webhooks: the event goes to the dead letters",
        415: "it wants another content type: webhooks are application/json",
    }
    if status is None:
        return (
            f"no answer ({outcome.reason}): store the event, answer, and only then work on it; "
            "the address must be reachable, its certificate valid"
        )
    if 300 <= status < 400:
        return "it redirects, which is not followed: give the address that it leads to"
    if not outcome.delivered:
        return hint or changes.get(status, f"it answered {status} to a genuine webhook")
    if _shows_error(outcome):
        return (
            f"it answered {status} with an error page in the body: only the status counts, so "
            "answer 5xx for the event to come again"
        )
    if answer.seconds > SLOW_SECONDS:
        return f"it took over {SLOW_SECONDS:g} s: store the event, answer, and only then work on it"
    return None


def _refused(trial: str, answer: _Answer, change: str) -> Finding:
    """Return the finding of what the receiver must refuse: any answer but a 2xx."""
    return Finding(
        trial,
        answer.outcome.reason,
        answer.seconds,
        change if answer.outcome.delivered else None,
        "nothing of it may be in your store",
    )


def _early(rules: "AddressRules", url: str, signer: Signer) -> Finding:
    """Send half a body, and see whether the receiver says that it has it all."""
    from pytracking.delivery.client import CONNECT_TIMEOUT
    from pytracking.delivery.dialling import dial, look_up

    trial = "half a body"
    endpoint = rules.endpoint(url)
    body, headers = _signed(_event("open"), signer)
    headers |= {
        "Host": endpoint.netloc,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    request = f"POST {endpoint.path} HTTP/1.1\r\n{head}\r\n".encode() + body[: len(body) // 2]
    answer = b""
    with contextlib.suppress(OSError):
        addresses = rules.vet(endpoint.host, look_up(endpoint.host, endpoint.port))
        sock = dial([str(one) for one in addresses], endpoint.port, CONNECT_TIMEOUT)
        with contextlib.closing(sock):
            sock.settimeout(EARLY_SECONDS)
            if endpoint.scheme == "https":
                context = ssl.create_default_context()
                sock = context.wrap_socket(sock, server_hostname=endpoint.host)
            with contextlib.closing(sock):
                sock.sendall(request)
                answer = sock.recv(64)
    if re.match(rb"HTTP/1\.[01] 2", answer):
        change = "it answered before it had read the body: read and verify it first"
        return Finding(trial, "answered at once", change=change)
    return Finding(trial, "waits for the rest")
