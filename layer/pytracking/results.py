"""What a decoded link says: ``TrackingResult``."""

from collections import namedtuple
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pytracking.links import link_id

TrackingResultJSON = namedtuple(
    "TrackingResultJSON",
    "is_open_tracking is_click_tracking tracked_url webhook_url metadata request_data timestamp",
)
"""The seven fields of pytracking 0.2.2, ready for ``json.dumps``."""


@dataclass
class TrackingResult:
    """A decoded open or click link.

    Attributes:
        is_open_tracking: True for an open link.
        is_click_tracking: True for a click link.
        tracked_url: where a click goes; None for an open.
        webhook_url: where the hit is reported; None when neither link nor configuration names one.
        metadata: the link's metadata, merged over the configuration's defaults.
        request_data: what the caller attached about the request, as it was given.
        timestamp: when the link was decoded, whole seconds since the epoch, UTC.
        issued_at: when the link was minted, seconds since the epoch; None when it does not say.
        expires_at: when the link stops working, seconds since the epoch; None when never.
        privacy: the recipient's consent flags sealed into the link, e.g. ``("no_ip",)``.
        token: the canonical token; None for a result made by hand. Not shown by ``repr``.
    """

    is_open_tracking: bool = False
    is_click_tracking: bool = False
    tracked_url: str | None = None
    webhook_url: str | None = None
    metadata: dict[str, Any] | None = None
    request_data: Mapping[str, Any] | None = None
    timestamp: int | None = None
    issued_at: int | None = None
    expires_at: int | None = None
    privacy: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)

    def __hash__(self) -> int:
        """Return the same for equal results; 0.2.2's had a hash as well."""
        return hash((self.token, self.timestamp))

    @property
    def link_id(self) -> str | None:
        """22 characters, the same for every use of one link; None for a result made by hand."""
        return self.token and link_id(self.token)

    def to_json_dict(self) -> TrackingResultJSON:
        """Return the original's seven fields as a named tuple that JSON can hold."""
        return TrackingResultJSON(*(getattr(self, name) for name in TrackingResultJSON._fields))

    def __str__(self) -> str:
        return (
            f"<pytracking.TrackingResult> is_open_tracking: {self.is_open_tracking} "
            f"is_click_tracking: {self.is_click_tracking} tracked_url: {self.tracked_url}"
        )
