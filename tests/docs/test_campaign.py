"""docs/campaign.md: its program sends the mails, to an SMTP server on this machine."""

import csv
import email
import email.policy
import socketserver
import subprocess
import sys
import threading
from email.message import EmailMessage
from pathlib import Path

import pytest
from pytracking import Keyring, Tracker

from tests.docs.pages import ROOT, commands_of, files_of
from tests.support.programs import ended

KEYS = Keyring.generate()
PAGE = "docs/campaign.md"


class SmtpHandler(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 for smtplib: takes every mail but for who is refused."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            if verb == b"RCPT" and b"refused" in line:
                self.wfile.write(b"550 no such address\r\n")
            elif verb == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                data = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(data.replace(b"\r\n..", b"\r\n."))
                self.wfile.write(b"250 taken\r\n")
                if len(self.server.mails) == self.server.dies_after:
                    return
            else:
                self.wfile.write(b"250 ok\r\n")


class SmtpServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), SmtpHandler)
        self.mails: list[bytes] = []
        self.dies_after = 0

    def parsed(self) -> list[EmailMessage]:
        return [email.message_from_bytes(m, policy=email.policy.default) for m in self.mails]


@pytest.fixture
def server():
    with SmtpServer() as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture
def folder(tmp_path):
    """A folder with what the page's commands and its program make of it."""
    lines = [line for line in commands_of(PAGE) if line.startswith("printf ")]
    subprocess.run(["bash", "-c", "\n".join(lines)], cwd=tmp_path, check=True)
    (tmp_path / "send.py").write_text(files_of(PAGE)["send.py"])
    (tmp_path / "keys.json").write_text(KEYS.to_json())
    return tmp_path


def send(folder: Path, server: SmtpServer) -> "subprocess.CompletedProcess[str]":
    environment = {"PYTHONPATH": str(ROOT / "layer"), "SMTP_HOST": "127.0.0.1"}
    return ended(
        [sys.executable, "send.py"],
        cwd=folder,
        env={**environment, "SMTP_PORT": str(server.server_address[1])},
    )


def test_every_customer_gets_a_mail_of_their_own(folder, server) -> None:
    ended = send(folder, server)
    assert (ended.returncode, ended.stderr) == (0, "")
    tracker = Tracker("https://track.example.com", KEYS)
    with (folder / "recipients.csv").open() as file:
        customers = [*csv.DictReader(file)]
    for customer, mail in zip(customers, server.parsed(), strict=True):
        assert mail["To"] == customer["email"]
        text = mail.get_body(("plain",)).get_content()
        page = mail.get_body(("html",)).get_content()
        assert text.startswith(f"Dear {customer['name']},")
        assert page.startswith(f"<p>Dear {customer['name'].replace('&', '&amp;')},</p>")
        links = [text.split()[-1], page.split('"')[1]]
        for link in map(tracker.read, links):
            assert link.target == "https://shop.example.com/sale?utm_source=newsletter"
            assert link.metadata == {"campaign": "sale", "customer_id": customer["customer_id"]}


def test_who_cannot_be_sent_to_is_named_and_the_others_get_their_mail(folder, server) -> None:
    with (folder / "recipients.csv").open("a") as file:
        file.write("3,refused@example.com,C\n4\n5,e@example.com,\n6,f@example.com,F,G\n")
    ended = send(folder, server)
    assert ended.returncode == 0
    named = [line.partition(":")[0] for line in ended.stderr.splitlines()]
    assert named == ["line 4", "line 5", "line 7"]
    sent = [mail["To"] for mail in server.parsed()]
    assert sent == ["ann@example.com", "bo@example.com", "e@example.com"]


def test_an_interrupted_campaign_goes_on_where_it_ended(folder, server) -> None:
    with (folder / "recipients.csv").open("a") as file:
        file.writelines(f"{n},n{n}@example.com,N\n" for n in range(3, 40))
    server.dies_after = 20
    assert send(folder, server).returncode
    server.dies_after = 0
    ended = send(folder, server)
    assert (ended.returncode, ended.stderr) == (0, "")
    sent = [mail["To"] for mail in server.parsed()]
    assert len(sent) == len(set(sent)) == 39
