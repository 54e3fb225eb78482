"""The live page: its files, its JSON interface and the stream that keeps it up to date."""

import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pytracking.errors import PytrackingError
from pytracking.visitors import TOO_SOON_SECONDS
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.journal import Journal
from local.minting import Minter
from local.queues import Queues
from local.receiver import MOODS, Receiver

PREFIX = "/_local"  # everything that is not the deployed API's lives under here
RECEIVER_PATH = f"{PREFIX}/receiver"
_PAGE = Path(__file__).parent / "page"
_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
# A mail looks as it would in a mail program: its own styles, no scripts, pictures only of ours (the
# pixel), since a page that works without a network asks nobody else for theirs.
_MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)
_MAX_MAILS = 20


class Live:
    """What the page asks of the gateway."""

    def __init__(
        self, journal: Journal, receiver: Receiver, minter: Minter, queues: Queues, speed: float
    ) -> None:
        """`speed` is only shown: how many times faster than deployed a retry's wait passes."""
        self._journal = journal
        self._receiver = receiver
        self._minter = minter
        self._queues = queues
        self._speed = speed
        self._mails: dict[str, str] = {}

    def routes(self) -> list[BaseRoute]:
        """Return the page's routes: `/` and everything under `/_local/`."""
        guard = [Middleware(Guard)]
        return [
            Route("/", self._index, methods=["GET"], middleware=guard),
            Route(RECEIVER_PATH, self._receiver.receive, methods=["POST"]),
            Mount(
                PREFIX,
                routes=[
                    Route("/api/state", self._state, methods=["GET"]),
                    Route("/api/stream", self._stream, methods=["GET"]),
                    Route("/api/links", _json(self._mint), methods=["POST"]),
                    Route("/api/rewrite", _json(self._rewrite), methods=["POST"]),
                    Route("/api/receiver", _json(self._set_mood), methods=["POST"]),
                    Route("/api/replay", _json(self._replay), methods=["POST"]),
                    Route("/mail/{identifier}", self._mail, methods=["GET"]),
                    Mount("/page", StaticFiles(directory=_PAGE)),
                ],
                middleware=guard,
            ),
        ]

    async def _index(self, request: Request) -> Response:
        return FileResponse(_PAGE / "index.html")

    async def _state(self, request: Request) -> Response:
        return JSONResponse(self._snapshot())

    async def _stream(self, request: Request) -> Response:
        changes = self._journal.changes(self._snapshot)
        return StreamingResponse(changes, media_type="text/event-stream")

    def _snapshot(self) -> dict[str, Any]:
        return {
            "mood": self._receiver.mood,
            "speed": self._speed,
            "too_soon": TOO_SOON_SECONDS,
            "links": self._minter.ready_made,
            "events": self._journal.events(),
        }

    async def _mint(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return self._minter.links(
            target=wanted.get("target"),
            metadata=wanted.get("metadata"),
            expires_in=wanted.get("expires_in"),
        )

    async def _rewrite(self, wanted: dict[str, Any]) -> dict[str, Any]:
        html = wanted.get("html")
        if not isinstance(html, str) or not html.strip():
            raise BadRequest("paste the HTML of a mail: there is none")
        rewritten, tracked = self._minter.rewrite(html)
        return {
            "original": html,
            "original_url": self._keep(html),
            "html": rewritten,
            "url": self._keep(rewritten),
            "tracked": tracked,
        }

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
        return Response(html, media_type="text/html", headers=headers)

    async def _replay(self, wanted: dict[str, Any]) -> dict[str, Any]:
        identifier = wanted.get("id")
        if identifier is not None and not isinstance(identifier, str):
            raise BadRequest(f"id is an event's id, not a {type(identifier).__name__}")
        return {"replayed": self._queues.replay(identifier)}

    async def _set_mood(self, wanted: dict[str, Any]) -> dict[str, Any]:
        mood = wanted.get("mood")
        if mood not in MOODS:
            raise BadRequest(f"mood is one of {', '.join(MOODS)}, not {mood!r}")
        self._receiver.set_mood(mood)
        self._journal.publish("mood", {"mood": mood})
        return {"mood": mood}


class BadRequest(PytrackingError, ValueError):
    """What the page sent cannot be used; the message says why."""


class Guard:
    """Keeps other web sites away from the page, and puts the page under a strict policy.

    A site that rebinds its name to 127.0.0.1 still sends its own name as Host; a form of a
    foreign site cannot send JSON without asking first, and is never allowed to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one request (ASGI)."""
        request = Request(scope)
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host")
        if host not in ("127.0.0.1", "localhost", "[::1]"):
            await JSONResponse({"message": "Use the address that the gateway printed"}, 403)(
                scope, receive, send
            )
            return
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        if request.method == "POST" and media_type != "application/json":
            await JSONResponse({"message": "Send application/json"}, 415)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _GUARD_HEADERS if pair[0] not in names),
                ]
            await send(message)

        await self._app(scope, receive, send_guarded)


_GUARD_HEADERS = [
    (b"content-security-policy", _CONTENT_SECURITY_POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]


def _json(
    action: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of an action that takes and gives a JSON object."""

    async def endpoint(request: Request) -> Response:
        try:
            wanted = await request.json()
            if not isinstance(wanted, dict):
                raise BadRequest(f"send a JSON object, not a {type(wanted).__name__}")
            return JSONResponse(await action(wanted))
        except (ValueError, TypeError, RecursionError) as error:
            return JSONResponse({"message": str(error)}, 400)

    return endpoint
