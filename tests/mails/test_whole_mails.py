"""A whole mail by its bytes: what changes is tracked, and every other byte stays."""

# ruff: noqa: E501 - mails are shown as they travel

import base64
import email
import quopri
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.email import (
    MailWarning,
    adapt_message,
    adapt_message_bytes,
    check_message,
    find_links,
)
from pytracking.html import adapt_html_bytes
from pytracking.html import find_links as find_html_links

from tests.mails.judges import html5lib_links
from tests.mails.senders import CLICK, CONFIGURATION, OPEN, adapted, outcomes, result

HTML = b'<p>Hello <a href="https://x.test/a">x</a></p></body>\r\n'
LINK = "<a href='https://x.test/a'>"


def tracked(data: bytes, **kwargs: Any) -> bytes:
    return adapt_message_bytes(data, {"customer": 7}, configuration=CONFIGURATION, **kwargs)


def count(data: bytes) -> tuple[int, int]:
    return data.count(CLICK.encode()), data.count(OPEN.encode())


def multipart(kind: str, *parts: bytes, boundary: str = "b") -> bytes:
    joint = f"--{boundary}\r\n".encode()
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\npreamble\r\n'.encode()
    return (
        head
        + b"".join(joint + part + b"\r\n" for part in parts)
        + f"--{boundary}--\r\nepilogue".encode()
    )


def part(kind: str, body: bytes, *headers: str) -> bytes:
    return "\r\n".join([f"Content-Type: {kind}", *headers, "", ""]).encode() + body


# Nothing to change

LINE_ENDS = st.sampled_from([b"\r\n", b"\n"])
BODIES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            *(b"plain\r\n", b"<p>no link</p>", b"=41=\r\n=C3=A9", b"aGVsbG8=", b"\x1b$B<R\x1b(B"),
            *(b"--b", b"\0\xff"),
        ]
    ),
)
HEADS = st.lists(
    st.sampled_from(
        [b"Subject:  odd   spaces", b"X-Folded: a\r\n\tb\r\n  c", b"MIME-Version: 1.0", b"subject: =?utf-8?q?=C3=A9?=",
         b"Content-Transfer-Encoding: quoted-printable", b"Content-Transfer-Encoding: base64", b"X-Bytes: \xff\xe9",
         b"Content-Transfer-Encoding: utf-8", b"Content-Disposition: attachment", b"Content-Type: text/html; charset=utf-16",
         b"Content-Type: text/html", b"Content-Type: text/plain; charset=iso-2022-jp", b"Content-Type: image/png; name=",
         b"Content-Type: text/html; charset=\"utf\0-8\""]
    ),
    max_size=4,
)  # fmt: skip
LEAVES = st.tuples(HEADS, BODIES).map(
    lambda p: b"".join(line + b"\r\n" for line in p[0]) + b"\r\n" + p[1]
)
MAILS = st.recursive(
    LEAVES,
    lambda inside: st.tuples(
        st.sampled_from(["mixed", "alternative", "related", "signed"]),
        st.lists(inside, max_size=3),
        st.sampled_from("bcd"),
    ).map(lambda p: multipart(p[0], *p[1], boundary=p[2])),
    max_leaves=6,
)


@pytest.mark.fault("mails", 76)
@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
@given(MAILS, LINE_ENDS)
def test_a_mail_with_nothing_to_change_comes_back_byte_for_byte(data: bytes, end: bytes) -> None:
    data = data.replace(b"\r\n", end)
    assert tracked(data, open_tracking=False) == data


