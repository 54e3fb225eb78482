"""The command line as a whole: its commands, how it starts, and what it says of mistakes."""

import argparse
import os
import re
import sys

import pytest
from pytracking import __version__
from pytracking.__main__ import parser

from tests.cli.command_line import CLICK, HTML, OPEN, ROOT, output, run
from tests.mails.judges import html5lib_links
from tests.support.programs import ended, python


def commands(of, name=()):
    """Every command, as its words: ("keys", "new")."""
    groups = [a for a in of._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        return {name}
    return {
        found
        for group in groups
        for word, subparser in group.choices.items()
        if word != "key"  # the other spelling of "keys"
        for found in commands(subparser, (*name, word))
    }


@pytest.mark.parametrize("command", sorted(commands(parser())), ids=" ".join)
def test_every_command_is_documented_with_its_options(command):
    text = (ROOT / "docs/cli.md").read_text()
    assert re.search(rf"(?:pytracking |`){' '.join(command)}\b", text)
    known = parser().words()["".join(f" {word}" for word in command)]
    assert [option for option in known if not re.search(rf"{option}\b", text)] in ([], ["--help"])


def test_the_entry_point_is_installed_under_the_package_s_name():
    assert 'pytracking = "pytracking.__main__:main"' in (ROOT / "pyproject.toml").read_text()


def test_the_module_is_the_command():
    assert python("-W", "error", "-m", "pytracking", "--version").strip() == __version__


# Mistakes


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("link", "open", "--metadata", "{"), "invalid --metadata '{'"),
        (("link", "open", "--metadata", "[]"), "must be a JSON object"),
        (("link", "open", "--keys", os.devnull), "is empty; 'pytracking keys new"),
        (("link", "open", "--open-base", "nonsense"), "--open-base or PYTRACKING_OPEN_BASE_URL"),
        (("link", "open", "--open-base", "ftp://t.example.com/o/"), "invalid base URL"),
        (("link", "click", "javascript:alert(1)"), "http"),
        (("link", "open", "--expires-in", "0"), "expires_in"),
        (("link", "open", "--webhook", "http://x.test/"), "invalid webhook"),
        (("rewrite", "mail.bin"), "say --as"),
    ],
)
def test_a_mistake_is_told_in_one_line(arguments, told):
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith("error: ")
    assert told in err
    assert err.count("\n") == 1


def test_a_sealed_link_without_its_keys_is_told_so():
    link = output("link", "open").strip()
    status, _, err = run("decode", link, PYTRACKING_LINK_KEYS="")
    assert status == 1
    assert "only plain links are read without --keys or PYTRACKING_LINK_KEYS" in err


# Surroundings


def test_output_that_nobody_reads_to_the_end_is_no_error(tmp_path):
    file = tmp_path / "mail.html"
    file.write_text(HTML + "x" * 1_000_000)
    command = f'"{sys.executable}" -m pytracking rewrite "{file}" --no-click --no-open | head -c 10'
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "layer")}
    done = ended(["bash", "-c", command], env=environment)
    assert (done.stdout, done.stderr) == (HTML[:10], "")


def test_plain_links_and_mails_need_nothing_installed():
    script = (
        "import sys; sys.modules.update(cryptography=None, urllib3=None, boto3=None);"
        "from pytracking.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    bases = ("--open-base", OPEN, "--click-base", CLICK)
    environment = {"PYTHONPATH": str(ROOT / "layer")}
    command = [sys.executable, "-c", script, "rewrite", "--plain", *bases]
    done = ended(command, input=HTML, env=environment, check=True)
    assert html5lib_links(done.stdout)[0].startswith(CLICK + "eyJ")
    environment["PYTRACKING_LINK_KEYS"] = '{"current": "' + "k" * 32 + '"}'
    failed = ended([sys.executable, "-c", script, "link", "open", *bases[:2]], env=environment)
    assert failed.returncode == 1
    assert failed.stderr.startswith("error: ")
    assert "pip install cryptography" in failed.stderr
