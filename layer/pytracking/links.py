"""One link: what it says, how that becomes a token's document, and how a token is read."""

from __future__ import annotations

import math
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, TypedDict

from pytracking.actions import Action
from pytracking.errors import ConfigurationError, InvalidLink, InvalidPayload, LinkExpired
from pytracking.tokens import KIND_BYTES, KINDS_WITH_URL, NOT_SEALED_SO, Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring

PRIVACY_FLAGS = ("no_ip", "no_agent", "aggregate")
"""What a recipient may not have agreed to; in this order, that the address is kept, that the user
agent is kept, being distinguished from other recipients."""

DECOY = "link_decoy"
"""The metadata of a link that only programs find: ``true``."""

LONGEST_LIFETIME_SECONDS = 1e11
"""Over three thousand years: a longer lifetime is a mistake."""


class LinkSettings(TypedDict, total=False):
    """What may be set for all links of a ``Tracker``, or for one.

    Attributes:
        webhook_url: webhook URL to embed in each link, https; the deployment's own when missing.
        expires_in: lifetime of the link in seconds (default: no expiry).
        privacy: consent flags of the recipient, of ``PRIVACY_FLAGS``.
        issue_time: put the time of minting into the link (default: True): verdicts on visitors
            and the time to the first open need it.
    """

    webhook_url: str | None
    expires_in: float | None
    privacy: Iterable[str]
    issue_time: bool


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
        id: ``link_id`` of the token.
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
    id: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", link_id(self.token))


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
    return link_of(*Formats(keyring).decode(token, kind, now), kind)


def read_as(kind: Kind | None, read: Callable[[Kind], Link]) -> Link:
    """Return what ``read`` makes of a token that is of ``kind``; None: of any.

    A click may be a guarded one: they share a base.

    Raises:
        LinkExpired: the link has stopped working.
        InvalidLink: it is of no such kind.
    """
    kinds: Iterable[Kind] = KIND_BYTES
    if kind in KIND_BYTES:
        kinds = ("click", "guarded") if kind == "click" else (kind,)
    failures = []
    for one in kinds:
        try:
            return read(one)
        except LinkExpired:
            raise
        except InvalidLink as error:
            failures.append(error)
    # of all kinds but its own, nothing else is known of a sealed token
    raise next((one for one in failures if str(one) != NOT_SEALED_SO), failures[0])


def link_of(content: Mapping[str, Any], token: str, kind: Kind) -> Link:
    """Return the link of a decoded document.

    Args:
        content: what ``Formats.decode`` found in ``token``, the canonical one.
        token: as above.
        kind: what the link was followed as.

    Raises:
        InvalidLink: it is not of that kind. (Sealed tokens are bound to theirs; of others only this
            shows it.)
    """
    target = content.get("url")
    if (target is not None) is not (kind in KINDS_WITH_URL):
        raise InvalidLink(f"the link is not one of kind {kind}")
    return Link(
        kind=kind,
        target=target,
        metadata=content.get("metadata", {}),
        webhook_url=content.get("webhook"),
        issued_at=content.get("iat"),
        expires_at=content.get("exp"),
        privacy=tuple(content.get("privacy", ())),
        action=Action.of(content) if kind == "action" else None,
        token=token,
    )


def link_id(token: str) -> str:
    """Return what a link is known by to receivers: 22 characters of url-safe base64 (132 bits).

    The first characters of the SHA-256 of a fixed prefix and the canonical token. The same for
    every use of one link, and it reveals nothing of what the link says, nor can it be followed.
    """
    digest = sha256(b"pytracking/link-id/v1" + token.encode()).digest()
    return urlsafe_b64encode(digest)[:22].decode()


def content_of(
    target: str | None,
    metadata: Mapping[str, Any] | None,
    now: float,
    *,
    action: Action | None = None,
    webhook_url: str | None = None,
    expires_in: float | None = None,
    privacy: Iterable[str] = (),
    issue_time: bool = True,
) -> dict[str, Any]:
    """Return the document that a link carries, with each member only when it is set.

    Args:
        target: a URL that ``check_target`` takes; None for an open.
        metadata: a mapping, or what ``dict`` takes.
        now: the time of minting, seconds since the epoch.
        action: of an action link.
        webhook_url: what ``check_webhook_url`` has returned.
        expires_in: what ``check_lifetime`` has returned; the second of expiry is rounded up.
        privacy: what ``check_privacy`` has returned.
        issue_time: whether the document has ``iat``.

    Raises:
        InvalidPayload: ``metadata`` is not a mapping.
    """
    content: dict[str, Any] = {}
    if target:
        content["url"] = target
    if metadata := metadata_of(metadata):
        content["metadata"] = metadata
    if webhook_url:
        content["webhook"] = webhook_url
    if issue_time:
        content["iat"] = int(now)
    if expires_in is not None:
        content["exp"] = math.ceil(now + expires_in)
    if privacy:
        content["privacy"] = list(privacy)
    if action:
        content |= action.content()
    return content


def metadata_of(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return a link's metadata as a dict of its own.

    Raises:
        InvalidPayload: it is not a mapping.
    """
    try:
        return dict(metadata or {})
    except (TypeError, ValueError) as error:
        kind = type(metadata).__name__
        raise InvalidPayload(f"a link's metadata is a dict, not {kind}") from error


def check_lifetime(seconds: float | None) -> float | None:
    """Return ``seconds``, the lifetime of a link.

    Raises:
        ConfigurationError: neither None nor a positive number of them.
    """
    is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    if seconds is None or (is_number and 0 < seconds < LONGEST_LIFETIME_SECONDS):
        return seconds
    raise ConfigurationError(
        f"expires_in must be None or a positive number of seconds, not {seconds!r}"
    )


def check_privacy(flags: Iterable[str]) -> tuple[str, ...]:
    """Return the consent ``flags`` of a recipient.

    Raises:
        ConfigurationError: not a list, or one that holds something else than ``PRIVACY_FLAGS``.
    """
    allowed = ", ".join(PRIVACY_FLAGS)
    # a text would be taken for a list of characters, a mapping for one of its keys
    if isinstance(flags, str | Mapping) or not isinstance(flags, Iterable):
        raise ConfigurationError(f"privacy is a list, not {flags!r}; it may hold {allowed}")
    given = tuple(flags)
    for flag in given:
        if flag not in PRIVACY_FLAGS:
            raise ConfigurationError(f"privacy holds {flag!r}; it may hold {allowed}")
    return given
