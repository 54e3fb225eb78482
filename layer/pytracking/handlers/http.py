"""HTTP as gateways hand it to a function: a ``Request``, every ``Answer``, and how it is rendered.

Understood are Lambda proxy events of payload format 2.0 (HTTP API, function URL), 1.0 (REST API,
HTTP API) and those of an Application Load Balancer:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html

An event is a stranger's input: ``read_request`` never raises. What is missing or of the wrong type
reads as absent.
"""

import base64
import hashlib
import hmac
import ipaddress
import re
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL

MAX_HEADER_BYTES = 1024
"""A user agent or referer is cut to this: gateways pass 8 to 10 kB on, browsers send 100-300 B."""

MAX_REQUEST_BYTES = 4096
"""Longest body of a request that is read; a mailbox provider's is 26 bytes, a browser's 2 kB."""

MAX_HIDDEN_FOLDERS = 2
"""Most folders of a path that may be the gateway's own: a stage, and a base path before it."""

Gateway = Literal["http-api", "rest-api", "alb"]

# a1b2c3.execute-api.eu-west-1.amazonaws.com: what AWS itself calls an API, a function URL and a
# load balancer
_HOST_OF_AWS = r"\.(execute-api|lambda-url|elb)\."

_ORIGIN_SECRET = "x-origin-secret"  # noqa: S105 - a header's name

READING = ("GET", "HEAD")
"""The methods that ask for something and change nothing."""

_ROUTES = frozenset({"o", "c", "a", "app"})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as far as tracking cares.

    Attributes:
        method: ``GET``, ``HEAD``, ...; upper case.
        path: as the gateway gives it; maybe with a stage before the route, maybe percent-encoded.
        headers: lower-case names; several values of one name are joined by ``,`` (RFC 9110, 5.3).
        client_ip: who connected to the gateway, as the gateway itself saw it, or to one's own
            CloudFront distribution; None when unknown.
        gateway: the shape an answer must have.
        multi_value: the load balancer sent, and so expects, ``multiValueHeaders``.
        body: what was sent, if anything: one byte more than ``MAX_REQUEST_BYTES`` at most.
        since: when it came, by ``time.monotonic``.
    """

    method: str = "GET"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    client_ip: str | None = None
    gateway: Gateway = "http-api"
    multi_value: bool = False
    body: bytes = b""
    since: float = field(default_factory=time.monotonic, compare=False)

    @property
    def token(self) -> str:
        """The segment behind the route: ``abc`` of ``/stage//o/abc/``, and of ``/o/abc</a>``.

        Where there is no route, as in ``/robots.txt``, it is the last one.
        """
        parts = [part for part in self.path.split("/") if unquote(part).strip(".")]
        for route, token in pairwise(parts):
            if route in _ROUTES and token not in _ROUTES:
                return token
        return parts[-1] if parts else ""

    @property
    def user_agent(self) -> str:
        """The visitor's user agent, safe to log: bounded, control characters escaped."""
        return clean(self.headers.get("user-agent", ""))

    @property
    def referer(self) -> str:
        """The page a click came from, safe to log; empty when the request does not say."""
        return clean(self.headers.get("referer", ""))

    @property
    def host(self) -> str:
        """The host name that was asked for; the requester's own word, so never echo it."""
        return self.headers.get("host", "").lower()

    def host_among(self, known: Collection[str]) -> str | None:
        """Return the host name that was asked for, without a port, if it is one of ``known``."""
        name = self.host.partition(":")[0].removesuffix(".")
        return name if name in known else None

    @property
    def for_app(self) -> bool:
        """Whether the link is one that telephones open in an app: ``/c/app/abc``."""
        return "/c/app/" in self.path

    @property
    def own_bases(self) -> tuple[str, ...]:
        """What links to this very function start with, as the visitor sees them."""
        if not (self.host and self.token):
            return ()
        folders = [part for part in self.path.rpartition(self.token)[0].split("/") if part]
        # Behind a domain of one's own, a gateway shows a stage and a base path no visitor sees.
        return tuple(
            "/".join((f"https://{self.host}", *folders[hidden:], ""))
            for hidden in range(min(MAX_HIDDEN_FOLDERS, len(folders) - 1) + 1)
        ) or (f"https://{self.host}/",)

    def may_be_for(self, url: str) -> bool:
        """Return whether this may be a request for ``url``, so that a redirect would never end.

        Behind a CDN the host is the API's own, and nobody here knows under which name it was
        reached. So the ends of the paths decide; gateways put stages before a path, or take folders
        away. Two paths that are empty prove nothing, unless the hosts do not speak against it.
        """
        parts = urlsplit(url)
        asked, page = _last_segment(self.path), _last_segment(parts.path)
        hidden = bool(re.search(_HOST_OF_AWS, self.host))
        return asked == page and (page != "" or hidden or parts.netloc.lower() == self.host)

    def data(self) -> dict[str, str | None]:
        """Return the ``request_data`` of an event: user_agent, user_ip, method, maybe referer."""
        data = {"user_agent": self.user_agent, "user_ip": self.client_ip, "method": self.method}
        if referer := self.referer:
            data["referer"] = referer
        return data


