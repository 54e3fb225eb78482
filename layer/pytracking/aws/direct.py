"""Without a queue: the hit's webhook is called before its visitor is answered, once and briefly."""

from __future__ import annotations

import json
import time
from ipaddress import ip_network

from pytracking.aws.deadlines import within
from pytracking.aws.outbox import Hit, Send
from pytracking.aws.settings import Settings
from pytracking.delivery.addresses import AddressRules
from pytracking.delivery.client import Client
from pytracking.delivery.messages import Undecoded
from pytracking.delivery.signatures import Signer
from pytracking.errors import ConfigurationError, InvalidKey, WebhookError

POST_SECONDS = 0.8
"""For one post: what is left of an answer's second when everything else took its time."""

_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


def to_webhook(settings: Settings) -> Send:
    """Return a ``send`` that posts a hit to its webhook, signed if there are secrets to sign with.

    Raises:
        ConfigurationError: the secrets cannot be used.
    """
    local = settings.allow_http_webhooks
    rules = AddressRules(allow_http=local, allowed_networks=_LOOPBACK if local else ())
    client = Client(rules, deadline=POST_SECONDS)
    signer = _signer(settings.webhook_secrets)

    def send(hit: Hit, timeout: float) -> None:
        if isinstance(hit, Undecoded):
            raise WebhookError("the link keys were out of reach, so the webhook is not known")
        body = json.dumps(hit.body, separators=(",", ":")).encode()
        headers = signer.headers(hit.id, int(time.time()), body) if signer else {}
        outcome = within(timeout, lambda: client.post(hit.webhook, body, headers))
        if not outcome.delivered:
            raise WebhookError(f"the webhook did not take it: {outcome.reason}")

    return send


def _signer(webhook_secrets: str | None) -> Signer | None:
    try:
        return Signer.from_json(webhook_secrets) if webhook_secrets else None
    except InvalidKey as error:
        raise ConfigurationError(f"PYTRACKING_WEBHOOK_SECRETS cannot be used: {error}") from error
