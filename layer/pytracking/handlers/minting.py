"""The links function: mints links, and rewrites mails, for senders in any language.

A request is a JSON object that names one thing to do:

    {"kind": "click", "url": "https://shop.example.com/", "metadata": {"customer": 7}}
    {"kind": "unsubscribe", "metadata": {"customer": 7}}
    {"links": [{"kind": "open"}, {"kind": "click", "url": "..."}], "metadata": {"customer": 7}}
    {"html": "<p>...", "metadata": {...}, "options": {"utm": {"source": "news"}}}
    {"text": "...", "metadata": {...}, "settings": {"expires_in": 2592000}}
    {"html": "<p>Dear {{ name }}...", "recipients": [
        {"metadata": {"customer": 7}, "values": {"{{ name }}": "Ann"}}, ...]}

and the answer has the same shape: `url`, `links`, `html` or `text`; `mails` for recipients. What
cannot be done is answered by `{"error": {"type": "...", "message": "..."}}`, in a batch for each
link by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from pytracking import Configuration
from pytracking.actions import ACTIONS
from pytracking.errors import InvalidRequest, KeysUnavailable, PytrackingError
from pytracking.links import LinkSettings
from pytracking.mails.options import OPTION_NAMES, Job, Options, has_lone_surrogate
from pytracking.mails.plain import plan_text
from pytracking.mails.rewriting import Minting, Plan, plan
from pytracking.tracker import Tracker

if TYPE_CHECKING:
    from pytracking.campaign import Campaign

MAX_LINKS = 10_000
"""Links in one batch."""

MAX_ANSWER_BYTES = 6 * 1024 * 1024
"""Lambda's limit on the answer of a synchronous invocation (and on its request)."""

# What a request may set for its links; keys and base URLs are the stack's own matter.
_SETTINGS = frozenset(
    {"webhook_url", "include_webhook_url", "expires_in", "include_issue_time", "privacy"}
)
_OPTIONS = OPTION_NAMES - {"leave"}  # a function cannot be sent
_BODY_KEYS = frozenset(
    {"metadata", "settings", "options", "click_tracking", "open_tracking", "recipients"}
)
_LINK_KEYS = frozenset({"kind", "url", "values", "lang", "metadata"})
# By what a request asks for: what else it may hold.
_REQUESTS: Mapping[str, frozenset[str]] = {
    "kind": frozenset({"url", "values", "lang", "metadata", "settings"}),
    "links": frozenset({"metadata", "settings"}),
    "html": _BODY_KEYS,
    "text": _BODY_KEYS - {"open_tracking"},
}


def answer(tracker: Tracker, request: Any) -> dict[str, Any]:
    """Answer one request; what the sender can fix is answered, not raised."""
    try:
        reply = _answer(tracker, request)
        size = len(json.dumps(reply).encode())
        if size > MAX_ANSWER_BYTES:
            raise InvalidRequest(
                f"the answer would have {size} bytes and Lambda carries {MAX_ANSWER_BYTES}: ask "
                "for less at a time"
            )
    except (PytrackingError, ValueError, TypeError) as error:
        return {"error": _error(error)}
    return reply


def _answer(tracker: Tracker, request: Any) -> dict[str, Any]:
    asked = _asked(request)
    settings = _settings(request)
    configuration = tracker.configuration(**settings)
    link = partial(_link, tracker=tracker, settings=settings, configuration=configuration)
    if asked == "kind":
        return {"url": link(request)}
    if asked == "links":
        links = request["links"]
        if not isinstance(links, list) or len(links) > MAX_LINKS:
            raise InvalidRequest(f"links is a list of at most {MAX_LINKS}")
        return {"links": [_link_or_error(one, request, link) for one in links]}
    return _rewritten(asked, request, configuration)


def _asked(request: Any) -> str:
    if not isinstance(request, dict):
        raise InvalidRequest(f"a request is a JSON object, not {type(request).__name__}")
    asked = _REQUESTS.keys() & request.keys()
    if len(asked) != 1:
        raise InvalidRequest(f"a request has exactly one of {', '.join(_REQUESTS)}")
    [name] = asked
    _refuse_unknown(request.keys() - {name}, _REQUESTS[name], f"a request for {name}")
    metadata = request.get("metadata")
    if not (metadata is None or isinstance(metadata, dict)):
        raise InvalidRequest("metadata is a JSON object")
    return name


def _settings(request: Mapping[str, Any]) -> LinkSettings:
    settings = request.get("settings", {})
    if not isinstance(settings, dict):
        raise InvalidRequest("settings is a JSON object")
    _refuse_unknown(settings.keys(), _SETTINGS, "settings")
    taken: LinkSettings = {}
    if "include_issue_time" in settings:
        taken["issue_time"] = _flag(settings, "include_issue_time")
    if "expires_in" in settings:
        taken["expires_in"] = settings["expires_in"]
    if "privacy" in settings:
        taken["privacy"] = settings["privacy"]
    if _flag(settings, "include_webhook_url") and "webhook_url" in settings:
        taken["webhook_url"] = settings["webhook_url"]
    return taken


def _flag(given: Mapping[str, Any], name: str) -> bool:
    """Return a member that is true or false, and true where it is missing."""
    value = given.get(name, True)
    if not isinstance(value, bool):
        raise InvalidRequest(f"{name} is true or false, not {type(value).__name__}")
    return value


