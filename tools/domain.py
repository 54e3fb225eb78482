"""Add one further domain of links to a deployed stack, in a stack of its own: domain.yaml.

    python -m tools.domain DOMAIN=track.example.org ZONE=Z2FDTNDATAQYW2

Tokens know no host: every domain of a stack opens every link of it.
"""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from pytracking.operations.stack import described

from tools import emulator
from tools.deployment import (
    OF_MAKE,
    STACK,
    Refused,
    account_region,
    check_domain,
    quoted,
    read_choices,
    run,
    summary,
)

PARAMETERS = {"CERTIFICATE": "CertificateArn", "DOMAIN": "DomainName", "ZONE": "HostedZoneId"}


def add(given: Mapping[str, str], region: str) -> None:
    """Look, deploy the domain's stack, and say what to do next.

    Args:
        given: by the names of PARAMETERS, and ``STACK``: the stack that tracks.
        region: of both stacks.

    Raises:
        Refused: it would fail.
        BotoCoreError, ClientError, CalledProcessError: AWS or SAM failed.
    """
    domain, tracking = given.get("DOMAIN", ""), given.get("STACK") or STACK
    if not domain:
        raise Refused("DOMAIN= is missing: expected the host of the links, track.example.org")
    if not (given.get("ZONE") or given.get("CERTIFICATE")):
        raise Refused("ZONE= or CERTIFICATE= is missing: a domain needs a certificate")
    found = described(tracking)
    if "ApiId" not in found:
        raise Refused(f"the stack {tracking} has no output ApiId: deploy this version of it first")
    if found["OpenBaseUrl"] == f"https://{domain}/o/":
        raise Refused(f"{domain} is the domain of the stack {tracking} itself")
    parameters = {PARAMETERS[name]: given[name] for name in PARAMETERS if given.get(name)}
    route53: Any = boto3.client("route53", region_name=region)
    for line in check_domain(parameters, route53):
        print(line)
    parameters["ApiId"] = found["ApiId"]
    parameters["AlarmTopicArn"] = found.get("AlarmTopicArn", "")
    stack = f"{tracking}-{domain.replace('.', '-')}"
    emulator.sam(
        *("deploy", "--template-file", str(emulator.ROOT / "domain.yaml"), "--stack-name", stack),
        *("--parameter-overrides", *(quoted(*one) for one in parameters.items())),
        AWS_DEFAULT_REGION=region,
    )
    print(summary(described(stack)))
    listed = [one for one in found.get("OtherDomains", "").split(",") if one and one != domain]
    print(
        f"Mint with these. For events and the doctor to name the domain:\n"
        f"  make deploy STACK={tracking} DOMAINS={','.join([*listed, domain])}"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Add what the command line says."""
    given = sys.argv[1:] if arguments is None else arguments
    known = {*PARAMETERS, *OF_MAKE, "STACK"}
    return run(lambda: add(read_choices(given, known), account_region()), "added")


if __name__ == "__main__":
    sys.exit(main())
