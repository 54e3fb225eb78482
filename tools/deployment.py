"""Deploy with the choices on the command line: look first, show the plan, then do it.

    python -m tools.deployment DOMAIN=track.example.com ZONE=Z2FDTNDATAQYW2

Each name stands for a parameter of template.yaml. One that is not given keeps its value; one that
is given empty, `EMAIL=`, goes back to its default. A shell's variables are not looked at: EMAIL or
DOMAIN may mean something else there.
"""

import functools
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import Any

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from pytracking.errors import ConfigurationError, PytrackingError
from pytracking.operations.stack import HOW_TO_REACH_AWS, MIN_CONCURRENCY, described

from tools import emulator

PARAMETERS = {
    "ACCESS_LOGS": "AccessLogs",
    "ANDROID_APPS": "AndroidApps",
    "APPLE_APPS": "AppleAppIds",
    "ALARM_REQUESTS": "AlarmRequestsPerHour",
    "CAMPAIGNS": "CampaignKeys",
    "CERTIFICATE": "CertificateArn",
    "CLOUDEVENTS": "CloudEventsHeaders",
    "CONCURRENCY": "DeliverConcurrency",
    "DNT": "DoNotTrack",
    "DOMAIN": "DomainName",
    "DOMAINS": "OtherDomains",
    "EMAIL": "AlarmEmail",
    "EVENT_BUS": "EventBusArn",
    "EVENT_STORE": "EventStore",
    "EVENT_STORE_DAYS": "EventStoreDays",
    "FALLBACK": "FallbackUrl",
    "LINKS": "LinksFunctionMode",
    "LOG_DAYS": "LogRetentionDays",
    "MAX_REQUESTS": "MaxRequestsPerSecond",
    "MEMORY": "MemorySize",
    "PRIVACY": "PrivacyMode",
    "SENDER_NAME": "SenderName",
    "SENDER_URL": "SenderUrl",
    "SHADOW": "ShadowSignals",
    "SLOW_CONCURRENCY": "SlowConcurrency",
    "VIEWER_SECRET": "ViewerAddressSecret",
    "WEBHOOK": "WebhookUrl",
    "ZONE": "HostedZoneId",
}

STACK = "pytracking"
OF_MAKE = {"PYTHON"}  # what `make` is given besides


class Refused(PytrackingError):
    """A deployment that would fail, or do something else than was meant."""


def read_choices(arguments: Sequence[str], known: Set[str]) -> dict[str, str]:
    """Read `NAME=value` arguments.

    Raises:
        Refused: one is unknown.
    """
    given: dict[str, str] = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or name not in known:
            names = ", ".join(sorted(known - OF_MAKE))
            raise Refused(f"unknown choice {argument!r}: expected NAME=value, of {names}")
        given[name] = value
    return given


def quoted(name: str, value: str) -> str:
    """Return a parameter as `sam deploy` takes it, whatever is in it."""
    # the one character that SAM wants escaped between quotes
    return name + '="' + value.replace('"', '\\"') + '"'


def account_region() -> str:
    """Return the region of the account at hand; botocore's exceptions without one.

    Asked before a build of minutes, and handed on, so that stack and outputs are of one region.
    """
    session: Any = boto3.Session()
    if not session.region_name:
        raise NoRegionError
    if not session.get_credentials():
        raise NoCredentialsError
    return str(session.region_name)


class _PlainLoader(yaml.SafeLoader):
    """Reads a template for what stands in it literally; !Ref and its like become None."""


_PlainLoader.add_multi_constructor("!", lambda *_: None)


@functools.cache
def template_defaults() -> dict[str, str]:
    """Return the default of each parameter of template.yaml, as CloudFormation writes it."""
    text = (emulator.ROOT / "template.yaml").read_text("utf-8")
    parameters = yaml.load(text, _PlainLoader)["Parameters"]  # noqa: S506 - a SafeLoader
    return {name: str(one["Default"]) for name, one in parameters.items()}


