"""Each built function answers each sample event on Lambda's own runtime, with its layer alone."""

import base64
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytracking import TRACKING_PIXEL

from tests.aws.raw_server import Connection, RawServer, ok
from tests.support.programs import ended
from tools import emulator, samples

ROOT = Path(__file__).resolve().parents[2]
TARGET = "https://www.example.com/?query=value"


def events(function: str) -> list[Any]:
    """The sample events of a function, as pytest parameters."""
    found = sorted((ROOT / "events").glob(f"{function}*.json"))
    return [pytest.param(path, id=path.stem) for path in found]


@pytest.fixture(scope="session")
def built() -> emulator.Build:
    """The template, built for this machine."""
    return emulator.build()


@pytest.fixture(scope="session")
def functions(
    built: emulator.Build, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, emulator.Emulator]]:
    """One warm environment of each function that answers on its own."""
    log = tmp_path_factory.mktemp("runtime") / "log"
    ids = emulator.function_ids(built)
    environment = emulator.sample_environment()
    with (
        log.open("w+") as output,
        emulator.running(built.folder / ids["open"], built, environment, output) as opens,
        emulator.running(built.folder / ids["click"], built, environment, output) as clicks,
        emulator.running(built.folder / ids["action"], built, environment, output) as actions,
        emulator.running(built.folder / ids["links"], built, environment, output) as links,
    ):
        yield {"open": opens, "click": clicks, "action": actions, "links": links}
    text = log.read_text("utf-8")
    assert "Task timed out" not in text
    assert "sample-secret" not in text, "a key was logged"


def answer(functions: dict[str, emulator.Emulator], event: Path) -> Any:
    """What the event's function answers."""
    return json.loads(functions[event.stem.split("-")[0]].invoke(event.read_bytes()))


@pytest.mark.parametrize("event", events("open"))
def test_the_open_function_answers_with_the_pixel(
    functions: dict[str, emulator.Emulator], event: Path
) -> None:
    reply = answer(functions, event)
    assert reply["statusCode"] == 200
    body = base64.b64decode(reply["body"]) if reply.get("isBase64Encoded") else b""
    assert body == (b"" if "head" in event.stem else TRACKING_PIXEL)


@pytest.mark.parametrize("event", events("click"))
def test_the_click_function_leads_on_or_answers_with_a_page(
    functions: dict[str, emulator.Emulator], event: Path
) -> None:
    reply = answer(functions, event)
    headers = {name.lower(): value for name, value in (reply.get("headers") or {}).items()}
    for name, values in (reply.get("multiValueHeaders") or {}).items():
        headers.setdefault(name.lower(), values[0])
    if "forged" in event.stem or "not-a-token" in event.stem:
        assert reply["statusCode"] == 404
        assert "location" not in headers
    elif event.stem == "click-guarded":
        assert (reply["statusCode"], "location" in headers) == (200, False)
    else:
        status = 303 if "button" in event.stem else 302
        assert (reply["statusCode"], headers["location"]) == (status, TARGET)


@pytest.mark.parametrize("event", events("action"))
def test_the_action_function_answers_with_its_pages_which_the_layer_holds(
    functions: dict[str, emulator.Emulator], event: Path
) -> None:
    reply = answer(functions, event)
    assert reply["statusCode"] == (404 if "not-a-token" in event.stem else 200)
    shows_page = event.stem not in ("action-head", "action-one-click")
    assert ("<h1>" in reply["body"]) is shows_page


@pytest.mark.parametrize("event", events("links"))
def test_the_links_function_answers(functions: dict[str, emulator.Emulator], event: Path) -> None:
    reply = answer(functions, event)
    assert "stackTrace" not in reply


def invoked(
    built: emulator.Build, folder: Path, name: str, event: bytes, **environment: str
) -> Any:
    """What a function of its own, started with these variables, answers to an event."""
    code = built.folder / emulator.function_ids(built)[name]
    variables = {**emulator.sample_environment(), **environment}
    with (folder / "log").open("w") as log, emulator.running(code, built, variables, log) as one:
        return json.loads(one.invoke(event))


