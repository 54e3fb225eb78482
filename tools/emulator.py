"""Run a built function on the Lambda runtime emulator, with only its layer's packages in sight.

    python -m tools.emulator open events/open.json

builds template.yaml for this machine, starts the function as Lambda would, and prints its answer.
The emulator is AWS's own (the Runtime Interface Emulator, in the aws-sam-cli wheel); no container
is needed. The function's interpreter starts with `-s -S`, so a package that the layer forgot
fails here as it would on Lambda.
"""

import argparse
import contextlib
import hashlib
import json
import os
import platform
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import build_layer
import urllib3

ROOT = Path(__file__).resolve().parent.parent
SAM = ROOT / ".venvs" / "sam"
WORK = ROOT / ".aws-sam" / "emulator"
START_SECONDS = 20.0  # the emulator listens within 0.1 s; more only on a crowded machine


@dataclass(frozen=True)
class Build:
    """A `sam build` for this machine.

    Attributes:
        folder: holds one folder a function, by logical id.
        layer: the layer's modules, for this machine.
        runtime: a folder with what Lambda's own runtime brings.
        python: the interpreter to run functions with, Lambda's version where there is one.
    """

    folder: Path
    layer: Path
    runtime: Path
    python: str


def build() -> Build:
    """Build the functions, the layer and the runtime for this machine; CalledProcessError else."""
    python, version = interpreter()
    folder = WORK / "build"
    sam("build", "--build-dir", str(folder), LAYER_MACHINE=platform.machine(), LAYER_PYTHON=version)
    return Build(folder, folder / "PytrackingLayer" / "python", _runtime(version), python)


def interpreter() -> tuple[str, str]:
    """Return an interpreter for functions and its version: Lambda's, else the one that runs."""
    found = next(build_layer.interpreters(build_layer.LAMBDA_PYTHON), None)
    if found:
        return found, build_layer.LAMBDA_PYTHON
    return sys.executable, f"{sys.version_info.major}.{sys.version_info.minor}"


