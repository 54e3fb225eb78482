"""The command line: what it prints, and how it ends."""

import argparse
import base64
import email
import io
import json
import os
import re
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from unittest import mock

import pytest
from pytracking import __version__
from pytracking.__main__ import _parser, main
from pytracking.tokens.keyring import Keyring

from tests.mails.judges import html5lib_links

ROOT = Path(__file__).parents[2]
OPEN, CLICK = "https://t.example.com/o/", "https://t.example.com/c/"
KEYS = Keyring.generate().to_json()
HTML = '<p><a href="https://x.test/">x</a></p>'


def run(*arguments, stdin=b"", **environment):
    """Run the command line; return its exit status, its output and its complaints."""
    settings = {
        "PYTRACKING_OPEN_BASE_URL": OPEN,
        "PYTRACKING_CLICK_BASE_URL": CLICK,
        "PYTRACKING_LINK_KEYS": KEYS,
        **environment,
    }
    given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with (
        mock.patch.dict(os.environ, settings),
        mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err),
    ):
        try:
            status = main(arguments)
        except SystemExit as exit_:
            status = exit_.code
    out.flush()
    return status, out.buffer.getvalue().decode("utf-8", "surrogateescape"), err.getvalue()


def output(*arguments, **kwargs):
    status, out, err = run(*arguments, **kwargs)
    assert (status, err) == (0, "")
    return out


def decoded(link, **kwargs):
    return json.loads(output("decode", "--json", link, **kwargs))


