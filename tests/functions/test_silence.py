"""What a good hit costs besides its answer: nothing is logged, and nothing heavy is loaded."""

import json
import sys
import time

import pytest

from tests.aws.raw_server import RawServer, fail, ok
from tests.functions.links import KINDS, RING, token, with_secrets_manager
from tests.support.environments import ROOT
from tests.support.programs import ended
from tools import samples

HIT = """
import importlib.util, json, sys, time
spec = importlib.util.spec_from_file_location("app", sys.argv[1])
app = importlib.util.module_from_spec(spec)
spec.loader.exec_module(app)
answer = app.handler(json.loads(sys.argv[2]), None)
heavy = ("aws_lambda_powertools", "urllib3", "boto3", "botocore", "logging")
loaded = {name.split(".")[0] for name in sys.modules}
print(json.dumps([answer["statusCode"], sorted(loaded & set(heavy))]))
"""


def fresh_process(kind, path, **environment):
    """Answer one hit in a process of its own; return its status and what heavy it loaded."""
    event = samples.http_api(path)
    done = ended(
        [sys.executable, "-c", HIT, str(ROOT / "functions" / kind / "app.py"), json.dumps(event)],
        env={
            "PYTHONPATH": str(ROOT / "layer"),
            "AWS_REGION": "eu-west-1",
            "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/x",
            **environment,
        },
        check=True,
    )
    *logged, answer = done.stdout.splitlines()
    return logged, *json.loads(answer)


@KINDS
def test_a_good_hit_logs_nothing_and_loads_neither_powertools_nor_an_http_client(kind, queue):
    found = fresh_process(
        kind,
        f"/{kind[0]}/{token(kind)}",
        PYTRACKING_LINK_KEYS=RING.to_json(),
        PYTRACKING_QUEUE_URL=queue.url,
    )
    assert len(queue.messages) == 1
    logged, status, heavy = found
    assert (logged, status) == ([], 200 if kind == "open" else 302)
    assert set(heavy) <= {"logging"}


@KINDS
@pytest.mark.fault("answering", 50)
@pytest.mark.parametrize("seconds", [0.3, 0.6, 2.0])
def test_a_secret_that_comes_slowly_at_a_cold_start_is_waited_for(kind, seconds):
    def slow(connection):
        time.sleep(seconds)
        connection.answer(200, {"SecretString": RING.to_json()})

    with RawServer(slow) as secrets, RawServer(ok) as queue:
        logged, status, _ = fresh_process(
            kind,
            f"/{kind[0]}/{token(kind)}",
            PYTRACKING_LINK_KEYS_SECRET="link-keys",
            PYTRACKING_QUEUE_URL=queue.url,
            AWS_ENDPOINT_URL_SECRETS_MANAGER=secrets.url,
        )
        [message] = queue.messages
        assert len(secrets.requests) == 1
    assert (logged, status) == ([], 200 if kind == "open" else 302)
    assert message["body"]["metadata"] == {"customer_id": 1}


@pytest.mark.fault("answering", 53)
@pytest.mark.parametrize("junk", ["x", "anything", "hello.png", "pixel.png", "wp-login.php"])
def test_without_keys_junk_is_neither_queued_nor_waited_for_again(junk, start, log):
    with RawServer(fail(500)) as secrets, RawServer(ok) as queue:
        function = start("open", PYTRACKING_QUEUE_URL=queue.url, **with_secrets_manager(secrets))
        assert function.get(junk)["statusCode"] == 200
        assert queue.requests == []
        function.get(token("open"))
        assert len(queue.messages) == 1
