"""What `sam build` makes is what Lambda needs, and no more."""

import base64
import csv
import hashlib
import io
import shutil
import struct
import subprocess
import zipfile
from pathlib import Path

import build_layer
import pytest

from tools import emulator

ROOT = Path(__file__).resolve().parents[2]
MAX_ZIP_BYTES = 7_500_000  # the layer is fetched at each cold start
UNCHECKED_HASH = 0b01  # PEP 552: bit 0 says that a hash stands there, bit 1 that it is checked


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a `sam build` for Lambda."""
    folder = tmp_path_factory.mktemp("build")
    emulator.sam("build", "--build-dir", str(folder))
    return folder


@pytest.mark.parametrize(
    ("function", "name"),
    [
        ("OpenFunction", "open"),
        ("ClickFunction", "click"),
        ("ActionFunction", "action"),
        ("DeliverFunction", "deliver"),
        ("DeliverSlowFunction", "deliver"),
        ("LinksFunction", "links"),
    ],
)
def test_a_function_is_its_handler_alone(built: Path, function: str, name: str) -> None:
    folder = built / function
    assert sorted(path.name for path in folder.iterdir()) == ["app.py"]
    assert (folder / "app.py").read_bytes() == (ROOT / f"functions/{name}/app.py").read_bytes()


def test_the_layer_holds_the_library_as_it_stands(built: Path) -> None:
    shipped = built / "PytrackingLayer" / "python" / "pytracking"
    source = ROOT / "layer" / "pytracking"
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    files = {
        path
        for path in files
        if not {"__pycache__", "asgi.py", "operations", "reporting"} & {*path.parts}
    }
    for path in files:
        assert (shipped / path).read_bytes() == (source / path).read_bytes()
    there = {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()}
    assert {path for path in there if "__pycache__" not in path.parts} == files


def test_the_layers_native_code_is_for_lambdas_processor(built: Path) -> None:
    libraries = list((built / "PytrackingLayer").rglob("*.so"))
    assert libraries
    for library in libraries:
        with library.open("rb") as file:
            header = file.read(20)
        assert header[:4] == b"\x7fELF"
        assert struct.unpack_from("<H", header, 18) == (183,)  # EM_AARCH64


def test_the_layer_brings_only_what_its_requirements_name(built: Path) -> None:
    lines = (ROOT / "layer" / "requirements.txt").read_text("utf-8").splitlines()
    locked = {line.split("==")[0] for line in lines if "==" in line}
    infos = (built / "PytrackingLayer" / "python").glob("*.dist-info")
    assert {path.name.split("-")[0].replace("_", "-") for path in infos} == locked


def test_every_module_of_the_layer_is_compiled_and_never_checked(built: Path) -> None:
    if next(build_layer.interpreters(build_layer.LAMBDA_PYTHON), None) is None:
        pytest.skip(f"no Python {build_layer.LAMBDA_PYTHON} here to compile with")
    modules = list((built / "PytrackingLayer" / "python").rglob("*.py"))
    assert modules
    for module in modules:
        compiled = module.parent / "__pycache__" / f"{module.stem}.cpython-313.pyc"
        magic, flags = struct.unpack("<4sI", compiled.read_bytes()[:8])
        assert flags == UNCHECKED_HASH
        assert int.from_bytes(magic[:2], "little") == 3571  # Python 3.13's


def test_the_layers_zip_is_small(built: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:  # as `sam deploy` does it
        for path in (built / "PytrackingLayer").rglob("*"):
            zipped.write(path, path.relative_to(built))
    assert len(archive.getvalue()) <= MAX_ZIP_BYTES


def test_a_machine_without_lambdas_python_builds_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build_layer, "interpreters", lambda version: iter(()))
    build_layer.compile_modules(tmp_path, build_layer.LAMBDA_PYTHON, "/opt/python")
    assert "holds no bytecode" in capsys.readouterr().err


def test_an_interpreter_that_only_fails_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = tmp_path / "python3.13"
    stand_in.write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "none"))
    assert str(stand_in) not in list(build_layer.interpreters("3.13"))


def tree(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file, by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_layers_bytes_do_not_depend_on_where_and_by_what_it_is_built(
    built: Path, tmp_path: Path
) -> None:
    newest = next(
        python
        for version in ("3.14", "3.13", "3.12", "3.11")
        for python in build_layer.interpreters(version)
        if not subprocess.run(
            [python, "-m", "pip", "--version"], check=False, capture_output=True
        ).returncode
    )
    elsewhere = tmp_path / "else where" / "layer"
    shutil.copytree(ROOT / "layer", elsewhere, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run([newest, elsewhere / "build_layer.py", tmp_path / "made"], check=True)
    assert tree(tmp_path / "made") == tree(built / "PytrackingLayer")


def test_a_package_lists_what_is_there_and_its_hash(built: Path) -> None:
    python = built / "PytrackingLayer" / "python"
    there = tree(python)
    for record in python.glob("*.dist-info/RECORD"):
        with record.open(newline="") as lines:
            for name, digest, _size in csv.reader(lines):
                assert name in there
                expected = base64.urlsafe_b64encode(bytes.fromhex(there[name])).decode().rstrip("=")
                assert digest == f"sha256={expected}" or name.endswith("/RECORD")


def test_the_layer_is_built_from_its_folder_alone() -> None:
    # `sam build --use-container` shows a container nothing else.
    text = "".join((ROOT / "layer" / name).read_text() for name in ("Makefile", "build_layer.py"))
    assert ".." not in text.replace("...", "")
