"""File descriptors: deliver needs few of them, and has its own word where there are none."""

import subprocess
import sys

import pytest

from local.queue import Queue
from local.queue_server import QueueServer
from tests.delivery.receivers import Receiver, answering
from tests.delivery.rig import CREDENTIALS, SECRETS
from tests.delivery.test_processes import ROOT
from tests.support.programs import ended

PREAMBLE = """
import json, os, resource, socket, sys, time
from local.functions import Context
from pytracking.handlers.delivering import Deliverer
from tests.delivery.in_memory import event_of
from tests.delivery.rig import hit
from tests.support.aws import FUNCTIONS, module_of

look_up = socket.getaddrinfo
def local(host, *rest, **named):
    return look_up("127.0.0.1" if str(host).endswith(".test") else host, *rest, **named)
socket.getaddrinfo = local
handler = module_of(FUNCTIONS / "deliver" / "app.py").handler
port = int(sys.argv[1])
"""

THOUSANDS = """
resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))
for number in range(0, 2_000, 10):
    hits = [hit(f"http://tenant{number + n}.test:{port}/") for n in range(10)]
    assert handler(event_of(*hits), Context(60)) == {"batchItemFailures": []}
print(len(os.listdir("/proc/self/fd")))
"""

NONE_LEFT = """
handler(event_of(hit(f"http://first.test:{port}/")), Context(60))
resource.setrlimit(resource.RLIMIT_NOFILE, (200, 200))
taken = []
try:
    while True:
        taken.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
for _ in range(int(sys.argv[2])):
    os.close(taken.pop())
handler(event_of(*(hit(f"http://tenant{n}.test:{port}/") for n in range(10))), Context(60))
print("answered")
"""


def run(script: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return ended(
        [sys.executable, "-c", PREAMBLE + script, *arguments],
        cwd=ROOT,
        env={
            "PYTHONPATH": f"{ROOT / 'layer'}:{ROOT}",
            **CREDENTIALS,
            "AWS_SAM_LOCAL": "true",
            "PYTRACKING_WEBHOOK_SECRETS": SECRETS,
            "PYTRACKING_ALLOW_HTTP_WEBHOOKS": "true",
            **environment,
        },
    )


@pytest.fixture
def queues() -> "tuple[Queue, Queue]":
    return Queue("hits"), Queue("dead")


@pytest.mark.fault("delivering", 60)
def test_two_thousand_hosts_get_a_hit_each_from_a_process_that_may_open_1024_files(
    queues: tuple[Queue, Queue],
) -> None:
    hits, dead = queues
    with QueueServer(queues) as server, Receiver(answering()) as receiver:
        ended = run(
            THOUSANDS,
            str(receiver.port),
            AWS_ENDPOINT_URL_SQS=server.endpoint,
            PYTRACKING_QUEUE_URL=server.url(hits),
            PYTRACKING_DEAD_LETTER_QUEUE_URL=server.url(dead),
        )
        assert ended.returncode == 0, ended.stderr
        assert len(receiver.requests) == 2_000
    assert int(ended.stdout.splitlines()[-1]) < 250
    assert (len(hits), len(dead)) == (0, 0)


@pytest.mark.fault("delivering", 61)
@pytest.mark.parametrize("left", [0, 1, 2, 3, 5])
def test_without_descriptors_the_environment_is_given_up_and_no_attempt_is_spent(
    queues: tuple[Queue, Queue], left: int
) -> None:
    hits, dead = queues
    with QueueServer(queues) as server, Receiver(answering()) as receiver:
        ended = run(
            NONE_LEFT,
            str(receiver.port),
            str(left),
            AWS_ENDPOINT_URL_SQS=server.endpoint,
            PYTRACKING_QUEUE_URL=server.url(hits),
            PYTRACKING_DEAD_LETTER_QUEUE_URL=server.url(dead),
        )
    assert ended.returncode == 1, ended.stderr
    assert "given up: no file descriptor is left" in ended.stderr
    assert "answered" not in ended.stdout
    assert (len(hits), len(dead)) == (0, 0)
