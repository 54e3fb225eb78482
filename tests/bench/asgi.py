"""``pytracking.asgi`` under uvicorn: opens a second, latency, memory, and a queue that hangs.

Everything shares the loopback and the machine's processors: server, queue and visitors, each a
process of its own. What is held to a target is the server's own processor time.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.queue import Queue
from local.queue_server import QueueServer
from tests.aws.raw_server import RawServer, hang
from tests.bench.report import Figure, Section
from tests.functions.links import RING, token
from tests.support.programs import ended, free_port, listening

VISITORS = 20
SECONDS = 5.0
TICKS = os.sysconf("SC_CLK_TCK")

# Asks for one link over so many kept connections for some seconds; prints each answer's seconds.
VISIT = """
import asyncio, json, sys, time
port, path, visitors, seconds = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
request = (f"GET {path} HTTP/1.1\\r\\nHost: t.example.com\\r\\nUser-Agent: Mozilla/5.0 (X11; Linux "
           "x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\\r\\n\\r\\n").encode()
took = []
async def visit(ends):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.monotonic() < ends:
        began = time.monotonic()
        writer.write(request)
        head = await reader.readuntil(b"\\r\\n\\r\\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split()[0]))
        took.append(time.monotonic() - began)
    writer.close()
async def main():
    ends = time.monotonic() + seconds
    await asyncio.gather(*(visit(ends) for _ in range(visitors)))
asyncio.run(main())
print(json.dumps(took))
"""


@contextmanager
def serving(endpoint: str) -> Iterator[tuple[int, int]]:
    """Run the application on one processor's worth of work; yield its port and process id."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--factory", "pytracking.asgi:app"]
    environment = {
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_ENDPOINT_URL_SQS": endpoint,
        "AWS_REGION": "eu-west-1",
        "AWS_SECRET_ACCESS_KEY": "none",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path)),
        "PYTRACKING_LINK_KEYS": RING.to_json(),
        "PYTRACKING_QUEUE_URL": f"{endpoint}/000000000000/hits",
        "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
    }
    command += ["--port", str(port), "--no-access-log"]
    with (
        tempfile.TemporaryDirectory() as folder,
        listening(command, port, Path(folder), environment) as process,
    ):
        yield port, process.pid


def visit(port: int, visitors: int, seconds: float) -> list[float]:
    """Return what each answer took, in seconds, sorted."""
    path = f"/o/{token('open', include_issue_time=True)}"
    command = [sys.executable, "-c", VISIT, str(port), path, str(visitors), str(seconds)]
    return sorted(json.loads(ended(command, check=True).stdout))


def processor_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def megabytes(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1e3


def run(rounds: int) -> Section:
    queue = Queue("hits")
    with QueueServer([queue]) as sqs, serving(sqs.endpoint) as (port, process):
        visit(port, VISITORS, 1.0)
        before = processor_seconds(process)
        took = visit(port, VISITORS, SECONDS)
        used = processor_seconds(process) - before
        memory = megabytes(process)
    with RawServer(hang) as silent, serving(silent.url) as (port, _):
        slow = visit(port, 1, 0.1)[-1]
    return Section(
        f"pytracking.asgi, {VISITORS} visitors at once for {SECONDS:.0f} s",
        [
            Figure("opens a second and processor", len(took) / used, "", 500.0, "higher"),
            Figure("opens a second, beside queue and visitors", len(took) / SECONDS, ""),
            Figure("answer, p50", took[len(took) // 2] * 1e3, "ms"),
            Figure("answer, p99", took[len(took) * 99 // 100] * 1e3, "ms"),
            Figure("memory", memory, "MB", 100.0),
            Figure("answer beside a queue that hangs", slow * 1e3, "ms", 1200.0),
        ],
    )
