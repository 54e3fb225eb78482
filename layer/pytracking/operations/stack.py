"""A deployed stack, as CloudFormation describes it, and how AWS is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pytracking.errors import ConfigurationError, PytrackingError, dependency

HOW_TO_REACH_AWS = (
    "`aws configure` sets region and credentials, and so do AWS_DEFAULT_REGION and AWS_PROFILE"
)

MIN_CONCURRENCY = 1_000
"""Concurrent executions of an account below which a campaign's visitors may see errors: what Lambda
gives an account by default, while new ones begin with as few as 10."""


def client(service: str) -> Any:
    """Return boto3's client of a service.

    Raises:
        MissingDependency: boto3 is not installed.
        ConfigurationError: there is no region, or a profile that cannot be used.
    """
    with aws_errors(ConfigurationError, "AWS cannot be called"):
        import boto3

        make: Any = boto3.client
        return make(service)


@contextmanager
def aws_errors(
    kind: type[PytrackingError], what: str = "AWS refused or did not answer"
) -> Iterator[None]:
    """Turn boto3's errors into one of ours, which says what could not be done."""
    with dependency("this needs boto3: pip install boto3"):
        import botocore.exceptions as aws
    try:
        yield
    except (aws.BotoCoreError, aws.ClientError) as error:
        unset = isinstance(error, aws.NoCredentialsError | aws.NoRegionError)
        hint = f" {HOW_TO_REACH_AWS}" if unset else ""
        raise kind(f"{what}: {error}{hint}") from error


def described(stack: str) -> dict[str, str]:
    """Return a stack's parameters and outputs.

    Raises:
        ConfigurationError: it cannot be read.
    """
    with aws_errors(ConfigurationError, f"the stack {stack!r} could not be read"):
        [found] = client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    return {
        **{item["ParameterKey"]: item["ParameterValue"] for item in found.get("Parameters", ())},
        **{item["OutputKey"]: item["OutputValue"] for item in found.get("Outputs", ())},
    }
