"""One-click unsubscribe in mails: the headers as they travel, and the links in the text."""

import email
import email.message
import email.policy
import hashlib
import re
import smtplib
import socketserver
import threading
from collections.abc import Iterator
from email.message import EmailMessage, Message
from typing import Any

import pytest
from pytracking import InvalidPayload, Keyring, Tracker
from pytracking.base_urls import BaseUrls
from pytracking.errors import ConfigurationError
from pytracking.html import adapt_html

from tests.cli.command_line import run
from tests.mails.judges import html5lib_links

RING = Keyring("a secret of the tests, and of nobody else")
TRACKER = Tracker("https://track.example.com", RING, clock=lambda: 1_800_000_000)
METADATA = {"customer": 1, "campaign": "a rather long name of a campaign, as they are" * 3}
HTML = (
    '<p><a href="https://shop.example/">Shop</a> '
    '<a data-pytracking="unsubscribe" href="#">Leave</a> '
    "<a href='{{ unsubscribe_url }}'>Leave</a></p>"
)
TEXT = "Shop: https://shop.example/\nLeave: {{unsubscribe_url}}\n"


def headers() -> dict[str, Any]:
    return TRACKER.unsubscribe_headers(
        METADATA, mailto="leave@example.com?subject=leave", list_id="news.example.com"
    )


def mail(policy: Any = email.policy.default) -> EmailMessage:
    message = EmailMessage(policy)
    message["From"], message["To"] = "a@example.com", "b@example.com"
    message["Subject"] = "Sale"
    message.set_content(TEXT)
    message.add_alternative(HTML, subtype="html")
    return message


def lines(raw: bytes) -> dict[str, str]:
    """The header lines of a mail as they travel, by their names, folded ones cut."""
    found = re.findall(rb"^(List-[\w-]+): ?(.*?)\r?$", raw, re.MULTILINE)
    return {name.decode(): value.decode() for name, value in found}


def test_the_headers_hold_one_link_that_unsubscribes_and_what_was_asked_for() -> None:
    found = {name: str(line) for name, line in headers().items()}
    [url, mailto] = re.findall("<(.*?)>", found["List-Unsubscribe"])
    assert TRACKER.read(url).metadata == METADATA
    assert mailto == "mailto:leave@example.com?subject=leave"
    assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert found["List-Id"] == "<news.example.com>"
    assert list(TRACKER.unsubscribe_headers({})) == ["List-Unsubscribe", "List-Unsubscribe-Post"]


POLICIES = {
    "default": email.policy.default,
    "SMTP": email.policy.SMTP,
    "SMTPUTF8": email.policy.SMTPUTF8,
    "narrow": email.policy.default.clone(max_line_length=40),
    "compat32": email.policy.compat32,
    "narrow compat32": email.policy.compat32.clone(max_line_length=40),
}


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.fault("acting", 101)
def test_no_policy_folds_or_encodes_a_header(policy: Any) -> None:
    message = Message(policy)
    for name, line in headers().items():
        message[name] = line
    expected = {name: str(line) for name, line in headers().items()}
    assert lines(message.as_bytes()) == expected
    assert lines(message.as_bytes(policy=policy)) == expected
    assert lines(message.as_string().encode()) == expected
    copied = email.message_from_bytes(message.as_bytes())
    assert {name: str(copied[name]) for name in expected} == expected


class Mailbox(socketserver.StreamRequestHandler):
    """A server of RFC 5321 as far as ``smtplib`` speaks it; keeps what it is sent."""

    def handle(self) -> None:
        self.wfile.write(b"220 localhost\r\n")
        for command in self.rfile:
            if command[:4].upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                data = bytearray()
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    data += line
                self.server.received.append(bytes(data))  # type: ignore[attr-defined]
            if command[:4].upper() == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            self.wfile.write(b"250 fine\r\n")


@pytest.fixture
def mailbox() -> Iterator[Any]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mailbox) as server:
        server.received = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
