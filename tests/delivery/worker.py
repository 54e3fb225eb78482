"""What Lambda does with the deliver function, in processes that can be killed.

``python -m tests.delivery.worker`` polls the queue of PYTRACKING_QUEUE_URL (in the slow lane, that
of PYTRACKING_SLOW_QUEUE_URL) and hands each batch to the function. With ``--nursery`` it only
imports everything, and then makes such a process of itself for each line of its standard input,
printing its process id: a soak kills hundreds of them.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any

from pytracking.aws.client import JsonApi
from pytracking.aws.event_destinations import event_destinations
from pytracking.aws.queue import SqsQueue
from pytracking.aws.secrets import WebhookSecrets
from pytracking.delivery.addresses import AddressRules
from pytracking.delivery.breaker import Breaker
from pytracking.delivery.client import HARD_DEADLINE, Client
from pytracking.delivery.webhooks import Webhooks
from pytracking.environment import Settings
from pytracking.errors import AwsError
from pytracking.handlers.delivering import Deliverer

from local.event_source import failed_ids, queue_event
from local.functions import Context
from local.queue import Entry
from tests.support.aws import FUNCTIONS, module_of

FUNCTION_TIMEOUT = 60.0


def quick_handler(environment: Mapping[str, str]) -> Any:
    """Return a handler whose deadlines and delays are those of WORKER_DEADLINE, WORKER_DELAYS."""
    deadline = float(environment["WORKER_DEADLINE"])
    settings = Settings.from_environment(environment)
    # Pauses pass as much faster as the deadline is shorter.
    breaker = Breaker(clock=lambda: time.monotonic() * HARD_DEADLINE / deadline)
    others = event_destinations(settings)
    for one in others:
        one.breaker = breaker
    return Deliverer(
        destinations=[
            Webhooks(
                Client(AddressRules.of(settings), deadline=deadline),
                WebhookSecrets.of(settings).signer,
                breaker=breaker,
                post_deadline=deadline,
            ),
            *others,
        ],
        again=SqsQueue(settings.queue_url or "", settings),
        dead=SqsQueue(settings.dead_letter_queue_url or "", settings),
        delays=json.loads(environment["WORKER_DELAYS"]),
    ).deliver


def poll(environment: Mapping[str, str]) -> None:
    """Receive, invoke, delete, until it is ended."""
    quick = "WORKER_DEADLINE" in environment
    deliver = FUNCTIONS / "deliver" / "app.py"
    handler = quick_handler(environment) if quick else module_of(deliver).handler
    in_slow_lane = environment.get("PYTRACKING_SLOW_LANE") == "true"
    url = environment["PYTRACKING_SLOW_QUEUE_URL" if in_slow_lane else "PYTRACKING_QUEUE_URL"]
    api = JsonApi("sqs", Settings.from_environment(environment), url)
    while True:
        try:
            answer = api.call(
                "ReceiveMessage",
                {
                    "QueueUrl": url,
                    "MaxNumberOfMessages": 10,
                    "WaitTimeSeconds": 1,
                    "AttributeNames": ["All"],
                },
                timeout=10,
            )
        except AwsError:
            time.sleep(0.1)
            continue
        deliveries = [
            Entry(
                message["MessageId"],
                message["Body"],
                receipt_handle=message["ReceiptHandle"],
                receive_count=1,
            )
            for message in answer.get("Messages", ())
        ]
        if not deliveries:
            continue
        result = handler(queue_event("hits", deliveries), Context(FUNCTION_TIMEOUT))
        failed = failed_ids(result, [delivery.message_id for delivery in deliveries])
        entries = [
            {"Id": str(number), "ReceiptHandle": delivery.receipt_handle}
            for number, delivery in enumerate(deliveries)
            if delivery.message_id not in failed
        ]
        if entries:
            try:
                api.call("DeleteMessageBatch", {"QueueUrl": url, "Entries": entries}, timeout=10)
            except AwsError:
                continue


def nursery() -> None:
    """Make a polling process for each line of the standard input, and print its process id."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that were killed
    for _ in sys.stdin:
        pid = os.fork()
        if pid == 0:
            # What the function prints must not fill the pipe that process ids go through.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            poll(os.environ)
        print(pid, flush=True)


if __name__ == "__main__":
    if "--nursery" in sys.argv:
        nursery()
    else:
        poll(os.environ)
