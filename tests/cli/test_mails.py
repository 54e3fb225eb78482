"""Mails by the command line: rewritten and checked."""

import base64
import email
import json
import os
from email.message import EmailMessage

import pytest

from tests.cli.command_line import CLICK, HTML, OPEN, decoded, output, run
from tests.mails.judges import html5lib_links

BASES = ("CLICK_BASE_URL", "OPEN_BASE_URL")


def test_html_is_rewritten_from_a_file_and_from_standard_input(tmp_path):
    file = tmp_path / "mail.html"
    file.write_text(HTML)
    for new in (
        output("rewrite", str(file)),
        output("rewrite", stdin=HTML),
        output("rewrite", "-", stdin=HTML),
    ):
        [link] = html5lib_links(new)
        assert decoded(link)["tracked_url"] == "https://x.test/"
        assert OPEN in new
    assert output("rewrite", str(file), "--output", str(tmp_path / "new.html")) == ""
    assert CLICK in (tmp_path / "new.html").read_text()


def test_bytes_of_any_charset_pass_through():
    data = b"<meta charset=iso-8859-1>\xff\x81<a href=mailto:x>"
    done = run("rewrite", "--no-open", stdin=data)
    assert done[1].encode("utf-8", "surrogateescape") == data


def test_options_of_rewriting_are_taken():
    html = '<a href="https://x.test/unsubscribe">x</a><!--[if mso]><a href="https://x.test/m"><![endif]-->'
    new = output(
        "rewrite", "--unsubscribe", "track", "--conditional-comments", "--utm", "source=news",
        "--link-metadata", "label", "--link-metadata", "position", "--pixel", "top", "--metadata",
        '{"a": 1}', stdin=html,
    )  # fmt: skip
    told = decoded(html5lib_links(new)[0])
    assert told["tracked_url"] == "https://x.test/unsubscribe?utm_source=news"
    assert told["metadata"] == {"a": 1, "link_label": "x", "link_position": 1}
    assert new.startswith("<img")
    assert new.count(CLICK) == 2
    assert output("rewrite", "--no-click", "--no-open", stdin=html) == html


def test_text_and_whole_mails_are_rewritten(tmp_path):
    assert output("rewrite", "--as", "text", stdin="https://x.test/.").startswith(CLICK)
    assert (
        output("rewrite", "--as", "text", "--no-click", stdin="https://x.test/.")
        == "https://x.test/."
    )
    message = EmailMessage()
    message["Subject"] = "Hello"
    message.set_content("https://x.test/\n")
    message.add_alternative(HTML, subtype="html")
    file = tmp_path / "mail.eml"
    file.write_bytes(message.as_bytes())
    new = output("rewrite", str(file))
    assert new.startswith("Subject: Hello\n")
    assert (new.count(CLICK), new.count(OPEN)) == (2, 1)
    report = json.loads(output("rewrite", str(file), "--json"))
    assert email.message_from_bytes(base64.b64decode(report["body"]))["Subject"] == "Hello"
    report = json.loads(output("check", str(file), "--json"))
    assert [link["place"] for link in report["links"]] == ["part 1 text/plain", "part 2 text/html"]


def test_problems_of_a_rewritten_mail_are_told(tmp_path):
    message = EmailMessage()
    message.set_content(HTML + "x\n" * 60_000, subtype="html")
    file = tmp_path / "mail.eml"
    file.write_bytes(message.as_bytes())
    status, _, err = run("rewrite", str(file))
    assert status == 0
    assert "warning: part 1 text/html: Gmail clips it" in err
    assert run("check", str(file))[0] == 1


def test_json_tells_what_could_not_be_tracked():
    report = json.loads(output("rewrite", "--json", stdin=HTML + '<a href="/about">'))
    assert report["form"] == "html"
    assert CLICK in report["body"]
    assert [link["href"] for link in report["untrackable"]] == ["/about"]


def test_what_could_not_be_tracked_is_told_where_nobody_reads_json():
    status, out, err = run("rewrite", stdin=HTML + '<a href="/about">')
    assert status == 0
    assert CLICK in out
    assert err == (
        "warning: line 1: not tracked: /about (it is relative, and the mail has no <base>)\n"
    )


def test_a_missing_base_is_told_with_the_option_that_gives_it():
    for kind, name in (("click", BASES[0]), ("open", BASES[1])):
        variable = f"PYTRACKING_{name}"
        status, _, err = run("rewrite", stdin=HTML, **{variable: ""})
        assert status == 1
        assert err == f"error: --{kind}-base is needed, or {variable}, or --no-{kind}\n"
        assert output("rewrite", f"--no-{kind}", stdin=HTML, **{variable: ""})