def read_request(event: object, viewer_address_secret: str | None = None) -> Request:
    """Return the request in a Lambda event of any supported kind; ``Request()`` when in none.

    Args:
        viewer_address_secret: the one who sends it as ``X-Origin-Secret`` is one's own CloudFront
            distribution, whose ``CloudFront-Viewer-Address`` is believed. None: nobody is. The
            secret is not among the request's headers.
    """
    request = _read(event)
    headers = dict(request.headers)
    sent = headers.pop(_ORIGIN_SECRET, "")
    address = request.client_ip
    if viewer_address_secret and hmac.compare_digest(  # in a time that reveals nothing of it
        sent.encode(errors="surrogatepass"), viewer_address_secret.encode(errors="surrogatepass")
    ):
        # 203.0.113.9:4711 or, for CloudFront adds no brackets, ::1:4711
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/adding-cloudfront-headers.html
        viewer = headers.get("cloudfront-viewer-address", "").rpartition(":")[0]
        address = _address(viewer) or address
    return replace(request, headers=headers, client_ip=address, body=_body(event))


def _body(event: object) -> bytes:
    event = _mapping(event)
    text = _text(event.get("body"))
    if event.get("isBase64Encoded") is not True:
        return text[: MAX_REQUEST_BYTES + 1].encode(errors="replace")[: MAX_REQUEST_BYTES + 1]
    try:
        return base64.b64decode(text[: 2 * MAX_REQUEST_BYTES])[: MAX_REQUEST_BYTES + 1]
    except ValueError:  # nothing that a button sends; what was meant is in the link
        return b""


def _read(event: object) -> Request:
    event = _mapping(event)
    context = _mapping(event.get("requestContext"))
    http = _mapping(context.get("http"))
    headers = _headers(event)
    gateway: Gateway = "rest-api"
    method, path = event.get("httpMethod"), event.get("path")
    address = _mapping(context.get("identity")).get("sourceIp")
    if "elb" in context:
        gateway = "alb"
        # In its default mode ("append") the load balancer itself writes the last hop; whatever
        # stands before it is the requester's own word.
        address = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    elif http or event.get("version") == "2.0":
        gateway = "http-api"
        method, path = http.get("method"), _text(event.get("rawPath")) or http.get("path")
        address = http.get("sourceIp")
    elif "httpMethod" not in event:
        return Request()
    return Request(
        method=_text(method)[:16].upper() or "GET",
        path=_text(path),
        headers=headers,
        client_ip=_address(address),
        gateway=gateway,
        multi_value=gateway == "alb" and "multiValueHeaders" in event,
    )


def _last_segment(path: str) -> str:
    """Return the last segment of a path that is not empty, decoded: `sorry` of `/c/Sorry%2F`."""
    return next((part for part in reversed(unquote(path).split("/")) if part), "").casefold()


def clean(text: str) -> str:
    r"""Return ``text`` safe for a log line or a terminal, in at most ``MAX_HEADER_BYTES`` of UTF-8.

    Control characters, line and paragraph separators and lone surrogates become ``\x1b``-style
    escapes: CR LF forges log lines, ANSI escape sequences command a terminal.
    """
    text = text[:MAX_HEADER_BYTES]
    if not text.isprintable():
        text = re.sub(_UNSAFE, lambda found: _escape(found.group()), text)
    return text.encode()[:MAX_HEADER_BYTES].decode(errors="ignore")


# \r, \n, ESC of "\x1b[31m", DEL, C1 controls, U+2028 and U+2029, lone surrogates, bidi overrides
_UNSAFE = "[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in _mapping(event.get("headers")).items():
        if isinstance(value, str):
            headers[name.lower()] = value
    for name, values in _mapping(event.get("multiValueHeaders")).items():
        if isinstance(values, list):
            headers[name.lower()] = ",".join(value for value in values if isinstance(value, str))
    return headers


def _address(value: object) -> str | None:
    """Return an IP address in its usual spelling; None for anything else.

    A port is dropped (``203.0.113.9:4711``, ``[2001:db8::1]:4711``): load balancers can be set to
    add it.
    """
    text = _text(value)
    with_port = re.fullmatch(_WITH_PORT, text) if ":" in text else None
    try:
        address = ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text)
        return str(address).partition("%")[0]  # fe80::1%eth0: a zone is any text
    except ValueError:
        return None