@pytest.mark.fault("acting", 101)
def test_a_server_gets_the_line_as_it_was_minted(policy: Any, mailbox: Any) -> None:
    message = TRACKER.message(mail(), METADATA, unsubscribe=True, list_id="news.example.com")
    if policy is POLICIES["compat32"]:
        message = TRACKER.message(  # type: ignore[assignment]
            email.message_from_bytes(mail().as_bytes()), METADATA, unsubscribe=True
        )
    with smtplib.SMTP("127.0.0.1", mailbox.server_address[1], timeout=10) as client:
        client.send_message(message)
    [raw] = mailbox.received
    found = lines(raw)
    assert found["List-Unsubscribe"] == str(message["List-Unsubscribe"])
    [url] = re.findall("<(.*?)>", found["List-Unsubscribe"])
    assert TRACKER.read(url).action


def test_a_line_that_no_mail_carries_is_refused() -> None:
    noise = hashlib.shake_128(b"noise").hexdigest(2000)
    with pytest.raises(InvalidPayload, match="998"):
        TRACKER.unsubscribe_headers({"noise": noise})
    fits = TRACKER.unsubscribe_headers({"noise": noise[:200]})["List-Unsubscribe"]
    assert len(f"List-Unsubscribe: {fits}") <= 998


@pytest.mark.parametrize(
    "given",
    [
        {"mailto": "nobody"},
        {"mailto": "a@b.example\r\nBcc: c@d.example"},
        {"mailto": "a@b.example>, <https://evil.example/"},
        {"mailto": "\u00fc@b.example"},
        {"list_id": "a b"},
        {"list_id": "<news.example.com>"},
        {"list_id": "news\nX: y"},
        {"list_id": ""},
    ],
)
def test_what_would_make_another_header_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidPayload):
        TRACKER.unsubscribe_headers({}, **given)  # type: ignore[arg-type]


def test_a_message_gets_headers_and_links_that_unsubscribe_its_recipient() -> None:
    given = mail()
    given["List-Unsubscribe"] = "<https://old.example/>"
    made = TRACKER.message(given, METADATA, unsubscribe=True)
    assert len(made.get_all("List-Unsubscribe") or []) == 1
    html = made.get_body(["html"])
    text = made.get_body(["plain"])
    assert html
    assert text
    shop, *left = html5lib_links(html.get_content())
    assert TRACKER.read(shop).kind == "click"
    found = [*left, text.get_content().split()[-1], str(made["List-Unsubscribe"]).strip("<>")]
    assert len(found) == 4
    for url in found:
        link = TRACKER.read(url)
        assert link.action
        assert (link.action.what, link.metadata) == ("unsubscribe", METADATA)
    assert "data-pytracking" not in html.get_content()
    assert given["List-Unsubscribe"] == "<https://old.example/>"  # a copy is changed


def test_without_asking_placeholders_and_headers_stay() -> None:
    assert "{{ unsubscribe_url }}" in TRACKER.html(HTML)
    assert "List-Unsubscribe" not in TRACKER.message(mail(), METADATA)


def test_each_recipient_of_a_campaign_gets_a_link_of_their_own() -> None:
    campaign = TRACKER.campaign(html=HTML, unsubscribe=True)
    for customer in (1, 2):
        _, *left = html5lib_links(campaign.render({"customer": customer}))
        assert [TRACKER.read(url).metadata for url in left] == [{"customer": customer}] * 2


def test_a_link_that_would_name_nobody_or_lead_nowhere_is_refused() -> None:
    aggregate = Tracker("https://track.example.com", RING, privacy=["aggregate"])
    elsewhere = Tracker(BaseUrls("https://a.example/x/", "https://a.example/y/"), RING)
    for tracker in (aggregate, elsewhere):
        with pytest.raises(ConfigurationError):
            tracker.html(HTML, {}, unsubscribe=True)
        with pytest.raises(ConfigurationError):
            tracker.unsubscribe_headers({})


