"""One attempt to tell a webhook of a hit: what it gets, signed as it leaves."""

import json
import math

from pytracking.delivery.client import Client, Outcome
from pytracking.delivery.messages import Message
from pytracking.delivery.signatures import Signer


def attempt(
    client: Client, message: Message, signer: Signer | None, now: float, patience: float = math.inf
) -> Outcome:
    """Post the event of ``message`` to its webhook, and return what came of it.

    Signed anew at each attempt: receivers refuse a timestamp of more than five minutes ago.

    Args:
        signer: None to leave it unsigned.
        now: the time of the attempt, in seconds since the epoch.
        patience: seconds after which to cut this attempt off, if the client does not sooner.

    Raises:
        InvalidTarget: the webhook is no URL that webhooks are posted to.
    """
    body = json.dumps(message.body, separators=(",", ":")).encode()
    headers = signer.headers(message.id, int(now), body) if signer else {}
    return client.post(message.webhook, body, headers, patience)
