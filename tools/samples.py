"""The samples of ``events/``: ``python -m tools.samples`` writes them, always the same bytes.

events/*.json are what Lambda hands to the functions: events as the gateway of ``make run`` makes
them, around links sealed with the published sample key, which carry no time and are not compressed.
events/webhooks/*.json are what receivers get.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytracking.actions import RESUBSCRIBE, Action
from pytracking.aws.secrets import SAMPLE_SECRET
from pytracking.environment import PrivacyMode
from pytracking.events import TYPES, Event
from pytracking.links import PRIVACY_FLAGS, Link, content_of
from pytracking.privacy import PrivacyPolicy
from pytracking.tokens import KINDS_WITH_URL, Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring
from pytracking.visitors import classify

from local import events

FOLDER = Path(__file__).resolve().parent.parent / "events"
TARGET = "https://www.example.com/?query=value"
METADATA = {"customer_id": 1, "campaign": "spring"}
NOW = 1_389_177_318

CASES: Mapping[str, tuple[PrivacyMode, tuple[str, ...]]] = {
    "full": ("full", ()),
    "truncated": ("truncated", ()),
    "none": ("none", ()),
    "no_ip": ("full", ("no_ip",)),
    "no_agent": ("full", ("no_agent",)),
    "aggregate": ("full", PRIVACY_FLAGS),
}
"""Privacy modes, then consent flags in the mode ``full``."""

_HOST = "t.example.com"
_CLIENT = "203.0.113.9"  # RFC 5737: an address for documentation
_USER_AGENT = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Safari/605.1.15"
)
# What Safari sends for an image in a web mail, and for a page that is navigated to
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
    document = content_of(
        TARGET if kind in KINDS_WITH_URL else None,
        METADATA,
        NOW,
        action=Action("unsubscribe") if kind == "action" else None,
        issue_time=False,
    )
    return Formats(Keyring(SAMPLE_SECRET), compress=False).encode(document, kind)


def requests() -> dict[str, dict[str, Any]]:
    """Return what Lambda hands to the functions, by each file's name."""
    made = {}
    kinds: tuple[Kind, ...] = ("open", "click")
    for kind in kinds:
        sealed = token(kind)
        path = f"/{kind[0]}/{sealed}"
        forged = f"/{kind[0]}/{sealed[:-5]}{'B' if sealed[-5] == 'A' else 'A'}{sealed[-4:]}"
        made[f"{kind}.json"] = http_api(path)
        made[f"{kind}-v1.json"] = rest_api(path)
        made[f"{kind}-head.json"] = http_api(path, method="HEAD")
        made[f"{kind}-forged.json"] = http_api(forged)
        made[f"{kind}-not-a-token.json"] = http_api(f"/{kind[0]}/not-a-token")
        made[f"{kind}-alb.json"] = load_balancer(path)
        made[f"{kind}-function-url.json"] = http_api(
            path, host="abcdefghijklmnopqrstuvwxyz012345.lambda-url.us-east-1.on.aws"
        )
    return made | _action_requests()


def _action_requests() -> dict[str, dict[str, Any]]:
    """Return what Lambda hands to the functions of action links and guarded clicks."""
    path, guarded = f"/a/{token('action')}", f"/c/{token('guarded')}"
    return {
        "action.json": http_api(path),
        "action-head.json": http_api(path, method="HEAD"),
        "action-one-click.json": http_api(path, "POST", body=b"List-Unsubscribe=One-Click"),
        "action-button.json": http_api(path, "POST", body=b"page=1"),
        "action-not-a-token.json": http_api("/a/not-a-token"),
        "click-guarded.json": http_api(guarded),
        "click-guarded-button.json": http_api(guarded, "POST", body=b"page=1"),
    }


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


def http_api(
    path: str, method: str = "GET", host: str = _HOST, body: bytes = b""
) -> dict[str, Any]:
    """Return an event of payload format 2.0, as HTTP APIs and function URLs send it."""
    if host == _HOST:
        return _event(path, method, host, f"{method} /{path[1]}/{{token+}}", "2.0", body)
    made = _event(path, method, host, "$default", "2.0")
    made.pop("pathParameters")
    made["requestContext"] |= {"accountId": "anonymous", "apiId": host.partition(".")[0]}
    return made