@pytest.mark.fault("mails", 76)
@pytest.mark.parametrize("encoding", ["8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("templates/*.html")), ids=lambda path: path.stem
)
def test_real_mails_keep_every_byte_but_those_of_links(
    path: Path, encoding: str, end: bytes
) -> None:
    body = path.read_bytes()
    written = {
        "quoted-printable": quopri.encodestring(body),
        "base64": base64.encodebytes(body),
    }.get(encoding, body)
    mail = part(
        "text/html; charset=utf-8", written, f"Content-Transfer-Encoding: {encoding}"
    ).replace(b"\r\n", b"\n")
    mail = multipart("mixed", mail, part("application/x", bytes(range(256)), "X: \ty"))
    mail = mail.replace(b"\r\n", b"\n").replace(b"\n", end)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MailWarning)
        assert tracked(mail, click_tracking=False, open_tracking=False) == mail
        new = tracked(mail)
    before, after = email.message_from_bytes(mail), email.message_from_bytes(new)
    assert [p.items() for p in before.walk()] == [p.items() for p in after.walk()]
    old = before.get_payload(0).get_payload(decode=True)
    expected = adapt_html_bytes(old, {"customer": 7}, configuration=CONFIGURATION)
    assert after.get_payload(0).get_payload(decode=True) == expected
    assert new.endswith(mail[-300:])


@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
@given(MAILS)
def test_a_mail_has_the_parts_that_the_standard_library_sees(data: bytes) -> None:
    ours = [link.part for link in find_links(data, CONFIGURATION)]
    theirs = [link.part for link in find_links(email.message_from_bytes(data), CONFIGURATION)]
    assert ours == theirs


# Nothing is left in silence


def test_text_that_only_has_a_name_is_the_mail() -> None:
    assert count(tracked(part("text/html; name=", HTML))) == (1, 1)
    assert count(tracked(part('text/html; name="a.html"', HTML))) == (1, 1)
    mixed = multipart("mixed", part("text/html", HTML), part("text/html; name=a.html", HTML))
    assert count(tracked(mixed)) == (1, 1)


@pytest.mark.parametrize(
    "footer",
    [b"", b"\r\n-- \r\nThe list\r\n", b"\r\n\r\nYou got this\r\nfrom the list", b"\r\n_____\r\nx"],
)
@pytest.mark.parametrize("size", [10, 57, 200, 201])
def test_base64_without_padding_or_with_a_footer_is_tracked(footer: bytes, size: int) -> None:
    body = HTML + b"x" * size
    written = base64.encodebytes(body).replace(b"\n", b"\r\n").rstrip().rstrip(b"=") + footer
    new = tracked(part("text/html", written, "Content-Transfer-Encoding: base64"))
    assert new.endswith(footer)
    sent = new.partition(b"\r\n\r\n")[2].removesuffix(footer)
    assert count(base64.b64decode(sent)) == (1, 1)


def test_an_amp_part_is_told() -> None:
    mail = multipart("alternative", part("text/x-amp-html", HTML), part("text/html", HTML))
    with pytest.warns(MailWarning, match="part 1 text/x-amp-html: nothing in it is tracked"):
        assert count(tracked(mail)) == (1, 1)


@pytest.mark.parametrize("adapt", ["message", "bytes", "html", "text"])
def test_links_so_long_that_programs_cut_them_are_told(adapt: str) -> None:
    from pytracking.html import adapt_html
    from pytracking.text import adapt_text

    metadata = {"a": "x" * 6_000}
    mail = part("text/html", HTML)
    with pytest.warns(MailWarning, match="a link has"):  # noqa: PT031
        if adapt == "message":
            adapt_message(email.message_from_bytes(mail), metadata, configuration=CONFIGURATION)
        elif adapt == "bytes":
            adapt_message_bytes(mail, metadata, configuration=CONFIGURATION)
        elif adapt == "html":
            adapt_html(HTML, metadata, configuration=CONFIGURATION)
        else:
            adapt_text("https://x.test/a", metadata, CONFIGURATION)


@pytest.mark.fault("mails", 73)
@pytest.mark.parametrize("depth", [1, 20, 200])
def test_multiparts_in_multiparts_are_tracked(depth: int) -> None:
    mail = part("text/html", HTML)
    for level in range(depth):
        mail = multipart("mixed", mail, boundary=f"b{level}")
    assert count(tracked(mail)) == (1, 1)
    if depth < 100:  # the standard library's own parser does not get deeper
        message = email.message_from_bytes(mail)
        assert count(adapt_message(message, None, configuration=CONFIGURATION).as_bytes()) == (1, 1)


def test_a_copy_of_deeply_nested_parts_is_made() -> None:
    message = email.message_from_bytes(part("text/html", HTML))
    for _ in range(200):
        outer = email.message.Message()
        outer["Content-Type"] = "multipart/mixed"
        outer.attach(message)
        message = outer
    new = adapt_message(message, None, configuration=CONFIGURATION)
    while new.is_multipart():
        new = new.get_payload(0)
    assert count(new.get_payload().encode()) == (1, 1)


def test_of_two_html_alternatives_the_last_has_the_pixel() -> None:
    html = part("text/html", HTML)
    for mail in (
        multipart("alternative", html, html),
        multipart("alternative", html, multipart("related", html, boundary="c")),
        multipart(
            "mixed",
            multipart("alternative", part("text/plain", b"x"), html, html, boundary="c"),
            html,
        ),
    ):
        new = tracked(mail)
        second = [len(HTML.join(mail.split(HTML)[: n + 1])) for n in range(mail.count(HTML))][1]
        assert count(new)[1] == 1
        assert new.index(OPEN.encode()) > second


def test_a_reply_that_quotes_our_old_pixel_keeps_only_the_new_one() -> None:
    once = adapted("<body>a</body>", {"n": 1}, open_tracking=True)
    twice = adapted(f"<p>reply</p><blockquote>{once}</blockquote>", {"n": 2}, open_tracking=True)
    assert twice.count(OPEN) == 1
    assert twice.count("<img") == 1


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("<body>a<template></body></template>b</body>", "</body>"),
        ("<template></body></html></template>b", ""),
        ("<svg><template></svg>a</body>", "</body>"),
    ],
)
def test_the_end_of_a_body_in_a_template_does_not_count(text: str, before: str) -> None:
    new = adapted(text, open_tracking=True)
    assert new.endswith(f'background:none!important">{before}')


def test_a_base_in_svg_or_a_template_does_not_count() -> None:
    for text in (
        "<svg><base href=https://x.test/></svg>",
        "<template><base href=https://x.test/></template>",
    ):
        assert outcomes(text + "<a href=b>") == ["relative"]


# Encodings


def test_a_line_that_becomes_too_long_makes_the_part_quoted_with_the_version_it_takes() -> None:
    long = b"x" * 900 + HTML
    for mail in (
        part("text/html", long),
        part("text/html", long, "Content-Transfer-Encoding: 7bit"),
    ):
        for new in (
            tracked(mail),
            adapt_message(
                email.message_from_bytes(mail), None, configuration=CONFIGURATION
            ).as_bytes(),
        ):
            parsed = email.message_from_bytes(new)
            assert parsed["MIME-Version"] == "1.0"
            assert parsed.get_all("Content-Transfer-Encoding") == ["quoted-printable"]
            assert count(parsed.get_payload(decode=True)) == (1, 1)
            assert max(map(len, new.split(b"\n"))) <= 78


@pytest.mark.fault("mails", 70)
@pytest.mark.parametrize(
    ("label", "codec"),
    [("gb2312", "gbk"), ("shift_jis", "cp932"), ("utf-16", "utf-16-le"), ("utf-16", "utf-16-be"), ("windows-874", "cp874"),
     ("iso-8859-8-i", "iso8859-8"), ("ks_c_5601-1987", "cp949"), ("big5", "big5"), ("x-sjis", "cp932"), ("tis-620", "cp874"),
     ("iso-8859-1", "cp1252"), ("iso-2022-jp", "iso-2022-jp"), ("utf-16le", "utf-16-le"), ("utf-32", "utf-32"), ("utf-7", "utf-7"), ("utf\0-8", "utf-8"), ("unheard-of", "utf-8"), ("", "utf-8")],
)  # fmt: skip
def test_charsets_are_read_as_browsers_read_them(label: str, codec: str) -> None:
    sample = {"gbk": "镕", "cp932": "①髙", "cp874": "ก", "iso8859-8": "א", "cp949": "똠", "big5": "中", "cp1252": "€",
              "iso-2022-jp": "社", "utf-8": "é", "utf-7": "e"}.get(codec, "社é")  # fmt: skip
    body = f"<p>{sample}</p><a href='https://x.test/{sample}'>{sample}</a></body>".encode(codec)
    mail = part(
        f'text/html; charset="{label}"',
        base64.encodebytes(body),
        "Content-Transfer-Encoding: base64",
    )
    [link] = find_links(mail)
    assert link.href == f"https://x.test/{sample}"
    new = tracked(mail, link_metadata=("label",))
    text = base64.b64decode(new.partition(b"\r\n\r\n")[2]).decode(codec)
    assert f"<p>{sample}</p>" in text
    assert result(html5lib_links(text)[0]).metadata == {"customer": 7, "link_label": sample}


@pytest.mark.fault("mails", 70)
@pytest.mark.parametrize("kanji", [b"\x1b$B<R\x1b(B", b"\x1b$B-!\x1b(B", b"\x1b$B<R\x1b(J", b"\x1b$B\x7f\x7f\x1b(B", b"\x1b$(D<R\x1b(B", b"\x1b$B<R\n"])  # fmt: skip
def test_no_half_of_a_japanese_character_is_markup(kanji: bytes) -> None:
    body = kanji + b"<a href='https://x.test/a'>" + kanji + b"</a>" + kanji + b"</body>"
    mail = part("text/html; charset=iso-2022-jp", body)
    new = tracked(mail, link_metadata=("label",))
    assert count(new) == (1, 1)
    assert new.count(kanji) == 3
    assert kanji + b"<img" in new or kanji + b"</body>" not in new


@pytest.mark.fault("mails", 69)
@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "iso-2022-jp", "gb2312", "shift_jis", "euc-kr", "big5", "windows-874"])  # fmt: skip
@pytest.mark.parametrize("byte", [b"\xff", b"\x81", b"\xe9", b"\x80", b"\xf0\x9f"])
def test_a_byte_that_the_charset_lacks_stops_no_mail(charset: str, byte: bytes) -> None:
    body = (
        byte
        + b" <a data-pytracking-x='"
        + byte
        + b" ' href='https://x.test/a'><img alt='"
        + byte
        + b" '></a> "
        + byte
    )
    for kind in ("text/html", "text/plain"):
        mail = part(f"{kind}; charset={charset}", body)
        new = tracked(mail, link_metadata=("label", "attributes"), open_tracking=False)
        assert new.startswith(mail[: mail.index(byte) + 2])
        assert new.count(CLICK.encode()) == 1
    [link] = html5lib_links(
        adapted(
            body.decode("latin-1").replace("\x81", "\udc81"), link_metadata=("label", "attributes")
        )
    )
    assert "\udc81" not in str(result(link).metadata)


def test_labels_leave_comments_out() -> None:
    text = f"{LINK}<!--[if mso]>&nbsp;<i>no</i><![endif]-->Shop<!-- no --> now<![if !mso]>!<![endif]></a>"
    [link] = html5lib_links(adapted(text, link_metadata=("label",)))
    assert result(link).metadata == {"link_label": "Shop now!"}


# Options and headers


def test_parts_may_be_chosen() -> None:
    mail = multipart(
        "alternative", part("text/plain", b"https://x.test/t"), part("text/html", HTML)
    )
    assert count(tracked(mail, parts=("html",))) == (1, 1)
    assert count(tracked(mail, parts=("text",))) == (1, 0)
    new = tracked(mail, link_metadata=("part",))
    links = [link for link in new.decode().replace('"', " ").split() if link.startswith(CLICK)]
    assert [result(link).metadata["link_part"] for link in links] == ["text", "html"]


@pytest.mark.parametrize("pixel", ["[[pixel]]", "{{ pixel }}", "<!--pixel-->"])
def test_the_pixel_goes_where_the_template_says(pixel: str) -> None:
    new = adapted(f"<p>{pixel}</p>b{pixel}</body>", open_tracking=True, pixel_placeholder=pixel)
    assert new.startswith("<p><img")
    assert new.endswith("</p>b</body>")
    assert adapted("<p>b</body>", open_tracking=True, pixel_placeholder=pixel).startswith(
        "<p>b<img"
    )


@pytest.mark.parametrize(
    "spelling",
    ["https://X.test/bye?u=a%40b", "https://x.test/bye?u=a@b", "http://x.test/bye?u=a@b", "https://x.test/bye/?u=a@b",
     "https://x.test:443/bye?u=a@b#x"],
)  # fmt: skip
def test_the_header_and_the_body_name_one_page_in_several_spellings(spelling: str) -> None:
    for header in ("<https://x.test/bye?u=a@b>", "<mailto:u@x.test>,\r\n <https://x.test/bye?u=\r\n a@b>",
                   "=?utf-8?q?=3Chttps=3A//x=2Etest/bye=3Fu=3Da=40b=3E?="):  # fmt: skip
        mail = f"List-Unsubscribe: {header}\r\n".encode() + part("text/plain", spelling.encode())
        assert [link.outcome for link in find_links(mail)] == ["kept"]
        assert [link.outcome for link in find_links(email.message_from_bytes(mail))] == ["kept"]


def test_a_check_reads_bytes_as_it_reads_a_message() -> None:
    mail = b"DKIM-Signature: v=1\r\n" + part("text/html", HTML + b"x" * 110_000)
    assert check_message(mail) == check_message(email.message_from_bytes(mail))
    assert len(check_message(mail)) == 3


def test_find_links_needs_no_bytes_that_the_charset_has() -> None:
    [link] = find_html_links(b"<a href='https://x.test/\xff'>")
    assert link.href == "https://x.test/\ufffd"