@pytest.mark.parametrize("attribute", ["", "href"])
def test_a_tag_without_an_address_stays(attribute: str) -> None:
    tag = f"<a {attribute} data-pytracking=unsubscribe>"
    assert TRACKER.html(tag, {}, open_tracking=False, unsubscribe=True) == tag


GUARDED = (
    '<a href="https://shop.example/reset?once=1" data-pytracking-guard data-pytracking-x=1>R</a>'
    '<a href="https://shop.example/reset?once=1">Reset</a>'
)


@pytest.mark.parametrize("in_campaign", [False, True])
def test_a_link_that_works_once_is_guarded_where_the_mail_says_so(in_campaign: bool) -> None:
    options: Any = {"open_tracking": False, "link_metadata": ["attributes"]}
    if in_campaign:
        html = TRACKER.campaign(html=GUARDED, **options).render({"customer": 1})
    else:
        html = TRACKER.html(GUARDED, {"customer": 1}, **options)
    assert "data-pytracking" not in html
    guarded, click = map(TRACKER.read, html5lib_links(html))
    assert (guarded.kind, click.kind) == ("guarded", "click")
    assert guarded.target == click.target == "https://shop.example/reset?once=1"
    assert guarded.metadata == {"customer": 1, "x": "1"}


def test_a_guarded_link_needs_a_keyring() -> None:
    bases: Any = {
        "base_open_tracking_url": "https://t.example/o/",
        "base_click_tracking_url": "https://t.example/c/",
    }
    with pytest.raises(ConfigurationError, match="keyring"):
        adapt_html(GUARDED, {}, **bases)


# What `check` says


def problems(raw: bytes) -> list[str]:
    bases = TRACKER.base_urls
    environment = {"PYTRACKING_OPEN_BASE_URL": bases.open, "PYTRACKING_CLICK_BASE_URL": bases.click}
    _, out, _ = run("check", "--as", "mail", "-", stdin=raw, **environment)
    return [one for one in re.findall(r"^problem: (.*)$", out, re.MULTILINE) if "nsubscribe" in one]


def made() -> bytes:
    """A mail that unsubscribes."""
    return TRACKER.message(mail(), {"customer": 1}, unsubscribe=True).as_bytes()


def test_check_finds_nothing_wrong_with_what_a_tracker_made() -> None:
    assert problems(made()) == []


@pytest.mark.parametrize(
    ("signed", "missing"),
    [
        ("from:to:List-Unsubscribe:list-unsubscribe-post", []),
        ("from : LIST-UNSUBSCRIBE :\n\tList-Unsubscribe-Post", []),
        ("from:to:List-Unsubscribe", ["List-Unsubscribe-Post"]),
        ("from:to", ["List-Unsubscribe", "List-Unsubscribe-Post"]),
    ],
)
def test_check_wants_both_headers_under_the_signature(signed: str, missing: list[str]) -> None:
    signature = f"v=1; a=rsa-sha256; d=a.example; h={signed}; bh=x; b=y"
    told = problems(made().replace(b"\nTo:", f"\nDKIM-Signature: {signature}\nTo:".encode(), 1))
    assert re.findall(r"covers its ([\w-]+)", "\n".join(told)) == missing


def test_check_wants_a_link_that_people_see() -> None:
    message = EmailMessage()
    message["From"] = "a@example.com"
    for name, line in headers().items():
        message[name] = line
    message.set_content("Shop: https://shop.example/\n")
    [told] = problems(message.as_bytes())
    assert "none of its links" in told
    message.set_content("Leave: https://shop.example/unsubscribe\n")
    assert problems(message.as_bytes()) == []


def test_check_still_tells_a_click_link_in_the_header_from_one_that_unsubscribes() -> None:
    message = mail()
    message["List-Unsubscribe"] = f"<{TRACKER.click_url('https://shop.example/leave')}>"
    assert any("tracked link" in one for one in problems(message.as_bytes()))
