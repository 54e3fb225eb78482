"""What a receiver gets of a hit: ``Event``, its JSON, and what privacy leaves of it.

docs/event.schema.json describes that JSON, member by member.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, TypeVar

from pytracking.actions import ACTIONS, OPT_OUTS, RESUBSCRIBE
from pytracking.errors import InvalidWebhook
from pytracking.links import Link
from pytracking.privacy import PrivacyPolicy
from pytracking.tokens import KINDS_WITH_URL, Kind

SCHEMA = 1
"""Number of the events' schema: within it, members are only ever added."""

TYPES: Mapping[str, str] = {
    "open": "email.opened",
    "click": "email.clicked",
    "unsubscribe": "email.unsubscribed",
    "resubscribe": "email.resubscribed",
    "decline": "email.tracking_declined",
    "confirm": "email.confirmed",
    "rate": "email.rated",
}
"""The ``type`` of an event, by the kind of its link, or by what an action link does."""

_ACTIONS = (*ACTIONS, RESUBSCRIBE)

ACTION_TYPES = tuple(TYPES[what] for what in _ACTIONS)

OPT_OUT_TYPES = tuple(TYPES[what] for what in sorted(OPT_OUTS))
"""The types of the events that must not get lost, nor be late."""

How = Literal["one-click", "page"]
"""How somebody acted: by the button of the mail program (RFC 8058), or by that of the page."""


def unknown_visitor() -> dict[str, Any]:
    """Return the verdict where there is none."""
    return {"class": "unknown", "signals": [], "age_seconds": None, "ruleset": None}


MAX_TIMESTAMP = 253_402_300_799
"""The last second of the year 9999, in seconds since the epoch: what a ``datetime`` holds."""