def parameters_of(stack: str, client: Any) -> dict[str, str]:
    """Return the parameters of a stack as it is; none where there is no such stack."""
    try:
        (found,) = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return {}
        raise
    return {item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", ())}


def check_domain(parameters: Mapping[str, str], route53: Any) -> Iterator[str]:
    """Yield what is known of the domain and its zone.

    Raises:
        Refused: the certificate would wait for hours for a record that nobody sees.
    """
    domain, zone_id = parameters.get("DomainName", ""), parameters.get("HostedZoneId", "")
    if not zone_id:
        return
    try:
        found = route53.get_hosted_zone(Id=zone_id)
    except ClientError as error:
        raise Refused(f"the hosted zone {zone_id} cannot be read: {error}") from error
    zone = found["HostedZone"]["Name"].rstrip(".")
    if found["HostedZone"].get("Config", {}).get("PrivateZone"):
        raise Refused(f"the hosted zone {zone_id} ({zone}) is private: visitors do not see it")
    if domain != zone and not domain.endswith(f".{zone}"):
        raise Refused(f"{domain or 'no domain'} is not in the hosted zone {zone_id} ({zone})")
    own = {server.rstrip(".").lower() for server in found["DelegationSet"]["NameServers"]}
    seen = name_servers(zone)
    if seen is None:
        yield f"zone {zone}: public; whether it is delegated could not be looked up"
    elif not own & seen:
        raise Refused(
            f"the zone {zone} is not delegated to Route 53: its name servers are "
            f"{', '.join(sorted(seen)) or 'none'}, expected {', '.join(sorted(own))}"
        )
    else:
        yield f"zone {zone}: public and delegated"


def check_change_of_domain(before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """See that no domain is given up that links were sent under.

    Raises:
        Refused: the stack has another one.
    """
    old, new = before.get("DomainName", ""), after["DomainName"]
    if old and new != old:
        raise Refused(
            f"DOMAIN is {new or 'empty'}, but links under {old} were sent: keep DOMAIN={old}, and "
            f"add the new one beside it: make domain DOMAIN={new or 'NEW'} ZONE=..."
        )


def name_servers(zone: str) -> set[str] | None:
    """Return the name servers that the internet knows of a zone; None where nobody can be asked."""
    nslookup = shutil.which("nslookup")
    if not nslookup:
        return None
    answer = subprocess.run(
        [nslookup, "-type=NS", f"{zone}."], capture_output=True, text=True, check=False, timeout=30
    )
    if "timed out" in answer.stdout or "no servers could be reached" in answer.stdout:
        return None
    return {
        server.rstrip(".").lower() for server in re.findall(r"nameserver = (\S+)", answer.stdout)
    }


def check_concurrency(functions: Any) -> Iterator[str]:
    """Yield what the account's concurrent executions mean; nothing where they are enough."""
    limit = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if limit < MIN_CONCURRENCY:
        yield (
            f"warning: this account runs {limit} functions at once; visitors beyond them see "
            f"errors. Ask for {MIN_CONCURRENCY:,} before the first campaign (quota L-B99A9384)"
        )


def changes(output: str, client: Any) -> list[str]:
    """Return what a change set would do, a line for each resource.

    It is left alone: CloudFormation deletes it when the next one is executed.

    Args:
        output: what `sam deploy --no-execute-changeset` printed; names the change set.
        client: boto3's CloudFormation client.
    """
    arn = re.search(r"arn:[\w-]+:cloudformation:\S+:changeSet/[\w/-]+", output)
    if not arn:  # there is nothing to change
        return []
    pages = client.get_paginator("describe_change_set").paginate(ChangeSetName=arn[0])
    resources = [item["ResourceChange"] for page in pages for item in page["Changes"]]
    return [
        f"{one['Action'].lower():7} {one['LogicalResourceId']} ({one['ResourceType']})"
        + (", replaced" if one.get("Replacement") == "True" else "")
        for one in sorted(resources, key=lambda one: (one["Action"], one["LogicalResourceId"]))
    ]


def summary(found: Mapping[str, str]) -> str:
    """Return what to do with a deployment next."""
    lines = [f"Opens:  {found['OpenBaseUrl']}", f"Clicks: {found['ClickBaseUrl']}"]
    if "DomainTarget" in found:
        host = found["OpenBaseUrl"].split("/")[2]
        lines.append(f"Make this record in your DNS: {host} CNAME {found['DomainTarget']}")
    return "\n".join(lines)


def deploy(stack: str, choices: Mapping[str, str], region: str) -> None:
    """Look, build, show the plan, deploy, and print the two base URLs.

    ``choices`` are by the names of PARAMETERS; an empty one goes back to its default.

    Raises:
        Refused: it would fail.
        BotoCoreError, ClientError, CalledProcessError: AWS or SAM failed.
    """

    def client(service: str) -> Any:
        return boto3.client(service, region_name=region)  # type: ignore[call-overload]

    cloudformation = client("cloudformation")
    defaults = template_defaults()
    chosen = {PARAMETERS[name]: choices[name] for name in choices if name in PARAMETERS}
    chosen = {name: value or defaults[name] for name, value in chosen.items()}
    deployed = parameters_of(stack, cloudformation)
    before = {**defaults, **deployed}
    after = {**before, **chosen}
    check_change_of_domain(deployed, after)
    print(f"Stack {stack} in {region}")
    for line in (*check_domain(after, client("route53")), *check_concurrency(client("lambda"))):
        print(line)
    for name in chosen:
        was = f" (was {before[name] or 'empty'})" if before[name] != after[name] else ""
        print(f"{name}: {after[name] or 'empty'}{was}")
    emulator.sam("build")
    overrides = [quoted(name, value) for name, value in chosen.items()]
    arguments = (
        *("deploy", "--stack-name", stack),
        *(("--parameter-overrides", *overrides) if overrides else ()),
    )
    planned = emulator.sam(*arguments, "--no-execute-changeset", AWS_DEFAULT_REGION=region)
    plan = changes(planned, cloudformation)
    print("\n".join(plan) or "Nothing changes.", flush=True)
    if plan:
        emulator.sam(*arguments, AWS_DEFAULT_REGION=region)
    print(summary(described(stack)))


def run(work: Callable[[], None], verb: str) -> int:
    """Return the exit status of work on AWS; what stops it is one line.

    Args:
        work: what to do.
        verb: what was not done then, ``deployed``.
    """
    try:
        work()
    except subprocess.CalledProcessError as error:
        return error.returncode
    except Refused as error:
        print(f"Not {verb}: {error}", file=sys.stderr)
        return 2
    except (BotoCoreError, ClientError) as error:
        print(f"Not {verb}: {error} {HOW_TO_REACH_AWS}", file=sys.stderr)
        return 1
    except ConfigurationError as error:
        print(f"Not {verb}: {error}", file=sys.stderr)
        return 1
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy what the command line says."""
    given = sys.argv[1:] if arguments is None else arguments

    def work() -> None:
        choices = read_choices(given, {*PARAMETERS, *OF_MAKE, "STACK"})
        deploy(choices.get("STACK") or STACK, choices, account_region())

    return run(work, "deployed")


if __name__ == "__main__":
    sys.exit(main())
