"""What a type checker and a debugger see of the public functions."""

import importlib
import inspect
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import pytracking
from pytracking import Configuration, Keyring, Link, Tracker, TrackingResult

ROOT = Path(__file__).parents[1]
MODULES = [
    importlib.import_module(name)
    for name in (
        "pytracking",
        "pytracking.tracking",
        "pytracking.base_urls",
        "pytracking.links",
        "pytracking.targets",
        "pytracking.webhook",
        "pytracking.html",
        "pytracking.text",
        "pytracking.email",
    )
]
FUNCTIONS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if inspect.isfunction(value) and name[0] != "_" and value.__module__ == module.__name__
}
METHODS = {
    f"{cls.__name__}.{name}": value
    for cls in (Configuration, Keyring, Link, Tracker, TrackingResult)
    for name, value in inspect.getmembers(cls, inspect.isfunction)
    if name[0] != "_"
}


@pytest.mark.parametrize("name", [*FUNCTIONS, *METHODS])
def test_the_hints_of_a_public_function_resolve(name: str) -> None:
    assert "return" in typing.get_type_hints({**FUNCTIONS, **METHODS}[name])


def test_results_show_themselves_and_compare_by_what_they_say() -> None:
    ring = Keyring.generate()
    secret = ring.to_json().split('"')[3]
    configuration = Configuration(keyring=ring, encryption_bytestring_key="A" * 43 + "=")
    link = configuration.get_open_tracking_url({"a": 1})
    results = [
        pytracking.get_open_tracking_result(link, configuration=configuration) for _ in range(2)
    ]
    results[1].timestamp = results[0].timestamp
    assert results[0] == results[1]
    assert configuration == configuration.merge_with_kwargs({"keyring": ring})
    for shown in (repr(results[0]), repr(configuration), repr(Tracker("https://t.example", ring))):
        assert secret not in shown
        assert "A" * 43 not in shown
        assert link not in shown
    assert "metadata={'a': 1}" in repr(results[0])


def test_a_mistyped_keyword_is_refused_by_mypy(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(
        "import pytracking\n"
        "pytracking.get_open_tracking_url({}, base_open_tracking_url='https://t.example/')\n"
        "pytracking.get_open_tracking_url({}, base_opn_tracking_url='https://t.example/')\n"
        "pytracking.Configuration(base_opn_tracking_url='https://t.example/')\n"
        "tracker = pytracking.Tracker('https://t.example', pytracking.Keyring.generate())\n"
        "tracker.open_url({}, expects_in=60)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path / "cache"), snippet],
        cwd=tmp_path,
        env={"MYPYPATH": str(ROOT / "layer"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    found = [line.split(":")[1] for line in done.stdout.splitlines() if ": error: " in line]
    assert found == ["3", "4", "6"], done.stdout + done.stderr
