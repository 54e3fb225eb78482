"""The command as a newcomer meets it: files and mistakes, in processes where those matter."""

import json
import os
import pty
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command_line import CLICK, HTML, KEYS, OPEN, ROOT, run
from tests.support.programs import ended

ALL = {
    "PYTRACKING_OPEN_BASE_URL": OPEN,
    "PYTRACKING_CLICK_BASE_URL": CLICK,
    "PYTRACKING_LINK_KEYS": KEYS,
}
PYTRACKING = (sys.executable, "-W", "error", "-m", "pytracking")


def environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT / "layer"), **ALL}


def typed(*arguments: str, shell: str, stdin: bytes = b"") -> tuple[int, str, str]:
    """Run the command as a process, with redirections of a shell."""
    done = subprocess.run(
        ("bash", "-c", f'"$@" {shell}', "bash", *PYTRACKING, *arguments),
        input=stdin,
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def assert_one_line(error: str, *words: str) -> None:
    assert "Traceback" not in error
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    for word in words:
        assert word in error


# Without a key

UNTRACKED = ("rewrite", "--no-click", "--no-open")


@pytest.mark.fault("commands", 79)
@pytest.mark.parametrize(
    "arguments", [("link", "open"), ("link", "click", "https://x.test/"), ("rewrite",)]
)
@pytest.mark.parametrize("keys", [None, "", "\ufeff"])
def test_without_a_key_nothing_is_minted_unless_plain_links_are_asked_for(arguments, keys):
    status, out, err = run(*arguments, stdin=HTML, PYTRACKING_LINK_KEYS=keys)
    assert (status, out) == (1, "")
    assert_one_line(err, "--keys", "--plain", "pytracking keys new")
    status, out, err = run(*arguments, "--plain", stdin=HTML, PYTRACKING_LINK_KEYS=keys)
    assert (status, err) == (0, "")
    assert f"{OPEN}e" in out or f"{CLICK}e" in out


def test_what_mints_no_link_needs_no_key():
    assert run(*UNTRACKED, stdin=HTML, PYTRACKING_LINK_KEYS=None) == (0, HTML, "")
    assert run("check", stdin=HTML, PYTRACKING_LINK_KEYS=None)[0] == 0


def test_plain_and_keys_exclude_each_other_and_plain_is_told_from_the_environment(tmp_path):
    (tmp_path / "keys.json").write_text(KEYS)
    status, _, err = run("link", "open", "--plain", "--keys", str(tmp_path / "keys.json"))
    assert status == 2
    assert "not allowed with" in err
    assert run("link", "open", "--plain")[1].startswith(f"{OPEN}e")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("PYTRACKING_LINK_KEY", "PYTRACKING_LINK_KEYS"),
        ("PYTRACKING_KEYS", "PYTRACKING_LINK_KEYS"),
        ("PYTRAKING_LINK_KEYS", "PYTRACKING_LINK_KEYS"),
        ("pytracking_link_keys", "PYTRACKING_LINK_KEYS"),
        ("PYTRACKING_OPEN_BASE", "PYTRACKING_OPEN_BASE_URL"),
        ("PYTRACKING_BASE_CLICK_URL", "PYTRACKING_CLICK_BASE_URL"),
        ("PYTRACKING_SOMETHING_ELSE", "docs/variables.md"),
    ],
)
def test_a_misspelt_variable_is_named(name, meant):
    status, _, err = run("link", "open", **{name: "x"})
    assert status == 0
    assert err.startswith(f"warning: {name} is not read")
    assert meant in err
    assert err.count("\n") == 1


def test_other_programs_variables_are_nobodys_business():
    others = {"PYTHONUTF8": "1", "PYTEST_ADDOPTS": "", "DO_NOT_TRACK": "1", "WEBHOOK": "x"}
    assert run("link", "open", **others)[2] == ""


# Files that are not there, full disks, directories, Ctrl-C

READING = [
    ("link", "open", "--keys", "{}"),
    ("decode", "pAAA", "--keys", "{}"),
    ("rewrite", "--as", "html", "{}"),
    ("check", "--as", "html", "{}"),
    ("rewrite", "--as", "mail", "{}"),
    ("check", "--as", "text", "{}"),
]