def _link_or_error(
    link: Any, request: Mapping[str, Any], mint: Callable[[Mapping[str, Any]], str]
) -> dict[str, Any]:
    try:
        if not isinstance(link, dict) or not isinstance(link.get("metadata") or {}, dict):
            raise InvalidRequest("a link and its metadata are JSON objects")
        _refuse_unknown(link.keys(), _LINK_KEYS, "a link")
        metadata = {**(request.get("metadata") or {}), **(link.get("metadata") or {})}
        return {"url": mint({**link, "metadata": metadata})}
    except (PytrackingError, ValueError, TypeError) as error:
        return {"error": _error(error)}


def _link(
    link: Mapping[str, Any], tracker: Tracker, settings: LinkSettings, configuration: Configuration
) -> str:
    kind, url, metadata = link.get("kind"), link.get("url"), link.get("metadata")
    if kind == "open" and url is None:
        return configuration.get_open_tracking_url(metadata)
    if kind == "click" and isinstance(url, str):
        return configuration.get_click_tracking_url(url, metadata)
    if kind == "guarded" and isinstance(url, str):
        return tracker.click_url(url, metadata, guarded=True, **settings)
    if kind in ACTIONS and url is None:
        given = {name: link[name] for name in ("values", "lang") if name in link}
        return tracker.action_url(kind, metadata, **given, **settings)
    raise InvalidRequest(
        'a link is {"kind": "open"}, {"kind": "click", "url": "https://..."}, the same with '
        f'"guarded", or {{"kind": ...}} with one of {", ".join(ACTIONS)}'
    )


def _rewritten(
    asked: str, request: Mapping[str, Any], configuration: Configuration
) -> dict[str, Any]:
    body, given = request[asked], request.get("options", {})
    if not isinstance(body, str) or not isinstance(given, dict):
        raise InvalidRequest(f"{asked} is a string, and options a JSON object")
    if has_lone_surrogate(body):
        raise InvalidRequest(f"{asked} holds half a character (a lone surrogate): it is no text")
    _refuse_unknown(given.keys(), _OPTIONS, "options")
    try:
        options = Options(**given)
    except (ValueError, TypeError) as error:
        raise InvalidRequest(f"options: {error}") from error
    click = _flag(request, "click_tracking")
    if asked == "html":
        planned = plan(body, Job(configuration, options, click, _flag(request, "open_tracking")))
    else:
        planned = plan_text(body, Job(configuration, options, click, False))
    untracked = [
        {"href": link.href, "outcome": link.outcome, "reason": link.reason}
        for link in planned.links
        if link.untrackable
    ]
    mails: dict[str, Any]
    if "recipients" in request:
        mails = {"mails": _mails(asked, request, planned, configuration)}
    else:
        mails = {asked: planned.rendered(Minting(configuration, request.get("metadata")))}
    return {
        **mails,
        "tracked": sum(click and link.outcome == "tracked" for link in planned.links),
        "untrackable": untracked,
    }


def _mails(
    asked: str, request: Mapping[str, Any], planned: Plan, configuration: Configuration
) -> list[dict[str, Any]]:
    """The mail of each recipient, or why there is none."""
    from pytracking.campaign import Campaign

    recipients = request["recipients"]
    if not isinstance(recipients, list):
        raise InvalidRequest("recipients is a list of JSON objects")
    campaign: Campaign[str] = Campaign(planned, configuration)
    mails: list[dict[str, Any]] = []
    size = 0
    for recipient in recipients:
        try:
            mail = _mail(campaign, recipient, request.get("metadata") or {})
        except (PytrackingError, ValueError, TypeError) as error:
            mails.append({"error": _error(error)})
            continue
        size += len(mail)
        if size > MAX_ANSWER_BYTES:
            raise InvalidRequest(
                f"{len(mails)} mails fill the {MAX_ANSWER_BYTES} bytes that Lambda carries: ask "
                "for fewer recipients at a time"
            )
        mails.append({asked: mail})
    return mails


def _mail(campaign: Campaign[str], recipient: Any, common: Mapping[str, Any]) -> str:
    if not isinstance(recipient, dict):
        raise InvalidRequest("a recipient is a JSON object")
    _refuse_unknown(recipient.keys(), frozenset({"metadata", "values"}), "a recipient")
    metadata, values = recipient.get("metadata") or {}, recipient.get("values") or {}
    if not (isinstance(metadata, dict) and isinstance(values, dict)):
        raise InvalidRequest("a recipient's metadata and values are JSON objects")
    if not all(isinstance(value, str) for value in values.values()):
        raise InvalidRequest('values are texts by placeholder, {"{{ name }}": "Ann"}')
    return campaign.render({**common, **metadata}, values.get if values else None)


def _refuse_unknown(given: Any, known: frozenset[str], place: str) -> None:
    unknown = sorted(map(str, set(given) - known))
    if unknown:
        raise InvalidRequest(
            f"{place} has no {unknown[0]!r}: it may have {', '.join(sorted(known))}"
        )


def _error(error: Exception) -> dict[str, Any]:
    return {
        "type": type(error).__name__,
        "message": str(error),
        "retryable": isinstance(error, KeysUnavailable),
    }
