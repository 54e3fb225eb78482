"""Look at a deployment from outside: one line for each thing that must hold.

    python -m pytracking.operations.doctor --stack pytracking

Mints a link of each kind with the stack's keys, uses them as a visitor would, and sees that the
hits are delivered. Exits with 1 when something does not hold. Needs AWS credentials that may read
the stack, its link keys, queues, alarms and log.
"""

import argparse
import base64
import datetime
import json
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import urllib3

import pytracking
from pytracking.base_urls import BaseUrls
from pytracking.errors import CheckFailed, ConfigurationError, PytrackingError
from pytracking.operations.stack import MIN_CONCURRENCY, client, described
from pytracking.tokens.keyring import Keyring

TARGET = "https://www.example.com/doctor"
TIMEOUT_SECONDS = 10.0
DELIVERY_SECONDS = 60.0  # a delivery takes less than one; logs are readable seconds later
CERTIFICATE_DAYS = 14  # the alarm's own limit


@dataclass(frozen=True)
class Deployed:
    """A deployment, and how to ask it.

    Attributes:
        open_base: where open links begin; as the output, unless asked elsewhere.
        click_base: the same for click links.
        client: makes a boto3 client of a service.
        certificates: verifies TLS.
    """

    stack: str
    outputs: dict[str, str]
    open_base: str
    click_base: str
    client: Callable[[str], Any]
    certificates: ssl.SSLContext

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the links."""
        parts = urlsplit(self.open_base)
        return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    def attribute(self, queue: str, name: str) -> str:
        """Return what SQS says of a queue, which an output names."""
        answer = self.client("sqs").get_queue_attributes(
            QueueUrl=self.outputs[queue], AttributeNames=[name]
        )
        return str(answer["Attributes"][name])

    def tracker(self) -> pytracking.Tracker:
        """Read the link keys, and make what mints with them."""
        manager = self.client("secretsmanager")
        secret = manager.get_secret_value(SecretId=self.outputs["LinkKeysSecretArn"])
        keyring = Keyring.from_json(secret["SecretString"])
        return pytracking.Tracker(BaseUrls(self.open_base, self.click_base), keyring)

    def get(self, url: str) -> urllib3.BaseHTTPResponse:
        """Ask as a visitor, following nothing."""
        with urllib3.PoolManager(ssl_context=self.certificates) as pool:
            return pool.request("GET", url, timeout=TIMEOUT_SECONDS, redirect=False, retries=False)


def dns(deployed: Deployed) -> str:
    """The host of the links resolves."""
    host, port = deployed.address
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        target = deployed.outputs.get("DomainTarget")
        hint = f"make the record: {host} CNAME {target}" if target else "wait for the record"
        raise CheckFailed(f"{host} does not resolve ({error}); {hint}") from error
    return f"{host} is at {', '.join(sorted({str(one[4][0]) for one in found}))}"


def tls(deployed: Deployed) -> str:
    """The certificate is valid for the host, and for some time."""
    if not deployed.open_base.startswith("https:"):
        return "not used at this address"
    host, port = deployed.address
    try:
        with (
            socket.create_connection((host, port), TIMEOUT_SECONDS) as plain,
            deployed.certificates.wrap_socket(plain, server_hostname=host) as connection,
        ):
            certificate = connection.getpeercert()
            version = connection.version()
    except OSError as error:
        raise CheckFailed(f"no valid certificate for {host}: {error}") from error
    ends = ssl.cert_time_to_seconds(str((certificate or {})["notAfter"]))
    days = int((ends - time.time()) // 86400)
    if days < CERTIFICATE_DAYS:
        raise CheckFailed(f"the certificate ends in {days} days: docs/operations.md#certificate")
    return f"{version}, {days} days left"


def pixel(deployed: Deployed) -> str:
    """An open link shows the pixel."""
    answer = deployed.get(deployed.tracker().open_url({"doctor": deployed.stack}))
    if answer.status != 200 or answer.data != pytracking.TRACKING_PIXEL:
        raise CheckFailed(f"an open link was answered with {answer.status}, not with the pixel")
    return f"{len(answer.data)} bytes of {answer.headers.get('content-type')}"


def redirect(deployed: Deployed) -> str:
    """A click link leads to its target."""
    answer = deployed.get(deployed.tracker().click_url(TARGET, {"doctor": deployed.stack}))
    location = answer.headers.get("location")
    if (answer.status, location) != (302, TARGET):
        raise CheckFailed(f"a click link was answered with {answer.status} to {location}")
    return f"302 to {location}"


def action(deployed: Deployed) -> str:
    """An action link shows its page, which does nothing before its button is pressed."""
    answer = deployed.get(deployed.tracker().action_url("confirm", {"doctor": deployed.stack}))
    kind = answer.headers.get("content-type", "")
    if answer.status != 200 or not kind.startswith("text/html"):
        raise CheckFailed(f"an action link was answered with {answer.status}, not with its page")
    return f"{len(answer.data)} bytes of {kind}"


def forgery(deployed: Deployed) -> str:
    """A forged click link leads nowhere of its own choice."""
    forged = base64.urlsafe_b64encode(json.dumps({"url": TARGET}).encode()).decode()
    answer = deployed.get(deployed.click_base + forged)
    if answer.headers.get("location") == TARGET or answer.status not in (302, 404):
        raise CheckFailed(
            f"a forged link was answered with {answer.status}: do not use this deployment"
        )
    return f"answered with {answer.status}"


def delivery(deployed: Deployed) -> str:
    """Hits reach a destination. Those of the checks before count, if one is configured."""
    logs = deployed.client("logs")
    group = deployed.outputs["LogGroupName"]
    since = int((time.time() - 120) * 1000)
    deadline = time.monotonic() + DELIVERY_SECONDS
    while time.monotonic() < deadline:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=group, startTime=since
        )
        counted = {name for page in pages for line in page["events"] for name in _counted(line)}
        if "Delivered" in counted:
            return "a hit was delivered within the last two minutes"
        if counted & {"Stored", "Published"} and not counted & {"Retried", "Dead"}:
            return "a hit reached the event store or bus; no webhook took one"
        if counted & {"Retried", "Dead"}:
            raise CheckFailed(
                "the webhook fails; its answers stand in the log beside 'webhook failed'"
            )
        if "WithoutWebhook" in counted:
            return "no webhook is configured: only links that name one are reported"
        time.sleep(2)
    raise CheckFailed("no hit was delivered within a minute; see docs/operations.md#slow-delivery")


def concurrency(deployed: Deployed) -> str:
    """The account runs as many functions at once as a campaign needs; fewer are a warning."""
    settings = deployed.client("lambda").get_account_settings()
    limit: int = settings["AccountLimit"]["ConcurrentExecutions"]
    if limit < MIN_CONCURRENCY:
        return f"warning: {limit} functions at once; ask for more: docs/operations.md#throttles"
    return f"{limit} functions at once"


def trigger(deployed: Deployed) -> str:
    """Deliver is fed from the queue."""
    mappings = deployed.client("lambda").list_event_source_mappings(
        EventSourceArn=deployed.attribute("QueueUrl", "QueueArn")
    )["EventSourceMappings"]
    states = [mapping["State"] for mapping in mappings]
    if states != ["Enabled"]:
        raise CheckFailed(f"the deliver function's trigger is {states or 'missing'}: deploy again")
    return "the queue feeds the deliver function"


def dead_letters(deployed: Deployed) -> str:
    """No hit waits for somebody."""
    waiting = deployed.attribute("DeadLetterQueueUrl", "ApproximateNumberOfMessages")
    if waiting != "0":
        raise CheckFailed(f"{waiting} hits wait: docs/operations.md#dead-letters")
    return "none"


def alarms(deployed: Deployed) -> str:
    """Every alarm notifies somebody, and none is active."""
    pages = deployed.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        alarm
        for page in pages.paginate(AlarmNamePrefix=f"{deployed.stack}-")
        for alarm in page["MetricAlarms"]
    ]
    if not found:
        raise CheckFailed("there are none: deploy again")
    ringing = sorted(alarm["AlarmName"] for alarm in found if alarm["StateValue"] == "ALARM")
    if ringing:
        raise CheckFailed(f"{', '.join(ringing)}: see docs/operations.md")
    mute = [alarm for alarm in found if not alarm["AlarmActions"]]
    if mute:
        raise CheckFailed(f"{len(mute)} of {len(found)} notify nobody: deploy with AlarmEmail")
    return f"{len(found)}, all quiet, all with a recipient"


CHECKS: tuple[tuple[str, Callable[[Deployed], str]], ...] = (
    ("DNS", dns),
    ("TLS", tls),
    ("pixel", pixel),
    ("redirect", redirect),
    ("action page", action),
    ("forged link", forgery),
    ("concurrency", concurrency),
    ("trigger", trigger),
    ("webhook", delivery),
    ("dead letters", dead_letters),
    ("alarms", alarms),
)


DOMAIN_CHECKS = CHECKS[:5]
"""What is looked at of each further domain: that visitors are answered there."""


def examine(deployed: Deployed) -> Iterator[tuple[bool, str, str]]:
    """Yield whether each check holds, its name, and what was found or is to be done."""
    from botocore.exceptions import BotoCoreError, ClientError

    checks = [(name, check, deployed) for name, check in CHECKS]
    for host in filter(None, deployed.outputs.get("OtherDomains", "").split(",")):
        under = replace(deployed, open_base=f"https://{host}/o/", click_base=f"https://{host}/c/")
        checks += [(f"{name} of {host}", check, under) for name, check in DOMAIN_CHECKS]
    for name, check, under in checks:
        try:
            yield True, name, check(under)
        except CheckFailed as problem:
            yield False, name, str(problem)
        except (BotoCoreError, ClientError, urllib3.exceptions.HTTPError, OSError) as error:
            yield False, name, f"could not be checked: {error}"


def main(arguments: list[str] | None = None) -> int:
    """Examine a deployment and print a line for each check."""
    parser = argparse.ArgumentParser(
        prog="python -m pytracking.operations.doctor", description=__doc__
    )
    parser.add_argument("--stack", default="pytracking", help="the stack's name")
    parser.add_argument(
        "--base", help="ask at this address instead, e.g. before the domain's record is made"
    )
    given = parser.parse_args(arguments)
    if given.base and not given.base.startswith(("https://", "http://")):
        parser.error(f"--base (BASE=) is {given.base!r}: expected https://HOST")
    try:
        found = described(given.stack)
        if "OpenBaseUrl" not in found:
            raise ConfigurationError(f"{given.stack!r} has no output OpenBaseUrl: not this product")
    except PytrackingError as error:
        print(f"FAIL  stack: {error}")
        return 1
    base = given.base.rstrip("/") if given.base else None
    if base:
        found.pop("OtherDomains", None)
    deployed = Deployed(
        stack=given.stack,
        outputs=found,
        open_base=f"{base}/o/" if base else found["OpenBaseUrl"],
        click_base=f"{base}/c/" if base else found["ClickBaseUrl"],
        client=client,
        certificates=ssl.create_default_context(),
    )
    started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    print(f"{given.stack}, {started}")
    status = 0
    for holds, name, finding in examine(deployed):
        status = status if holds else 1
        print(f"{'ok  ' if holds else 'FAIL'}  {name}: {finding}", flush=True)
    return status


def _counted(line: dict[str, Any]) -> list[str]:
    """The metrics that a log line counts (CloudWatch embedded metric format)."""
    try:
        metrics = json.loads(line["message"])["_aws"]["CloudWatchMetrics"]
        return [metric["Name"] for one in metrics for metric in one["Metrics"]]
    except (ValueError, KeyError, TypeError):
        return []


if __name__ == "__main__":
    sys.exit(main())
