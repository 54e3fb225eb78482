"""The hits in lines of the functions' log: those that could not be queued stand there."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

_FALLBACK = "pytracking_fallback"
_decoder = json.JSONDecoder()


def hits(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the documents of the hits in ``lines``, past what a log tool put around them.

    An empty one stands for a hit that a line reports and that cannot be read.
    """
    for line in lines:
        unread = line.count(_FALLBACK)
        for document in _objects(line):
            # CloudWatch's events hold it as a text: {"timestamp": ..., "message": "{...}"}
            inner = document.get("message")
            for hit in (document, *_objects(inner if isinstance(inner, str) else "")):
                if hit.get(_FALLBACK) == 1:
                    unread -= 1
                    # As earlier versions wrote it, and messages have it.
                    if "hit_timestamp" in hit:
                        hit["timestamp"] = hit.pop("hit_timestamp")
                    yield hit
        yield from [{}] * unread


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects that stand in ``text`` one after the other."""
    position = text.find("{")
    while position >= 0:
        try:
            document, position = _decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            return
        yield document
        position = text.find("{", position)
