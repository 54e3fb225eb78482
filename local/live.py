"""The live page: its files, its JSON interface and the stream that keeps it up to date."""

import json
import re
import secrets
import shlex
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from pytracking.delivery.schedule import JITTER, RETRY_DELAYS
from pytracking.delivery.signatures import Signer
from pytracking.errors import (
    ConfigurationError,
    InvalidPayload,
    InvalidRequest,
    InvalidTarget,
    PytrackingError,
)
from pytracking.messages import Message
from pytracking.tokens.keyring import Keyring
from pytracking.visitors import TOO_SOON_SECONDS
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from local.guard import Guard
from local.journal import Journal
from local.minting import LocalMinter
from local.queues import Queues
from local.receiver import MOODS, Receiver
from local.store import LocalStore

PREFIX = "/_local"  # everything that is not the deployed API's lives under here
RECEIVER_PATH = f"{PREFIX}/receiver"
_PAGE = Path(__file__).parent / "page"
# A mail looks as it would in a mail program: its own styles, no scripts, pictures only of ours (the
# pixel), since the page works without a network.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
# The report brings its own styles, and the page that shows it asks how high it is.
_REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "sandbox allow-same-origin"
)
_PLAIN_PAGE = (
    '<!doctype html><html lang="en"><title>Numbers</title>'
    '<meta name="color-scheme" content="light dark"><style>p { font: 15px system-ui }</style>'
)
_MAX_MAILS = 20


@dataclass(frozen=True, slots=True)
class Run:
    """What one `make run` was started with.

    Attributes:
        origin: the address that links are minted for.
        webhook: where the webhooks go of links that carry none.
        own_webhook: whether that is the user's own receiver.
        secret: signs webhooks: `whsec_` and base64.
        keyring: seals and opens links.
        speed: how many times faster than deployed a retry's wait passes.
        command: starts this gateway again as it is.
    """

    origin: str
    webhook: str
    own_webhook: bool
    secret: str
    keyring: Keyring
    speed: float
    command: str


