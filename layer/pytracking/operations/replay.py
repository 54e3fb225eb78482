"""Back into delivery: what lies in the dead letters, or was logged because no queue answered.

Replaying keeps every hit's id, so a receiver that drops ids it has seen takes no harm from a hit
that is replayed twice. A hit whose token was never opened is opened here, with the link keys that
the deliver function must not have; it counts as of the time it came in, expiry included.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pytracking.aws.queue import MAX_BATCH, QueueEntry
from pytracking.errors import InvalidLink, InvalidMessage, InvalidTarget, NotReplayable, ReplayError
from pytracking.events import Event, unknown_visitor
from pytracking.links import read_link
from pytracking.messages import WEBHOOK, Message, Undecoded, parse
from pytracking.operations.batches import approximate_count, move, receive, send_all, show_again
from pytracking.operations.log_lines import hits
from pytracking.operations.stack import aws_errors
from pytracking.privacy import PrivacyPolicy
from pytracking.targets import check_webhook_url
from pytracking.tokens.keyring import Keyring

DRY_RUN_LIMIT = 10_000
"""Dead letters that a dry run looks at: it must hold them all hidden until it ends."""

DEFAULT_PRIVACY = PrivacyPolicy()
"""Keeps what is there: what a deployment does not want was never written down."""

# Why a hit stays where it is; the texts are shown to the operator.
NO_MESSAGE = "no message of a known version"
NO_KEYS = "its token must be opened first: link keys are needed"
INVALID_LINK = "its token is no link of these keys"
NO_WEBHOOK = "neither the link nor the settings name a webhook"


@dataclass(slots=True)
class ReplayReport:
    """What a replay found and did; a dry run's ``replayed`` is what would be.

    ``stays`` counts what could not be replayed, by why; ``reasons`` counts why replayable dead
    letters had died; ``duplicates`` are lines that reported a hit once more; ``moved`` counts the
    hits of each webhook that has moved, by its old address.
    """

    dry_run: bool
    replayed: int = 0
    duplicates: int = 0
    stays: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)

    @property
    def read(self) -> int:
        """How many hits were looked at."""
        return self.replayed + self.duplicates + self.stays.total()

    def __str__(self) -> str:
        done = "would be replayed" if self.dry_run else "replayed"
        lines = [f"{self.read} read, {self.replayed} {done}, {self.duplicates} duplicates"]
        lines += [f"{count} stay: {why}" for why, count in self.stays.most_common()]
        lines += [f"{count} had failed: {why}" for why, count in self.reasons.most_common(10)]
        lines += [f"{count} of {old} go to its new address" for old, count in self.moved.items()]
        return "\n".join(lines)


Progress = Callable[[int, int | None], None]
"""Is called with how many hits were looked at, and of how many (None: not known)."""


def replay_dead_letters(
    requeue: "Requeuer",
    sqs: Any,
    *,
    queue_url: str,
    dead_letter_queue_url: str,
    only: str | None = None,
    dry_run: bool = True,
    progress: Progress = lambda done, total: None,
) -> ReplayReport:
    """Move the dead letters back to the queue, each starting its schedule anew with its old id.

    A letter is deleted once its copy is in the queue; killed in between, it is in both. What
    cannot be replayed stays. A dry run changes nothing, and looks at most at 10,000.

    Args:
        only: the id of the one hit to replay; None for all.
        dry_run: only count.

    Raises:
        ReplayError: a message could not be sent.
    """
    report = ReplayReport(dry_run, moved=requeue.used)
    held: dict[str, str] = {}  # by message id, the receipts of letters that are ours for now
    with aws_errors(ReplayError):
        total = approximate_count(sqs, dead_letter_queue_url)
        try:
            for letters in receive(sqs, dead_letter_queue_url, held):
                held |= {letter["MessageId"]: letter["ReceiptHandle"] for letter in letters}
                batch = []
                for letter in letters:
                    try:
                        message, reason = requeue(letter["Body"])
                    except NotReplayable as why:
                        report.stays[str(why)] += 1
                    else:
                        if only in (None, message.id):
                            report.reasons[reason] += 1
                            batch.append((letter, QueueEntry.of(message)))
                if not dry_run:
                    move(sqs, dead_letter_queue_url, queue_url, batch)
                    for letter, _ in batch:
                        del held[letter["MessageId"]]
                report.replayed += len(batch)
                progress(report.read, total)
                if (dry_run and len(held) >= DRY_RUN_LIMIT) or (only and report.replayed):
                    break
        finally:
            show_again(sqs, dead_letter_queue_url, list(held.values()))
    return report


def replay_log(
    requeue: "Requeuer",
    sqs: Any,
    *,
    queue_url: str,
    lines: Iterable[str],
    dry_run: bool = True,
    progress: Progress = lambda done, total: None,
) -> ReplayReport:
    """Send the hits in lines of the functions' log to the queue, each id once.

    Other lines are passed over, and so is what stands before a line's JSON, such as a time.
    Parameters and errors as for ``replay_dead_letters``.
    """
    report = ReplayReport(dry_run, moved=requeue.used)
    seen: set[str] = set()
    batch: list[QueueEntry] = []
    with aws_errors(ReplayError):
        for document in hits(lines):
            try:
                message = requeue.fallback(document)
            except NotReplayable as why:
                report.stays[str(why)] += 1
                continue
            if message.id in seen:
                report.duplicates += 1
                continue
            seen.add(message.id)
            report.replayed += 1
            report.reasons[str(document.get("reason", "unknown"))] += 1
            batch.append(QueueEntry.of(message))
            if len(batch) == MAX_BATCH:
                send_all(sqs, queue_url, [] if dry_run else batch)
                batch = []
                progress(report.read, None)
        send_all(sqs, queue_url, [] if dry_run else batch)
    progress(report.read, None)
    return report


@dataclass
class Requeuer:
    """Makes a message out of a dead letter or a log line.

    Attributes:
        keyring: opens the tokens of hits that came in while the link keys were out of reach, and
            of all in the log; without it, those stay where they are.
        webhook_url: for such a hit whose link names no webhook.
        privacy: what is kept of such a hit whose link asks for more privacy than most.
        moved: webhooks that hits go to no more, and where they go instead.
        others: where such a hit is owed to besides its webhook: ``store``, ``bus``.
        used: how often each of ``moved`` was met; an address that was mistyped shows as 0.
    """

    keyring: Keyring | None = None
    webhook_url: str | None = None
    privacy: PrivacyPolicy = DEFAULT_PRIVACY
    moved: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    used: Counter[str] = field(init=False)

    def __post_init__(self) -> None:
        self.used = Counter(dict.fromkeys(self.moved, 0))
        self._old = {_as_stored(old): old for old in self.moved} | {old: old for old in self.moved}

    def __call__(self, text: str) -> tuple[Message, str]:
        """Return the message that a dead letter becomes, and why it was one."""
        try:
            letter = parse(text)
        except InvalidMessage:
            raise NotReplayable(NO_MESSAGE) from None
        reason = letter.dead.reason if letter.dead else "received too often"
        if isinstance(letter, Undecoded):
            return self._decode(letter), reason
        return replace(letter.requeued(), webhook=self._address(letter.webhook)), reason

    def fallback(self, document: Mapping[str, Any]) -> Message:
        """Return the message that a line of the log becomes."""
        of_link = {name: document.get(name) for name in ("kind", "token")}
        names = ("id", "timestamp", "request_data", "visitor", "privacy", "how", "value")
        known = {name: document[name] for name in names if name in document}
        try:
            hit = parse(json.dumps({"v": 1, "undecoded": of_link, **known}))
        except InvalidMessage:
            raise NotReplayable(NO_MESSAGE) from None
        assert isinstance(hit, Undecoded)  # noqa: S101 - nothing else was written above
        return self._decode(hit)

    def _decode(self, hit: Undecoded) -> Message:
        if self.keyring is None:
            raise NotReplayable(NO_KEYS)
        came = hit.event
        try:
            link = read_link(hit.token, came.kind, self.keyring, now=came.timestamp)
        except InvalidLink:
            raise NotReplayable(INVALID_LINK) from None
        webhook = link.webhook_url or self.webhook_url or ""
        owed = ((WEBHOOK,) if webhook else ()) + self.others
        if not owed:
            raise NotReplayable(NO_WEBHOOK)
        known = {key: value for key, value in came.visitor.items() if value is not None}
        event = Event.of(
            link,
            came.request_data,
            {**unknown_visitor(), **known},
            identifier=came.id,
            timestamp=came.timestamp,
            how=came.how,
            value=came.value,
        )
        consent = self.privacy.consent_flags((*link.privacy, *came.privacy), {}, came.kind)
        body = event.under(self.privacy, consent).to_json()
        return Message(hit.id, self._address(webhook), body, owed=owed, counted=True)

    def _address(self, webhook: str) -> str:
        if webhook not in self._old:
            return webhook
        old = self._old[webhook]
        self.used[old] += 1
        return self.moved[old]


def _as_stored(webhook: str) -> str:
    """Return an address as a deployed function spells that of its settings."""
    try:
        return check_webhook_url(webhook, allow_http=True)
    except InvalidTarget:
        return webhook
