"""Posts queued hits to their webhooks, signed; what fails is tried again over three days."""

from typing import Any

from pytracking.handlers.delivering import Deliverer, LambdaContext

deliverer = Deliverer.from_environment()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Deliver a batch of the queue, and report which of its messages must come again."""
    return deliverer.deliver(event, context)
