"""What is deployed does as the README says: over HTTP, through the queue, to webhook and store."""

import email
import email.policy
import gzip
import html
import itertools
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytracking
import urllib3
from pytracking.operations.rotation import finish_link_rotation
from pytracking.reporting import questions
from pytracking.reporting.athena import report_of_stack
from standardwebhooks import Webhook

from tests.delivery.receivers import Request, Settable
from tests.e2e.conftest import BUILT, BUS, FURTHER, STACK, Deployment
from tests.e2e.repairs import in_duckdb
from tests.support.programs import ended
from tests.support.timing import until
from tests.visitors import corpus

ROOT = Path(__file__).resolve().parents[2]
TARGET = "https://www.example.com/sale?a=1&b=%C3%A9"
Get = Callable[..., urllib3.BaseHTTPResponse]


def calls_about(receiver: Settable, customer: str) -> list[Request]:
    """Every call that the receiver got about one customer, oldest first."""
    return [
        call
        for call in list(receiver.requests)
        if json.loads(call.body)["metadata"] == {"customer": customer}
    ]


def command(deployment: Deployment, *arguments: str) -> str:
    """Run the command line as an operator does."""
    result = ended(
        [sys.executable, "-m", "pytracking", *arguments],
        env={**os.environ, **deployment.cloud.environment, "PYTHONPATH": str(ROOT / "layer")},
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def open_link(deployment: Deployment, customer: str) -> str:
    return pytracking.get_open_tracking_url({"customer": customer}, deployment.configuration())


def click_link(deployment: Deployment, customer: str) -> str:
    configuration = deployment.configuration()
    return pytracking.get_click_tracking_url(TARGET, {"customer": customer}, configuration)


def test_an_open_link_shows_the_pixel(deployment: Deployment, get: Get) -> None:
    answer = get(open_link(deployment, "pixel"))
    assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert answer.data == pytracking.TRACKING_PIXEL
    assert "no-store" in answer.headers["cache-control"]


def test_a_click_link_leads_to_its_target(deployment: Deployment, get: Get) -> None:
    answer = get(click_link(deployment, "redirect"))
    assert (answer.status, answer.headers["location"]) == (302, TARGET)


def test_head_is_answered_like_get_but_without_a_body(deployment: Deployment, get: Get) -> None:
    pixel = get(open_link(deployment, "head"), "HEAD")
    assert (pixel.status, pixel.headers["content-type"], pixel.data) == (200, "image/png", b"")
    redirect = get(click_link(deployment, "head"), "HEAD")
    assert (redirect.status, redirect.headers["location"]) == (302, TARGET)


def test_other_methods_are_refused(deployment: Deployment, get: Get) -> None:
    for link in (open_link(deployment, "post"), click_link(deployment, "post")):
        for method in ("POST", "PUT", "DELETE"):
            assert get(link, method).status == 405


def test_an_invalid_link_shows_the_pixel_or_a_page_that_names_nothing(
    deployment: Deployment, get: Get
) -> None:
    assert get(f"{deployment.base}/o/forged").data == pytracking.TRACKING_PIXEL
    page = get(f"{deployment.base}/c/forged")
    assert page.status == 404
    assert page.headers["content-type"].startswith("text/html")
    assert b"forged" not in page.data


def test_an_open_link_is_no_click_link(deployment: Deployment, get: Get) -> None:
    token = open_link(deployment, "kind").rsplit("/", 1)[1]
    assert get(f"{deployment.base}/c/{token}").status == 404


@pytest.mark.parametrize("path", ["", "/", "/c/", "/o", "/nowhere", "/C/x"])
def test_a_path_of_no_link_gets_the_neutral_page(
    deployment: Deployment, get: Get, path: str
) -> None:
    answer = get(f"{deployment.base}{path}")
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")


def test_robots_are_asked_to_stay_away(deployment: Deployment, get: Get) -> None:
    answer = get(f"{deployment.base}/robots.txt")
    assert answer.status == 200
    assert b"Disallow: /" in answer.data


def test_a_hit_is_delivered_signed_and_a_stock_library_verifies_it(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    get(open_link(deployment, "signed"))
    get(click_link(deployment, "signed"))
    calls = until(lambda: (found := calls_about(receiver, "signed"))[1:] and found)
    secret = command(deployment, "keys", "webhook-secret", "--stack", STACK).strip()
    bodies = [Webhook(secret).verify(call.body, call.headers) for call in calls]
    clicked = next(body for body in bodies if body["is_click_tracking"])
    opened = next(body for body in bodies if body["is_open_tracking"])
    assert clicked["tracked_url"] == TARGET
    assert "tracked_url" not in opened
    assert "Firefox" in opened["request_data"]["user_agent"]
    assert {body["id"] for body in bodies} == {call.headers["webhook-id"] for call in calls}


HOP_BY_HOP = {"host", "connection", "content-length", "transfer-encoding", "upgrade", "te"}
FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b"----b\r\n"
    b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n'
    b"----b--\r\n"
)


@pytest.mark.parametrize(
    ("customer", "body", "kind"),
    [
        ("leaves as Gmail asks", b"List-Unsubscribe=One-Click", FORM),
        ("leaves by multipart", MULTIPART, "multipart/form-data; boundary=--b"),
        ("leaves without a body", b"", None),
        ("leaves by the page", b"page=1", FORM),
    ],
)
def test_a_post_to_an_unsubscribe_link_unsubscribes_once_and_nothing_else_does(
    deployment: Deployment,
    get: Get,
    receiver: Settable,
    customer: str,
    body: bytes,
    kind: str | None,
) -> None:
    link = tracker(deployment).action_url("unsubscribe", {"customer": customer})
    for method in ("GET", "HEAD", "GET"):
        assert get(link, method).status == 200
    answer = get(link, "POST", body, kind)
    assert (answer.status, "location" in answer.headers) == (200, False)
    [call] = until(lambda: calls_about(receiver, customer))
    event = json.loads(call.body)
    assert event["type"] == "email.unsubscribed"
    assert event["how"] == ("page" if "page" in customer else "one-click")


def test_a_guarded_click_is_followed_by_its_button_alone(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    link = tracker(deployment).click_url(TARGET, {"customer": "guarded"}, guarded=True)
    for method in ("GET", "HEAD"):
        assert get(link, method).status == 200
    answer = get(link, "POST", b"page=1", FORM)
    assert (answer.status, answer.headers["location"]) == (303, TARGET)
    [call] = until(lambda: calls_about(receiver, "guarded"))
    assert json.loads(call.body)["type"] == "email.clicked"


def test_no_scanner_acts_at_any_of_a_thousand_links(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    minting = tracker(deployment)
    links = [
        link
        for number in range(500)
        for link in (
            minting.action_url("unsubscribe", {"customer": "scanned", "number": number}),
            minting.click_url(TARGET, {"customer": "scanned", "number": number}, guarded=True),
        )
    ]
    asked = 0
    for link, headers, method in zip(
        itertools.cycle(links),
        corpus.visits(),
        itertools.cycle(["GET", "GET", "HEAD"]),
        strict=False,
    ):
        sent = {name: value for name, value in headers.items() if name not in HOP_BY_HOP}
        answer = get(link, method, **sent)
        assert (answer.status, "location" in answer.headers) == (200, False), headers
        asked += 1
    assert asked > 2 * len(links)
    get(minting.action_url("unsubscribe", {"customer": "leaves after scanners"}), "POST")
    until(lambda: calls_about(receiver, "leaves after scanners"))
    assert not [call for call in list(receiver.requests) if b'"scanned"' in call.body]


def tracker(deployment: Deployment) -> pytracking.Tracker:
    keyring = deployment.configuration().keyring
    assert keyring
    return pytracking.Tracker(deployment.base, keyring)


def test_every_domain_opens_every_link_and_events_name_the_one_that_was_used(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    link = click_link(deployment, "of-two-domains")
    asked = [*FURTHER, "stranger.example"]
    for host in asked:
        assert get(link, Host=host).status == 302
    until(lambda: len(calls_about(receiver, "of-two-domains")) == len(asked))
    events = [json.loads(call.body) for call in calls_about(receiver, "of-two-domains")]
    assert {event.get("host") for event in events} == {*FURTHER, None}


def test_a_failed_delivery_is_tried_again_with_the_same_id(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    receiver.status = 500
    try:
        get(open_link(deployment, "retried"))
        until(lambda: calls_about(receiver, "retried"))
    finally:
        receiver.status = 200
    first, second = until(lambda: (f := calls_about(receiver, "retried"))[1:] and f[:2])
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert deployment.count("DeadLetterQueueUrl") == 0


def test_what_a_receiver_refuses_for_good_waits_as_a_dead_letter_and_is_replayed(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    receiver.status = 410
    try:
        get(click_link(deployment, "replayed"))
        until(lambda: deployment.count("DeadLetterQueueUrl") >= 1)
    finally:
        receiver.status = 200
    looked = command(deployment, "replay", "--stack", STACK)
    assert re.search(r"\b[1-9]\d* would be replayed", looked)
    until(
        lambda: re.search(
            r"\b[1-9]\d* replayed", command(deployment, "replay", "--stack", STACK, "--yes")
        )
    )
    first, second = until(lambda: (f := calls_about(receiver, "replayed"))[1:] and f[:2])
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert deployment.count("DeadLetterQueueUrl") == 0


def test_a_message_that_is_none_ends_as_a_dead_letter_and_its_neighbours_arrive(
    deployment: Deployment, get: Get, receiver: Settable
) -> None:
    sqs = deployment.client("sqs")
    sqs.send_message(QueueUrl=deployment.outputs["QueueUrl"], MessageBody="not JSON")
    get(open_link(deployment, "neighbour"))
    until(lambda: calls_about(receiver, "neighbour"))
    until(lambda: deployment.count("DeadLetterQueueUrl") >= 1)
    sqs.purge_queue(QueueUrl=deployment.outputs["DeadLetterQueueUrl"])


def test_every_link_works_at_any_moment_of_a_rotation(deployment: Deployment, get: Get) -> None:
    arn = deployment.outputs["LinkKeysSecretArn"]
    links = [click_link(deployment, "before")]
    get(links[0])  # the function runs, with the keys of before
    command(deployment, "keys", "rotate", "link-keys", "--stack", STACK)
    links.append(click_link(deployment, "between"))
    assert [get(link).headers["location"] for link in links] == [TARGET] * 2
    # As ten minutes later, when every function has read the keys anew. Here a running one fetches
    # the new key for the first link that it seals, once a minute at most.
    later = datetime.now(UTC) + timedelta(minutes=11)
    finish_link_rotation(deployment.client("secretsmanager"), arn, now=lambda: later)
    links.append(click_link(deployment, "after"))
    until(lambda: get(links[2]).headers.get("location") == TARGET, seconds=120)
    assert [get(link).headers["location"] for link in links] == [TARGET] * 3


def test_a_senders_own_stack_mints_links_with_the_layer_and_the_outputs(
    deployment: Deployment, get: Get, mailer: Path
) -> None:
    names = ("LayerArn", "LinkKeysSecretArn", "ReadLinkKeysPolicyArn")
    outputs = deployment.cloud.redeploy(
        "mailer",
        mailer / "template.yaml",
        OpenBaseUrl=f"{deployment.base}/o/",
        ClickBaseUrl=f"{deployment.base}/c/",
        **{name: deployment.outputs[name] for name in names},
    )
    event = {"to": "a@b.example", "recipient": 7, "target": "https://a.example/"}
    text = invoke(deployment, outputs["MailerFunctionName"], event)["mail"]
    mail = email.message_from_string(text, policy=email.policy.default)
    link = str(mail.get_body(["plain"]).get_content()).split()[-1]
    assert get(link).headers["location"] == "https://a.example/"
    addresses = re.findall(r'(?:href|src)="([^"]+)"', mail.get_body(["html"]).get_content())
    link, pixel = map(html.unescape, addresses)
    assert get(link).headers["location"] == "https://a.example/"
    assert get(pixel).data == pytracking.TRACKING_PIXEL


def test_the_links_function_answers_its_sample_event(deployment: Deployment) -> None:
    event = json.loads((ROOT / "events" / "links-single.json").read_text("utf-8"))
    answer = invoke(deployment, deployment.outputs["LinksFunctionName"], event)
    assert "errorType" not in answer
    assert "/o/" in json.dumps(answer) or "/c/" in json.dumps(answer)


def test_deploying_again_changes_neither_keys_nor_queues(deployment: Deployment) -> None:
    keys = deployment.secret("LinkKeysSecretArn")
    outputs = deployment.cloud.redeploy(
        STACK, BUILT / "template.yaml", LinksFunctionMode="enabled", MemorySize="640"
    )
    assert deployment.secret("LinkKeysSecretArn") == keys
    assert outputs["QueueUrl"] == deployment.outputs["QueueUrl"]


def invoke(deployment: Deployment, function: str, event: dict[str, Any]) -> Any:
    """Invoke a function directly, as its callers with IAM permission do."""
    response = deployment.client("lambda").invoke(
        FunctionName=function, Payload=json.dumps(event).encode()
    )
    return json.loads(response["Payload"].read())


def test_the_doctor_finds_a_sound_deployment_well(deployment: Deployment) -> None:
    result = make(deployment, "doctor", STACK=STACK, BASE=deployment.base.replace("$", "$$"))
    assert result.returncode == 0, result.stdout + result.stderr
    found = dict(re.findall(r"^ok    ([\w ]+): (.+)$", result.stdout, re.MULTILINE))
    assert found["pixel"] == "68 bytes of image/png"
    assert found["webhook"] == "a hit was delivered within the last two minutes"
    assert set(found) >= {"DNS", "TLS", "redirect", "forged link", "trigger", "alarms"}


def test_make_deploy_prints_the_two_base_urls(deployment: Deployment) -> None:
    result = make(deployment, "deploy", STACK="another", WEBHOOK="https://api.example.com/hits")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "WebhookUrl: https://api.example.com/hits (was empty)" in result.stdout
    assert "add     Queue (AWS::SQS::Queue)" in result.stdout
    opens, clicks = result.stdout.splitlines()[-2:]
    assert re.fullmatch(r"Opens:  https://.+\.amazonaws\.com/o/", opens)
    assert re.fullmatch(r"Clicks: https://.+\.amazonaws\.com/c/", clicks)
    described = deployment.client("cloudformation").describe_stacks(StackName="another")
    parameters = {
        item["ParameterKey"]: item["ParameterValue"]
        for item in described["Stacks"][0]["Parameters"]
    }
    assert parameters["WebhookUrl"] == "https://api.example.com/hits"


def make(deployment: Deployment, target: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a target of the Makefile against the emulator."""
    return ended(
        ["make", "-s", target, *(f"{name}={value}" for name, value in variables.items())],
        cwd=ROOT,
        env={**os.environ, **deployment.cloud.environment, "MAKEFLAGS": ""},
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def bus_queue(deployment: Deployment) -> str:
    """A queue that a rule of the bus sends clicks to."""
    sqs, events = deployment.client("sqs"), deployment.client("events")
    url: str = sqs.create_queue(QueueName="from-the-bus")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    pattern = {"source": ["pytracking"], "detail-type": ["email.clicked"]}
    events.put_rule(Name="clicks", EventBusName=BUS, EventPattern=json.dumps(pattern))
    target = {"Id": "queue", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="clicks", EventBusName=BUS, Targets=[target])
    return url


def stored(deployment: Deployment) -> list[dict[str, Any]]:
    """Every event that lies in the bucket."""
    s3, bucket = deployment.client("s3"), deployment.outputs["EventBucketName"]
    found = []
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="events/dt=").get("Contents", ()):
        data = s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        text = gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data
        found += [json.loads(line) for line in text.splitlines()]
    return found


def test_a_click_is_stored_put_on_the_bus_and_counted_by_the_report(
    deployment: Deployment, get: Get, bus_queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = {"campaign": "stored", "message_id": "m1"}
    configuration = deployment.configuration()
    get(pytracking.get_open_tracking_url(metadata, configuration))
    get(pytracking.get_click_tracking_url(TARGET, metadata, configuration))

    def ours() -> list[dict[str, Any]]:
        return [one for one in stored(deployment) if one["metadata"].get("campaign") == "stored"]

    until(lambda: len(ours()) == 2)
    assert {one["type"] for one in ours()} == {"email.opened", "email.clicked"}

    def published() -> list[dict[str, Any]]:
        sqs = deployment.client("sqs")
        messages = sqs.receive_message(QueueUrl=bus_queue, MaxNumberOfMessages=10)
        found = [json.loads(one["Body"]) for one in messages.get("Messages", ())]
        return [one for one in found if one["detail"]["metadata"].get("campaign") == "stored"]

    (event,) = until(published)
    assert (event["source"], event["detail-type"]) == ("pytracking", "email.clicked")
    assert event["detail"]["tracked_url"] == TARGET

    for name, value in deployment.cloud.environment.items():
        monkeypatch.setenv(name, value)
    ask, bucket = questions.whole, deployment.outputs["EventBucketName"]
    monkeypatch.setattr(questions, "whole", lambda *given: in_duckdb(ask(*given), bucket))
    campaigns = {row["campaign"]: row for row in report_of_stack(STACK).campaigns()}
    assert campaigns["stored"]["clicks"] == campaigns["stored"]["unique_opens"] == 1
