"""What is released installs where nothing else is, and works there."""

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
import pytracking
import yaml
from pytracking import asgi

from tests.support.environments import ROOT

LAYER = ROOT / "layer" / "pytracking"

PLAIN_LINK = """
import pytracking
url = pytracking.get_click_tracking_url(
    "https://shop.example.com/", {"customer_id": 1}, base_click_tracking_url="https://t.example/c/"
)
result = pytracking.get_click_tracking_result(
    url, base_click_tracking_url="https://t.example/c/"
)
assert result.metadata == {"customer_id": 1}
assert result.tracked_url == "https://shop.example.com/"
print(pytracking.__version__, pytracking.__file__)
"""


SEALED_LINK = """
import pytracking
pytracking.get_open_tracking_url(
    base_open_tracking_url="https://t.example/o/", keyring=pytracking.Keyring.generate()
)
"""


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """Return a folder with the wheel and the sdist, built as `make dist` builds them."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(released):
    (path,) = released.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def sdist(released):
    (path,) = released.glob("*.tar.gz")
    return path


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def installed(request, tmp_path_factory):
    """Return the interpreter of a new environment that holds the released library alone."""
    package = request.getfixturevalue(request.param)
    tmp_path = tmp_path_factory.mktemp(request.param)
    if request.param == "sdist":  # as an installer does: a wheel from it, then that wheel
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
                *("--no-index", "--no-build-isolation", "--wheel-dir", tmp_path, package),
            ],
            check=True,
            capture_output=True,
        )
        (package,) = tmp_path.glob("*.whl")
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    pip = [sys.executable, "-m", "pip", "--python", environment, "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", package], check=True)
    return environment / "bin" / "python"


def run(python: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [python, "-I", "-W", "error", *arguments], capture_output=True, text=True, check=False
    )


def test_the_library_works_where_it_alone_is_installed(installed):
    answer = run(installed, "-c", PLAIN_LINK)
    assert answer.returncode == 0, answer.stderr
    version, path = answer.stdout.split()
    assert version == pytracking.__version__
    assert Path(path).is_relative_to(installed.parents[1])


def test_the_command_line_works_where_the_library_alone_is_installed(installed):
    command = installed.with_name("pytracking")
    version = subprocess.run([command, "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip() == pytracking.__version__
    link = [*(command, "link", "open", "--plain"), *("--open-base", "https://t.example/o/")]
    minted = subprocess.run(link, capture_output=True, text=True, check=True)
    assert minted.stdout.startswith("https://t.example/o/")


def test_what_needs_an_extra_names_it(installed):
    answer = run(installed, "-c", SEALED_LINK)
    assert "pytracking.errors.MissingDependency" in answer.stderr
    assert "pip install" in answer.stderr


def test_the_wheel_holds_the_library_what_it_reads_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    there = {
        f"pytracking/{path.relative_to(LAYER).as_posix()}"
        for path in LAYER.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    there |= {f"pytracking/reporting/sql/{one.name}" for one in (ROOT / "reports").glob("*.sql")}
    there |= {f"pytracking/functions/{name}/app.py" for name in asgi.ROUTES.values()}
    assert held == there
    assert "pytracking/py.typed" in held


@pytest.fixture(scope="module")
def metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/METADATA")]
        return archive.read(name).decode()


def test_the_pythons_that_are_named_are_those_that_ci_tests(metadata):
    named = re.findall(r"^Classifier: Programming Language :: Python :: (3\.\d+)$", metadata, re.M)
    ci = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert named == ci["jobs"]["test"]["strategy"]["matrix"]["python"]


def test_the_author_is_who_the_licence_names(metadata):
    (author,) = re.findall(r"^Author: (.+)$", metadata, re.MULTILINE)
    assert author in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_every_extra_asks_for_what_it_is_named_for(metadata):
    asked = {}
    for package, extra in re.findall(
        r"^Requires-Dist: ([\w.-]+)\S* ?; extra == '(\w+)'$", metadata, re.MULTILINE
    ):
        asked.setdefault(extra, set()).add(package)
    assert asked["crypto"] == {"cryptography", "idna"}
    assert asked["webhook"] == {"urllib3"}
    assert asked["aws"] == {"aws-lambda-powertools", "boto3"}
    assert asked["django"] == {"django", "django-ipware"}
    assert asked["report"] == {"boto3", "duckdb"}
    assert asked["all"] == set().union(*(asked[extra] for extra in asked.keys() - {"all"}))
    assert not re.search(r"^Requires-Dist: [^;]*$", metadata, re.MULTILINE)


def test_the_sdist_holds_the_licence_and_the_lock_files(sdist):
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "template.yaml"} <= held
    assert {"layer/requirements.txt", "tests/requirements.txt"} <= held
