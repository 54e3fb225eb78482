"""The SQS queues that hits go to, one call a message or a batch."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pytracking.aws.client import JsonApi
from pytracking.delivery.dialling import out_of_descriptors
from pytracking.delivery.origin import message_group
from pytracking.environment import Settings
from pytracking.errors import AwsError, OutOfDescriptors
from pytracking.messages import WEBHOOK, Message

MAX_BATCH = 10
"""Most messages SQS takes at once."""

MAX_BATCH_BYTES = 256 * 1024
"""Most bytes they may have together. SQS takes 1 MiB today; this is its limit of old."""


class QueueEntry(NamedTuple):
    """One message to be sent: due after ``delay`` seconds (0-900), ranked among its ``group``."""

    text: str
    delay: int = 0
    group: str | None = None

    @classmethod
    def of(cls, message: Message, delay: int = 0) -> QueueEntry:
        """Return the entry of a message, which is due after ``delay`` seconds."""
        # A backlog of one destination is a group by itself, as one of an origin is.
        group = message_group(message.webhook) if WEBHOOK in message.owed else message.owed[0]
        return cls(message.to_json(), delay, group)

    def fields(self) -> dict[str, Any]:
        """Return what SQS calls them."""
        fields = {"MessageBody": self.text, "DelaySeconds": self.delay}
        return {**fields, "MessageGroupId": self.group} if self.group else fields


class SqsQueue:
    """An SQS queue, reached at its own address.

    Raises:
        ConfigurationError: ``url`` is no URL, or no region is set.
    """

    def __init__(self, url: str, settings: Settings) -> None:
        self._url = url
        self._api = JsonApi("sqs", settings, url)

    def connect(self) -> None:
        """Open the connection in a thread of its own, before there is anything to send."""
        self._api.connect()

    def send(self, entry: QueueEntry, timeout: float) -> None:
        """Send one message within ``timeout`` seconds.

        Raises:
            AwsError: the queue did not take it.
        """
        payload = {"QueueUrl": self._url, **entry.fields()}
        self._api.call("SendMessage", payload, timeout=timeout)

    def send_batch(self, entries: Sequence[QueueEntry], timeout: float) -> dict[int, str]:
        """Send messages by tens within ``timeout`` seconds; return why some were not taken.

        Returns:
            The reason for each that the queue has not confirmed, by its index.

        Raises:
            OutOfDescriptors: this process can open no further connection.
        """
        ends_at = time.monotonic() + timeout
        refused: dict[int, str] = {}
        for batch in batches(entries):
            payload = {
                "QueueUrl": self._url,
                "Entries": [{"Id": str(at), **entries[at].fields()} for at in batch],
            }
            try:
                left = max(0.05, ends_at - time.monotonic())
                answer = self._api.call("SendMessageBatch", payload, timeout=left)
            except AwsError as error:
                if out_of_descriptors(error):
                    raise OutOfDescriptors("no file descriptor is left for the queue") from error
                refused |= dict.fromkeys(batch, str(error))
                continue
            taken = {str(one.get("Id")) for one in answer.get("Successful") or ()}
            codes = {str(one.get("Id")): str(one.get("Code")) for one in answer.get("Failed") or ()}
            refused |= {
                at: codes.get(str(at), "not confirmed") for at in batch if str(at) not in taken
            }
        return refused


def batches(entries: Sequence[QueueEntry]) -> list[list[int]]:
    """Return the indexes of entries that fit into one call each."""
    sizes = {at: len(entry.text.encode()) for at, entry in enumerate(entries)}
    return packed(sizes, MAX_BATCH_BYTES, MAX_BATCH)


def packed(sizes: Mapping[int, int], limit: int, most: int) -> list[list[int]]:
    """Return the keys of ``sizes`` in groups of at most ``limit`` bytes and ``most`` members.

    What is larger by itself is a group by itself.
    """
    groups: list[list[int]] = []
    size = 0
    for at, length in sizes.items():
        if not groups or size + length > limit or len(groups[-1]) == most:
            groups.append([])
            size = 0
        groups[-1].append(at)
        size += length
    return groups
