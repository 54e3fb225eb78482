"""Without a queue: the hit's webhook is called before its visitor is answered, once and briefly."""

from __future__ import annotations

import time
from collections.abc import Mapping

from pytracking.delivery.client import Client
from pytracking.delivery.deadline import Deadline
from pytracking.delivery.messages import Undecoded
from pytracking.delivery.webhooks import attempt
from pytracking.errors import WebhookError
from pytracking.handlers.delivery_settings import address_rules, webhook_secrets
from pytracking.handlers.outbox import QueuedHit, Send

POST_SECONDS = 0.8
"""For one post: what is left of an answer's second when everything else took its time."""


def to_webhook(environment: Mapping[str, str]) -> Send:
    """Return a ``send`` that posts a hit to its webhook, by the rules of the deliver function.

    It signs if there are secrets to sign with; trying things out needs none.

    Raises:
        ConfigurationError: the secrets or the rules for addresses cannot be used.
    """
    client = Client(address_rules(environment), deadline=POST_SECONDS)
    sources = ("PYTRACKING_WEBHOOK_SECRETS", "PYTRACKING_WEBHOOK_SECRETS_SECRET")
    signed = any(environment.get(name) for name in sources)
    secrets = webhook_secrets(environment) if signed else None

    def send(hit: QueuedHit, timeout: float) -> None:
        if isinstance(hit, Undecoded):
            raise WebhookError("the link keys were out of reach, so the webhook is not known")

        def post() -> None:
            signer = secrets.signer() if secrets else None
            outcome = attempt(client, hit, signer, time.time())
            if not outcome.delivered:
                raise WebhookError(f"the webhook did not take it: {outcome.reason}")

        Deadline(timeout).run(post)

    return send
