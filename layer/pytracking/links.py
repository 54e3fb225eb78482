"""One link: what it says, how that becomes a token's document, and how a token is read."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from pytracking.actions import Action
from pytracking.errors import InvalidLink, InvalidPayload
from pytracking.tokens import Kind, is_of_kind, link_id
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring

PRIVACY_FLAGS = ("no_ip", "no_agent", "aggregate")
"""What a recipient may not have agreed to; in this order, that the address is kept, that the user
agent is kept, being distinguished from other recipients."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says.

    Attributes:
        kind: what the link was followed as: ``open``, ``click``, ``guarded`` or ``action``.
        target: where a click goes; None for what leads nowhere.
        metadata: what the sender put into the link.
        webhook_url: the webhook URL embedded in the link; None when there is none.
        issued_at: when the link was minted, seconds since the epoch; None when it does not say.
        expires_at: when the link stops working, seconds since the epoch; None when never.
        privacy: the recipient's consent flags, e.g. ``("no_ip",)``.
        action: what an action link does; None for other links.
        token: the canonical token, whatever mail did to the one that arrived. With it anyone
            could follow the link, so it is not shown.
    """

    kind: Kind
    target: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    webhook_url: str | None = None
    issued_at: int | None = None
    expires_at: int | None = None
    privacy: tuple[str, ...] = ()
    action: Action | None = None
    token: str = field(default="", repr=False)

    @property
    def id(self) -> str:
        """22 characters, the same for every use of one link, which does not reveal the token."""
        return link_id(self.token)


def read_link(token: str, kind: Kind, keyring: Keyring, *, now: float | None = None) -> Link:
    """Return the link of ``token``, whose known damage by mail programs is repaired.

    Args:
        token: the last segment of the link's path, as it arrived.
        kind: what the link was followed as; it opens as no other.
        keyring: opens sealed tokens, and Fernet tokens with its Fernet keys.
        now: the time of the request, seconds since the epoch; the present when None.

    Raises:
        LinkExpired: the link has stopped working.
        InvalidLink: forged, damaged beyond repair, of another kind, or of a key not in the ring.
    """
    now = time.time() if now is None else now
    content, canonical = Formats(keyring).decode(token, kind, now)
    if not is_of_kind(kind, content.get("url")):
        raise InvalidLink(f"the link is not one of kind {kind}")
    return link_of(content, kind, canonical)


def link_of(content: Mapping[str, Any], kind: Kind, token: str) -> Link:
    """Return the link whose token holds ``content``."""
    return Link(
        kind=kind,
        target=content.get("url"),
        metadata=content.get("metadata", {}),
        webhook_url=content.get("webhook"),
        issued_at=content.get("iat"),
        expires_at=content.get("exp"),
        privacy=tuple(content.get("privacy", ())),
        action=Action.of(content) if kind == "action" else None,
        token=token,
    )


def content_of(
    target: str | None,
    metadata: Mapping[str, Any] | None,
    *,
    defaults: Mapping[str, Any] = MappingProxyType({}),
    webhook_url: str | None = None,
    issued_at: float | None = None,
    expires_at: float | None = None,
    privacy: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Return the document that a link carries, with each member only when it is set.

    Args:
        target: a URL that ``check_target`` takes; None for an open.
        metadata: put over the ``defaults``.
        webhook_url: what ``check_webhook_url`` has returned.
        issued_at, expires_at: seconds since the epoch; the latter is rounded up.
        privacy: of ``PRIVACY_FLAGS``.

    Raises:
        InvalidPayload: ``metadata`` is not a mapping.
    """
    content: dict[str, Any] = {}
    if target:
        content["url"] = target
    try:
        merged = {**defaults, **dict(metadata or {})}
    except (TypeError, ValueError) as error:
        kind = type(metadata).__name__
        raise InvalidPayload(f"a link's metadata is a dict, not {kind}") from error
    if merged:
        content["metadata"] = merged
    if webhook_url:
        content["webhook"] = webhook_url
    if issued_at is not None:
        content["iat"] = int(issued_at)
    if expires_at is not None:
        content["exp"] = math.ceil(expires_at)
    if privacy:
        content["privacy"] = list(privacy)
    return content
