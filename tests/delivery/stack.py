"""A deployed stack as the operator's commands see it: queues and secrets in moto, its outputs."""

import json
import socket
import uuid
from collections.abc import Mapping
from typing import Any

from pytracking.cli import operating
from pytracking.cli.parsing import Parser

from tests.delivery.receivers import Request
from tests.delivery.rig import Rig
from tests.support.aws import sdk

# As the template's GenerateSecretString makes them: 64 letters and digits.
GENERATED = "Vq3sT8wLx2Kd9ZbNf5RmYc7GhJp4AeUo1iXtQzWvBnMk6SjDyHrCgFlPaE0Iu2O8"


class Stack:
    """What a deployed stack has, by the names that template.yaml gives."""

    def __init__(self, rig: Rig, endpoint: str) -> None:
        self.name = "production"
        self.sqs = rig.sqs
        self.secrets = sdk("secretsmanager", endpoint)
        self.outputs = {
            "QueueUrl": rig.queue_url,
            "DeadLetterQueueUrl": rig.dead_url,
            "LinkKeysSecretArn": self._create(),
            "WebhookSecretsSecretArn": self._create(),
        }
        self.parameters: dict[str, str] = {}

    def _create(self) -> str:
        text = json.dumps({"current": GENERATED, "retired": []})
        answer = self.secrets.create_secret(Name=uuid.uuid4().hex, SecretString=text)
        return str(answer["ARN"])

    def secret(self, output: str) -> dict[str, Any]:
        text = self.secrets.get_secret_value(SecretId=self.outputs[output])["SecretString"]
        document: dict[str, Any] = json.loads(text)
        return document

    def describe(self, conn: socket.socket, request: Request) -> None:
        """Answer DescribeStacks as CloudFormation does (moto's needs a good deal more to run)."""
        if f"StackName={self.name}".encode() in request.body:
            answer = (
                "<DescribeStacksResponse><DescribeStacksResult><Stacks><member>"
                f"<Outputs>{_members('Output', self.outputs)}</Outputs>"
                f"<Parameters>{_members('Parameter', self.parameters)}</Parameters>"
                "</member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
            )
            head = "HTTP/1.1 200 OK"
        else:
            answer = (
                "<ErrorResponse><Error><Code>ValidationError</Code>"
                "<Message>Stack does not exist</Message></Error></ErrorResponse>"
            )
            head = "HTTP/1.1 400 Bad Request"
        conn.sendall(f"{head}\r\nContent-Length: {len(answer)}\r\n\r\n{answer}".encode())


def _members(what: str, values: Mapping[str, str]) -> str:
    return "".join(
        f"<member><{what}Key>{key}</{what}Key><{what}Value>{value}</{what}Value></member>"
        for key, value in values.items()
    )


def run(*arguments: str) -> int:
    """Give the operator's commands their arguments; return the exit status."""
    parser = Parser()
    subparsers = parser.add_subparsers(required=True)
    operating.add_replay(subparsers)
    operating.add_key_commands(subparsers.add_parser("keys").add_subparsers(required=True))
    parsed = parser.parse_args(arguments)
    status: int = parsed.run(parsed)
    return status
