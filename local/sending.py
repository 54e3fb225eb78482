"""Webhooks as the page shows them to somebody who wants to repeat them."""

import json
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pytracking.delivery.messages import Message
from pytracking.delivery.signatures import Signer


@dataclass(frozen=True, slots=True)
class Sending:
    """Where this run's webhooks go and what signs them.

    Attributes:
        webhook: the URL for links that carry none.
        secret: `whsec_` and base64.
        own: the receiver is the user's, not the built-in one.
    """

    webhook: str
    secret: str
    own: bool

    def message(self, identifier: str, webhook: str, body: Mapping[str, Any]) -> Message:
        """Return a queue message that sends an event once more, with its old id."""
        return Message(identifier, webhook or self.webhook, body, counted=True)

    def request(self, message: Message) -> dict[str, Any]:
        """Return the headers of a webhook signed now, and the curl command that sends it.

        A receiver refuses a signature that is older than five minutes, so an old one is no use.
        """
        body = json.dumps(message.body, separators=(",", ":"))
        headers = {
            "content-type": "application/json",
            **Signer([self.secret]).headers(message.id, int(time.time()), body.encode()),
        }
        words = ["curl", "-i", message.webhook]
        for name, value in headers.items():
            words += ["-H", f"{name}: {value}"]
        words += ["--data-raw", body]
        return {"headers": headers, "curl": shlex.join(words)}
