"""AWS on this machine: an emulator's process, and what is deployed to it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import urllib3

from tests.e2e.repairs import leave_out_what_is_unknown
from tools import emulator

ROOT = Path(__file__).resolve().parents[2]
MINISTACK = Path(sys.executable).parent
START_SECONDS = 60


@dataclass(frozen=True)
class Cloud:
    """The emulator's address, and how everything is told to use it."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """Variables that send every AWS client to the emulator and to nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": "none",
            "AWS_SECRET_ACCESS_KEY": "none",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str) -> Any:
        """Return a boto3 client of the emulator."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )

    def deploy(self, stack: str, folder: Path, built: Path, **parameters: str) -> dict[str, str]:
        """`sam build` and `sam deploy` the template in `folder`; returns the stack's outputs."""
        version = subprocess.run(
            [MINISTACK / "python", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        # Functions run in the emulator's own interpreter, on this machine's processor.
        emulator.sam(
            *("build", "--template-file", str(folder / "template.yaml")),
            *("--build-dir", str(built)),
            **{"LAYER_PYTHON": version, "LAYER_MACHINE": os.uname().machine, **self.environment},
        )
        leave_out_what_is_unknown(built / "template.yaml")
        return self.redeploy(stack, built / "template.yaml", **parameters)

    def redeploy(self, stack: str, template: Path, **parameters: str) -> dict[str, str]:
        """`sam deploy` a template, built or one that needs no build; returns the outputs."""
        overrides = [f"{name}={value}" for name, value in parameters.items()]
        emulator.sam(
            *("deploy", "--config-file", str(ROOT / "samconfig.toml")),
            *("--template-file", str(template), "--stack-name", stack),
            *(("--parameter-overrides", *overrides) if overrides else ()),
            **self.environment,
        )
        described = self.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
        return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}


@contextlib.contextmanager
def cloud() -> Iterator[Cloud]:
    """Run the emulator until the block ends; its files are gone with it."""
    with tempfile.TemporaryDirectory(prefix="pytracking-e2e-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        log = Path(folder, "log")
        with log.open("w") as output:
            process = subprocess.Popen(
                [MINISTACK / "ministack"],
                cwd=folder,
                env={
                    **{name: value for name, value in os.environ.items() if "AWS" not in name},
                    "BIND_HOST": "127.0.0.1",
                    "GATEWAY_PORT": str(port),
                    "HOME": folder,
                    "LAMBDA_EXECUTOR": "local",
                    "MINISTACK_HOST": "127.0.0.1",
                    "MINISTACK_REGION": "us-east-1",
                    "S3_DATA_DIR": folder,
                    "S3_PERSIST": "1",  # its Athena reads the files of a bucket from here
                    "TMPDIR": folder,  # it leaves workers' folders behind
                },
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _wait_for(endpoint, process, log)
            yield Cloud(endpoint)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # workers of functions, too
            process.wait()


def _wait_for(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            health = urllib3.request("GET", f"{endpoint}/_ministack/health", retries=False)
            if health.status == 200:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise TimeoutError(f"the emulator did not start:\n{log.read_text('utf-8')[-4000:]}")
