"""Rewriting with one library, in a process of its own.

Reads one JSON command a line, answers one JSON line each:

    {"do": "load", "documents": [...]}       -> 0
    {"do": "html", "document": 3, "times": 10}   -> CPU seconds for one time; also "text", "mail"

Links are plain and carry one number: minting, which other benchmarks measure, weighs little so.
"""

import json
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import pytracking
from pytracking.html import adapt_html

warnings.simplefilter("ignore")
CONFIGURATION = pytracking.Configuration(
    base_open_tracking_url="https://t.example.com/o/",
    base_click_tracking_url="https://t.example.com/c/",
)


def main() -> None:
    documents: list[str] = []
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "load":
            documents = command["documents"]
            answer = 0.0
        else:
            adapt, document = _adapting(command["do"], documents[command["document"]])
            start = time.process_time()
            for _ in range(command["times"]):
                adapt(document, {"customer_id": 1}, configuration=CONFIGURATION)
            answer = (time.process_time() - start) / command["times"]
        print(json.dumps(answer), flush=True)


def _adapting(form: str, document: str) -> tuple[Callable[..., Any], str | bytes]:
    if form == "html":
        return adapt_html, document
    if form == "text":
        from pytracking.text import adapt_text

        return adapt_text, document
    from pytracking.email import adapt_message_bytes

    return adapt_message_bytes, document.encode()


if __name__ == "__main__":
    main()
