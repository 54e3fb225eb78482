"""The origin of a webhook: scheme, host and port (RFC 6454, 4). What is slow or dead is an origin.

Not a URL: webhooks may differ in their queries with each hit, and the host behind them is one.
"""

import hashlib
import re
from functools import lru_cache
from urllib.parse import urlsplit

DEFAULT_PORTS = {"https": 443, "http": 80}

# What SQS takes as a MessageGroupId, https://hooks.example.com:443 for one.
_GROUP = re.compile(r"[!-~]{1,128}")


@lru_cache(maxsize=1024)
def origin(url: str) -> str:
    """Return the origin of ``url``, ``https://hooks.example.com:443``; "" where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or DEFAULT_PORTS[parts.scheme]
    except (ValueError, KeyError):
        return ""
    return f"{parts.scheme}://{parts.hostname}:{port}" if parts.hostname else ""


@lru_cache(maxsize=1024)
def message_group(url: str) -> str | None:
    """Return the MessageGroupId of a hit whose webhook is ``url``; None where it has no origin.

    A standard queue gives groups that hold much of it the lower rank (fair queues):
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
    """
    group = origin(url)
    if not group or _GROUP.fullmatch(group):
        return group or None
    return hashlib.sha256(group.encode("utf-8", "surrogatepass")).hexdigest()
