"""The hits in lines of the functions' log: those that could not be queued stand there."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

_FALLBACK = "pytracking_fallback"
_REPORTED = re.compile(rf'(\\*)"{_FALLBACK}\1"')  # "pytracking_fallback", \"pytracking_fallback\"
_decoder = json.JSONDecoder()


def hits(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the documents of the hits in ``lines``, past what a log tool put around them.

    An empty one stands for a hit that a line reports and that cannot be read.
    """
    for line in lines:
        documents, rest = _objects(line)
        for document in documents:
            # CloudWatch's events hold it as a text: {"timestamp": ..., "message": "{...}"}
            inner = document.get("message")
            inside, inner_rest = _objects(inner if isinstance(inner, str) else "")
            for hit in (document, *inside):
                if hit.get(_FALLBACK) == 1:
                    # As earlier versions wrote it, and messages have it.
                    if "hit_timestamp" in hit:
                        hit["timestamp"] = hit.pop("hit_timestamp")
                    yield hit
            yield from [{}] * _unread(inner_rest)
        yield from [{}] * _unread(rest)


def _objects(text: str) -> tuple[list[dict[str, Any]], str]:
    """Return the JSON objects that stand in ``text`` one after the other, and what is left."""
    documents: list[dict[str, Any]] = []
    rest, position = "", 0
    while (start := text.find("{", position)) >= 0:
        rest += text[position:start]
        try:
            document, position = _decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            return documents, rest + text[start:]
        documents.append(document)
    return documents, rest + text[position:]


def _unread(text: str) -> int:
    """Return how many hits a text reports that is no JSON.

    What a visitor sent stands quoted in the hits' JSON, and so is quoted once more than its names.
    """
    depths = [len(quoted) for quoted in _REPORTED.findall(text)]
    return depths.count(min(depths, default=0))
