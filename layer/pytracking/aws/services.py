"""The two AWS services the functions call, each where the environment says it is."""

from collections.abc import Callable, Mapping

from pytracking.aws.client import JsonApi, endpoint
from pytracking.errors import InvalidKey


class Queue:
    """An SQS queue, reached at its own address.

    Args:
        url: the queue's.
        environment: has the region and the credentials.

    Raises:
        ConfigurationError: ``url`` is no URL, or no region is set.
    """

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        self._url = url
        self._api = JsonApi(
            endpoint("sqs", environment, url),
            service="sqs",
            target="AmazonSQS",
            version="1.0",
            environment=environment,
        )

    def connect(self) -> None:
        """Open the connection in a thread of its own, before there is anything to send."""
        self._api.connect()

    def send(self, text: str, delay: int, timeout: float) -> None:
        """Send ``text``, to be due after ``delay`` seconds (0-900), within ``timeout`` seconds.

        Raises:
            AwsError: the queue did not take it.
        """
        payload = {"QueueUrl": self._url, "MessageBody": text, "DelaySeconds": delay}
        self._api.call("SendMessage", payload, timeout=timeout)


def secret_text(secret: str, environment: Mapping[str, str]) -> Callable[[float], str]:
    """Return a function that fetches the current text of ``secret``, given the seconds it has.

    It raises AwsError when the secret cannot be had, and InvalidKey when it holds no text.

    Args:
        secret: ARN or name of the secret.

    Raises:
        ConfigurationError: no region is set.
    """
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    # What CloudFormation calls AWS::URLSuffix, which the template hands on: each partition of AWS
    # has its own. Where it is not set, those two are known that have long been there.
    suffix = environment.get("PYTRACKING_AWS_DOMAIN") or (
        "amazonaws.com.cn" if secret.startswith("arn:aws-cn:") else "amazonaws.com"
    )
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
