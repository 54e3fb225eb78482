"""Posts to the receiver of a gateway that was started with a secret that tests know."""

from datetime import UTC, datetime

from standardwebhooks import Webhook

from tests.local.gateway import Answer, Gateway, call

SECRET = "whsec_" + "A" * 44
OPTION = f"SECRET={SECRET}"


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
