"""What a receiver gets of a hit: ``Event``, its JSON, and what privacy leaves of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytracking.links import Link
    from pytracking.privacy import PrivacyPolicy
    from pytracking.tokens import Kind

SCHEMA = 1
"""Number of the events' schema: within it, members are only ever added."""

TYPES: Mapping[str, str] = {"open": "email.opened", "click": "email.clicked"}
"""The ``type`` of an event, by the kind of its link."""

UNKNOWN_VISITOR: Mapping[str, Any] = {
    "class": "unknown",
    "signals": [],
    "age_seconds": None,
    "ruleset": None,
}


@dataclass(frozen=True, slots=True)
class Event:
    """One hit, as a webhook reports it.

    Attributes:
        kind: of the link that was followed.
        id: the same at every attempt, replay and copy.
        timestamp: of the hit, in seconds since the epoch.
        metadata: the link's.
        request_data: ``user_agent``, ``user_ip``, ``method``, maybe ``referer``.
        visitor: the verdict on who came.
        link_id: the same for every use of one link; None where privacy takes it out.
        tracked_url: where a click went; None for an open.
        privacy: the consent flags that were applied.
    """

    kind: Kind
    id: str
    timestamp: int
    metadata: Mapping[str, Any] = field(default_factory=dict)
    request_data: Mapping[str, Any] = field(default_factory=dict)
    visitor: Mapping[str, Any] = field(default_factory=lambda: UNKNOWN_VISITOR)
    link_id: str | None = None
    tracked_url: str | None = None
    privacy: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        link: Link,
        request_data: Mapping[str, Any],
        visitor: Mapping[str, Any] = UNKNOWN_VISITOR,
        *,
        identifier: str,
        timestamp: int,
    ) -> Event:
        """Return the event of a use of ``link``, with all that is known of it.

        Args:
            link: what was followed.
            request_data: as the attribute.
            visitor: as the attribute.
            identifier: the event's id.
            timestamp: as the attribute.
        """
        return cls(
            kind=link.kind,
            id=identifier,
            timestamp=timestamp,
            metadata=link.metadata,
            request_data=request_data,
            visitor=visitor,
            link_id=link.id,
            tracked_url=link.target,
        )

    def under(self, policy: PrivacyPolicy, wishes: tuple[str, ...]) -> Event:
        """Return what may be kept of the event.

        Args:
            policy: the deployment's.
            wishes: the consent flags that hold, of ``PrivacyPolicy.wishes``.
        """
        kept = dataclasses.replace(
            self,
            request_data=policy.request_data(self.request_data, wishes),
            visitor=policy.visitor(self.visitor, wishes),
            privacy=wishes,
        )
        if "aggregate" not in wishes:
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

    def to_json(self) -> dict[str, Any]:
        """Return the body of the webhook: the keys of pytracking 0.2.2, and ours."""
        body: dict[str, Any] = {
            "type": TYPES[self.kind],
            "schema": SCHEMA,
            "is_open_tracking": self.kind == "open",
            "is_click_tracking": self.kind == "click",
            "metadata": self.metadata,
            "request_data": self.request_data,
            "timestamp": self.timestamp,
            "id": self.id,
            "link_id": self.link_id,
            "visitor": self.visitor,
        }
        if self.kind == "click":
            body["tracked_url"] = self.tracked_url
        if self.privacy:
            body["privacy"] = list(self.privacy)
        return body


def event_kind(body: Mapping[str, Any]) -> Kind | None:
    """Return the kind of link that an event in JSON is about; None where it does not say.

    Events without ``type`` are of a version before it.
    """
    for kind, name in TYPES.items():
        if body.get("type") == name or ("type" not in body and body.get(f"is_{kind}_tracking")):
            return "open" if kind == "open" else "click"
    return None
