"""``verify_webhook``: from a request that claims to be a webhook to the ``Event`` it reports."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from pytracking.delivery.signatures import TOLERANCE_SECONDS, Signer
from pytracking.errors import InvalidWebhook
from pytracking.events import Event
from pytracking.tokens.document import refuse_constant


def verify_webhook(
    body: bytes | str,
    headers: Mapping[str, str],
    secrets: str | Iterable[str],
    *,
    tolerance: float = TOLERANCE_SECONDS,
    now: float | None = None,
) -> Event:
    """Return the event of a webhook, once it is known to be genuine and recent.

    Args:
        body: of the request, untouched: what was parsed and printed again is another body.
        headers: of the request; the case of their names does not matter.
        secrets: one or several, ``whsec_...``; each of them counts, as in a rotation.
        tolerance: how old, or how far ahead, the webhook's timestamp may be, in seconds.
        now: the time in seconds since the epoch, by default the clock's.

    Raises:
        InvalidWebhook: whatever is wrong with the request; the text says what.
        InvalidKey: a secret cannot be used.
    """
    signer = Signer(secrets)
    if isinstance(body, str):
        try:
            body = body.encode()
        except UnicodeEncodeError as error:
            raise InvalidWebhook("invalid body: it cannot be written as UTF-8") from error
    signer.verify(headers, body, tolerance=tolerance, now=now)
    try:
        document = json.loads(body.decode(), parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidWebhook(f"invalid body: it is not JSON ({type(error).__name__})") from error
    if not isinstance(document, dict):
        raise InvalidWebhook(f"invalid body: must be an object, not {type(document).__name__}")
    return Event.from_json(document)
