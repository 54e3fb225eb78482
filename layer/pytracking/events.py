"""What a receiver gets of a hit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytracking.tokens import Kind

TYPES: Mapping[str, str] = {"open": "email.opened", "click": "email.clicked"}
"""The ``type`` of an event, by the kind of its link."""


def event_kind(body: Mapping[str, Any]) -> Kind | None:
    """Return the kind of link that an event in JSON is about; None where it does not say.

    Events without ``type`` are of a version before it.
    """
    for kind, name in TYPES.items():
        if body.get("type") == name or ("type" not in body and body.get(f"is_{kind}_tracking")):
            return "open" if kind == "open" else "click"
    return None
