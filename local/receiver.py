"""The built-in webhook receiver: verifies as any receiver should, and fails on request.

Verification is the stock `standardwebhooks` package's, not ours: what passes here passes there.
docs/receivers.md says what every receiver answers.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from standardwebhooks import Webhook, WebhookVerificationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.guard import read_body, refusal

Signature = Literal["valid", "invalid", "missing"]
Mood = Literal["accept", "fail", "hang", "gone"]
MOODS: tuple[Mood, ...] = get_args(Mood)
MAX_BODY_BYTES = 1024 * 1024  # four times the largest message SQS carried when this was written
HANG_SECONDS = 60  # longer than any deadline of a sender


@dataclass(frozen=True, slots=True)
class Call:
    """One POST as it was received."""

    id: str  # webhook-id; empty when there was none
    at: float  # epoch seconds
    headers: Mapping[str, str]  # webhook-*, content-type and user-agent only
    signature: Signature
    problem: str  # why it is no webhook; empty when it is one
    status: int | None  # what was answered; None while hanging


class Receiver:
    """Answers genuine POSTs as its mood says, and reports each to `on_call`."""

    def __init__(self, secret: str, on_call: Callable[[Call, dict[str, Any] | None], None]) -> None:
        """Verify with `secret`, a Standard Webhooks secret (`whsec_` and base64).

        `on_call` also gets the body, parsed: None when it is no JSON object or not genuine.
        """
        self._verifier = Webhook(secret)
        self._on_call = on_call
        self._released = asyncio.Event()
        self.mood: Mood = "accept"

    def set_mood(self, mood: Mood) -> None:
        """Change how calls are answered from now on; calls that hang are let go."""
        self.mood = mood
        self._released.set()
        self._released = asyncio.Event()

    async def receive(self, request: Request) -> Response:
        """Answer one call: 204, 500 or 410 at once, or nothing for a minute.

        In every mood, a POST that is not genuine gets 401, and one that is not a JSON object 400.
        """
        if refused := refusal(request):
            return refused
        body = await read_body(request, MAX_BODY_BYTES)
        if body is None:
            return JSONResponse({"message": "Payload Too Large"}, 413)
        headers = {
            name: value
            for name, value in request.headers.items()
            if name.startswith("webhook-") or name in ("content-type", "user-agent")
        }
        signature, problem = self._verify(body, headers)
        document = json_object(body) if signature == "valid" else None
        status: int | None
        if signature != "valid":
            status = 401
        elif document is None:
            status, problem = 400, "invalid body: must be a JSON object"
        else:
            status = {"accept": 204, "fail": 500, "gone": 410, "hang": None}[self.mood]
        self._on_call(
            Call(
                id=headers.get("webhook-id", ""),
                at=time.time(),
                headers=headers,
                signature=signature,
                problem=problem,
                status=status,
            ),
            document,
        )
        if status is None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), HANG_SECONDS)
            return Response(status_code=503)
        if problem:
            return JSONResponse({"message": problem}, status)
        return Response(status_code=status)

    def _verify(self, body: bytes, headers: dict[str, str]) -> tuple[Signature, str]:
        if "webhook-signature" not in headers:
            return "missing", "no webhook-signature header"
        try:
            self._verifier.verify(body, headers, json_parse=False)
        except WebhookVerificationError as error:
            return "invalid", str(error)
        except ValueError:  # such as a signature without its "v1,"
            return "invalid", "malformed signature, or a body that is not UTF-8"
        return "valid", ""


def json_object(text: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object that a text is; None for any other text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
