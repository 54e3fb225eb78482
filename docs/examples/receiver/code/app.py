"""A receiver: verifies a webhook and stores its event in DynamoDB, once."""

import base64
import os
from typing import Any

import boto3
import pytracking

SECRETS = os.environ["WEBHOOK_SECRETS"].split()
table = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def handler(request: dict[str, Any], context: object) -> dict[str, int]:
    """Answer a request of an HTTP API: 204 once the event is stored, 401 to what is not genuine."""
    body = (request.get("body") or "").encode()
    if request.get("isBase64Encoded"):
        body = base64.b64decode(body)
    try:
        event = pytracking.verify_webhook(body, request["headers"], SECRETS)
    except pytracking.InvalidWebhook as error:
        print(f"refused: {error}")
        return {"statusCode": 401}
    try:
        table.put_item(
            Item={
                "id": event.id,
                "type": event.type,
                "timestamp": event.timestamp,
                "body": body.decode(),
            },
            ConditionExpression="attribute_not_exists(id)",
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        print(f"had it already: {event.id}")
    return {"statusCode": 204}