def test_the_deliver_function_starts_and_answers_an_empty_batch(
    built: emulator.Build, tmp_path: Path
) -> None:
    environment = {
        "PYTRACKING_DEAD_LETTER_QUEUE_URL": "http://127.0.0.1:9/dead",
        "PYTRACKING_QUEUE_URL": "http://127.0.0.1:9/queue",
        "PYTRACKING_WEBHOOK_SECRETS": json.dumps({"current": "s" * 64}),
    }
    reply = invoked(built, tmp_path, "deliver", b'{"Records": []}', **environment)
    assert reply == {"batchItemFailures": []}


def test_the_sample_key_is_refused_where_a_function_is_deployed(
    built: emulator.Build, tmp_path: Path
) -> None:
    event = (ROOT / "events" / "open.json").read_bytes()
    reply = invoked(built, tmp_path, "open", event, AWS_SAM_LOCAL="")
    assert reply["errorType"] == "ConfigurationError"
    assert "sample" in reply["errorMessage"]


@pytest.mark.fault("answering", 50)
@pytest.mark.parametrize("seconds", [0.6, 2.0])
def test_keys_that_come_slowly_serve_the_first_visitor(
    built: emulator.Build, tmp_path: Path, seconds: float
) -> None:
    keys = samples.environment()["Parameters"]["PYTRACKING_LINK_KEYS"]

    def slowly(connection: Connection) -> None:
        time.sleep(seconds)
        connection.answer(200, {"SecretString": keys})

    with RawServer(slowly) as secrets, RawServer(ok) as queue:
        environment = {
            "PYTRACKING_LINK_KEYS": "",
            "PYTRACKING_LINK_KEYS_SECRET": "link-keys",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url,
            "PYTRACKING_QUEUE_URL": queue.url,
            "PYTRACKING_WEBHOOK_URL": "https://hooks.example.com/",
        }
        event = (ROOT / "events" / "click.json").read_bytes()
        reply = invoked(built, tmp_path, "click", event, **environment)
    assert (reply["statusCode"], reply["headers"]["Location"]) == (302, TARGET)
    assert len(secrets.requests) == len(queue.messages) == 1


def test_no_package_of_this_machine_is_in_sight(built: emulator.Build, tmp_path: Path) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "app.py").write_text(
        "import importlib.util as u\n"
        "def handler(event, context):\n"
        "    return [name for name in event if u.find_spec(name)]\n"
    )
    with (tmp_path / "log").open("w") as log, emulator.running(code, built, {}, log) as function:
        reply = function.invoke(json.dumps(["pytest", "pip", "urllib3", "pytracking"]).encode())
    assert json.loads(reply) == ["urllib3", "pytracking"]


def test_stripped_libraries_are_loaded_and_compute(built: emulator.Build) -> None:
    code = """
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
assert AESSIV(b"k" * 64).decrypt(AESSIV(b"k" * 64).encrypt(b"text", [b"a"]), [b"a"]) == b"text"
key = Fernet(Fernet.generate_key())
assert key.decrypt(key.encrypt(b"text")) == b"text"
try:
    key.decrypt(b"forged")
except Exception as error:
    print(type(error).__name__)
"""
    shown = ended(
        [built.python, "-s", "-S", "-c", code], env={"PYTHONPATH": str(built.layer)}, check=True
    )
    assert shown.stdout == "InvalidToken\n"


def test_an_invocation_prints_the_answer_alone(
    built: emulator.Build, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["emulator", "click", "events/click-v1.json"])
    monkeypatch.setattr(emulator, "build", lambda: built)
    assert emulator.main() == 0
    reply = json.loads(capsys.readouterr().out)
    assert (reply["statusCode"], reply["headers"]["Location"]) == (302, TARGET)


def test_make_invoke_names_the_functions_there_are() -> None:
    run = ended(
        ["make", "-s", "invoke", "FUNCTION=clck", "EVENT=events/click.json"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    assert run.returncode != 0
    assert "expected one of action, click, deliver, links, open" in run.stderr


@pytest.mark.parametrize("event", ["events/nowhere.json", "events", "README.md"])
def test_an_event_that_is_none_is_told_before_anything_is_built(
    event: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "argv", ["emulator", "open", event])
    monkeypatch.setattr(emulator, "build", lambda: pytest.fail("it was built"))
    with pytest.raises(SystemExit, match="2"):
        emulator.main()
    assert f"the event '{event}' cannot be used: " in capsys.readouterr().err
