"""The first answer of a new environment, on Lambda's own runtime emulator, beside a naive one.

The naive function does the same with boto3, Powertools' event handler and Fernet, over a layer as
pip leaves it. Both read their keys from Secrets Manager and send one message to SQS; a stand-in on
this machine answers both at once, by TLS as AWS does, so that only the functions' own time is
compared. Its authority is added to those each of them trusts: boto3's bundle, and Amazon's roots.
"""

import contextlib
import hashlib
import io
import json
import shutil
import ssl
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytracking
from cryptography.fernet import Fernet
from pytracking.tokens.keyring import Keyring

from tests.aws.raw_server import Connection, RawServer
from tests.bench.report import Figure, Section
from tests.delivery.authority import Authority
from tests.support.environments import folder_of
from tools import emulator, samples

COLD_STARTS = 9  # of each kind, at most: each takes up to a second
WARM_HITS = 2000

_NAIVE = """
import json, os
import boto3
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from cryptography.fernet import Fernet

logger, metrics, app = Logger(), Metrics(namespace="n", service="n"), APIGatewayHttpResolver()
sqs, secrets = boto3.client("sqs"), boto3.client("secretsmanager")
keys = json.loads(secrets.get_secret_value(SecretId=os.environ["SECRET"])["SecretString"])
fernet = Fernet(keys["fernet"][0])

@app.get("/c/<token>")
def click(token):
    document = json.loads(fernet.decrypt(token.encode()))
    sqs.send_message(QueueUrl=os.environ["QUEUE"], MessageBody=json.dumps(document))
    metrics.add_metric(name="Clicks", unit="Count", value=1)
    return Response(302, headers={"Location": document["url"]})

@metrics.log_metrics
def handler(event, context):
    return app.resolve(event, context)
"""
_EMPTY = "def handler(event, context): return {}"


def run(rounds: int) -> Section:
    cold = min(rounds, COLD_STARTS)
    keyring = Keyring.generate()
    fernet = Fernet.generate_key()
    keys = {**json.loads(keyring.to_json()), "fernet": [fernet.decode()]}
    folder_of("sam")  # what builds them
    built = emulator.build()
    with (
        tempfile.TemporaryDirectory() as folder,
        _aws(json.dumps(keys), Path(folder)) as (endpoint, bundle),
    ):
        plain = _copied(built, Path(folder, "plain"), "__pycache__")
        compiled = _copied(built, Path(folder, "compiled"))
        for copy in (plain, compiled):
            with (copy.layer / "pytracking" / "aws" / "amazon-roots.pem").open("ab") as roots:
                roots.write((Path(folder) / "authority.pem").read_bytes())
        environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_CA_BUNDLE": str(bundle),  # boto3
            "POWERTOOLS_SERVICE_NAME": "benchmark",
            "PYTRACKING_LINK_KEYS_SECRET": "arn:aws:secretsmanager:us-east-1:1:secret:keys",
            "PYTRACKING_QUEUE_URL": f"{endpoint}/1/hits",
            "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
            "SECRET": "keys",
            "QUEUE": f"{endpoint}/1/hits",
        }
        ours = built.folder / emulator.function_ids(built)["click"]
        event = _event(pytracking.Configuration(keyring=keyring))
        naive_event = _event(pytracking.Configuration(encryption_bytestring_key=fernet))
        subjects = {
            "nothing": (_function(folder, "empty", _EMPTY), built, event),
            "ours": (ours, compiled, event),
            "ours, no bytecode": (ours, plain, event),
            "naive": (_function(folder, "naive", _NAIVE), plain, naive_event),
        }
        times: dict[str, list[float]] = {name: [] for name in subjects}
        for _ in range(cold):
            for name, (code, layers, hit) in subjects.items():
                times[name].append(_first(code, layers, hit, environment))
    found = {name: median(values) for name, values in times.items()}
    note = f"{found['ours']:.0f} of {found['naive']:.0f} ms, medians of {cold}"
    return Section(
        "Cold start",
        [
            Figure(
                "first answer, part of a naive function's",
                found["ours"] / found["naive"],
                "x",
                0.22,
                note=note,
            ),
            Figure(
                "first answer, times that of an empty function",
                found["ours"] / found["nothing"],
                "x",
                3.0,
            ),
            *(Figure(f"first answer: {name}", value, "ms") for name, value in found.items()),
            _warm(),
            Figure("layer, zipped", _zipped() / 1e6, "MB", 8.0),
        ],
    )


