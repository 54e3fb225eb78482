"""Posts queued hits to their webhooks, signed; what fails is tried again over three days."""

import sys
from typing import Any

from pytracking.errors import OutOfDescriptors
from pytracking.handlers.delivering import Deliverer

deliverer = Deliverer.from_environment()


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Deliver a batch of the queue, and report which of its messages must come again."""
    try:
        return deliverer.deliver(event, context)
    except OutOfDescriptors as error:
        # The process ends: Lambda takes the batch for failed, and the next environment is fresh.
        sys.exit(f"this environment is given up: {error}")
