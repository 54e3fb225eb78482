"""Hits to be replayed, never decoded or in the log alone, and the queue that they come back to."""

import json
from typing import Any

import pytracking
from pytracking.events import Event
from pytracking.messages import Message, Undecoded, parse
from pytracking.tokens.keyring import Keyring

from tests.delivery.rig import Rig

KEYRING = Keyring.generate()
WEBHOOK = "https://hooks.example.com/"


def token(**settings: Any) -> str:
    """Return the token of a click link to https://a.test/x."""
    url = pytracking.get_click_tracking_url(
        "https://a.test/x",
        {"customer_id": 7},
        base_click_tracking_url="https://t.test/c/",
        **{"keyring": KEYRING, "webhook_url": WEBHOOK, "include_webhook_url": True, **settings},
    )
    return url.removeprefix("https://t.test/c/")


def undecoded(identifier: str = "u" * 32, **changes: Any) -> Undecoded:
    sealed = changes.pop("token", None) or token()
    fields: dict[str, Any] = {
        "kind": "click",
        "timestamp": 1_800_000_000,
        "request_data": {"user_ip": "203.0.113.9"},
        **changes,
    }
    return Undecoded(Event(id=identifier, **fields), sealed)


def fallback(identifier: str = "f" * 32, **changes: Any) -> str:
    """Return the line that the hot path logs when its queue is out of reach."""
    return json.dumps(
        {
            "level": "ERROR",
            "message": "hit not queued",
            "pytracking_fallback": 1,
            "id": identifier,
            "kind": "click",
            "token": token(),
            "hit_timestamp": 1_800_000_000,
            "request_data": {"user_ip": "203.0.113.9"},
            "reason": "AwsError: sqs SendMessage: no answer within 0.55 s",
            **changes,
        }
    )


def queued(rig: Rig) -> list[Message | Undecoded]:
    """Take everything out of the queue."""
    found = []
    while deliveries := rig.receive():
        found += [parse(delivery.body) for delivery in deliveries]
        rig.settle(deliveries, None)
    return found
