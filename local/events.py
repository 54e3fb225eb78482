"""HTTP requests as the events API Gateway makes of them, and answers turned back into HTTP.

Sources: "Create AWS Lambda proxy integrations for HTTP APIs in API Gateway" in the API Gateway
developer guide (payload formats 2.0 and 1.0). What the guide leaves open follows observed
behaviour of the service: `rawPath`, `path` and path parameters arrive percent-decoded while
`rawQueryString` does not; only `text/*` and the JSON, XML and JavaScript types count as text,
every other body (also form data, also an untyped one) is base64; an answer without a content
type is `text/plain; charset=utf-8`.
"""

import base64
import binascii
import json
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote

ACCOUNT_ID = "123456789012"  # AWS's documentation account
STAGE = "$default"
_TEXT_TYPES = ("application/json", "application/xml", "application/javascript")
# Never taken over from a function's answer: they belong to one connection (RFC 9110, 7.6.1)
# or are computed from the body.
_OWN_HEADERS = frozenset(
    ("connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)
_NOT_KNOWN_OF_CALLERS = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider"),
    *("cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId"),
)
_PORTS = {"http": 80, "https": 443}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _request_id() -> str:
    """An id in the shape of an HTTP API's: 15 characters and `=`."""
    return secrets.token_urlsafe(12)[:15] + "="


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request as it came: path and query still percent-encoded, headers in order."""

    method: str
    path: str  # "/o/pQ%41..."
    query: str = ""  # without "?"
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    id: str = field(default_factory=_request_id)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """An answer ready to be sent; header names lower case, `set-cookie` may repeat."""

    status: int
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = field(default=b"", repr=False)


def failure(status: int, message: str) -> HttpResponse:
    """Return the answer that API Gateway itself gives."""
    body = json.dumps({"message": message}, separators=(",", ":"))
    return HttpResponse(status, (("content-type", "application/json"),), body.encode())


NOT_FOUND = failure(404, "Not Found")
INTERNAL_SERVER_ERROR = failure(500, "Internal Server Error")
SERVICE_UNAVAILABLE = failure(503, "Service Unavailable")


def event(
    request: HttpRequest,
    route_key: str,
    path_parameters: Mapping[str, str],
    *,
    version: str = "2.0",
    now: float | None = None,
) -> dict[str, Any]:
    """Make the event of one request.

    `route_key` is `GET /o/{token}` or `$default`, `path_parameters` the route's variables still
    percent-encoded, `version` the payload format ("2.0" or "1.0"), `now` epoch seconds.
    """
    maker = _event_2 if version == "2.0" else _event_1
    return maker(request, route_key, path_parameters, time.time() if now is None else now)


def response(answer: Any, *, version: str = "2.0") -> HttpResponse:
    """Turn what a function returned into HTTP as API Gateway does; malformed answers are a 500."""
    if version == "2.0" and not (isinstance(answer, dict) and "statusCode" in answer):
        # Format 2.0 infers: anything without a statusCode is the body of a 200.
        body = answer if isinstance(answer, str) else json.dumps(answer, separators=(",", ":"))
        return HttpResponse(200, (("content-type", "application/json"),), body.encode())
    try:
        return _response(answer, version)
    except (KeyError, TypeError, ValueError, AttributeError):
        return INTERNAL_SERVER_ERROR


def _event_2(
    request: HttpRequest, route_key: str, path_parameters: Mapping[str, str], now: float
) -> dict[str, Any]:
    headers = _headers(request, now)
    cookies = [
        part.strip() for value in headers.pop("cookie", []) for part in value.split(";") if part
    ]
    joined = {name: ",".join(values) for name, values in headers.items()}
    path = unquote(request.path)
    host = joined.get("host", "")
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.query,
    }
    if cookies:
        made["cookies"] = cookies
    made["headers"] = joined
    if query := parse_qs(request.query, keep_blank_values=True):
        made["queryStringParameters"] = {name: ",".join(values) for name, values in query.items()}
    made["requestContext"] = {
        "accountId": ACCOUNT_ID,
        "apiId": "local",
        "domainName": host,
        "domainPrefix": host.split(".", 1)[0],
        "http": {
            "method": request.method,
            "path": path,
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": joined.get("user-agent", ""),
        },
        "requestId": request.id,
        "routeKey": route_key,
        "stage": STAGE,
        "time": _common_log_time(now),
        "timeEpoch": int(now * 1000),
    }
    if path_parameters:
        made["pathParameters"] = {name: unquote(v) for name, v in path_parameters.items()}
    body, encoded = _body(request, joined.get("content-type", ""))
    if body is not None:
        made["body"] = body
    made["isBase64Encoded"] = encoded
    return made


def _event_1(
    request: HttpRequest, route_key: str, path_parameters: Mapping[str, str], now: float
) -> dict[str, Any]:
    headers = _headers(request, now)
    query = parse_qs(request.query, keep_blank_values=True)
    path = unquote(request.path)
    resource = route_key.split(" ", 1)[-1]
    host = headers.get("host", [""])[-1]
    body, encoded = _body(request, headers.get("content-type", [""])[-1])
    return {
        "version": "1.0",
        "resource": resource,
        "path": path,
        "httpMethod": request.method,
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": {
            "accountId": ACCOUNT_ID,
            "apiId": "local",
            "authorizer": {"claims": None, "scopes": None},
            "domainName": host,
            "domainPrefix": host.split(".", 1)[0],
            "extendedRequestId": request.id,
            "httpMethod": request.method,
            "identity": {
                **dict.fromkeys(_NOT_KNOWN_OF_CALLERS),
                "sourceIp": request.source_ip,
                "user": None,
                "userAgent": headers.get("user-agent", [""])[-1],
                "userArn": None,
            },
            "path": path,
            "protocol": request.protocol,
            "requestId": request.id,
            "requestTime": _common_log_time(now),
            "requestTimeEpoch": int(now * 1000),
            "resourceId": None,
            "resourcePath": resource,
            "stage": STAGE,
        },
        "pathParameters": {name: unquote(v) for name, v in path_parameters.items()} or None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": encoded,
    }


def _headers(request: HttpRequest, now: float) -> dict[str, list[str]]:
    """Header values by lower-case name, with those that API Gateway adds on the way in."""
    headers: dict[str, list[str]] = {}
    for name, value in request.headers:
        if name.lower() not in _OWN_HEADERS:
            headers.setdefault(name.lower(), []).append(value)
    forwarded = [*headers.get("x-forwarded-for", []), request.source_ip]
    port = headers.get("host", [""])[0].rpartition(":")[2]
    return {
        **headers,
        "content-length": [str(len(request.body))],
        "x-amzn-trace-id": [f"Root=1-{int(now):08x}-{request.id.encode().hex()[:24]}"],
        "x-forwarded-for": [", ".join(forwarded)],
        "x-forwarded-port": [port if port.isdigit() else str(_PORTS[request.scheme])],
        "x-forwarded-proto": [request.scheme],
    }


def _body(request: HttpRequest, content_type: str) -> tuple[str | None, bool]:
    """The body as events carry it and whether it is base64; None when there is no body."""
    if not request.body:
        return None, False
    media_type = content_type.split(";", 1)[0].strip().lower()
    if media_type.startswith("text/") or media_type in _TEXT_TYPES:
        return request.body.decode("utf-8", "replace"), False
    return base64.b64encode(request.body).decode("ascii"), True


def _response(answer: dict[str, Any], version: str) -> HttpResponse:
    status = int(answer["statusCode"])
    if not 100 <= status <= 599:
        raise ValueError(f"statusCode {status} is not an HTTP status")
    headers: list[tuple[str, str]] = []
    for name, value in (answer.get("headers") or {}).items():
        headers.append((name.lower(), _header_value(value)))
    if version == "1.0":
        for name, values in (answer.get("multiValueHeaders") or {}).items():
            headers = [pair for pair in headers if pair[0] != name.lower()]
            headers.extend((name.lower(), _header_value(value)) for value in values)
    else:
        cookies = answer.get("cookies") or []
        headers.extend(("set-cookie", _header_value(value)) for value in cookies)
    headers = [pair for pair in headers if pair[0] not in _OWN_HEADERS]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    headers.append(("apigw-requestid", _request_id()))
    return HttpResponse(status, tuple(headers), _response_body(answer))


def _response_body(answer: dict[str, Any]) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise TypeError(f"body is {type(body).__name__}, expected a string")
    if not answer.get("isBase64Encoded"):
        return body.encode("utf-8")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error as error:
        raise ValueError("isBase64Encoded is true, but body is not base64") from error


def _header_value(value: Any) -> str:
    if not isinstance(value, str | int | float):
        raise TypeError(f"a header's value is {type(value).__name__}, expected a string")
    text = str(value)
    if any(character in text for character in "\r\n\0"):
        raise ValueError("a header's value holds a line break")
    return text


def _common_log_time(now: float) -> str:
    """`12/Mar/2020:19:03:58 +0000`: the Common Log Format, whatever the locale."""
    moment = time.gmtime(now)
    month = _MONTHS[moment.tm_mon - 1]
    return time.strftime(f"%d/{month}/%Y:%H:%M:%S +0000", moment)
