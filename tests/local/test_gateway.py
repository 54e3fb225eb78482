"""API Gateway's part, on a template of the tests' own: its function does what the path says."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.gateway import ROOT, Gateway, call, running, started
from tests.support.timing import until

TEMPLATE = Path(__file__).parent / "fixture" / "template.yaml"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Gateway]:
    with running("--template", str(TEMPLATE)) as gateway:
        yield gateway


def test_a_request_reaches_the_function_as_an_event_of_its_routes_format(gateway: Gateway):
    new = call(f"{gateway.origin}/new/a%2Fb?q=%2B", "PUT", b"x", {"Cookie": "a=1"}).json()
    assert new["event"]["version"] == "2.0"
    assert new["event"]["routeKey"] == "ANY /new/{what}"
    assert new["event"]["rawPath"] == "/new/a/b"
    assert new["event"]["rawQueryString"] == "q=%2B"
    assert new["event"]["pathParameters"] == {"what": "a/b"}
    assert new["event"]["cookies"] == ["a=1"]
    assert new["event"]["requestContext"]["http"]["method"] == "PUT"
    assert new["event"]["requestContext"]["http"]["sourceIp"] == "127.0.0.1"
    old = call(f"{gateway.origin}/old/x").json()
    assert (old["event"]["version"], old["event"]["resource"]) == ("1.0", "/old/{what}")


def test_a_function_is_told_its_name_its_time_and_its_request(gateway: Gateway):
    first, second = (call(f"{gateway.origin}/new/x").json() for _ in range(2))
    assert first["function"] == "OddFunction"
    assert 0 < first["milliseconds"] <= 1000
    assert first["request"] != second["request"]


@pytest.mark.parametrize("what", ["raise", "bytes", "malformed", "sleep"])
@pytest.mark.parametrize("version", ["old", "new"])
def test_a_function_that_fails_is_an_internal_server_error(
    gateway: Gateway, version: str, what: str
):
    answer = call(f"{gateway.origin}/{version}/{what}")
    assert (answer.status, answer.headers["content-type"]) == (500, "application/json")
    assert answer.json() == {"message": "Internal Server Error"}


def test_a_body_over_the_quota_never_reaches_the_function(gateway: Gateway):
    answer = call(f"{gateway.origin}/new/x", "POST", bytes(10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json()) == (413, {"message": "Request Entity Too Large"})


def test_without_a_queue_the_functions_call_the_webhook_themselves(gateway: Gateway):
    call(gateway.pixel_link)
    call(gateway.click_link)
    events = until(lambda: len(gateway.events()) >= 2 and gateway.events())
    assert [event["body"]["is_click_tracking"] for event in events] == [False, True]
    assert {event["state"] for event in events} == {"delivered"}
    assert {event["calls"][0]["signature"] for event in events} == {"valid"}


def refused(path: Path = ROOT / "template.yaml", **environment: str) -> str:
    """Return what a gateway says that does not start with this template and these variables."""
    with started("--port", "0", "--template", str(path), **environment) as process:
        assert process.wait() == 1
        assert "Traceback" not in process.errors()
        return process.errors()


def test_a_setting_that_a_function_refuses_is_named_at_the_start():
    said = refused(PYTRACKING_PRIVACY="everything")
    assert said.startswith("Cannot start: PYTRACKING_PRIVACY is 'everything'")


@pytest.mark.parametrize("name", ["open", "deliver"])  # one with routes, one with a queue
def test_a_handler_that_is_missing_is_named_before_anything_is_served(name: str, tmp_path: Path):
    path = tmp_path / "template.yaml"
    text = (ROOT / "template.yaml").read_text().replace("functions/", f"{ROOT}/functions/")
    path.write_text(text.replace(f"functions/{name}/", "functions/gone/"))
    assert f"{name.title()}Function names the handler app.handler" in refused(path)
