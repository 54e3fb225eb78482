"""What `adapt_message` changes in a whole mail, and what it leaves."""

import base64
import email
import email.policy
import warnings
from email.message import EmailMessage
from typing import Any

import pytest
from pytracking.email import MailWarning, adapt_message, check_message, find_links

from tests.mails.judges import html5lib_links
from tests.mails.senders import CLICK, CONFIGURATION, OPEN, result

HTML = '<html><body><p>Grüße &amp; more: <a href="https://x.test/?a=1&amp;b=2">x</a></p></body></html>\n'
TEXT = "Grüße: https://x.test/t.\n"


def adapted(message: Any, **kwargs: Any) -> Any:
    return adapt_message(message, {"customer": 7}, configuration=CONFIGURATION, **kwargs)


def parsed(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, EmailMessage, policy=email.policy.default)


def mail(html: str = HTML, text: str = TEXT, **kwargs: Any) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@x.test", "b@x.test", "Grüße"
    message.set_content(text, **kwargs)
    message.add_alternative(html, subtype="html", **kwargs)
    return message


def texts(message: EmailMessage) -> list[str]:
    return [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]


@pytest.mark.parametrize("cte", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
@pytest.mark.parametrize("policy", [email.policy.default, email.policy.SMTP, email.policy.compat32])
def test_html_and_text_are_tracked_in_any_encoding(cte: str, charset: str, policy: Any) -> None:
    html, text = (
        (HTML.replace("ü", "u").replace("ß", "s"), "https://x.test/t\n")
        if cte == "7bit"
        else (HTML, TEXT)
    )
    made = mail(html, text, cte=cte, charset=charset).as_bytes(policy=policy.clone(cte_type="8bit"))
    new = adapted(email.message_from_bytes(made, policy=policy))
    sent = parsed(new.as_bytes())
    new_text, new_html = texts(sent)
    link = new_text.split()[-1].removesuffix(".")
    assert result(link).tracked_url == "https://x.test/t"
    assert new_text.replace(link, "https://x.test/t").splitlines() == text.splitlines()
    [link] = html5lib_links(new_html)
    assert result(link).tracked_url == "https://x.test/?a=1&b=2"
    assert result(link).metadata == {"customer": 7}
    assert f'src="{OPEN}' in new_html
    before, _, after = new_html.replace(link, "https://x.test/?a=1&amp;b=2").partition("<img")
    assert (before + after.partition(">")[2]).splitlines() == html.splitlines()
    for part, old in zip(sent.walk(), parsed(made).walk(), strict=True):
        assert part["Content-Transfer-Encoding"] == old["Content-Transfer-Encoding"]
        assert part.get_content_charset() == old.get_content_charset()


def test_the_message_given_is_not_changed() -> None:
    message = mail()
    before = message.as_bytes()
    assert adapted(message).as_bytes() != before
    assert message.as_bytes() == before


def test_headers_and_boundaries_stay() -> None:
    made = mail().as_bytes().replace(b"Subject:", b"X-Odd:   two  spaces\nSubject:")
    made = email.message_from_bytes(made).as_bytes()
    new = adapted(email.message_from_bytes(made)).as_bytes()
    assert new.partition(b"\n\n")[0] == made.partition(b"\n\n")[0]
    assert [line for line in new.split(b"\n") if line.startswith(b"--")] == [
        line for line in made.split(b"\n") if line.startswith(b"--")
    ]


QUOTED = b"""MIME-Version: 1.0
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: quoted-printable

<p>=47r=c3=bc=C3=9Fe, oddly=20=
 spelt</p>=20
<a href=3D"https://x.=
test/a">x</a> =3D
.
</body>
"""


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_quoted_printable_lines_that_do_not_change_keep_their_spelling(line_end: bytes) -> None:
    made = QUOTED.replace(b"\n", line_end)
    new = adapted(email.message_from_bytes(made), open_tracking=False).as_bytes(
        policy=email.policy.SMTP if line_end == b"\r\n" else None
    )
    old_lines, new_lines = made.split(line_end), new.split(line_end)
    assert new_lines[:6] == old_lines[:6]
    assert new_lines[-3:] == old_lines[-3:]
    assert max(map(len, new_lines)) <= 76
    [link] = html5lib_links(parsed(new).get_content())
    assert result(link).tracked_url == "https://x.test/a"


def test_attachments_and_attached_mails_stay() -> None:
    message = mail()
    message.add_attachment(HTML, subtype="html", filename="page.html")
    message.add_attachment(TEXT)
    message.add_attachment(mail())
    message = parsed(message.as_bytes())
    new = adapted(message)
    assert [part.as_bytes() for part in new.iter_attachments()] == [
        part.as_bytes() for part in message.iter_attachments()
    ]
    assert len(find_links(message)) == 2


@pytest.mark.parametrize("subtype", ["signed", "encrypted"])
def test_signed_and_encrypted_parts_stay(subtype: str) -> None:
    inner = mail().as_bytes()
    made = (
        b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\n"
        b"Content-Type: multipart/" + subtype.encode() + b"; boundary=inner\n\n--inner\n" + inner
        + b"\n--inner\nContent-Type: application/pkcs7-signature\n\nabc\n--inner--\n"
        b"--outer\nContent-Type: text/plain\n\nhttps://x.test/footer\n--outer--\n"
    )  # fmt: skip
    new = adapted(email.message_from_bytes(made)).as_bytes()
    assert inner in new
    assert new.count(CLICK.encode()) == 1


def test_text_with_a_pgp_signature_stays() -> None:
    message = EmailMessage()
    message.set_content(f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{TEXT}")
    assert adapted(message).as_bytes() == message.as_bytes()


@pytest.mark.fault("mails", 71)
def test_base64_that_cannot_be_read_for_certain_stays_and_is_told() -> None:
    made = b"Content-Type: text/html\nContent-Transfer-Encoding: base64\n\n!!!" + base64.b64encode(
        HTML.encode()
    )
    with pytest.warns(MailWarning, match="nothing in it is tracked"):
        assert adapted(email.message_from_bytes(made)).as_bytes() == made


@pytest.mark.fault("mails", 71)
def test_a_message_parsed_from_text_instead_of_bytes_stays_and_is_told() -> None:
    message = email.message_from_string(
        f"Content-Type: text/html; charset=utf-8\n\n{HTML}", policy=email.policy.default
    )
    before = message.get_payload()
    with pytest.warns(MailWarning, match="message_from_bytes"):
        assert adapted(message).get_payload() == before


@pytest.mark.fault("mails", 71)
@pytest.mark.parametrize("header", ["x-uuencode", "x-gzip64"])
def test_parts_of_an_unknown_encoding_stay_and_are_told(header: str) -> None:
    made = f"Content-Type: text/html\nContent-Transfer-Encoding: {header}\n\n{HTML}".encode()
    with pytest.warns(MailWarning, match=f"Content-Transfer-Encoding is '{header}'"):
        assert adapted(email.message_from_bytes(made)).as_bytes() == made


@pytest.mark.parametrize(
    "header", ["utf-8", "none", "8bit (x)", "8bit; odd", "7-bit", "(x) 8BIT", '"8bit"', ""]
)
def test_parts_of_an_encoding_that_means_none_are_tracked(header: str) -> None:
    made = f"Content-Type: text/html\nContent-Transfer-Encoding: {header}\n\n{HTML}".encode()
    new = adapted(email.message_from_bytes(made)).as_bytes()
    assert (new.count(CLICK.encode()), new.count(OPEN.encode())) == (1, 1)


def test_links_of_the_list_unsubscribe_header_are_left() -> None:
    message = mail(
        HTML.replace("x.test/", "x.test/bye"), "https://x.test/bye?a=1&b=2 https://x.test/c\n"
    )
    message["List-Unsubscribe"] = "<mailto:u@x.test>, <https://x.test/bye?a=1&b=2>"
    assert [link.outcome for link in find_links(message)] == ["kept", "tracked", "kept"]
    assert [link.outcome for link in find_links(message, unsubscribe="track")] == ["tracked"] * 3
    assert [link.outcome for link in find_links(message, leave=lambda url: url.endswith("c"))] == [
        "kept"
    ] * 3


@pytest.mark.parametrize(
    ("parameters", "outcome"),
    [
        ("format=flowed; delsp=yes", "wrapped"),
        ("format=Flowed; DelSp=Yes", "wrapped"),
        ("format=flowed", "tracked"),
        ("charset=utf-8", "tracked"),
    ],
)
def test_a_url_that_goes_on_in_the_next_flowed_line_is_left(parameters: str, outcome: str) -> None:
    raw = f"Content-Type: text/plain; {parameters}\r\n\r\nhttps://x.test/a/ \r\nlong/path\r\n"
    message = email.message_from_bytes(raw.encode(), policy=email.policy.default)
    assert [link.outcome for link in find_links(message)] == [outcome]


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ("> See https://x.test/a/ \r\n> long/path\r\n", "wrapped"),
        (">> https://x.test/a/ \r\n>> long/path\r\n", "wrapped"),
        ("> https://x.test/a/ \r\nAn answer\r\n", "tracked"),
        ("> https://x.test/a/\r\n> Another line\r\n", "tracked"),
    ],
)
def test_a_url_that_goes_on_in_the_next_flowed_line_of_a_quote_is_left(lines, outcome) -> None:
    raw = f"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n{lines}"
    message = email.message_from_bytes(raw.encode(), policy=email.policy.default)
    assert [link.outcome for link in find_links(message)] == [outcome]


