"""What stands in the queue: one JSON message per hit, version 1.

A hit that could be decoded is a :class:`Message`; a hit whose link keys could not be read when it
came in is an :class:`Undecoded`, which waits in the dead letters for an operator who has the keys.
A message is immutable: every step of its life is a copy that carries the same ``id``.
"""

import dataclasses
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

from pytracking.errors import InvalidMessage
from pytracking.events import OPT_OUT_TYPES, Event, event_kind, unknown_visitor
from pytracking.tokens import KIND_BYTES, Kind
from pytracking.tokens.document import refuse_constant

VERSION = 1

MAX_BODY_BYTES = 256 * 1024
"""Largest message that is parsed: SQS's limit of old, far above any hit."""

MAX_COUNT = 2**53 - 1
"""Largest number of a message: what every reader of JSON takes whole (RFC 8259, 6)."""

WEBHOOK = "webhook"
"""The destination of every hit, unless its message says otherwise."""

_T = TypeVar("_T")

# An id is part of what is signed ("id.timestamp.body") and of a header: no dot, no CR, no LF.
_ID = r"[A-Za-z0-9_-]{1,128}"  # 5f2b9c0e8d7a4f6b9c0e8d7a4f6b9c0e

_DESTINATION = r"[a-z]{1,20}"  # webhook


def new_id() -> str:
    """Return a new event id: 32 hexadecimal digits, 128 random bits from the operating system.

    No clock and no state of the process take part, so that an environment that was frozen, copied
    and thawed, or whose clock is wrong, still makes ids that are unique.
    """
    return os.urandom(16).hex()


class DeadLetter(NamedTuple):
    """Why a message lies in the dead letters.

    ``reason`` is one line for people; ``attempts`` counts the steps of the schedule that were
    used up; ``last_status`` is the receiver's last HTTP status, None if it never answered; ``at``
    is the time in seconds since the epoch.
    """

    reason: str
    attempts: int
    last_status: int | None
    at: int


@dataclass(frozen=True, slots=True)
class Message:
    """A hit on its way to where it is ``owed``: to ``webhook``, or to other destinations beside it.

    ``webhook`` is "" where there is none. ``owed`` names the destinations that have not got it yet;
    a message without that member, as every one was until 2026-11, is owed to its webhook.
    ``body`` is the event as the receiver gets it, ``attempt`` the number of attempts made so far,
    ``not_before`` the time (seconds since the epoch) before which no further one is due,
    ``last_status`` the HTTP status of the last attempt (None: none yet, or no answer). ``counted``
    says that the hit stands in the metrics already, as a copy of a message does.
    """

    id: str
    webhook: str
    body: Mapping[str, Any]
    attempt: int = 0
    not_before: int = 0
    last_status: int | None = None
    owed: tuple[str, ...] = (WEBHOOK,)
    counted: bool = field(default=False, compare=False)
    dead: DeadLetter | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """Return the text of the queue message."""
        document: dict[str, Any] = {
            "v": VERSION,
            "id": self.id,
            "webhook": self.webhook,
            "body": self.body,
            "attempt": self.attempt,
            "not_before": self.not_before,
            "last_status": self.last_status,
            "counted": self.counted,
        }
        if self.owed != (WEBHOOK,):
            document["owed"] = self.owed
        return _dump(document, self.dead)

    @property
    def is_opt_out(self) -> bool:
        """Whether somebody asks for less, which must not get lost, nor be late."""
        return self.body.get("type") in OPT_OUT_TYPES

    @property
    def uncounted(self) -> Kind | None:
        """The kind of the hit, if it is still to be counted."""
        return None if self.counted else event_kind(self.body)

    def retried(self, *, not_before: int, last_status: int | None) -> "Message":
        """Return the copy that stands for one more failed attempt."""
        return dataclasses.replace(
            self,
            attempt=self.attempt + 1,
            not_before=not_before,
            last_status=last_status,
            counted=True,
        )

    def as_dead_letter(self, reason: str, *, now: float) -> "Message":
        """Return the copy that goes to the dead letters."""
        dead = DeadLetter(reason, self.attempt, self.last_status, int(now))
        return dataclasses.replace(self, dead=dead, counted=True)

    def requeued(self) -> "Message":
        """Return the copy that starts the schedule anew, with the same id."""
        return dataclasses.replace(
            self, attempt=0, not_before=0, last_status=None, counted=True, dead=None
        )


@dataclass(frozen=True, slots=True)
class Undecoded:
    """A hit whose token could not be opened when it came in, because the keys were out of reach.

    ``event`` is what is known of it all the same: ``request_data`` what may be kept of the request
    as long as nobody knows what the recipient agreed to, ``privacy`` the consent flags that hold
    besides the token's own. ``token`` is as received.
    """

    event: Event
    token: str
    dead: DeadLetter | None = field(default=None, compare=False)

    def to_json(self) -> str:
        """Return the text of the queue message."""
        hit = self.event
        undecoded = {"kind": hit.kind, "token": self.token}
        known = {"timestamp": hit.timestamp, **hit.without_link()}
        return _dump({"v": VERSION, "id": hit.id, "undecoded": undecoded, **known}, self.dead)

    @property
    def id(self) -> str:
        """The event's id."""
        return self.event.id

    @property
    def is_opt_out(self) -> bool:
        """Whether it may be an opt-out: which action it is, its token alone says."""
        return self.event.kind == "action"

    def as_dead_letter(self, reason: str, *, now: float) -> "Undecoded":
        """Return the copy that goes to the dead letters."""
        return dataclasses.replace(self, dead=DeadLetter(reason, 0, None, int(now)))


