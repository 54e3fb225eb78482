"""The two AWS services the functions call, each where the environment says it is."""

from collections.abc import Callable, Mapping

from pytracking.aws.api import JsonApi, endpoint
from pytracking.errors import InvalidKey


def sqs(queue_url: str, environment: Mapping[str, str]) -> JsonApi:
    """Return SQS as it is reached at a queue's own address.

    Raises:
        ConfigurationError: ``queue_url`` is no URL, or no region is set.
    """
    return JsonApi(
        endpoint("sqs", environment, queue_url),
        service="sqs",
        target="AmazonSQS",
        version="1.0",
        environment=environment,
    )


def secret_text(secret: str, environment: Mapping[str, str]) -> Callable[[float], str]:
    """Return a function that fetches the current text of ``secret``, given the seconds it has.

    It raises AwsError when the secret cannot be had, and InvalidKey when it holds no text.

    Args:
        secret: ARN or name of the secret.

    Raises:
        ConfigurationError: no region is set.
    """
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    suffix = "amazonaws.com.cn" if secret.startswith("arn:aws-cn:") else "amazonaws.com"
    api = JsonApi(
        endpoint("secrets manager", environment, f"https://secretsmanager.{region}.{suffix}"),
        service="secretsmanager",
        target="secretsmanager",
        version="1.1",
        environment=environment,
    )

    def fetch(timeout: float) -> str:
        text = api.call("GetSecretValue", {"SecretId": secret}, timeout=timeout).get("SecretString")
        if not isinstance(text, str):
            raise InvalidKey("the secret holds no text: expected JSON")
        return text

    return fetch