def rest_api(path: str) -> dict[str, Any]:
    """Return an event of payload format 1.0, as REST APIs send it: with headers as they came."""
    made = _event(path, "GET", _HOST, f"GET /{path[1]}/{{token+}}", "1.0")
    for name in ("headers", "multiValueHeaders"):
        made[name] = {header.title(): value for header, value in made[name].items()}
    made["requestContext"] |= {"path": f"/prod{path}", "resourceId": "123456", "stage": "prod"}
    return made


def load_balancer(path: str) -> dict[str, Any]:
    """Return an event of an Application Load Balancer."""
    return {
        "requestContext": {
            "elb": {
                "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:"
                f"{events.ACCOUNT_ID}:targetgroup/pytracking/0123456789abcdef"
            }
        },
        "httpMethod": "GET",
        "path": path,
        "queryStringParameters": {},
        "headers": http_api(path)["headers"],
        "body": "",
        "isBase64Encoded": False,
    }


def _event(
    path: str, method: str, host: str, route_key: str, version: str, body: bytes = b""
) -> dict[str, Any]:
    headers = {
        "accept-encoding": "gzip, deflate, br",
        "accept-language": "en-US,en;q=0.9",
        "host": host,
        "sec-fetch-site": "cross-site",
        "user-agent": _USER_AGENT,
        **(_IMAGE if path.startswith("/o/") else _PAGE),
    }
    if body:
        headers["content-type"] = "application/x-www-form-urlencoded"
    request = events.HttpRequest(
        method,
        path,
        headers=sorted(headers.items()),
        body=body,
        source_ip=_CLIENT,
        scheme="https",
        id="JKJaXmPLvHcESHA=",
    )
    return events.event(request, route_key, {"token": path[3:]}, version=version, now=NOW)


def webhook(
    what: str, case: str = "full", verdict: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return the sample event of what can happen, as it is sent in one of ``CASES``.

    Args:
        what: of ``TYPES``.
        verdict: on the visitor; by default that on the sample's browser.
    """
    mode, consent = CASES[case]
    request_data = {
        "user_agent": _USER_AGENT,
        "user_ip": _CLIENT,
        "method": "GET" if what in ("open", "click") else "POST",
        "referer": "https://mail.example.com/inbox/7",
    }
    link, value = Link("open", None, METADATA), None
    if what == "click":
        link = Link("click", TARGET, METADATA)
    elif what == "rate":
        value = 9
        link = Link("action", None, METADATA, action=Action(what, tuple(range(11))))
    elif what != "open":
        undoes = _ids("unsubscribe") if what == RESUBSCRIBE else None
        link = Link("action", None, METADATA, action=Action(what, undoes=undoes))
    verdict = verdict or classify(_USER_AGENT, {}, "GET", 5400, link.kind).to_json()
    made = Event.of(
        link,
        request_data,
        verdict,
        identifier=_ids(what),
        timestamp=NOW,
        how="page" if link.action else None,
        value=value,
    )
    return made.under(PrivacyPolicy(mode=mode), consent).to_json()


def webhooks() -> dict[str, dict[str, Any]]:
    """Return what receivers get, by each file's name."""
    return {
        f"{TYPES[what]}{'' if case == 'full' else '-' + case}.json": webhook(what, case)
        for what in TYPES
        for case in (CASES if what in ("open", "click") else ["full"])
    }


def _ids(what: str) -> str:
    """Return the id of the sample event of what can happen."""
    return {"open": "0e", "click": "0c"}.get(what, f"a{list(TYPES).index(what)}") * 16


def written(document: Mapping[str, Any]) -> str:
    """Return the text of a generated file of JSON."""
    return json.dumps(document, indent=2) + "\n"


def main() -> None:
    """Write all of them."""
    for folder, documents in (
        (FOLDER, {**requests(), "env.json": environment()}),
        (FOLDER / "webhooks", webhooks()),
    ):
        for name, document in documents.items():
            (folder / name).write_text(written(document), encoding="utf-8")


if __name__ == "__main__":
    main()
