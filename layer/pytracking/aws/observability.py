"""Logs and metrics of a function: JSON lines on standard output, made once for each process.

Neither ever changes an answer: a sink that fails costs the line, not the visitor. Nothing written
here may hold a key, a token that can be read, or what a visitor's consent excludes.

Powertools loads with the first line, so that a function with nothing to say starts without it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from pytracking.environment import Settings
from pytracking.errors import MissingDependency
from pytracking.events import Event

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger, Metrics

if find_spec("aws_lambda_powertools") is None:
    raise MissingDependency(
        "pytracking.aws needs the aws-lambda-powertools package, which the layer has: "
        "pip install aws-lambda-powertools"
    )

DEFAULT_NAME = "pytracking"
"""Service and namespace where the environment names none."""

_lock = threading.Lock()  # Powertools keeps the metrics of a whole process in one place


@cache
def logger() -> Logger:
    """Return the logger of this process."""
    from aws_lambda_powertools import Logger

    # RFC 3339, which alone Lambda reads as a line's own time
    return Logger(service=_service(), use_rfc3339=True)


@cache
def metrics() -> Metrics:
    """Return the metrics of this process."""
    from aws_lambda_powertools import Metrics

    settings = Settings.from_environment()
    return Metrics(namespace=settings.namespace or DEFAULT_NAME, service=_service())


def _service() -> str:
    return Settings.from_environment().service or DEFAULT_NAME


def log_error(message: str, **fields: Any) -> None:
    """Write one line of level ERROR with ``fields`` beside the message."""
    with suppress(Exception):
        logger().error(message, extra=fields)


def log_warning(message: str, **fields: Any) -> None:
    """Write one line of level WARNING with ``fields`` beside the message."""
    with suppress(Exception):
        logger().warning(message, extra=fields)


def log_fallback(event: Event, token: str, reason: str) -> bool:
    """Write one line that holds a hit which could not be queued, for `replay` to read.

    Returns whether it was written.

    The hit's own time is called ``hit_timestamp``: Lambda reads ``timestamp`` as the line's time.
    Not through the logger, which changes what it is given.
    """
    line = {
        "level": "ERROR",
        "message": "hit not queued",
        "pytracking_fallback": 1,
        "id": event.id,
        "kind": event.kind,
        "token": token,
        "reason": reason,
        "hit_timestamp": event.timestamp,
        **event.without_link(),
    }
    try:
        print(json.dumps(line), flush=True)
    except Exception:
        return False
    return True


def log_bug(error: Exception) -> None:
    """Write what failed and where; never the message, which may quote a token or an address."""
    with suppress(Exception):
        import traceback

        frames = traceback.extract_tb(error.__traceback__)[-8:]
        log_error(
            "bug",
            error=type(error).__qualname__,
            where=[
                f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
                for frame in frames
            ],
        )


def hits_metric(kind: str) -> str:
    """Return the metric that counts the hits of a kind of link: Opens, Clicks."""
    return f"{kind.capitalize()}s"


def count(*names: str) -> None:
    """Count 1 in each of the metrics ``names``."""
    count_many(dict.fromkeys(names, 1))


def count_many(numbers: Mapping[str, int]) -> None:
    """Count several at once, ``{"Opens": 3}``, in one line (CloudWatch embedded metric format)."""
    if not numbers:  # of which Powertools would warn
        return
    with suppress(Exception), _lock:
        for name, number in numbers.items():
            metrics().add_metric(name=name, unit="Count", value=number)
        metrics().flush_metrics()
        # Where POWERTOOLS_METRICS_DISABLED is set, a flush keeps them, and at 100 values of one
        # metric Powertools would write them all the same.
        metrics().clear_metrics()
