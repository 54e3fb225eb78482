"""A stand-in for AWS over HTTP, the SDK's own clients, and functions as Lambda loads them."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FUNCTIONS = Path(__file__).parents[2] / "functions"


@contextmanager
def moto_server() -> Iterator[str]:
    """Serve moto's AWS until the block ends; its address is yielded.

    All servers of one process have the same queues and secrets.
    """
    from moto.server import ThreadedMotoServer  # with boto3, 1 s

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def sdk(service: str, endpoint: str, region: str = "us-east-1") -> Any:
    """Return boto3's client of a service at a server of ours, which is asked once."""
    import boto3
    from botocore.config import Config

    make: Any = boto3.client
    return make(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}),
    )


def module_of(path: Path) -> Any:
    """Return a module that is on no path, ``FUNCTIONS / "open" / "app.py"`` for one."""
    spec = importlib.util.spec_from_file_location(f"{path.parent.name}_{path.stem}", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
