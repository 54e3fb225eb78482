"""The whole receivers of docs/receivers.md, each run as its reader would run it.

``pytracking try-webhook`` passes each, which stores each event once; strangers are answered 401.
"""

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pytracking.cli.try_webhook import BURST
from pytracking.delivery.signatures import Signer

from tests.cli.command_line import run
from tests.docs.pages import ROOT, files_of
from tests.support import sam
from tests.support.aws import module_of
from tests.support.environments import folder_of
from tests.support.programs import free_port, listening
from tests.support.receiver import Handler, serving

PAGE = "docs/receivers.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
TAKEN = 5 + BURST  # an open, a click, an aggregate open, one that came twice, a big one
BODY = b'{"id": "a", "type": "email.opened", "timestamp": 1389177318, "metadata": {}}'


@dataclass
class Running:
    """A receiver that runs: its port, and how many events it has stored."""

    port: int
    count: Callable[[], int]


def _rows(database: Path, table: str = "events") -> int:
    connection = sqlite3.connect(database)
    try:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    finally:
        connection.close()


def _in_sqlite(folder: Path) -> int:
    return _rows(folder / "events.db")


def _python(folder: Path, port: int) -> list[str]:
    return [sys.executable, "receiver.py"]


def _fastapi(folder: Path, port: int) -> list[str]:
    pytest.importorskip("fastapi", reason="no FastAPI here: pip install fastapi")
    options = ["--port", str(port), "--log-level", "warning"]
    return [sys.executable, "-m", "uvicorn", "receiver_fastapi:app", *options]


def _django(folder: Path, port: int) -> list[str]:
    (folder / "tracking" / "__init__.py").touch()
    (folder / "settings.py").write_text(f"""
ALLOWED_HOSTS = ["127.0.0.1"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": "events.db"}}}}
INSTALLED_APPS = ["tracking"]
ROOT_URLCONF = "urls"
SECRET_KEY = WEBHOOK_SECRET = {SECRET!r}
""")
    (folder / "urls.py").write_text("""
from django.urls import path
from tracking.views import receive
urlpatterns = [path("hook", receive)]
""")
    manage = [sys.executable, "-m", "django"]
    environment = _environment(folder, port)
    migrate = [*manage, "migrate", "--run-syncdb"]
    subprocess.run(migrate, cwd=folder, env=environment, check=True, capture_output=True)
    return [*manage, "runserver", "--noreload", str(port)]


def _node(folder: Path, port: int) -> list[str]:
    if not shutil.which("npm"):
        pytest.skip("no npm here: the receiver in Node is not tried")
    (folder / "node_modules").symlink_to(folder_of("npm") / "node_modules")
    return ["node", "receiver.mjs"]


def _php(folder: Path, port: int) -> list[str]:
    php = shutil.which("php")
    modules = php and subprocess.check_output([php, "-m"], text=True)
    if "pdo_sqlite" not in (modules or ""):
        pytest.skip("no PHP with pdo_sqlite here: apt-get install php-cli php-sqlite3")
    return ["php", "-S", f"127.0.0.1:{port}", "receiver.php"]


PROGRAMS = {
    "python": (_python, _in_sqlite),
    "fastapi": (_fastapi, _in_sqlite),
    "django": (_django, lambda folder: _rows(folder / "events.db", "tracking_event")),
    "node": (_node, lambda folder: len(list((folder / "events").glob("*.json")))),
    "php": (_php, _in_sqlite),
}


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "settings",
        "PATH": os.environ["PATH"],
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join([str(ROOT / "layer"), str(folder)]),
        "WEBHOOK_SECRET": SECRET,
    }


@pytest.fixture(params=[*PROGRAMS, "lambda"])
def receiver(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Running]:
    """Run one of the page's receivers."""
    if request.param == "lambda":
        yield from _in_lambda()
        return
    for name, text in files_of(PAGE).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    port, (command, count) = free_port(), PROGRAMS[request.param]
    environment = _environment(tmp_path, port)
    with listening(command(tmp_path, port), port, tmp_path, environment) as process:
        yield Running(port, lambda: count(tmp_path))
        assert process.poll() is None, (tmp_path / "log").read_text()


def _in_lambda() -> Iterator[Running]:
    """Run docs/examples/receiver behind a server that hands it events as an HTTP API does."""
    import boto3
    from moto import mock_aws

    code = ROOT / "docs" / "examples" / "receiver" / "code" / "app.py"
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_DEFAULT_REGION": "eu-west-1",
            "TABLE": "events",
            "WEBHOOK_SECRETS": f"{SECRET} {'another' * 6}",
        }.items():
            patch.setenv(name, value)
        table = boto3.resource("dynamodb").create_table(
            TableName="events",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        app = module_of(code)

        class Gateway(Handler):
            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.read().decode()
                request = {"headers": headers, "body": body, "isBase64Encoded": False}
                self.answer(app.handler(request, None)["statusCode"])

        with serving(Gateway) as port:
            yield Running(port, lambda: len(table.scan()["Items"]))


def _answer(port: int, headers: dict[str, str], body: bytes) -> bytes:
    """Post over a raw socket, which lets headers be malformed; return the status line."""
    given = {"Host": "127.0.0.1", "Connection": "close", "Content-Length": str(len(body))} | headers
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    request = f"POST /hook HTTP/1.1\r\n{lines}\r\n".encode() + body
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        return connection.recv(4096).partition(b"\r\n")[0]


MALFORMED = {
    "webhook-signature": ["", "garbage", "v1,", "v1,a", "v1,%%%", "v1,é", "v2,QUJD", " v1, v1,"],
    "webhook-timestamp": ["", "abc", "inf", "nan", "-1", "1_0", "1e3", "9" * 400, "²", "0"],
    "webhook-id": ["", "é", "a.b", "../a"],
}


def test_a_receiver_of_the_page_takes_what_it_must_and_answers_a_stranger_with_401(
    receiver: Running,
) -> None:
    status, out, err = run(
        "try-webhook", f"http://127.0.0.1:{receiver.port}/hook", "--secret", SECRET
    )
    assert (status, err) == (0, ""), out
    assert receiver.count() == TAKEN

    def signed(body: bytes = BODY) -> dict[str, str]:
        return Signer([SECRET]).headers("a", int(time.time()), body)

    wrong = {}
    for name, values in MALFORMED.items():
        for value in values:
            wrong[name, value] = _answer(receiver.port, signed() | {name: value}, BODY)
        missing = signed()
        del missing[name]
        wrong[name, None] = _answer(receiver.port, missing, BODY)
    wrong["no headers"] = _answer(receiver.port, {}, b"")
    assert {what: line for what, line in wrong.items() if b" 401 " not in line} == {}
    assert receiver.count() == TAKEN

    rotated = Signer([SECRET, "another" * 6]).headers("a", int(time.time()), BODY)
    assert b" 204 " in _answer(receiver.port, rotated, BODY)
    assert receiver.count() == TAKEN + 1


@pytest.mark.parametrize("name", ["load-balancer", "mailer", "receiver"])
def test_a_stack_to_be_copied_is_clean(name: str) -> None:
    template = (ROOT / "docs" / "examples" / name / "template.yaml").read_text(encoding="utf-8")
    assert sam.findings(template) == []


def test_every_file_of_the_page_is_run() -> None:
    assert set(files_of(PAGE)) == {
        "receiver.py",
        "receiver_fastapi.py",
        "tracking/models.py",
        "tracking/views.py",
        "receiver.mjs",
        "receiver.php",
    }
