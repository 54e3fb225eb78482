"""Every answer a visitor can get, and the shape each gateway wants it in."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pytracking.handlers.requests import Request
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL

RETRY_AFTER_SECONDS = 5
"""What a visitor's browser is asked to wait while link keys cannot be read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status, headers, and a body that is text or bytes."""

    status: int
    headers: Mapping[str, str]
    body: str | bytes = field(default="")


# A hit must reach us each time, so no cache may keep an answer: no-store is the rule (RFC 9111,
# 5.2.2.5), the rest is for caches and proxies older than it.
_FRESH = {
    "Cache-Control": "no-store, no-cache, must-revalidate, max-age=0, private",
    "Pragma": "no-cache",
    "Expires": "0",
}
_GUARDED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE = {
    **_FRESH,
    **_GUARDED,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
}
_CACHED = {"Cache-Control": "public, max-age=86400", **_GUARDED}


def _page(status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1><p>{text}</p></html>\n"
    )
    return Answer(status, {**_PAGE, **(headers or {})}, body)


PIXEL = Answer(200, {**_FRESH, **_GUARDED, "Content-Type": PNG_MIME_TYPE}, TRACKING_PIXEL)
NOT_FOUND = _page(
    404, "This link does not work", "It may be incomplete, or it may have stopped working."
)
GONE = _page(410, "This link does not work", "What it led to is no longer available.")
METHOD_NOT_ALLOWED = _page(
    405, "Not allowed", "This address can only be opened.", {"Allow": "GET, HEAD"}
)
UNAVAILABLE = _page(
    503,
    "Please try again",
    "This link cannot be opened just now. Please try again in a few seconds.",
    {"Retry-After": str(RETRY_AFTER_SECONDS)},
)
FAILURE = _page(500, "Something went wrong", "This link cannot be opened just now.")
ROBOTS = Answer(
    200,
    {**_CACHED, "Content-Type": "text/plain; charset=utf-8"},
    "User-agent: *\nDisallow: /\n",
)
NO_ICON = Answer(204, _CACHED)


def redirect(url: str) -> Answer:
    """Return a 302 to ``url``, which must have passed ``check_target``: ASCII, no controls."""
    return Answer(302, {**_FRESH, **_GUARDED, "Location": url})


def render(answer: Answer, request: Request) -> dict[str, Any]:
    """Return ``answer`` as the Lambda result that the gateway of ``request`` understands.

    HEAD gets the headers of GET without the body (RFC 9110, 9.3.2). Content-Length is left to the
    gateway, which knows what it sends.
    """
    body = "" if request.method == "HEAD" else answer.body
    binary = isinstance(body, bytes)
    result: dict[str, Any] = {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": binary,
    }
    if request.gateway == "alb":
        result["statusDescription"] = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        if request.multi_value:
            headers = result.pop("headers")
            result["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return result
