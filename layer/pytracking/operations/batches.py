"""Messages of a queue in batches, through boto3: what replaying needs of SQS.

``sqs`` is boto3's SQS client, ``url`` a queue's address.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pytracking.aws.queue import MAX_BATCH, QueueEntry, batches
from pytracking.errors import ReplayError

HIDDEN_SECONDS = 300
"""How long a dead letter is hidden from others while it is looked at."""

WAIT_SECONDS = 1
"""How long SQS looks for messages before it says that there are none."""


def receive(sqs: Any, url: str, seen: Mapping[str, str]) -> Iterator[list[dict[str, Any]]]:
    """Yield the messages of a queue, until it gives none or only such as were seen."""
    # SQS asks a few of its machines at a time: one empty answer proves little.
    empty = 0
    while empty < 2:
        letters = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=MAX_BATCH,
            WaitTimeSeconds=WAIT_SECONDS,
            VisibilityTimeout=HIDDEN_SECONDS,
        ).get("Messages", [])
        new = [letter for letter in letters if letter["MessageId"] not in seen]
        empty = 0 if new else empty + 1
        if new:
            yield new


def approximate_count(sqs: Any, url: str) -> int:
    """Return how many messages a queue says it holds."""
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(answer["Attributes"]["ApproximateNumberOfMessages"])


def move(
    sqs: Any, source: str, target: str, batch: list[tuple[dict[str, Any], QueueEntry]]
) -> None:
    """Send each entry to ``target``, then delete the letter in ``source`` that it was made of.

    Raises:
        ReplayError: some could not be sent or deleted; all others were.
    """
    sent, failure = _send(sqs, target, [entry for _, entry in batch])
    if sent:
        entries = [{"Id": str(n), "ReceiptHandle": batch[n][0]["ReceiptHandle"]} for n in sent]
        left = sqs.delete_message_batch(QueueUrl=source, Entries=entries).get("Failed")
        if left:
            raise ReplayError(
                f"{len(left)} hits were replayed but stay in {source}: {left[0].get('Code')}. They "
                "come a second time, with the same ids, when this is run again"
            )
    if failure:
        raise ReplayError(failure)


def send_all(sqs: Any, url: str, entries: list[QueueEntry]) -> None:
    """Send entries to a queue.

    Raises:
        ReplayError: the queue did not take one of them.
    """
    _, failure = _send(sqs, url, entries)
    if failure:
        raise ReplayError(failure)


def _send(sqs: Any, url: str, entries: list[QueueEntry]) -> tuple[list[int], str]:
    """Send entries; return the indices of those that the queue took, and what became of others."""
    sent: list[int] = []
    for numbers in batches(entries):
        answer = sqs.send_message_batch(
            QueueUrl=url, Entries=[{"Id": str(n), **entries[n].fields()} for n in numbers]
        )
        sent += [int(entry["Id"]) for entry in answer.get("Successful", ())]
        if failed := answer.get("Failed"):
            return sent, (
                f"{len(failed)} hits were not taken by {url}: {failed[0].get('Code')}. They stay "
                "where they are: run this again"
            )
    return sent, ""


def show_again(sqs: Any, url: str, receipts: list[str]) -> None:
    """Let others see received messages at once."""
    for start in range(0, len(receipts), MAX_BATCH):
        sqs.change_message_visibility_batch(
            QueueUrl=url,
            Entries=[
                {"Id": str(n), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                for n, receipt in enumerate(receipts[start : start + MAX_BATCH])
            ],
        )
