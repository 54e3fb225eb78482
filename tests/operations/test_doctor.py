"""The doctor tells a sound deployment from a broken one; tests/e2e shows it a whole one."""

import json
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from pytracking.operations import doctor

from tests.delivery.authority import Authority
from tests.delivery.receivers import Receiver, answering


class Answers:
    """A boto3 client that gives the same answers always: `Answers(get_x={...})`."""

    def __init__(self, pages: dict[str, list[Any]] | None = None, **answers: Any) -> None:
        self._pages = pages or {}
        self._answers = answers

    def __getattr__(self, name: str) -> Any:
        return lambda **_arguments: self._answers[name]

    def get_paginator(self, name: str) -> Any:
        pages = self._pages[name]
        return type("Paginator", (), {"paginate": lambda self, **_arguments: pages})()


OUTPUTS = {"QueueUrl": "q", "DeadLetterQueueUrl": "d", "LogGroupName": "g"}


def deployed(
    base: str = "https://127.0.0.1:1/o/",
    client: Any = None,
    certificates: ssl.SSLContext | None = None,
    **outputs: str,
) -> doctor.Deployed:
    return doctor.Deployed(
        stack="pytracking",
        outputs={**OUTPUTS, **outputs},
        open_base=base,
        click_base=base.replace("/o/", "/c/"),
        client=lambda _service: client,
        certificates=certificates or ssl.create_default_context(),
    )


def test_a_host_without_a_record_is_told_which_record_to_make() -> None:
    sick = deployed("https://track.invalid/o/", DomainTarget="d-1.example.com")
    with pytest.raises(doctor.CheckFailed, match=r"make the record: track\.invalid CNAME d-1\.exa"):
        doctor.dns(sick)


def test_a_host_with_an_address_is_well() -> None:
    assert doctor.dns(deployed()) == "127.0.0.1 is at 127.0.0.1"


@pytest.mark.parametrize(
    ("host", "told"),
    [
        ("other.example.com", r"no valid certificate for 127\.0\.0\.1"),
        ("127.0.0.1", "ends in 0 days"),  # it is valid for a day
    ],
)
def test_a_certificate_of_another_host_or_one_that_ends_soon_is_told(
    host: str, told: str, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with Receiver(answering(), tls=authority.serving(host)) as server:
        base = f"https://127.0.0.1:{server.port}/o/"
        with pytest.raises(doctor.CheckFailed, match=told):
            doctor.tls(deployed(base, certificates=authority.trusting()))


def test_hosts_that_nobody_listens_at_fail_each_request_with_a_line_of_its_own() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Answers(
        pages={
            "filter_log_events": [{"events": [line("Delivered")]}],
            "describe_alarms": [
                {"MetricAlarms": [{"AlarmName": "a", "StateValue": "OK", "AlarmActions": ["t"]}]}
            ],
        },
        get_secret_value={"SecretString": json.dumps({"current": "s" * 64})},
        get_queue_attributes={
            "Attributes": {"QueueArn": "arn", "ApproximateNumberOfMessages": "0"}
        },
        list_event_source_mappings={"EventSourceMappings": [{"State": "Enabled"}]},
        get_account_settings={"AccountLimit": {"ConcurrentExecutions": 1000}},
    )
    further = {"OtherDomains": "a.invalid,b.invalid"}
    sick = deployed(f"https://127.0.0.1:{port}/o/", client, LinkKeysSecretArn="arn", **further)
    failed = [name for holds, name, _finding in doctor.examine(sick) if not holds]
    reachable = ("DNS", "TLS", "pixel", "redirect", "action page")
    assert failed == [
        *("TLS", "pixel", "redirect", "action page", "forged link"),
        *(f"{what} of a.invalid" for what in reachable),
        *(f"{what} of b.invalid" for what in reachable),
    ]


def test_a_trigger_that_was_switched_off_is_told() -> None:
    client = Answers(
        get_queue_attributes={"Attributes": {"QueueArn": "arn"}},
        list_event_source_mappings={"EventSourceMappings": [{"State": "Disabled"}]},
    )
    with pytest.raises(doctor.CheckFailed, match="Disabled"):
        doctor.trigger(deployed(client=client))


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(10, "warning: 10 functions at once"), (999, "warning: 999"), (1000, "1000 functions")],
)
def test_an_account_that_runs_few_functions_at_once_is_warned_of(limit: int, expected: str) -> None:
    client = Answers(get_account_settings={"AccountLimit": {"ConcurrentExecutions": limit}})
    assert doctor.concurrency(deployed(client=client)).startswith(expected)


def test_dead_letters_are_counted() -> None:
    client = Answers(get_queue_attributes={"Attributes": {"ApproximateNumberOfMessages": "3"}})
    with pytest.raises(doctor.CheckFailed, match=r"3 hits wait: docs/operations\.md#dead-letters"):
        doctor.dead_letters(deployed(client=client))


@pytest.mark.parametrize(
    ("alarms", "expected"),
    [
        ([], "there are none"),
        ([{"AlarmName": "a", "StateValue": "ALARM", "AlarmActions": ["t"]}], "^a: see docs"),
        ([{"AlarmName": "a", "StateValue": "OK", "AlarmActions": []}], "1 of 1 notify nobody"),
    ],
)
def test_alarms_that_are_missing_ringing_or_mute_are_told(
    alarms: list[dict[str, Any]], expected: str
) -> None:
    client = Answers(pages={"describe_alarms": [{"MetricAlarms": alarms}]})
    with pytest.raises(doctor.CheckFailed, match=expected):
        doctor.alarms(deployed(client=client))


@pytest.mark.parametrize("metric", ["Retried", "Dead"])
def test_a_webhook_that_fails_is_told(metric: str) -> None:
    client = Answers(pages={"filter_log_events": [{"events": [line(metric), {"message": "-"}]}]})
    with pytest.raises(doctor.CheckFailed, match="the webhook fails"):
        doctor.delivery(deployed(client=client))


def test_a_deployment_without_a_webhook_is_well() -> None:
    client = Answers(pages={"filter_log_events": [{"events": [line("WithoutWebhook")]}]})
    assert "no webhook is configured" in doctor.delivery(deployed(client=client))


def line(metric: str) -> dict[str, str]:
    """A log line that counts a metric."""
    counted = {"_aws": {"CloudWatchMetrics": [{"Metrics": [{"Name": metric}]}]}}
    return {"message": json.dumps(counted)}


def test_a_stack_that_is_not_there_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert doctor.main(["--stack", "nowhere"]) == 1
    assert "FAIL  stack: the stack 'nowhere' could not be read" in capsys.readouterr().out


def test_another_stack_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "described", lambda stack: {"BucketName": "b"})
    assert doctor.main(["--stack", "other"]) == 1
    assert capsys.readouterr().out.startswith("FAIL  stack: 'other' has no output OpenBaseUrl")


def test_a_base_that_is_no_address_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        doctor.main(["--base", "track.example.com"])
    assert "'track.example.com': expected https://HOST" in capsys.readouterr().err
