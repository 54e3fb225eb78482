"""Logs and metrics of a function: JSON lines on standard output, made once for each process.

Neither ever changes an answer: a sink that fails costs the line, not the visitor. Nothing written
here may hold a key, a token that can be read, or what a visitor's wishes exclude.
"""

import json
import os
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from pytracking.errors import MissingDependency

try:
    from aws_lambda_powertools import Logger, Metrics
    from aws_lambda_powertools.metrics import MetricUnit
except ImportError as error:
    raise MissingDependency(
        "pytracking.aws needs the aws-lambda-powertools package, which the layer has: "
        "pip install aws-lambda-powertools"
    ) from error

# The template sets both; the metrics' dimension ``service`` is the stack's name there.
_SERVICE = os.environ.get("POWERTOOLS_SERVICE_NAME") or "pytracking"
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE") or "pytracking"

_logger = Logger(service=_SERVICE)
_metrics = Metrics(namespace=_NAMESPACE, service=_SERVICE)
_lock = threading.Lock()  # Powertools keeps the metrics of a whole process in one place


def log_error(message: str, **fields: Any) -> None:
    """Write one line of level ERROR with ``fields`` beside the message."""
    with suppress(Exception):
        _logger.error(message, extra=fields)


def log_warning(message: str, **fields: Any) -> None:
    """Write one line of level WARNING with ``fields`` beside the message."""
    with suppress(Exception):
        _logger.warning(message, extra=fields)


def log_fallback(fields: dict[str, Any]) -> None:
    """Write one line that holds a hit which could not be queued, for `replay` to read.

    Not through the logger, whose own ``timestamp`` would take the place of the hit's.
    """
    line = {"level": "ERROR", "message": "hit not queued", "pytracking_fallback": 1, **fields}
    with suppress(Exception):
        print(json.dumps(line), flush=True)


def log_bug(error: Exception) -> None:
    """Write what failed and where; never the message, which may quote a token or an address."""
    with suppress(Exception):
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        log_error(
            "bug",
            error=type(error).__qualname__,
            where=[f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames],
        )


def hits_metric(kind: str) -> str:
    """Return the metric that counts the hits of a kind of link: Opens, Clicks."""
    return f"{kind.capitalize()}s"


def count(*names: str) -> None:
    """Count 1 in each of the metrics ``names`` (CloudWatch embedded metric format)."""
    if not names:  # of which Powertools would warn
        return
    with suppress(Exception), _lock:
        for name in names:
            _metrics.add_metric(name=name, unit=MetricUnit.Count, value=1)
        _metrics.flush_metrics()
        # Where POWERTOOLS_METRICS_DISABLED is set, a flush keeps them, and at 100 values of one
        # metric Powertools would write them all the same.
        _metrics.clear_metrics()