@dataclass(frozen=True, slots=True)
class Event:
    """One hit, as a webhook reports it.

    Attributes:
        kind: of the link that was followed.
        id: the same at every attempt, replay and copy.
        timestamp: of the hit, in seconds since the epoch.
        metadata: the link's.
        request_data: ``user_agent``, ``user_ip``, ``method``, maybe ``referer``.
        visitor: the verdict on the visitor.
        link_id: the same for every use of one link; None where privacy takes it out.
        tracked_url: where a click went; None for an open.
        host: the domain the link was under, where it is one of the deployment's list.
        privacy: the consent flags that were applied.
        action: what an action link did, ``unsubscribe``, ...; None for opens and clicks.
        how: ``one-click`` or ``page``, of an action.
        value: what a ``rate`` chose.
        undoes: the id of the event that a ``resubscribe`` takes back.
        raw: of an event that was received: the whole body, members unknown here included.
    """

    kind: Kind
    id: str
    timestamp: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    request_data: Mapping[str, Any] = field(default_factory=dict)
    visitor: Mapping[str, Any] = field(default_factory=unknown_visitor)
    link_id: str | None = None
    tracked_url: str | None = None
    host: str | None = None
    privacy: tuple[str, ...] = ()
    action: str | None = None
    how: str | None = None
    value: str | int | None = None
    undoes: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Event:
        """Return the event of a webhook's body, of this version or an earlier one.

        Members that are not known here are in ``raw``.

        Raises:
            InvalidWebhook: it is no event of a schema known here.
        """
        schema = body.get("schema", SCHEMA)
        if type(schema) is not int or schema != SCHEMA:
            raise InvalidWebhook(f"invalid schema {schema!r:.40}: this version reads {SCHEMA}")
        kind = event_kind(body)
        if kind is None:
            known = ", ".join(TYPES.values())
            raise InvalidWebhook(f"invalid type {body.get('type')!r:.80}: must be one of {known}")
        timestamp = _member(body, "timestamp", int)
        if isinstance(timestamp, bool) or not 0 <= timestamp <= MAX_TIMESTAMP:
            raise InvalidWebhook("invalid timestamp: must be seconds since the epoch")
        consent = _member(body, "privacy", list, [])
        if not all(isinstance(flag, str) for flag in consent):
            raise InvalidWebhook("invalid privacy: must be a list of strings")
        value = body.get("value")
        if value is not None and (isinstance(value, bool) or not isinstance(value, str | int)):
            raise InvalidWebhook("invalid value: must be a text or a whole number")
        return cls(
            kind=kind,
            id=_member(body, "id", str),
            timestamp=timestamp,
            metadata=_member(body, "metadata", dict, {}),
            request_data=_member(body, "request_data", dict, {}),
            visitor=_member(body, "visitor", dict, unknown_visitor()),
            link_id=_member(body, "link_id", str, None),
            tracked_url=_member(body, "tracked_url", str, None),
            host=_member(body, "host", str, None),
            privacy=tuple(consent),
            action=next((what for what in _ACTIONS if TYPES[what] == body.get("type")), None),
            how=_member(body, "how", str, None),
            value=value,
            undoes=_member(body, "undoes", str, None),
            raw=body,
        )

    @property
    def type(self) -> str:
        """What happened, such as ``email.opened``."""
        return TYPES[self.action or ("click" if self.kind == "guarded" else self.kind)]

    @property
    def time(self) -> datetime:
        """Return when the link was followed, in UTC."""
        return datetime.fromtimestamp(self.timestamp, UTC)

    @property
    def is_test(self) -> bool:
        """Whether ``pytracking try-webhook`` sent it: such events are not to be counted."""
        return self.raw.get("test") is True

    @classmethod
    def of(
        cls,
        link: Link,
        request_data: Mapping[str, Any],
        visitor: Mapping[str, Any] | None = None,
        *,
        identifier: str,
        timestamp: int,
        host: str | None = None,
        how: str | None = None,
        value: str | int | None = None,
    ) -> Event:
        """Return the event of a use of ``link``, with all that is known of it."""
        return cls(
            kind=link.kind,
            id=identifier,
            timestamp=timestamp,
            metadata=link.metadata,
            request_data=request_data,
            visitor=unknown_visitor() if visitor is None else visitor,
            link_id=link.id,
            tracked_url=link.target,
            host=host,
            action=link.action.what if link.action else None,
            how=how,
            value=value,
            undoes=link.action.undoes if link.action else None,
        )

    def under(self, policy: PrivacyPolicy, consent: tuple[str, ...]) -> Event:
        """Return what may be kept of the event.

        An action is the person's own act, and would be worth nothing without saying whose: its
        metadata stays whole.
        """
        kept = dataclasses.replace(
            self,
            request_data=policy.request_data(self.request_data, consent),
            visitor=policy.visitor(self.visitor, consent),
            privacy=consent,
        )
        if "aggregate" not in consent or self.kind == "action":
            return kept
        return dataclasses.replace(
            kept,
            metadata=policy.campaign_level(self.metadata),
            link_id=None,  # each recipient's link is another
            tracked_url=self.tracked_url and policy.without_parameters(self.tracked_url),
        )

    def trimmed(self, limit: int) -> Event:
        """Return the event with at most ``limit`` characters of each value of the request."""
        data = {
            name: value[:limit] if isinstance(value, str) else value
            for name, value in self.request_data.items()
        }
        return dataclasses.replace(self, request_data=data)

    def without_link(self) -> dict[str, Any]:
        """Return in JSON what is known of a hit beside its link, its kind, its id and its time."""
        found: dict[str, Any] = {"request_data": self.request_data, "visitor": self.visitor}
        if self.privacy:
            found["privacy"] = list(self.privacy)
        acted = {"how": self.how, "value": self.value}
        return found | {name: member for name, member in acted.items() if member is not None}

    def to_json(self) -> dict[str, Any]:
        """Return the body of the webhook: the keys of pytracking 0.2.2, and ours."""
        body: dict[str, Any] = {
            "type": self.type,
            "schema": SCHEMA,
            "is_open_tracking": self.kind == "open",
            "is_click_tracking": self.kind in KINDS_WITH_URL,
            "metadata": self.metadata,
            "request_data": self.request_data,
            "timestamp": self.timestamp,
            "id": self.id,
            "link_id": self.link_id,
            "visitor": self.visitor,
        }
        if self.kind in KINDS_WITH_URL:
            body["tracked_url"] = self.tracked_url
        rest = {"host": self.host, "how": self.how, "value": self.value, "undoes": self.undoes}
        body |= {name: member for name, member in rest.items() if member is not None}
        if self.privacy:
            body["privacy"] = list(self.privacy)
        return body


def event_kind(body: Mapping[str, Any]) -> Kind | None:
    """Return the kind of link that an event in JSON is about; None where it does not say.

    Events without ``type`` are of a version before it. A guarded click reads as a click.
    """
    if body.get("type") in ACTION_TYPES:
        return "action"
    kind: Kind
    for kind in ("open", "click"):
        named = body.get("type") == TYPES[kind]
        if named or ("type" not in body and body.get(f"is_{kind}_tracking")):
            return kind
    return None


_T = TypeVar("_T")
_REQUIRED: Any = object()


def _member(body: Mapping[str, Any], name: str, kind: type[_T], default: Any = _REQUIRED) -> _T:
    """Return a member of a body; ``default`` where it is absent or null."""
    value = body.get(name)
    if value is None and default is not _REQUIRED:
        return default  # type: ignore[no-any-return]
    if not isinstance(value, kind):
        raise InvalidWebhook(f"invalid {name}: must be {kind.__name__}, not {type(value).__name__}")
    return value
