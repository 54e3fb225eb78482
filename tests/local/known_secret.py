"""The gateway with a webhook secret that tests know, so that they can sign posts of their own.

`running(module=MODULE)` starts it; in all else it is `python -m local`.
"""

import sys
from datetime import UTC, datetime

from standardwebhooks import Webhook

from local import __main__ as local
from tests.local.gateway import Answer, Gateway, call

MODULE = "tests.local.known_secret"
SECRET = "whsec_" + "A" * 44


def signed(identifier: str, body: bytes, secret: str = SECRET, late: int = 0) -> dict[str, str]:
    """Return a webhook's headers, signed some seconds ago."""
    at = datetime.fromtimestamp(int(datetime.now(UTC).timestamp()) - late, UTC)
    return {
        "webhook-id": identifier,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(identifier, at, body.decode()),
    }


def post(gateway: Gateway, body: bytes, headers: dict[str, str]) -> Answer:
    """Send a post to the receiver that is built into the gateway."""
    url = f"{gateway.origin}/_local/receiver"
    return call(url, "POST", body, {"Content-Type": "application/json", **headers})


if __name__ == "__main__":
    local.new_secret = lambda: SECRET
    sys.exit(local.main())
