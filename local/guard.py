"""Refuses requests of other web sites, and too large ones, to what listens on this machine."""

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = [
    (b"content-security-policy", _CONTENT_SECURITY_POLICY.encode()),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
_NAMES = ("127.0.0.1", "localhost", "[::1]")


def is_local(host: str) -> bool:
    """Return whether a Host header names this machine, with any port.

    A site that rebinds its name to 127.0.0.1 still sends its own name.
    """
    name, colon, port = host.rpartition(":")
    return host in _NAMES or (colon == ":" and port.isdecimal() and name in _NAMES)


def refusal(request: Request) -> JSONResponse | None:
    """Return the answer to a request of a foreign page; None for one that is fine.

    Browsers name the page behind a POST in Origin; programs send none.
    """
    host = request.headers.get("host", "")
    if not is_local(host):
        return JSONResponse({"message": "Use the address that the gateway printed"}, 403)
    if request.headers.get("origin", f"http://{host}") != f"http://{host}":
        return JSONResponse({"message": "Requests of other sites are refused"}, 403)
    return None


async def read_body(request: Request, limit: int) -> bytes | None:
    """Return the body of a request; None, without reading on, beyond ``limit`` bytes."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            return None
    return bytes(body)


class Guard:
    """Refuses foreign pages, and puts our own under a strict policy (ASGI middleware).

    A form of a foreign site cannot send JSON without asking first, and is never allowed to.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse or pass on one request."""
        request = Request(scope)
        refused = refusal(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        if not refused and request.method == "POST" and media_type != "application/json":
            refused = JSONResponse({"message": "Send application/json"}, 415)
        if refused:
            await refused(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                names = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _HEADERS if pair[0] not in names),
                ]
            await send(message)

        await self._app(scope, receive, send_guarded)
