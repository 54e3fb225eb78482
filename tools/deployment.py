"""Deploy with the choices in the environment, and print what a sender needs.

    DOMAIN=track.example.com ZONE=Z2FDTNDATAQYW2 python -m tools.deployment

Each variable stands for a parameter of template.yaml; one that is not set keeps its value.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, NoCredentialsError, NoRegionError
from pytracking.operations.stack import HOW_TO_REACH_AWS, outputs

from tools import emulator

PARAMETERS = {
    "ACCESS_LOGS": "AccessLogs",
    "ALARM_REQUESTS": "AlarmRequestsPerHour",
    "CAMPAIGNS": "CampaignKeys",
    "CERTIFICATE": "CertificateArn",
    "CONCURRENCY": "DeliverConcurrency",
    "DNT": "DoNotTrack",
    "DOMAIN": "DomainName",
    "EMAIL": "AlarmEmail",
    "FALLBACK": "FallbackUrl",
    "LINKS": "LinksFunctionMode",
    "LOG_DAYS": "LogRetentionDays",
    "MAX_REQUESTS": "MaxRequestsPerSecond",
    "MEMORY": "MemorySize",
    "PRIVACY": "PrivacyMode",
    "SHADOW": "ShadowSignals",
    "SLOW_CONCURRENCY": "SlowConcurrency",
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
        region = account_region()
        emulator.sam("build")
        emulator.sam(
            *("deploy", "--stack-name", stack),
            *(("--parameter-overrides", *chosen) if chosen else ()),
            AWS_DEFAULT_REGION=region,
        )
        print(summary(outputs(stack)))
    except subprocess.CalledProcessError as error:
        return error.returncode
    except BotoCoreError as error:
        print(f"Cannot deploy: {error} {HOW_TO_REACH_AWS}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
