"""A deployed stack, as CloudFormation describes it."""

from typing import Any

import boto3

HOW_TO_REACH_AWS = (
    "`aws configure` sets region and credentials, and so do AWS_DEFAULT_REGION and AWS_PROFILE"
)

MIN_CONCURRENCY = 1_000
"""Concurrent executions of an account below which a campaign's visitors may see errors: what Lambda
gives an account by default, while new ones begin with as few as 10."""


def outputs(stack: str) -> dict[str, str]:
    """Return a stack's outputs; botocore's exceptions when it cannot be read."""
    client: Any = boto3.client("cloudformation")
    described = client.describe_stacks(StackName=stack)["Stacks"][0]
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
