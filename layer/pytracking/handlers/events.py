"""The event that a webhook carries, built in one place for the hot path and for replay."""

from collections.abc import Mapping
from typing import Any

from pytracking import TrackingResult

UNKNOWN_VISITOR: Mapping[str, Any] = {
    "class": "unknown",
    "signals": [],
    "age_seconds": None,
    "ruleset": None,
}


def event_body(
    result: TrackingResult, identifier: str, visitor: Mapping[str, Any] = UNKNOWN_VISITOR
) -> dict[str, Any]:
    """Return the body of the webhook: the original's keys, and ours."""
    event: dict[str, Any] = {
        "is_open_tracking": result.is_open_tracking,
        "is_click_tracking": result.is_click_tracking,
        "metadata": result.metadata,
        "request_data": result.request_data,
        "timestamp": result.timestamp,
        "id": identifier,
        "link_id": result.link_id,
        "visitor": dict(visitor),
    }
    if result.is_click_tracking:
        event["tracked_url"] = result.tracked_url
    return event