def commands(parser, name=()):
    """Every command, as its words: ("keys", "new")."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        return {name}
    return {
        found
        for group in groups
        for word, subparser in group.choices.items()
        if word != "key"  # the other spelling of "keys"
        for found in commands(subparser, (*name, word))
    }


@pytest.mark.parametrize("command", sorted(commands(_parser())), ids=" ".join)
def test_every_command_is_documented(command):
    text = (ROOT / "docs/cli.md").read_text()
    assert re.search(rf"(?:pytracking |`){' '.join(command)}\b", text)


def test_the_version_is_printed():
    assert output("--version").strip() == __version__


def test_the_entry_point_is_installed_under_the_package_s_name():
    assert 'pytracking = "pytracking.__main__:main"' in (ROOT / "pyproject.toml").read_text()


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "pytracking", "--version"],
        env={"PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.decode().strip() == __version__


@pytest.mark.parametrize("word", ["keys", "key"])
def test_a_new_keyring_is_one_that_mints(word):
    keys = output(word, "new")
    link = output("link", "open", PYTRACKING_LINK_KEYS=keys).strip()
    assert link.startswith(OPEN + "p")
    assert decoded(link, PYTRACKING_LINK_KEYS=keys)["kind"] == "open"


def test_links_are_minted_and_read():
    link = output(
        "link", "click", "https://x.test/", "--metadata", '{"a": 1}', "--webhook", "https://w.test/",
        "--expires-in", "60", "--privacy", "no_ip", "--privacy", "aggregate", "--json",
    )  # fmt: skip
    told = decoded(json.loads(link)["url"])
    assert told["expires_at"] > 1_700_000_000
    assert len(told.pop("link_id")) == 22
    assert {**told, "expires_at": 0} == {
        "kind": "click", "tracked_url": "https://x.test/", "metadata": {"a": 1},
        "webhook_url": "https://w.test/", "issued_at": None, "expires_at": 0,
        "privacy": ["no_ip", "aggregate"],
    }  # fmt: skip


def test_options_go_before_the_environment(tmp_path):
    other = tmp_path / "keys.json"
    other.write_text(Keyring.generate().to_json())
    base = ("--open-base", "https://other.example.com/o/", "--keys", str(other))
    link = output("link", "open", *base).strip()
    assert link.startswith("https://other.example.com/o/p")
    assert run("decode", link)[0] == 1
    assert "kind: open" in output("decode", "--keys", str(other), link)


def test_without_keys_links_are_plain():
    link = output("link", "open", PYTRACKING_LINK_KEYS="").strip()
    assert link.startswith(OPEN + "e")
    assert decoded(link, PYTRACKING_LINK_KEYS="")["kind"] == "open"


def test_links_are_read_from_standard_input_line_by_line():
    links = [
        output("link", kind, *url).strip()
        for kind, url in (("open", ()), ("click", ("https://x.test/",)))
    ]
    tokens = f"{links[0]}\n{links[1].removeprefix(CLICK)}\nnonsense\n"
    status, out, _ = run("decode", "--json", stdin=tokens)
    assert status == 1
    told = [json.loads(line) for line in out.splitlines()]
    assert [item.get("kind") for item in told] == ["open", "click", None]
    assert told[2]["error"]
    status, out, err = run("decode", links[1] + "x", links[0])
    assert status == 1
    assert err.startswith(links[1])
    assert out.startswith("kind: open\ntracked_url: null\n")


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


def test_a_check_needs_nothing_and_passes_a_good_mail():
    nothing = {
        "PYTRACKING_LINK_KEYS": "",
        "PYTRACKING_OPEN_BASE_URL": "",
        "PYTRACKING_CLICK_BASE_URL": "",
    }
    out = output("check", stdin=f"\n{HTML}\n", **nothing)
    assert out.startswith("line 2: tracked: https://x.test/\n1 links; 0 that cannot be tracked\n")
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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("link", "open", "--metadata", "{"), "--metadata is not JSON"),
        (("link", "open", "--metadata", "[]"), "not a JSON object"),
        (("link", "open", "--keys", "nowhere.json"), "'nowhere.json' cannot be read"),
        (("link", "open", "--keys", os.devnull), "is empty: python -m pytracking keys new >"),
        (("link", "open", "--open-base", "nonsense"), "--open-base or PYTRACKING_OPEN_BASE_URL"),
        (("link", "open", "--open-base", "ftp://t.example.com/o/"), "is no base URL"),
        (("link", "click", "javascript:alert(1)"), "http"),
        (("link", "open", "--expires-in", "-1"), "expires_in"),
        (("rewrite", "mail.bin"), "say --as"),
        (("rewrite", "nowhere.html"), "cannot be read"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments, told):
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("error: ")
    assert told in err
    assert err.count("\n") == 1


def test_a_base_url_that_is_missing_is_told():
    status, _, err = run("link", "open", PYTRACKING_OPEN_BASE_URL="")
    assert status == 1
    assert "--open-base is needed" in err


def test_a_sealed_link_without_its_keys_is_told_so():
    link = output("link", "open").strip()
    status, _, err = run("decode", link, PYTRACKING_LINK_KEYS="")
    assert status == 1
    assert "only plain links are read without --keys or PYTRACKING_LINK_KEYS" in err


def test_a_wrong_command_line_has_a_status_of_its_own():
    assert run("link")[0] == run("rewite")[0] == 2


def test_output_that_nobody_reads_to_the_end_is_no_error(tmp_path):
    file = tmp_path / "mail.html"
    file.write_text(HTML + "x" * 1_000_000)
    command = f'"{sys.executable}" -m pytracking rewrite "{file}" --no-click --no-open | head -c 10'
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == (HTML[:10].encode(), b"")


def test_plain_links_and_mails_need_nothing_installed():
    script = (
        "import sys; sys.modules.update(cryptography=None, urllib3=None, boto3=None);"
        "from pytracking.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "rewrite", "--open-base", OPEN, "--click-base", CLICK],
        input=HTML.encode(),
        env={"PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert html5lib_links(done.stdout.decode())[0].startswith(CLICK + "eyJ")
    failed = subprocess.run(
        [sys.executable, "-c", script, "keys", "new"],
        env={"PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert failed.returncode == 1
    assert failed.stderr.startswith(b"error: ")
    assert b"pip install cryptography" in failed.stderr
