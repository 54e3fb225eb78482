"""Build the layer: the library and what it needs, compiled for Lambda, in a folder of its own.

    python3 build_layer.py FOLDER

leaves FOLDER/python, which Lambda lays at /opt/python. Any Python with pip can do it: wheels are
chosen for Lambda's Python and processor, not for this machine's. Emulators run what this machine
is; for them LAYER_MACHINE (x86_64) and LAYER_PYTHON (3.11) in the environment choose otherwise.

It stands beside what it packs, because `sam build --use-container` shows the container this folder
alone. The bytes it makes depend on nothing but the sources, the lock file, and whether a Python of
Lambda's version is there to compile with: a build that changes nothing deploys no new version.
"""

import base64
import csv
import hashlib
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LAYER = Path(__file__).resolve().parent
LAMBDA_MACHINE = "aarch64"  # Architectures in template.yaml, by its name in wheels
LAMBDA_PYTHON = "3.13"  # Runtime in template.yaml
# Amazon Linux 2023, under Lambda's python3.13, has glibc 2.34; each wheel for an older one runs.
PLATFORMS = [f"manylinux_2_{minor}" for minor in range(34, 16, -1)] + ["manylinux2014"]


def build(folder: Path, machine: str = LAMBDA_MACHINE, version: str = LAMBDA_PYTHON) -> None:
    """Fill `folder` with the layer; raises CalledProcessError when pip cannot."""
    target = folder / "python"
    shutil.rmtree(target, ignore_errors=True)
    options = "--require-hashes --no-deps --no-compile --only-binary=:all: --implementation=cp"
    platforms = [f"--platform={platform}_{machine}" for platform in PLATFORMS]
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"),
            *(*options.split(), f"--python-version={version}", *platforms),
            *(f"--target={target}", f"--requirement={LAYER / 'requirements.txt'}"),
        ],
        check=True,
    )
    shutil.copytree(
        LAYER / "pytracking",
        target / "pytracking",
        ignore=shutil.ignore_patterns("__pycache__", "asgi.py", "operations", "reporting"),
    )
    prune(target)
    for library in target.rglob("*.so"):
        strip(library)
    for record in target.glob("*.dist-info/RECORD"):
        write_record(record)
    compile_modules(target, version, "/opt/python")


def prune(target: Path) -> None:
    """Remove what no function reads, and each cold start would fetch.

    Console scripts; type stubs; the Swagger page of Powertools' event handler (1.4 MB); and the
    parts of cffi that compile C, of which cryptography needs the compiled `_cffi_backend` alone.
    """
    for folder in ("bin", "cffi", "pycparser"):
        shutil.rmtree(target / folder, ignore_errors=True)
    for stub in target.rglob("*.pyi"):
        stub.unlink()
    for asset in target.glob("aws_lambda_powertools/event_handler/openapi/swagger_ui/*.min.*"):
        asset.unlink()


def strip(library: Path) -> None:
    """Cut the symbols and section headers off a shared library (ELF, 64 bits, little-endian).

    The loader reads program headers alone (elf(5)); what lies behind the last segment is for
    debuggers. Of cryptography's library that is 3.2 of 13.7 MB. Not by `strip`, which knows only
    its own machine's processor.
    """
    content = library.read_bytes()
    (segments,) = struct.unpack_from("<Q", content, 32)  # e_phoff
    size, count = struct.unpack_from("<HH", content, 54)  # e_phentsize, e_phnum
    end = segments + size * count
    for index in range(count):
        # p_offset and p_filesz, with p_vaddr and p_paddr between them
        offset, _, _, length = struct.unpack_from("<4Q", content, segments + index * size + 8)
        end = max(end, offset + length)
    head = bytearray(content[:end])
    struct.pack_into("<Q", head, 40, 0)  # e_shoff: no section headers
    struct.pack_into("<HH", head, 60, 0, 0)  # e_shnum, e_shstrndx
    library.write_bytes(head)


def write_record(record: Path) -> None:
    """Write a package's RECORD anew, of what is left of it and as it is now.

    pip lists console scripts in it with hashes that depend on its interpreter's path.
    """
    target = record.parent.parent
    with record.open(encoding="utf-8", newline="") as lines:
        names = sorted({row[0] for row in csv.reader(lines)})
    rows = []
    for name in names:
        path = target / name
        if path == record:
            rows.append((name, "", ""))
        elif path.is_file():
            content = path.read_bytes()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
            rows.append((name, f"sha256={digest.decode()}", str(len(content))))
    with record.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines, lineterminator="\n").writerows(rows)


def compile_modules(folder: Path, version: str, shown: str) -> None:
    """Write bytecode beside the sources, never checked against them; tracebacks say `shown`.

    /opt is read-only, so without it every cold start would compile every module again. Unchecked
    (PEP 552), because Lambda sets file times of its own.
    """
    python = next(interpreters(version), None)
    if python is None:
        print(
            f"No Python {version} was found: the layer works, but holds no bytecode, and"
            " cold starts take about twice as long.",
            file=sys.stderr,
        )
        return
    options = ("-q", "--invalidation-mode=unchecked-hash", "-s", folder, "-p", shown)
    subprocess.run([python, "-m", "compileall", *options, folder], check=True)


def interpreters(version: str) -> Iterator[str]:
    """Yield the interpreters of a version ("3.13") that really run, the likeliest first.

    A name on PATH proves nothing: version managers leave stand-ins there that only fail.
    """
    name = f"python{version}"
    candidates = [sys.executable, shutil.which(name)]
    pyenv = shutil.which("pyenv")
    if pyenv:
        root = subprocess.run([pyenv, "root"], capture_output=True, text=True, check=False)
        candidates += _newest(Path(root.stdout.strip() or "/nonexistent"), "versions", name)
    uv_folder = os.environ.get("UV_PYTHON_INSTALL_DIR", Path.home() / ".local/share/uv/python")
    candidates += _newest(Path(uv_folder), "", name)
    for candidate in filter(None, candidates):
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        answer = subprocess.run(
            [candidate, "-c", code], capture_output=True, text=True, check=False
        )
        if answer.stdout.strip() == version:
            yield candidate


def _newest(root: Path, below: str, name: str) -> list[str]:
    return sorted((str(path) for path in root.joinpath(below).glob(f"*/bin/{name}")), reverse=True)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    build(
        Path(sys.argv[1]),
        os.environ.get("LAYER_MACHINE", LAMBDA_MACHINE),
        os.environ.get("LAYER_PYTHON", LAMBDA_PYTHON),
    )
