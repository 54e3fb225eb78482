"""`links`: a link for each line of a file of recipients."""

import csv
import io
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytracking import Keyring, Tracker

from tests.cli.command_line import CLICK, KEYS, OPEN, ROOT, decoded, run

TARGET = "https://shop.example.com/sale?a=1"
SETTINGS = {
    "PATH": os.environ["PATH"],
    "PYTHONPATH": str(ROOT / "layer"),
    "PYTRACKING_OPEN_BASE_URL": OPEN,
    "PYTRACKING_CLICK_BASE_URL": CLICK,
    "PYTRACKING_LINK_KEYS": KEYS,
}


def links(source, *arguments, target=TARGET, **kwargs):
    """The exit status, the output's records and the complaints of one run over a file."""
    status, out, err = run("links", "--from", str(source), "--target", target, *arguments, **kwargs)
    return status, out, err


def written(tmp_path, data, name="r.csv"):
    file = tmp_path / name
    file.write_bytes(data if isinstance(data, bytes) else data.encode())
    return file


def rows(text, delimiter=","):
    return [*csv.DictReader(io.StringIO(text), delimiter=delimiter)]


def test_each_row_of_a_csv_gets_the_link_that_the_tracker_mints(tmp_path):
    file = written(tmp_path, 'id,name\n1,"Zoë, the ""first"""\n2,\n')
    status, out, err = links(file, "--metadata", '{"campaign": "spring", "id": "0"}')
    assert (status, err) == (0, "")
    expected = [{"id": "1", "name": 'Zoë, the "first"'}, {"id": "2", "name": ""}]
    for row, metadata in zip(rows(out), expected, strict=True):
        link = row.pop("link")
        assert row == metadata
        made_at = decoded(link)["issued_at"]
        tracker = Tracker(
            CLICK.removesuffix("c/"), Keyring.from_json(KEYS), clock=lambda at=made_at: at
        )
        assert link == tracker.click_url(TARGET, {"campaign": "spring", **metadata})
        assert decoded(link)["tracked_url"] == TARGET


def test_each_object_of_ndjson_keeps_its_spelling_and_gets_its_link(tmp_path):
    lines = ['{"id": 1,  "tags": ["a", 1.50]}', "", "{}", '{"id":"\\u00e9"}']
    file = written(tmp_path, "\r\n".join(lines), "r.ndjson")
    status, out, err = links(file, "--link-field", "url")
    assert (status, err) == (0, "")
    for old, new in zip(filter(None, lines), out.splitlines(), strict=True):
        link = json.loads(new)["url"]
        assert new.startswith(old[:-1])
        assert decoded(link)["metadata"] == json.loads(old)


@pytest.mark.parametrize(
    ("arguments", "kind", "metadata"),
    [
        (["--target", TARGET, "--fields", "id"], "click", {"id": "1"}),
        (["--open", "--fields", "id,name"], "open", {"id": "1", "name": "x"}),
        (["--open", "--plain", "--fields", "id"], "open", {"id": "1"}),
        (["--target", TARGET, "--plain"], "click", {"id": "1", "name": "x"}),
    ],
)
def test_the_fields_that_go_into_the_links_are_chosen(tmp_path, arguments, kind, metadata):
    file = written(tmp_path, "id,name\n1,x\n")
    out = run("links", "--from", str(file), *arguments)[1]
    keys = {"PYTRACKING_LINK_KEYS": ""} if "--plain" in arguments else {}
    said = decoded(rows(out)[0]["link"], **keys)
    assert (said["kind"], said["metadata"]) == (kind, metadata)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_of_any_program_is_read(tmp_path, delimiter, encoding, end):
    text = end.join([delimiter.join(["id", "name"]), delimiter.join(["1", "Zoë"]), ""])
    status, out, err = links(written(tmp_path, text.encode(encoding)))
    assert (status, err) == (0, "")
    [row] = rows(out, delimiter)
    assert (row["id"], row["name"]) == ("1", "Zoë")
    assert decoded(row["link"])["metadata"] == {"id": "1", "name": "Zoë"}