@pytest.mark.fault("commands", 80)
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
@pytest.mark.parametrize("kind", ["missing", "a directory", "below a file", "unspeakable"])
def test_a_file_that_cannot_be_read_is_told_in_one_line(arguments, kind, tmp_path):
    (tmp_path / "file").touch()
    file = {
        "missing": tmp_path / "nowhere",
        "a directory": tmp_path,
        "below a file": tmp_path / "file" / "x",
        "unspeakable": tmp_path / ("x" * 300),
    }[kind]
    status, out, err = run(*(word.format(file) for word in arguments))
    assert (status, out) == (2 if arguments[0] == "check" else 1, "")
    assert_one_line(err, "cannot read", str(file))


@pytest.mark.fault("commands", 80)
@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "new"),
        ("link", "open"),
        ("decode", "--json", "nonsense"),
        ("rewrite",),
        ("check",),
        ("completion", "bash"),
        ("--help",),
        ("--version",),
        (),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("full", ["> /dev/full", ">&-"])
def test_output_that_cannot_be_written_is_told_in_one_line(arguments, full):
    status, _, err = typed(*arguments, stdin=HTML.encode(), shell=full)
    assert status == (2 if arguments == ("check",) and full != ">&-" else 1)
    assert_one_line(err, "cannot write")


@pytest.mark.fault("commands", 80)
@pytest.mark.parametrize(
    "arguments", [("rewrite", "--output", "{}"), ("keys", "new", "--output", "{}")], ids=" ".join
)
@pytest.mark.parametrize("place", ["/dev/full", "{}", "{}/nowhere/x"])
def test_a_file_that_cannot_be_written_is_told_in_one_line(arguments, place, tmp_path):
    file = place.format(tmp_path)
    status, out, err = run(*(word.format(file) for word in arguments), stdin=HTML)
    assert (status, out) == (1, "")
    assert_one_line(err, file)


@pytest.mark.fault("commands", 80)
@pytest.mark.parametrize("command", [("decode",), ("rewrite",), ("check",)])
def test_ctrl_c_ends_a_command_with_130_and_without_a_traceback(command):
    with subprocess.Popen(
        (*PYTRACKING, *command, "--keys", "/dev/stdin"),
        env=environment(),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509
    ) as process:
        # the child waits for its input: until it does, its start would be interrupted
        while b"pipe" not in Path(f"/proc/{process.pid}/wchan").read_bytes():
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert b"Traceback" not in err


def test_standard_input_that_is_closed_is_told_in_one_line():
    for command in ("decode", "rewrite", "check"):
        status, _, err = typed(command, shell="<&-")
        assert status == (2 if command == "check" else 1)
        assert_one_line(err, "standard input is closed")


def test_a_check_tells_findings_from_a_mail_it_could_not_read(tmp_path):
    assert run("check", stdin=HTML)[0] == 0
    assert run("check", stdin=b'<a href="/about">')[0] == 1
    assert run("check", str(tmp_path / "nowhere.html"))[0] == 2
    assert run("check", "--utm")[0] == 2


# Help


@pytest.mark.parametrize(
    "arguments", [(), ("--help",), ("keys",), ("link",), ("link", "click", "--help")], ids=" ".join
)
def test_help_has_examples_and_says_where_the_documentation_is(arguments):
    status, out, err = run(*arguments)
    assert (status, err) == (0, "")
    assert "\nexamples:\n  pytracking " in out
    assert "\ndocumentation: " in out


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("rewite",), "rewrite"),
        (("chekc", "mail.html"), "check"),
        (("keys", "nwe"), "new"),
        (("link", "clik", "https://x.test/"), "click"),
        (("link", "open", "--metdata", "{}"), "--metadata"),
        (("rewrite", "--key=keys.jsn", "--outptu", "x"), "--output"),
        (("link", "open", "--privacy", "noip"), "no_ip"),
        (("check", "--pixel", "botom"), "bottom"),
    ],
    ids=str,
)
def test_what_was_mistyped_is_answered_with_what_was_meant(arguments, meant):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert f"did you mean {meant}?" in err


