"""What an HTTP event asks for: one ``Request``, whichever gateway made the event.

Understood are Lambda proxy events of payload format 2.0 (HTTP API, function URL), 1.0 (REST API,
HTTP API) and those of an Application Load Balancer:
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
https://docs.aws.amazon.com/lambda/latest/dg/services-alb.html

An event is a stranger's input: ``read_request`` never raises. What is missing or of the wrong type
reads as absent.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

MAX_HEADER_BYTES = 1024
"""A user agent or referer is cut to this: gateways pass 8 to 10 kB on, browsers send 100-300 B."""

Gateway = Literal["http-api", "rest-api", "alb"]

_ROUTES = frozenset({"o", "c", "a", "app"})


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, as far as tracking cares.

    Attributes:
        method: ``GET``, ``HEAD``, ...; upper case.
        path: as the gateway gives it; maybe with a stage before the route, maybe percent-encoded.
        headers: lower-case names; several values of one name are joined by ``,`` (RFC 9110, 5.3).
        client_ip: who connected to the gateway, as the gateway itself saw it; None when unknown.
        gateway: the shape an answer must have.
        multi_value: the load balancer sent, and so expects, ``multiValueHeaders``.
    """

    method: str = "GET"
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    client_ip: str | None = None
    gateway: Gateway = "http-api"
    multi_value: bool = False

    @property
    def token(self) -> str:
        """The segment behind the route: ``abc`` of ``/stage//o/abc/``, and of ``/o/abc</a>``.

        Where there is no route, as in ``/robots.txt``, it is the last one.
        """
        parts = [part for part in self.path.split("/") if part.strip(".")]
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

    def data(self) -> dict[str, str | None]:
        """Return the ``request_data`` of an event: user_agent, user_ip, method, maybe referer."""
        data = {"user_agent": self.user_agent, "user_ip": self.client_ip, "method": self.method}
        if referer := self.referer:
            data["referer"] = referer
        return data


def read_request(event: object) -> Request:
    """Return the request in a Lambda event of any supported kind; ``Request()`` when in none."""
    event = _mapping(event)
    context = _mapping(event.get("requestContext"))
    if "elb" in context:
        return _read_load_balancer(event)
    http = _mapping(context.get("http"))
    if http or event.get("version") == "2.0":
        return Request(
            method=_method(http.get("method")),
            path=_text(event.get("rawPath")) or _text(http.get("path")),
            headers=_headers(event),
            client_ip=_address(http.get("sourceIp")),
        )
    if "httpMethod" in event:
        return Request(
            method=_method(event["httpMethod"]),
            path=_text(event.get("path")),
            headers=_headers(event),
            client_ip=_address(_mapping(context.get("identity")).get("sourceIp")),
            gateway="rest-api",
        )
    return Request()


def clean(text: str) -> str:
    r"""Return ``text`` safe for a log line or a terminal, in at most ``MAX_HEADER_BYTES`` of UTF-8.

    Control characters, line and paragraph separators and lone surrogates become ``\x1b``-style
    escapes: CR LF forges log lines, ANSI escape sequences command a terminal.
    """
    text = _UNSAFE.sub(lambda found: _escape(found.group()), text[:MAX_HEADER_BYTES])
    return text.encode()[:MAX_HEADER_BYTES].decode(errors="ignore")


# \r, \n, ESC of "\x1b[31m", DEL, C1 controls, U+2028 and U+2029, lone surrogates, bidi overrides
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _read_load_balancer(event: Mapping[str, Any]) -> Request:
    headers = _headers(event)
    # In its default mode ("append") the load balancer itself writes the last hop; whatever stands
    # before it is the requester's own word.
    last_hop = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return Request(
        method=_method(event.get("httpMethod")),
        path=_text(event.get("path")),
        headers=headers,
        client_ip=_address(last_hop),
        gateway="alb",
        multi_value="multiValueHeaders" in event,
    )


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

    A port is dropped (``203.0.113.9:4711``, ``[2001:db8::1]:4711``): load balancers can be told to
    add it.
    """
    text = _text(value)
    with_port = _WITH_PORT.fullmatch(text)
    try:
        return str(ipaddress.ip_address((with_port[1] or with_port[2]) if with_port else text))
    except ValueError:
        return None


# 203.0.113.9:4711 or [2001:db8::1]:4711
_WITH_PORT = re.compile(r"([0-9.]+):[0-9]+|\[([0-9A-Fa-f:.]+)\](?::[0-9]+)?")


def _method(value: object) -> str:
    return _text(value)[:16].upper() or "GET"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
