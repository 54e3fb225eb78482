"""The sample events of ``events/``: written by ``python -m local.sample_events``, always alike.

Each is an event as its gateway documents it, around a link sealed with the published sample key.
Links are not compressed and carry no time, so every run and every zlib gives the same bytes.
"""

import json
from pathlib import Path
from typing import Any

from pytracking import Configuration
from pytracking.aws.secrets import SAMPLE_SECRET
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring

FOLDER = Path(__file__).parent.parent / "events"
TARGET = "https://www.example.com/?query=value"
METADATA = {"customer_id": 1, "campaign": "spring"}

_ACCOUNT = "123456789012"  # AWS's documentation account
_CLIENT = "203.0.113.9"  # RFC 5737: an address for documentation
_USER_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
_HEADERS = {
    "accept-encoding": "gzip, deflate, br",
    "accept-language": "en-US,en;q=0.9",
    "sec-fetch-site": "cross-site",
    "user-agent": _USER_AGENT,
    "x-forwarded-for": _CLIENT,
    "x-forwarded-port": "443",
    "x-forwarded-proto": "https",
}
_IMAGE = {
    "accept": "image/webp,image/avif,image/png,image/svg+xml,image/*;q=0.8,video/*;q=0.8,*/*;q=0.5",
    "sec-fetch-dest": "image",
    "sec-fetch-mode": "no-cors",
}
_PAGE = {
    "accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
}


def token(kind: Kind) -> str:
    """Return the token of the sample link of ``kind``."""
    configuration = Configuration(keyring=Keyring(SAMPLE_SECRET), compress=False)
    url = TARGET if kind == "click" else None
    document = configuration.get_data_to_embed(url, METADATA)
    return configuration.get_url_encoded_data_str(document, kind)


def samples() -> dict[str, dict[str, Any]]:
    """Return every sample event, by its file's name."""
    events = {}
    for kind in ("open", "click"):
        sealed = token("open" if kind == "open" else "click")
        path = f"/{kind[0]}/{sealed}"
        forged = f"/{kind[0]}/{sealed[:-5]}{'B' if sealed[-5] == 'A' else 'A'}{sealed[-4:]}"
        events[f"{kind}.json"] = http_api(path)
        events[f"{kind}-v1.json"] = rest_api(path)
        events[f"{kind}-head.json"] = http_api(path, method="HEAD")
        events[f"{kind}-forged.json"] = http_api(forged)
        events[f"{kind}-not-a-token.json"] = http_api(f"/{kind[0]}/not-a-token")
        events[f"{kind}-alb.json"] = load_balancer(path)
        events[f"{kind}-function-url.json"] = http_api(
            path, host="abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws"
        )
    return events


def environment() -> dict[str, dict[str, str]]:
    """Return what ``sam local invoke --env-vars`` takes: the sample key, no queue, no webhook."""
    return {
        "Parameters": {
            "PYTRACKING_LINK_KEYS": json.dumps({"current": SAMPLE_SECRET}),
            "PYTRACKING_LINK_KEYS_SECRET": "",
            "PYTRACKING_QUEUE_URL": "",
            "PYTRACKING_WEBHOOK_URL": "",
        }
    }


def http_api(path: str, method: str = "GET", host: str = "t.example.com") -> dict[str, Any]:
    """Return an event of payload format 2.0, as HTTP APIs and function URLs send it."""
    is_api = host == "t.example.com"
    return {
        "version": "2.0",
        "routeKey": f"{method} /{path[1]}/{{token+}}" if is_api else "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": host, **_headers(path)},
        "requestContext": {
            "accountId": _ACCOUNT if is_api else "anonymous",
            "apiId": host.split(".", maxsplit=1)[0] if not is_api else "a1b2c3d4e5",
            "domainName": host,
            "domainPrefix": host.split(".", maxsplit=1)[0],
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": _CLIENT,
                "userAgent": _USER_AGENT,
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": f"{method} /{path[1]}/{{token+}}" if is_api else "$default",
            "stage": "$default",
            "time": "08/Jan/2014:10:15:18 +0000",
            "timeEpoch": 1389176118000,
        },
        **({"pathParameters": {"token": path[3:]}} if is_api else {}),
        "isBase64Encoded": False,
    }


def rest_api(path: str) -> dict[str, Any]:
    """Return an event of payload format 1.0, as REST APIs send it."""
    headers = {
        "Host": "t.example.com",
        **{name.title(): value for name, value in _headers(path).items()},
    }
    return {
        "version": "1.0",
        "resource": f"/{path[1]}/{{token+}}",
        "path": path,
        "httpMethod": "GET",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": {"token": path[3:]},
        "stageVariables": None,
        "requestContext": {
            "accountId": _ACCOUNT,
            "apiId": "a1b2c3d4e5",
            "domainName": "t.example.com",
            "domainPrefix": "t",
            "extendedRequestId": "JKJaXmPLvHcESHA=",
            "httpMethod": "GET",
            "identity": {"sourceIp": _CLIENT, "userAgent": _USER_AGENT},
            "path": f"/prod{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTime": "08/Jan/2014:10:15:18 +0000",
            "requestTimeEpoch": 1389176118000,
            "resourceId": "123456",
            "resourcePath": f"/{path[1]}/{{token+}}",
            "stage": "prod",
        },
        "body": None,
        "isBase64Encoded": False,
    }


def load_balancer(path: str) -> dict[str, Any]:
    """Return an event of an Application Load Balancer."""
    return {
        "requestContext": {
            "elb": {
                "targetGroupArn": f"arn:aws:elasticloadbalancing:us-east-1:{_ACCOUNT}:targetgroup/"
                "pytracking/0123456789abcdef"
            }
        },
        "httpMethod": "GET",
        "path": path,
        "queryStringParameters": {},
        "headers": {"host": "t.example.com", **_headers(path)},
        "body": "",
        "isBase64Encoded": False,
    }


def _headers(path: str) -> dict[str, str]:
    """Return what Safari sends for an image in a web mail, or for a page that is navigated to."""
    return dict(sorted({**_HEADERS, **(_IMAGE if path.startswith("/o/") else _PAGE)}.items()))


def main() -> None:
    """Write ``events/*.json``."""
    for name, content in {**samples(), "env.json": environment()}.items():
        (FOLDER / name).write_text(json.dumps(content, indent=2) + "\n")


if __name__ == "__main__":
    main()
