"""One link: read a token, get a ``Link``."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from pytracking.errors import InvalidLink
from pytracking.tokens import Kind, is_of_kind, link_id
from pytracking.tokens.formats import formats
from pytracking.tokens.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Link:
    """What a link says.

    Attributes:
        kind: what the link was followed as: ``open`` or ``click``.
        target: where a click goes; None for an open.
        metadata: what the sender put into the link.
        webhook_url: the webhook URL embedded in the link; None when there is none.
        issued_at: when the link was minted, seconds since the epoch; None when it does not say.
        expires_at: when the link stops working, seconds since the epoch; None when never.
        privacy: the recipient's consent flags, e.g. ``("no_ip",)``.
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
    decode = formats(keyring, None, "utf-8", True).decode
    content, canonical = decode(token, kind, time.time() if now is None else now)
    if not is_of_kind(kind, content.get("url")):
        raise InvalidLink(f"the link is not one of kind {kind}")
    return Link(
        kind=kind,
        target=content.get("url"),
        metadata=content.get("metadata", {}),
        webhook_url=content.get("webhook"),
        issued_at=content.get("iat"),
        expires_at=content.get("exp"),
        privacy=tuple(content.get("privacy", ())),
        token=canonical,
    )
