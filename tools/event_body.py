"""The JSON of an event, member by member: docs/event.schema.json and docs/events.md are made of it.

Not in the library, where it would cost every start of a function a millisecond.
"""

from typing import Annotated, Any, NotRequired, TypedDict


class RequestData(TypedDict):
    """What is kept of the visitor's request."""

    user_agent: Annotated[str | None, "the User-Agent header; null where privacy removes it"]
    user_ip: Annotated[str | None, "the address, or its network; null where privacy removes it"]
    method: NotRequired[Annotated[str, "GET or HEAD; POST of actions and guarded clicks"]]
    referer: NotRequired[Annotated[str, "the page the visitor came from"]]


# By its function, because "class" is a word of Python.
Visitor = TypedDict(
    "Visitor",
    {
        "class": Annotated[str, "human, proxy, prefetch, scanner, bot or unknown"],
        "signals": Annotated[list[str], "what decided, the most telling first"],
        "age_seconds": Annotated[
            int | None, "age of the link when it was followed; null where it is not known"
        ],
        "ruleset": Annotated[str | None, "the rules that the verdict was made by"],
        "client": NotRequired[Annotated[str | None, "the browser or mail program"]],
        "device": NotRequired[Annotated[str | None, "the kind of device"]],
        "shadow": NotRequired[Annotated[list[str], "signals that decide nothing yet"]],
    },
)


class EventBody(TypedDict):
    """The body of a webhook: one event."""

    type: Annotated[str, "what happened: email.opened, email.clicked, email.unsubscribed, ..."]
    schema: Annotated[int, "the number of this schema"]
    id: Annotated[str, "the same at every attempt, replay and copy"]
    timestamp: Annotated[int, "of the hit, in seconds since the epoch"]
    is_open_tracking: Annotated[bool, "whether it is an open, as in pytracking 0.2.2"]
    is_click_tracking: Annotated[bool, "whether it is a click, as in pytracking 0.2.2"]
    metadata: Annotated[dict[str, Any], "the link's; in an aggregate event, the campaign's alone"]
    request_data: Annotated[RequestData, "what is kept of the request"]
    visitor: Annotated[Visitor, "the verdict on the visitor"]
    link_id: Annotated[str | None, "the same for every use of one link; null in aggregate events"]
    tracked_url: NotRequired[Annotated[str, "where a click went; clicks only"]]
    how: NotRequired[Annotated[str, "one-click (RFC 8058) or page; actions only"]]
    host: NotRequired[Annotated[str, "the domain of the link, one of the deployment's list"]]
    value: NotRequired[Annotated[str | int, "what was chosen; email.rated only"]]
    undoes: NotRequired[Annotated[str, "id of the event taken back; email.resubscribed only"]]
    privacy: NotRequired[Annotated[list[str], "the consent flags that were applied, if any"]]
    test: NotRequired[Annotated[bool, "true in events of `pytracking try-webhook`: do not count"]]