def _first(code: Path, built: emulator.Build, event: bytes, environment: dict[str, str]) -> float:
    """Milliseconds from the first event to its answer: interpreter, imports, handler."""
    with (
        tempfile.TemporaryFile("w+") as log,
        emulator.running(code, built, environment, log) as function,
    ):
        start = time.perf_counter()
        answer = json.loads(function.invoke(event))
        elapsed = (time.perf_counter() - start) * 1e3
        if code.name != "empty" and answer.get("statusCode") != 302:
            log.seek(0)
            raise RuntimeError(f"{code.name} answered {answer}:\n{log.read()[-3000:]}")
    return elapsed


def _event(configuration: pytracking.Configuration) -> bytes:
    link = pytracking.get_click_tracking_url(
        "https://shop.example.com/sale?campaign=42",
        {"customer": "6fa459ea-ee8a-3ca4-894e-db77e160355e"},
        configuration,
        base_click_tracking_url="https://t.example.com/c/",
    )
    path = link.removeprefix("https://t.example.com")
    event = json.loads(json.dumps(samples.requests()["click.json"]))
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["pathParameters"] = {"token": path.removeprefix("/c/")}
    return json.dumps(event).encode()


def _function(folder: str, name: str, code: str) -> Path:
    path = Path(folder, name)
    path.mkdir()
    (path / "app.py").write_text(code)
    return path


def _copied(built: emulator.Build, folder: Path, *less: str) -> emulator.Build:
    """Copy the layer, less files of some names; without bytecode it is as pip leaves it."""
    shutil.copytree(built.layer, folder, ignore=shutil.ignore_patterns(*less))
    return emulator.Build(built.folder, folder, built.runtime, built.python)


def _warm() -> Figure:
    """A warm answer's own time: everything but the call to the queue."""
    from tests.bench.answering import _started

    settings = {
        **samples.environment()["Parameters"],
        "AWS_SAM_LOCAL": "true",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "PYTRACKING_QUEUE_URL": "http://127.0.0.1:9/hits",
        "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
    }
    event = samples.requests()["click.json"]
    with _started("click", settings) as handler:
        handler.__wrapped__.__globals__["endpoint"].outbox._send = lambda entry, timeout: None
        times = []
        for _ in range(WARM_HITS):
            start = time.perf_counter()
            handler(event, None)
            times.append((time.perf_counter() - start) * 1e3)
    return Figure("warm click without the queue's call, median", median(times), "ms", 1.0)


def _zipped() -> int:
    """Bytes of the layer for Lambda as `sam deploy` uploads it."""
    with tempfile.TemporaryDirectory() as folder:
        emulator.sam("build", "--build-dir", folder)
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
            for path in Path(folder, "PytrackingLayer").rglob("*"):
                zipped.write(path, path.relative_to(folder))
        return len(archive.getvalue())


@contextlib.contextmanager
def _aws(secret: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """Answer Secrets Manager's GetSecretValue and SQS's SendMessage, at once.

    Gives the address, and the authorities to trust: the machine's own, and the address's.
    """

    def answer(connection: Connection) -> None:
        if connection.request.headers["x-amz-target"] == "secretsmanager.GetSecretValue":
            connection.answer(200, {"ARN": "arn", "Name": "keys", "SecretString": secret})
        else:
            digest = hashlib.md5(connection.json["MessageBody"].encode()).hexdigest()
            connection.answer(200, {"MessageId": "1", "MD5OfMessageBody": digest})

    authority = Authority(folder)
    bundle = folder / "authorities.pem"
    own = ssl.get_default_verify_paths().cafile
    bundle.write_bytes((Path(own).read_bytes() if own else b"") + authority.bundle.read_bytes())
    with RawServer(answer, tls=authority.serving("127.0.0.1")) as server:
        yield server.url, bundle