def test_standard_input_is_read(tmp_path):
    assert links("-", "--as", "ndjson", stdin='{"a": 1}\n')[0] == 0
    assert "say --as csv or ndjson" in links("-", stdin="{}")[2]


# What cannot have a link costs itself


@pytest.mark.fault("mails", 102)
def test_lines_without_a_link_are_named_and_the_others_go_on(tmp_path):
    file = written(
        tmp_path,
        b'id,name\n1,x\n2\n3,x,y\n4,\xe9\n5,"a\nb"\n6,"broken"x\n7,' + b"z" * 140_000 + b"\n8,x\n",
    )
    status, out, err = links(file)
    assert status == 1
    assert [row["id"] for row in rows(out)] == ["1", "5", "8"]
    assert err.splitlines()[:-1] == [
        "line 3: it has 1 fields, and the header 2",
        "line 4: it has 3 fields, and the header 2",
        "line 5: it is not UTF-8: save the file as UTF-8",
        "line 8: it is no CSV: ',' expected after '\"'",
        "line 9: it is no CSV: field larger than field limit (131072)",
    ]
    assert err.splitlines()[-1] == "links: 3; lines without one: 5"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[1]", "it is no JSON object"),
        ("{", "it is no JSON object: "),
        ("[" * 100_000, "it is no JSON object: "),
        ('{"a": NaN}', "cannot be written as JSON"),
        ('{"a": "\\ud800"}', "cannot be written as JSON"),
        ('{"a": "\xe9"}'.encode("latin-1"), "it is not UTF-8"),
        (json.dumps({"a": "x" * 70_000}), "at most 65536 fit"),
        ('{"link": 1}', "it has a field 'link' already"),
        ("{}", "it has no field 'a'"),
    ],
)
def test_an_object_that_no_link_can_hold_costs_itself(tmp_path, line, problem):
    line = line if isinstance(line, bytes) else line.encode()
    file = written(tmp_path, b'{"a":1}\n' + line + b'\n{"a":2}\n', "r.jsonl")
    status, out, err = links(file, *(["--fields", "a"] if line == b"{}" else []))
    assert (status, len(out.splitlines())) == (1, 2)
    assert err.startswith("line 2: ")
    assert problem in err


@pytest.mark.parametrize(
    ("data", "arguments", "problem"),
    [
        ("", [], "have no header"),
        ("\n1\n", [], "have no header"),
        ("id,id\n", [], "names 'id' twice"),
        ("id,link\n", [], "have a field 'link' already: --link-field names another"),
        ("id,name\n", ["--fields", "id,mail"], "have no field 'mail': they have id, name"),
        (b"id,\xe9\n", [], "in UTF-8"),
        ('"id\n', [], "no CSV"),
        ("id\n", ["--target", "shop"], "must start with http"),
        ("id\n", ["--metadata", "[]"], "must be a JSON object"),
    ],
)
def test_a_file_that_cannot_be_meant_is_refused_before_anything_is_written(
    tmp_path, data, arguments, problem
):
    output = tmp_path / "out.csv"
    status, _, err = links(written(tmp_path, data), "--output", str(output), *arguments)
    assert (status, err.count("\n")) == (1, 1)
    assert problem in err
    assert not output.exists() or not output.read_bytes()


def test_an_output_that_exists_is_not_written_over(tmp_path):
    output = written(tmp_path, "precious", "out.csv")
    status, _, err = links(written(tmp_path, "id\n1\n"), "--output", str(output))
    assert (status, output.read_text()) == (1, "precious")
    assert "exists already" in err


# Interruptions

COUNT = 60_000