def queued(
    event: Event, token: str, webhook: str | None, others: tuple[str, ...] = ()
) -> Message | Undecoded:
    """Return the message of a hit that has just come in.

    Args:
        event: cut for privacy already.
        token: as it came.
        webhook: "" where there is none; None while the token cannot be decoded.
        others: the destinations that it is owed to besides.
    """
    if webhook is not None:
        owed = ((WEBHOOK,) if webhook else ()) + others
        return Message(event.id, webhook, event.to_json(), owed=owed)
    return Undecoded(event, token)


def parse(text: str) -> Message | Undecoded:
    """Return the message that ``text`` is.

    Raises:
        InvalidMessage: the text is too large, not JSON, of another version, or lacks a field.
    """
    document = _load(text)
    version = document.get("v")
    if version != VERSION or isinstance(version, bool):
        raise InvalidMessage(f"a message of version {version!r}; known here is {VERSION}")
    identifier = _check("id", document.get("id"), str)
    if not re.fullmatch(_ID, identifier):
        raise InvalidMessage(
            f"an id is 1-128 letters, digits, '-' or '_', not {identifier[:140]!r}"
        )
    dead = _parse_dead(document.get("dead"))
    if "undecoded" in document:
        return _parse_undecoded(identifier, document, dead)
    return Message(
        id=identifier,
        webhook=_check("webhook", document.get("webhook"), str),
        body=_check("body", document.get("body"), dict),
        attempt=_count("attempt", document.get("attempt", 0)),
        not_before=_count("not_before", document.get("not_before", 0)),
        last_status=_status(document.get("last_status")),
        owed=_parse_owed(document.get("owed", [WEBHOOK])),
        # Until 2026-11 functions counted a hit before they queued it, and did not say so.
        counted=_check("counted", document.get("counted", True), bool),
        dead=dead,
    )


def dead_letter_text(text: str, reason: str, *, now: float) -> str:
    """Return a dead letter for a text that is no message: the text as it came, and the reason.

    A dead letter of this kind that comes back is kept as it was first, not wrapped again.
    """
    try:
        document = _load(text)
    except InvalidMessage:
        document = {}
    raw = document.get("raw")
    if set(document) != {"v", "raw", "dead"} or not isinstance(raw, str):
        raw = text
    return _dump({"v": VERSION, "raw": raw}, DeadLetter(reason, 0, None, int(now)))


def _parse_undecoded(
    identifier: str, document: Mapping[str, Any], dead: DeadLetter | None
) -> Undecoded:
    hit = _check("undecoded", document["undecoded"], dict)
    kind = _check("undecoded.kind", hit.get("kind"), str)
    visitor = document.get("visitor")
    consent = _check("privacy", document.get("privacy", []), list)
    if visitor is not None:
        signals = _check("visitor", visitor, dict).get("signals")
        for signal in _check("visitor.signals", [] if signals is None else signals, list):
            _check("a signal of visitor", signal, str)
    how, value = document.get("how"), document.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise InvalidMessage(f"value is a text or a whole number, not {type(value).__name__}")
    if kind not in KIND_BYTES:
        raise InvalidMessage(f"undecoded.kind is one of {', '.join(KIND_BYTES)}, not {kind!r}")
    token = _check("undecoded.token", hit.get("token"), str)
    event = Event(
        kind,
        identifier,
        _count("timestamp", document.get("timestamp")),
        request_data=_check("request_data", document.get("request_data"), dict),
        visitor=unknown_visitor() if visitor is None else visitor,
        privacy=tuple(_check("a flag of privacy", flag, str) for flag in consent),
        how=None if how is None else _check("how", how, str),
        value=value,
    )
    return Undecoded(event, token, dead)


def _parse_owed(value: Any) -> tuple[str, ...]:
    names = [_check("a name of owed", name, str) for name in _check("owed", value, list)]
    if not names or not all(re.fullmatch(_DESTINATION, name) for name in names):
        raise InvalidMessage("owed is a list of destinations, of 1-20 small letters each")
    return tuple(dict.fromkeys(names))


def _parse_dead(value: Any) -> DeadLetter | None:
    if value is None:
        return None
    dead = _check("dead", value, dict)
    return DeadLetter(
        reason=_check("dead.reason", dead.get("reason"), str),
        attempts=_count("dead.attempts", dead.get("attempts")),
        last_status=_status(dead.get("last_status")),
        at=_count("dead.at", dead.get("at")),
    )


def _load(text: str) -> dict[str, Any]:
    if len(text) > MAX_BODY_BYTES:
        raise InvalidMessage(f"a message of {len(text)} characters; at most {MAX_BODY_BYTES}")
    try:
        document = json.loads(text, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InvalidMessage(f"a message is JSON; this one is not: {error}") from error
    if not isinstance(document, dict):
        raise InvalidMessage(f"a message is a JSON object, not a {type(document).__name__}")
    return document


def _dump(document: dict[str, Any], dead: DeadLetter | None) -> str:
    if dead is not None:
        document["dead"] = dead._asdict()
    try:
        return json.dumps(document, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidMessage(f"a message must be made of JSON values: {error}") from error


def _check(name: str, value: Any, kind: type[_T]) -> _T:
    if not isinstance(value, kind):
        raise InvalidMessage(f"{name} is a {kind.__name__}, not {type(value).__name__}")
    return value


def _count(name: str, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_COUNT:
        raise InvalidMessage(f"{name} is a whole number of 0-{MAX_COUNT}, not {str(value)[:40]!r}")
    return value


def _status(value: Any) -> int | None:
    return None if value is None else _count("last_status", value)