@pytest.mark.parametrize(
    ("words", "completed"),
    [
        (["re"], ["rewrite", "replay", "report"]),
        (["keys", ""], ["new", "rotate", "webhook-secret"]),
        (["keys", "new", "--o"], ["--output"]),
        (["link", "click", "https://x.test/", "--ex"], ["--expires-in"]),
        (["decode", "--k"], ["--keys"]),
    ],
    ids=str,
)
def test_bash_completes_commands_and_options(words, completed):
    script = run("completion", "bash")[1]
    line = " ".join(f'"{word}"' for word in ["pytracking", *words])
    script += f'COMP_WORDS=({line}); COMP_CWORD={len(words)}; _pytracking; echo "${{COMPREPLY[@]}}"'
    done = ended(["bash", "-c", script], check=True)
    assert sorted(done.stdout.split()) == sorted(completed)


# Keys, durations, shells


def test_new_keys_are_written_for_their_owner_alone_and_never_over_others(tmp_path):
    file = tmp_path / "keys.json"
    assert run("keys", "new", "--output", str(file)) == (0, "", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_text()
    assert run("link", "open", "--keys", str(file))[1].startswith(f"{OPEN}p")
    status, _, err = run("keys", "new", "--output", str(file))
    assert status == 1
    assert_one_line(err, "exists already")
    assert_one_line(run("keys", "new", "--output", str(tmp_path))[2], "it is a directory")
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3600", 3600),
        ("90s", 90),
        ("15m", 900),
        ("1.5h", 5400),
        ("30d", 2_592_000),
        ("2w", 1_209_600),
    ],
)
def test_a_lifetime_is_given_as_people_say_it(text, seconds):
    link = run("link", "open", "--expires-in", text)[1].strip()
    told = json.loads(run("decode", "--json", link)[1])
    assert abs(told["expires_at"] - time.time() - seconds) < 60


@pytest.mark.parametrize("text", ["", "30 days", "d", "-1", "1y", "1e9", "inf", "30d12h"])
def test_another_lifetime_is_refused(text):
    status, _, err = run("link", "open", f"--expires-in={text}")
    assert status == 2
    assert "invalid duration" in err


ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-be with mark"]


def encoded(text: str, encoding: str) -> bytes:
    if encoding == "utf-16-be with mark":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(encoding)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_files_that_any_shell_wrote_are_understood(encoding, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_bytes(encoded(KEYS + "\r\n", encoding))
    links = [run("link", "open")[1].strip() for _ in range(3)]
    for given in ("\r\n".join(links), "\r\n".join(["", *links, "", ""])):
        status, out, err = run(
            *("decode", "--keys", str(keys), "--json"),
            stdin=encoded(given, encoding),
            PYTRACKING_LINK_KEYS=None,
        )
        assert (status, err) == (0, "")
        assert out.count('"kind": "open"') == 3


def test_keys_in_a_variable_may_have_a_byte_order_mark():
    assert run("link", "open", PYTRACKING_LINK_KEYS=f"\ufeff{KEYS}")[0] == 0


@pytest.mark.parametrize("keys", ["nonsense", "{}", "[]", '{"current": 1}', '{"current": "x"}'])
def test_an_error_speaks_of_commands_and_of_no_call_of_python(keys, tmp_path):
    (tmp_path / "keys.json").write_text(keys)
    for arguments, variable in ((("--keys", str(tmp_path / "keys.json")), None), ((), keys)):
        status, _, err = run("link", "open", *arguments, PYTRACKING_LINK_KEYS=variable)
        assert status == 1
        assert_one_line(err, "pytracking keys new", arguments[0] if arguments else "LINK_KEYS")
        assert "Keyring" not in err


def test_reading_from_a_terminal_says_so():
    for command in ("decode", "rewrite", "check"):
        master, slave = pty.openpty()
        with subprocess.Popen(
            (*PYTRACKING, command),
            env=environment(),
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stderr
            assert b"from the terminal; Ctrl-D ends it" in process.stderr.readline()
            os.write(master, b"\x04")
            process.communicate(timeout=30)
        os.close(master)
        os.close(slave)