# 203.0.113.9:4711 or [2001:db8::1]:4711
_WITH_PORT = r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


RETRY_AFTER_SECONDS = 5
"""What a visitor's browser is asked to wait while link keys cannot be read."""


class Answer(NamedTuple):
    """An HTTP answer: status, headers, and a body that is text or bytes.

    ``records``: the request is a hit, which is recorded once the answer is rendered.
    """

    status: int
    headers: Mapping[str, str]
    body: str | bytes = ""
    records: bool = False


FRESH = {
    "Cache-Control": "no-store, no-cache, must-revalidate, max-age=0, private",
    "Pragma": "no-cache",
    "Expires": "0",
}
"""A hit must reach us each time, so no cache may keep an answer: no-store is the rule (RFC 9111,
5.2.2.5), the rest is for caches and proxies older than it."""

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""No guessing of types, no referrer with a token in it, nothing in a search engine."""

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}"
)


def page_headers(style: str, forms: str = "") -> dict[str, str]:
    """Return the headers of a page of one style; ``forms`` ends its policy."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    )
    html = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy + forms}
    return {**FRESH, **SAFE, **html}


_PAGE = page_headers(_STYLE, "; form-action 'none'")
_CACHED = {"Cache-Control": "public, max-age=86400", **SAFE}


def _page(status: int, title: str, text: str, headers: Mapping[str, str] | None = None) -> Answer:
    body = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{_STYLE}</style><h1>{title}</h1><p>{text}</p></html>\n"
    )
    return Answer(status, {**_PAGE, **(headers or {})}, body)


PIXEL = Answer(
    200,
    {
        **FRESH,
        **SAFE,
        "Content-Type": PNG_MIME_TYPE,
        # A mail program that isolates origins (COEP) shows only images that allow it.
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
    TRACKING_PIXEL,
)
OPENED = PIXEL._replace(records=True)
NOT_FOUND = _page(
    404, "This link does not work", "It may be incomplete, or it may have stopped working."
)
GONE = _page(410, "This link does not work", "What it led to is no longer available.")
TOO_LARGE = _page(413, "Too large", "This address takes the answer of a button, no more.")
UNAVAILABLE = _page(
    503,
    "Please try again",
    "This link cannot be opened just now. Please try again in a few seconds.",
    {"Retry-After": str(RETRY_AFTER_SECONDS)},
)
FAILURE = _page(500, "Something went wrong", "This link cannot be opened just now.")
ROBOTS = Answer(
    200, {**_CACHED, "Content-Type": "text/plain; charset=utf-8"}, "User-agent: *\nDisallow: /\n"
)
NO_ICON = Answer(204, _CACHED)
_FILES = {"robots.txt": ROBOTS, "favicon.ico": NO_ICON}


def well_known(request: Request, methods: Collection[str]) -> Answer | None:
    """Return the answer to a request that is for no link, None for one that is.

    Args:
        methods: those that a link of this function may be asked with.
    """
    if answer := _FILES.get(request.token):
        return answer
    return None if request.method in methods else method_not_allowed(methods)


def method_not_allowed(methods: Iterable[str] = READING) -> Answer:
    """Return the 405 that says which methods are allowed."""
    allowed = {"Allow": ", ".join(methods)}
    return _page(405, "Not allowed", "This address can only be opened.", allowed)


def redirect(url: str, status: int = 302, *, records: bool = False) -> Answer:
    """Return a redirect to ``url``, which must have passed ``check_target``: ASCII, no controls."""
    return Answer(status, {**FRESH, **SAFE, "Location": url}, records=records)


def render(answer: Answer, request: Request) -> dict[str, Any]:
    """Return ``answer`` as the Lambda result that the gateway of ``request`` understands.

    HEAD gets the headers of GET without the body (RFC 9110, 9.3.2). Content-Length is left to the
    gateway, which knows what it sends.
    """
    body = "" if request.method == "HEAD" else answer.body
    result: dict[str, Any] = {
        "statusCode": answer.status,
        "headers": dict(answer.headers),
        "body": base64.b64encode(body).decode() if isinstance(body, bytes) else body,
        "isBase64Encoded": isinstance(body, bytes),
    }
    if request.gateway == "alb":
        from http import HTTPStatus

        result["statusDescription"] = f"{answer.status} {HTTPStatus(answer.status).phrase}"
        if request.multi_value:
            headers = result.pop("headers")
            result["multiValueHeaders"] = {name: [value] for name, value in headers.items()}
    return result