@dataclass(eq=False)
class Live:
    """What the page asks of the gateway."""

    run: Run
    journal: Journal
    receiver: Receiver
    minter: LocalMinter
    queues: Queues
    store: LocalStore
    _mails: dict[str, str] = field(init=False, default_factory=dict)

    def routes(self) -> list[BaseRoute]:
        """Return the page's routes: `/` and everything under `/_local/`."""
        guard = [Middleware(Guard)]
        actions = {
            "links": self._mint,
            "rewrite": self._rewrite,
            "receiver": self._set_mood,
            "replay": self._replay,
            "again": self._again,
            "curl": self._curl,
        }
        return [
            Route("/", self._index, methods=["GET"], middleware=guard),
            Route(RECEIVER_PATH, self.receiver.receive, methods=["POST"]),
            Mount(
                PREFIX,
                routes=[
                    Route("/api/state", self._state, methods=["GET"]),
                    Route("/api/stream", self._stream, methods=["GET"]),
                    *(
                        Route(f"/api/{name}", _json(action), methods=["POST"])
                        for name, action in actions.items()
                    ),
                    Route("/numbers", self._numbers, methods=["GET"]),
                    Route("/mail/{identifier}", self._mail, methods=["GET"]),
                    Mount("/page", StaticFiles(directory=_PAGE)),
                ],
                middleware=guard,
            ),
        ]

    async def _index(self, request: Request) -> Response:
        # The page may only ask its own origin: opened as http://localhost:8000 it could load no
        # pixel of http://127.0.0.1:8000. Another port is that of a tunnel, and stays.
        own = request.url.replace(path="", query="", fragment="", hostname="127.0.0.1")
        if request.url.hostname != "127.0.0.1" and str(own) == self.run.origin:
            return RedirectResponse(f"{self.run.origin}/")
        return FileResponse(_PAGE / "index.html")

    async def _state(self, request: Request) -> Response:
        return JSONResponse(self._snapshot())

    async def _stream(self, request: Request) -> Response:
        changes = self.journal.changes(self._snapshot)
        return StreamingResponse(changes, media_type="text/event-stream")

    def _snapshot(self) -> dict[str, Any]:
        return {
            "mood": self.receiver.mood,
            "speed": self.run.speed,
            "command": self.run.command,
            "retries": {"delays": RETRY_DELAYS, "jitter": JITTER},
            "too_soon": TOO_SOON_SECONDS,
            "links": self.minter.ready_made,
            "own_webhook": self.run.webhook if self.run.own_webhook else None,
            "stored": self.store.stored,
            "events": self.journal.events(),
        }

    async def _mint(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        return self.minter.links(*map(wanted.get, ("target", "metadata", "expires_in", "kind")))

    async def _rewrite(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        html = wanted.get("html")
        if not isinstance(html, str) or not html.strip():
            raise InvalidRequest("no HTML: paste a mail")
        mail = self.minter.rewrite(html)
        urls = {"original_url": self._keep(html), "url": self._keep(mail["html"])}
        return {**mail, "original": html, **urls}

    def _keep(self, html: str) -> str:
        identifier = secrets.token_urlsafe(12)
        self._mails[identifier] = html
        while len(self._mails) > _MAX_MAILS:
            del self._mails[next(iter(self._mails))]
        return f"{PREFIX}/mail/{identifier}"

    async def _mail(self, request: Request) -> Response:
        html = self._mails.get(request.path_params["identifier"])
        if html is None:
            return JSONResponse({"message": "This mail is gone: rewrite it again"}, 404)
        headers = {"Content-Security-Policy": _MAIL_POLICY}
        return Response(_in_new_tabs(html), media_type="text/html", headers=headers)

    async def _numbers(self, request: Request) -> Response:
        """Answer the report on all events, as `pytracking report --html` writes it."""
        try:
            html = await run_in_threadpool(self.store.report)
        except PytrackingError as error:
            html = f"{_PLAIN_PAGE}<p>{escape(str(error))}"
        headers = {"Content-Security-Policy": _REPORT_POLICY}
        return Response(html, media_type="text/html", headers=headers)

    async def _replay(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        run = self.run
        replayed = await run_in_threadpool(
            self.queues.replay, run.keyring, run.webhook, wanted.get("id")
        )
        return {"replayed": replayed}

    async def _again(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        message = self._message(wanted)
        self.queues.send_again(message)
        return {"sent": message.id}

    async def _curl(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """Return the curl command that sends a webhook, signed now: old signatures are refused."""
        message = self._message(wanted)
        body = json.dumps(message.body, separators=(",", ":"))
        signed = Signer([self.run.secret]).headers(message.id, int(time.time()), body.encode())
        words = ["curl", "-i", message.webhook]
        for name, value in {"content-type": "application/json", **signed}.items():
            words += ["-H", f"{name}: {value}"]
        return {"curl": shlex.join([*words, "--data-raw", body])}

    def _message(self, wanted: Mapping[str, Any]) -> Message:
        event = self.journal.event(str(wanted.get("id")))
        if event is None or event.state == "refused" or "metadata" not in event.body:
            raise InvalidRequest("this event cannot be sent: its body is not known")
        return Message(event.id, event.webhook or self.run.webhook, event.body, counted=True)

    async def _set_mood(self, wanted: Mapping[str, Any]) -> dict[str, Any]:
        mood = wanted.get("mood")
        if mood not in MOODS:
            raise InvalidRequest(f"invalid mood {mood!r}: must be one of {', '.join(MOODS)}")
        self.receiver.set_mood(mood)
        self.journal.publish("mood", {"mood": mood})
        return {"mood": mood}


def _in_new_tabs(html: str) -> str:
    """Return a mail whose links open tabs of their own, as they do in a mail program.

    The frame that shows it may show nothing from elsewhere, so a redirect would end there. A
    <base> of the mail's own still decides what its relative links are relative to.
    """
    start = 0
    while skipped := _BEFORE_DOCTYPE.match(html, start):
        start = skipped.end()
    doctype = _DOCTYPE.match(html, start)  # it stays first: without it browsers lay out as in 1998
    start = doctype.end() if doctype else 0
    return f'{html[:start]}<base target="_blank">{html[start:]}'


# a byte order mark, white space, `<!-- made by hand -->`
_BEFORE_DOCTYPE = re.compile(r"\ufeff|\s+|<!--.*?-->", re.DOTALL)
# `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">`
_DOCTYPE = re.compile(r"<!doctype[^>]*>", re.IGNORECASE)

# The part of a form that an error is about
_FIELDS = {InvalidTarget: "target", InvalidPayload: "metadata", ConfigurationError: "expiry"}


def _json(
    action: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of an action that takes and gives a JSON object."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await action(await _object(request)))
        except PytrackingError as error:
            answer = {"message": str(error), "field": _FIELDS.get(type(error))}
            return JSONResponse(answer, 400)

    return endpoint


async def _object(request: Request) -> dict[str, Any]:
    try:
        wanted = await request.json()
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(f"invalid request: must be JSON in UTF-8: {error}") from error
    if not isinstance(wanted, dict):
        raise InvalidRequest("invalid request: must be a JSON object")
    return wanted
