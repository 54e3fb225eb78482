"""Deploy with the choices in the environment, and print what a sender needs.

    DOMAIN=track.example.com ZONE=Z2FDTNDATAQYW2 python -m local.deployment

Each variable stands for a parameter of template.yaml; one that is not set keeps its value.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import boto3

from local import emulator

PARAMETERS = {
    "CERTIFICATE": "CertificateArn",
    "DOMAIN": "DomainName",
    "EMAIL": "AlarmEmail",
    "FALLBACK": "FallbackUrl",
    "LINKS": "LinksFunctionMode",
    "PRIVACY": "PrivacyMode",
    "WEBHOOK": "WebhookUrl",
    "ZONE": "HostedZoneId",
}


def overrides(environment: Mapping[str, str]) -> list[str]:
    """Return the parameters chosen in the environment, as `sam deploy` takes them."""
    return [
        f"{parameter}={environment[variable]}"
        for variable, parameter in PARAMETERS.items()
        if environment.get(variable)
    ]


def outputs(stack: str) -> dict[str, str]:
    """Return a stack's outputs; botocore's exceptions when it cannot be read."""
    client: Any = boto3.client("cloudformation")
    described = client.describe_stacks(StackName=stack)["Stacks"][0]
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}


def summary(found: Mapping[str, str]) -> str:
    """Return what to do with a deployment next."""
    lines = [
        f"Opens:  {found['OpenBaseUrl']}",
        f"Clicks: {found['ClickBaseUrl']}",
    ]
    if "DomainTarget" in found:
        host = found["OpenBaseUrl"].split("/")[2]
        lines.append(f"Make this record in your DNS: {host} CNAME {found['DomainTarget']}")
    return "\n".join(lines)


def main() -> int:
    """Build, deploy, and print the two base URLs."""
    stack = os.environ.get("STACK") or "pytracking"
    chosen = overrides(os.environ)
    try:
        emulator.sam("build")
        emulator.sam(
            *("deploy", "--stack-name", stack),
            *(("--parameter-overrides", *chosen) if chosen else ()),
        )
    except subprocess.CalledProcessError as error:
        return error.returncode
    print(summary(outputs(stack)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