def sam(*arguments: str, **environment: str) -> str:
    """Run the SAM command line at the project's root and return what it printed."""
    own = Path(sys.executable).parent  # has pip, for the layer's makefile
    result = subprocess.run(
        [SAM / "bin" / "sam", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "AWS_DEFAULT_REGION": os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
            "PATH": f"{own}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHON": sys.executable,
            "SAM_CLI_TELEMETRY": "0",
            **environment,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if result.returncode != 0:
        sys.stderr.write(result.stdout)
        result.check_returncode()
    return result.stdout


def function_ids(build: Build) -> dict[str, str]:
    """Map the short names of functions, as `open`, to their logical ids, as `OpenFunction`."""
    ids = (path.name for path in build.folder.iterdir() if path.name.endswith("Function"))
    return {name.removesuffix("Function").lower(): name for name in ids}


class Emulator:
    """One execution environment of one function: cold at the first `invoke`, warm after it."""

    def __init__(self, function: str, port: int) -> None:
        self.function = function
        self._url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"

    def invoke(self, event: bytes, timeout: float = 30.0) -> bytes:
        """Return the function's answer to an event, both JSON; urllib3's HTTPError without one."""
        response = urllib3.request("POST", self._url, body=event, timeout=timeout, retries=False)
        return response.data


@contextlib.contextmanager
def running(
    code: Path, build: Build, environment: Mapping[str, str], log: IO[str]
) -> Iterator[Emulator]:
    """Run the function in folder `code` over the layer of `build`.

    `environment` is added to what Lambda always sets; what function and emulator print goes to
    `log`. The process is ended with the block. Raises TimeoutError when it does not start.
    """
    here = ("127.0.0.1", 0)
    with socket.create_server(here) as one, socket.create_server(here) as two:
        port, api_port = one.getsockname()[1], two.getsockname()[1]
    settings = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": "/tmp",  # noqa: S108 - as on Lambda, the one folder that can be written
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONDONTWRITEBYTECODE": "1",  # /opt and /var/task are read-only on Lambda
        "PYTHONPATH": os.pathsep.join(map(str, (code, build.layer, build.runtime))),
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": "app.handler",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_LAMBDA_FUNCTION_NAME": code.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": "30",
        **environment,
    }
    addresses = (
        *("--runtime-interface-emulator-address", f"127.0.0.1:{port}"),
        *("--runtime-api-address", f"127.0.0.1:{api_port}"),
    )
    process = subprocess.Popen(
        [_binary(), *addresses, build.python, "-s", "-S", "-m", "awslambdaric", "app.handler"],
        cwd=code,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait_for(port, process)
        yield Emulator(code.name, port)
    finally:
        process.terminate()  # it ends the function with itself
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _binary() -> Path:
    machine = {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()]
    found = SAM.glob(f"lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-{machine}")
    return next(found)


def _runtime(version: str) -> Path:
    """Install awslambdaric and boto3 once, compiled, as they stand ready on Lambda."""
    lock = ROOT / "tests" / "requirements.txt"
    digest = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    folder = WORK / f"runtime-{version}-{digest}"
    if not folder.exists():
        unfinished = WORK / f"{folder.name}.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = f"--python-version {version} --require-hashes --only-binary :all: --group runtime"
        subprocess.run(
            [
                *(sys.executable, "-m", "uv", "--quiet", "pip", "install", *options.split()),
                *("--constraint", lock, "--target", unfinished),
            ],
            cwd=ROOT,
            check=True,
        )
        build_layer.compile_modules(unfinished, version, "/var/runtime")
        unfinished.rename(folder)
    return folder


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        if process.poll() is not None:
            raise TimeoutError(f"the runtime emulator ended at once, with {process.returncode}")
        time.sleep(0.02)
    raise TimeoutError(f"the runtime emulator did not listen within {START_SECONDS:.0f} s")


def sample_environment() -> dict[str, str]:
    """Return the settings of events/env.json, and what `sam local invoke` sets beside them."""
    parameters = json.loads((ROOT / "events" / "env.json").read_text("utf-8"))["Parameters"]
    return {
        "PYTRACKING_CLICK_BASE_URL": "https://track.example.com/c/",
        "PYTRACKING_OPEN_BASE_URL": "https://track.example.com/o/",
        **parameters,
        "AWS_SAM_LOCAL": "true",
    }


def main() -> int:
    """Invoke one function once with one event, by hand."""
    parser = argparse.ArgumentParser(prog="python -m tools.emulator", description=__doc__)
    parser.add_argument("function", help="open, click, action, deliver or links")
    parser.add_argument("event", type=Path, help="a file of events/")
    arguments = parser.parse_args()
    # Said before the build, which takes a while.
    known = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
    if arguments.function not in known:
        parser.error(f"no function {arguments.function!r}: expected one of {', '.join(known)}")
    try:
        event = arguments.event.read_bytes()
        json.loads(event)
    except (OSError, ValueError) as error:
        parser.error(
            f"the event {str(arguments.event)!r} cannot be used: {error}; "
            "samples are in events/, and events/README.md lists them"
        )
    try:
        built = build()
    except subprocess.CalledProcessError as error:
        print(
            f"Not built: {error.cmd[0]} ended with {error.returncode}, see above", file=sys.stderr
        )
        return 1
    code = built.folder / function_ids(built)[arguments.function]
    with tempfile.TemporaryFile("w+") as log:
        with running(code, built, sample_environment(), log) as emulator:
            answer = json.loads(emulator.invoke(event))
        log.seek(0)
        sys.stderr.writelines(line for line in log if "(rapid)" not in line)  # the emulator's own
    print(json.dumps(answer, indent=2))
    return 1 if isinstance(answer, dict) and "errorType" in answer else 0


if __name__ == "__main__":
    sys.exit(main())
