"""A deployed stack, as CloudFormation describes it."""

from typing import Any

import boto3

HOW_TO_REACH_AWS = (
    "`aws configure` sets region and credentials, and so do AWS_DEFAULT_REGION and AWS_PROFILE"
)


def outputs(stack: str) -> dict[str, str]:
    """Return a stack's outputs; botocore's exceptions when it cannot be read."""
    client: Any = boto3.client("cloudformation")
    described = client.describe_stacks(StackName=stack)["Stacks"][0]
    return {item["OutputKey"]: item["OutputValue"] for item in described.get("Outputs", [])}