def test_a_check_needs_nothing_and_passes_a_good_mail():
    nothing = dict.fromkeys((f"PYTRACKING_{name}" for name in ("LINK_KEYS", *BASES)), "")
    out = output("check", stdin=f"\n{HTML}\n", **nothing)
    assert out.startswith("line 2: tracked: https://x.test/\nlinks: 1; cannot be tracked: 0\n")
    report = json.loads(output("check", "--json", stdin=HTML))
    assert report["bytes"] == len(HTML)
    assert report["bytes_tracked"] > len(HTML)
    assert report["problems"] == []
    assert output("check", "--as", "text", stdin="See https://x.test/.").startswith(
        "line 1: tracked"
    )


def test_a_check_fails_a_mail_that_needs_eyes():
    status, out, _ = run("check", stdin='<a href="/about">')
    assert (status, out.splitlines()[0]) == (
        1, "line 1: relative: /about (it is relative, and the mail has no <base>)",
    )  # fmt: skip
    status, out, _ = run("check", stdin=HTML + "x" * 105_000)
    assert status == 1
    assert "problem: Gmail clips it: " in out
    long = json.dumps({"a": os.urandom(2_000).hex()})
    status, out, _ = run("check", "--metadata", long, stdin=HTML)
    assert status == 1
    assert "problem: line 1: a link has" in out


GOOD = "List-Unsubscribe: <https://x.test/u>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        (GOOD, None),
        ("Subject: x", None),
        ("List-Unsubscribe: <mailto:u@x.test>", None),
        (GOOD.replace(" <https", "\r\n <mailto:u@x.test>,\r\n <https"), None),
        ("List-Unsubscribe: <https://x.test/u>", "has no List-Unsubscribe-Post"),
        (GOOD.replace("One-Click", "Yes"), "has no List-Unsubscribe-Post"),
        (GOOD.replace("/u>", "/\r\n u>"), "is folded"),
        (GOOD.replace("<https://x.test/u>", "=?utf-8?q?=3Chttps=3A//x=2Etest=3E?="), "is encoded"),
        (f"{GOOD}\r\nlist-unsubscribe: <https://x.test/v>", "2 List-Unsubscribe headers"),
        (GOOD.replace("https://x", "http://x"), "is http"),
        (
            GOOD.replace("https://x.test/u", f"{CLICK}eyJ1cmwiOiAiaHR0cHM6Ly94LnRlc3QifQ=="),
            "tracked link",
        ),
        (GOOD.replace("https://x.test/u", "https://click.email.x.test/u"), "filter lists block"),
        (GOOD.replace("https://x.test/u", "https://email.x.test/u"), "filter lists block"),
    ],
)
def test_a_check_reads_the_header_by_which_recipients_unsubscribe(tmp_path, headers, problem):
    file = tmp_path / "mail.eml"
    visible = '<a href="https://x.test/unsubscribe">Leave</a>'
    file.write_bytes(f"{headers}\r\nContent-Type: text/html\r\n\r\n{HTML}{visible}".encode())
    status, out, _ = run("check", str(file))
    assert (status, "problem:" in out) == ((1, True) if problem else (0, False))
    assert (problem or "") in out


@pytest.mark.parametrize(
    "host", ["email.x.test", "click.email.x.test", "Track.Email.x.test", "links.email.x.test"]
)
def test_a_check_names_base_urls_that_filter_lists_block(host):
    status, out, _ = run("check", "--click-base", f"https://{host}/c/", stdin=HTML)
    assert (status, out.count("filter lists block")) == (1, 1)
    assert run("check", "--click-base", f"https://x{host}/c/", stdin=HTML)[0] == 0


@pytest.mark.parametrize("utm", ["foo", "=x", "utm_=x", ""])
def test_a_utm_parameter_without_name_or_value_is_refused(utm):
    status, _, err = run("rewrite", f"--utm={utm}", stdin=HTML)
    assert status
    assert "--utm takes NAME=VALUE" in err


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-be", "utf-8-sig", "utf-8"])
def test_files_that_windows_writes_are_tracked_in_their_spelling(tmp_path, codec):
    mark = "\ufeff" if codec == "utf-16-be" else ""
    mail = f"Content-Type: text/html; charset=utf-8\r\n\r\n{HTML}é"
    for name, text in (("a.eml", mail), ("a.html", HTML), ("a.txt", "See https://x.test/.")):
        file = tmp_path / name
        file.write_bytes((mark + text).encode(codec))
        assert run("rewrite", str(file), "--output", str(tmp_path / "new"))[0] == 0
        assert CLICK in (tmp_path / "new").read_bytes().decode(codec)
        run("rewrite", str(file), "--no-click", "--no-open", "--output", str(tmp_path / "new"))
        assert (tmp_path / "new").read_bytes() == file.read_bytes()
