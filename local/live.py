"""The live page: its files, its JSON interface and the stream that keeps it up to date."""

import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from pytracking.delivery.messages import Message
from pytracking.delivery.schedule import JITTER, RETRY_DELAYS
from pytracking.errors import PytrackingError
from pytracking.visitors import TOO_SOON_SECONDS
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

from local import metadata
from local.guard import Guard
from local.journal import Journal
from local.minting import LocalMinter, json_name
from local.queues import Queues
from local.receiver import MOODS, Receiver
from local.sending import Sending

PREFIX = "/_local"  # everything that is not the deployed API's lives under here
RECEIVER_PATH = f"{PREFIX}/receiver"
_PAGE = Path(__file__).parent / "page"
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
        self,
        journal: Journal,
        receiver: Receiver,
        minter: LocalMinter,
        queues: Queues,
        sending: Sending,
        *,
        origin: str,
        speed: float,
        command: str,
    ) -> None:
        """`origin` is the address that links are minted for.

        Two are only shown: `speed`, how many times faster than deployed a retry's wait passes, and
        `command`, which starts this gateway again as it is.
        """
        self._journal = journal
        self._receiver = receiver
        self._minter = minter
        self._queues = queues
        self._sending = sending
        self._origin = origin
        self._speed = speed
        self._command = command
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
                    Route("/api/again", _json(self._again), methods=["POST"]),
                    Route("/api/curl", _json(self._curl), methods=["POST"]),
                    Route("/mail/{identifier}", self._mail, methods=["GET"]),
                    Mount("/page", StaticFiles(directory=_PAGE)),
                ],
                middleware=guard,
            ),
        ]

    async def _index(self, request: Request) -> Response:
        # The page may only ask its own origin: opened as http://localhost:8000 it could load no
        # pixel of http://127.0.0.1:8000. Another port is a tunnel's, and is left to who made it.
        own = request.url.replace(path="", query="", fragment="", hostname="127.0.0.1")
        if request.url.hostname != "127.0.0.1" and str(own) == self._origin:
            return RedirectResponse(f"{self._origin}/")
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
            "command": self._command,
            "retries": {"delays": RETRY_DELAYS, "jitter": JITTER},
            "too_soon": TOO_SOON_SECONDS,
            "links": self._minter.ready_made,
            "own_webhook": self._sending.webhook if self._sending.own else None,
            "events": self._journal.events(),
        }

    async def _mint(self, wanted: dict[str, Any]) -> dict[str, Any]:
        given = wanted.get("metadata")  # an object, or the text of one as it was typed
        return self._minter.links(
            target=wanted.get("target"),
            metadata=metadata.read(given) if isinstance(given, str) else given,
            expires_in=wanted.get("expires_in"),
        )

    async def _rewrite(self, wanted: dict[str, Any]) -> dict[str, Any]:
        html = wanted.get("html")
        if not isinstance(html, str) or not html.strip():
            raise BadRequest("paste the HTML of a mail: there is none")
        mail = self._minter.rewrite(html)
        return {
            "original": html,
            "original_url": self._keep(html),
            "html": mail.html,
            "url": self._keep(mail.html),
            "tracked": mail.ours,
            "clicks": mail.clicks,
            "left": mail.left,
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
        return Response(_in_new_tabs(html), media_type="text/html", headers=headers)

    async def _replay(self, wanted: dict[str, Any]) -> dict[str, Any]:
        identifier = wanted.get("id")
        if identifier is not None and not isinstance(identifier, str):
            raise BadRequest(f"id is an event's id, not {json_name(identifier)}")
        return {"replayed": self._queues.replay(identifier)}

    async def _again(self, wanted: dict[str, Any]) -> dict[str, Any]:
        message = self._message(wanted)
        self._queues.send_again(message)
        return {"sent": message.id}

    async def _curl(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return self._sending.request(self._message(wanted))

    def _message(self, wanted: dict[str, Any]) -> Message:
        event = self._journal.event(str(wanted.get("id")))
        if event is None or event.state == "refused" or "metadata" not in event.body:
            raise BadRequest("this event cannot be sent: its body is not known")
        return self._sending.message(event.id, event.webhook, event.body)

    async def _set_mood(self, wanted: dict[str, Any]) -> dict[str, Any]:
        mood = wanted.get("mood")
        if mood not in MOODS:
            raise BadRequest(f"mood is one of {', '.join(MOODS)}, not {mood!r}")
        self._receiver.set_mood(mood)
        self._journal.publish("mood", {"mood": mood})
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


class BadRequest(PytrackingError, ValueError):
    """What the page sent cannot be used; the message says why."""


def _json(
    action: Callable[[dict[str, Any]], Awaitable[dict[str, Any]]],
) -> Callable[[Request], Awaitable[Response]]:
    """Make an endpoint of an action that takes and gives a JSON object."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await action(await _object(request)))
        except RecursionError:  # of all that the page sends, only metadata can be nested
            return _refused("metadata is nested too deeply", "metadata")
        except (ValueError, TypeError) as error:
            return _refused(str(error), getattr(error, "field", None))

    return endpoint


async def _object(request: Request) -> dict[str, Any]:
    try:
        wanted = await request.json()
    except ValueError as error:
        raise BadRequest("send JSON in UTF-8: this is none") from error
    if not isinstance(wanted, dict):
        raise BadRequest(f"send a JSON object, not {json_name(wanted)}")
    return wanted


def _refused(message: str, field: str | None = None) -> Response:
    """Answer why something is not done; `field` names the part of a form that is to blame."""
    return JSONResponse({"message": message, "field": field}, 400)