@pytest.fixture
def many(tmp_path):
    """A file of recipients, some of whom cannot have a link."""
    lines = (f"{n},x\n" if n % 7_001 else f"{n}\n" for n in range(COUNT))
    return written(tmp_path, "id,name\n" + "".join(lines))


def started(source, output, **kwargs):
    command = [sys.executable, "-m", "pytracking", "links", "--from", source, "--target", TARGET]
    command += ["--output", output, "--fields", "id"]
    return subprocess.Popen(command, env=SETTINGS, stderr=subprocess.PIPE, text=True, **kwargs)


def wait_for(path, size, process):
    until = time.monotonic() + 60
    while not (path.exists() and path.stat().st_size > size):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.005)


def assert_whole(output, many):
    ids = [int(row["id"]) for row in rows(output.read_text())]
    assert ids == [n for n in range(COUNT) if n % 7_001]
    assert [path.name for path in output.parent.iterdir() if path != many] == [output.name]


@pytest.mark.fault("mails", 102)
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_run_goes_on_without_a_gap_or_a_duplicate(tmp_path, many, how):
    output = tmp_path / "out.csv"
    size = 0
    for _ in range(2):
        process = started(many, output)
        wait_for(output, size + 100_000, process)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
        assert process.returncode == {signal.SIGINT: 130}.get(how, -how)
        if how == signal.SIGINT:
            assert "the same command goes on behind them" in err
            assert output.read_bytes().endswith(b"\n")
            size = output.stat().st_size
    process = started(many, output)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err.splitlines()[-1]) == (
        1,
        f"links: {COUNT - 9:,}; lines without one: 9",
    )
    assert_whole(output, many)


@pytest.mark.fault("mails", 102)
def test_a_full_disk_leaves_whole_lines_and_the_next_run_goes_on(tmp_path, many):
    output = tmp_path / "out.csv"

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    process = started(many, output, preexec_fn=limited)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert f"cannot write '{output}'" in err
    assert "the same command goes on behind them" in err
    assert output.read_bytes().endswith(b"\n")
    assert started(many, output).communicate(timeout=60)
    assert_whole(output, many)


def test_output_to_a_full_disk_is_one_line(tmp_path, many):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "pytracking", "links", "--from", many, "--target", TARGET]
        ended = subprocess.run(
            command, env=SETTINGS, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 1
    assert (
        ended.stderr.splitlines()[-1] == "error: cannot write the output: No space left on device"
    )


@pytest.mark.parametrize("change", ["target", "recipients", "fields", "expiry"])
def test_what_changed_between_runs_is_refused(tmp_path, many, change):
    output = tmp_path / "out.csv"
    process = started(many, output)
    wait_for(output, 50_000, process)
    process.kill()
    process.communicate()
    before = output.read_bytes()
    arguments = ["--output", str(output)]
    arguments += ["--fields", "id,name" if change == "fields" else "id"]
    arguments += ["--expires-in", "30d"] if change == "expiry" else []
    if change == "recipients":
        with many.open("a") as file:
            file.write("1,x\n")
    target = "https://x.test/" if change == "target" else TARGET
    status, _, err = links(many, *arguments, target=target)
    assert status == 1
    assert "was begun with other recipients, options or another target" in err
    assert output.read_bytes() == before


def test_a_terminal_shows_how_far_and_how_fast(many):
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "pytracking", "links", "--from", many, "--target", TARGET]
    process = subprocess.Popen(command, env=SETTINGS, stdout=subprocess.DEVNULL, stderr=follower)
    os.close(follower)
    shown = b""
    while True:
        try:
            piece = os.read(leader, 4_096)
        except OSError:  # Linux says so where the other end is closed
            break
        if not piece:
            break
        shown += piece
    os.close(leader)
    assert process.wait(60) == 1
    assert b" recipients, " in shown
    assert b" a second, " in shown
    assert b" s left" in shown
    assert shown.rstrip().endswith(b"lines without one: 9")
    assert b"\x1b[Kline " in shown
