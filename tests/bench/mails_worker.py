"""`adapt_html` of one library, in a process of its own.

Reads one JSON command a line, answers one JSON line each:

    {"do": "load", "documents": [...]}       -> 0
    {"do": "adapt", "document": 3, "times": 10}  -> seconds for one time

Links are plain and carry one number: minting, which other benchmarks measure, weighs little so.
"""

import json
import sys
import time

import pytracking
from pytracking.html import adapt_html

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
            document, times = documents[command["document"]], command["times"]
            start = time.perf_counter()
            for _ in range(times):
                adapt_html(document, {"customer_id": 1}, configuration=CONFIGURATION)
            answer = (time.perf_counter() - start) / times
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