def test_links_are_told_with_their_part() -> None:
    assert [(link.part, link.href) for link in find_links(mail())] == [
        ("part 1 text/plain", "https://x.test/t"),
        ("part 2 text/html", "https://x.test/?a=1&b=2"),
    ]


def test_a_line_that_was_too_long_is_told_with_its_part_and_by_how_much() -> None:
    message = mail()
    message.add_attachment(b"x" * 1_100, "text", "plain", filename="x.txt", cte="8bit")
    with pytest.warns(
        MailWarning, match="part 2 text/plain: a line is 102 bytes longer than the 998"
    ):
        adapted(message)


def test_html_that_gmail_clips_is_told_with_its_part_and_by_how_much() -> None:
    whole = mail(HTML + "x" * (102 * 1024 - len(HTML.encode()) - 1))
    assert check_message(whole) == []
    with pytest.warns(
        MailWarning, match=r"part 2 text/html: Gmail clips it: \d+ bytes more than 102 KB"
    ):
        adapted(whole)


def test_a_mail_that_dkim_signed_is_told() -> None:
    message = mail()
    message["DKIM-Signature"] = "v=1"
    with pytest.warns(MailWarning, match="sign it after"):
        adapted(message)


def test_a_mail_without_problems_gives_no_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        adapted(mail())
