"""The README's first minute, as typed: make sets itself up, and both links answer."""

import os
import re
import shlex
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from pytracking import TRACKING_PIXEL

from tests.local.gateway import ROOT, Gateway, Process, call
from tests.support.programs import ended

_SECTION = re.search(
    r"^## 60 seconds$(.*?)^## ", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
)
COMMANDS = re.findall(r"^make run.*$", _SECTION[1], re.MULTILINE) if _SECTION else []
KEYS_COMMAND = re.findall(r"^.*keys new.*$", _SECTION[1], re.MULTILINE)[0] if _SECTION else ""


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_readmes_first_minute_serves_both_links(command: str, tmp_path: Path):
    # The port and the file of keys are ours: what is written there may be taken on this machine.
    keys = tmp_path / "keys.json"
    subprocess.run(
        KEYS_COMMAND.replace("keys.json", shlex.quote(str(keys))), cwd=ROOT, shell=True, check=True
    )
    given = [word for word in shlex.split(command) if not word.startswith("PORT=")]
    words = [f"KEYS={keys}" if word.startswith("KEYS=") else word for word in given]
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    # Shells export such names for other programs.
    environment |= {"WEBHOOK": "https://x.test/", "DNT": "1", "KEYS": "nowhere", "SECRET": "x"}
    process = Process([*words, "PORT=0"], environment)
    try:
        gateway = Gateway(process, process.greeting())
        assert call(gateway.pixel_link).body == TRACKING_PIXEL
        assert call(gateway.click_link).status == 302
        speed = next((w.removeprefix("SPEED=") for w in words if w.startswith("SPEED=")), "1")
        state = call(f"{gateway.origin}/_local/api/state").json()
        assert state["speed"] == float(speed)
        # What the page advises starts the same again, at the same address.
        port = gateway.origin.rpartition(":")[2]
        advised = ["make", "run", f"PORT={port}", *words[2:]]
        assert shlex.split(state["command"]) == advised
        for choice in words[2:]:
            name, _, value = choice.partition("=")
            assert name not in ("WEBHOOK", "SECRET") or value in process.output()
    finally:
        process.end(signal.SIGINT)
    assert "Traceback" not in process.errors()
    process.close()


def test_the_readme_begins_with_make_run():
    assert COMMANDS[0] == "make run"
    assert len(COMMANDS) > 1


@pytest.mark.parametrize("named", ["/nowhere/python3", "false"])
def test_a_python_that_cannot_serve_is_told_before_anything_is_made(named: str, tmp_path: Path):
    (tmp_path / "tests").mkdir()
    for file in ("Makefile", "tests/requirements.txt"):
        shutil.copy(ROOT / file, tmp_path / file)
    run = ended(["make", "run", f"PYTHON={named}"], cwd=tmp_path)
    assert run.returncode != 0
    assert f"No Python 3.11 or newer with venv and ensurepip was found at {named}." in run.stderr
    assert not (tmp_path / ".venvs").exists()
