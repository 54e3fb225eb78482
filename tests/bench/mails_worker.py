"""Rewriting with one library, in a process of its own.

Reads one JSON command a line, answers one JSON line each:

    {"do": "load", "documents": [...]}       -> 0
    {"do": "html", "document": 3, "times": 10}   -> CPU seconds for one time; also "text", "mail";
                                                    encrypted: "fernet", "tracker", "campaign"
    {"do": "memory", "document": 3, "times": 10}  -> bytes by which rendering a campaign that often,
                                                    each time for another recipient, made it grow

Links are plain and carry one number: minting, which other benchmarks measure, weighs little so.
"""

import json
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytracking
from pytracking.html import adapt_html

warnings.simplefilter("ignore")
FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
BASES: dict[str, Any] = {
    "base_open_tracking_url": "https://t.example.com/o/",
    "base_click_tracking_url": "https://t.example.com/c/",
}
CONFIGURATION = pytracking.Configuration(**BASES)


def main() -> None:
    documents: list[str] = []
    for line in sys.stdin:
        command = json.loads(line)
        if command["do"] == "load":
            documents = command["documents"]
            answer = 0.0
        elif command["do"] == "memory":
            answer = _growth(documents[command["document"]], command["times"])
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
    if form == "fernet":
        keyed = pytracking.Configuration(**BASES, encryption_bytestring_key=FERNET_KEY)
        return lambda text, metadata, **_: adapt_html(text, metadata, configuration=keyed), document
    if form == "text":
        from pytracking.text import adapt_text

        return adapt_text, document
    if form == "tracker":
        tracker = _tracker()
        return lambda text, metadata, **_: tracker.html(text, metadata), document
    if form == "campaign":
        campaign = _tracker().campaign(html=document)
        campaign.render({"customer_id": 0})  # what the others share is then made
        return lambda _, metadata, **__: campaign.render(metadata), document
    from pytracking.email import adapt_message_bytes

    return adapt_message_bytes, document.encode()


def _tracker() -> Any:
    return pytracking.Tracker("https://t.example.com", pytracking.Keyring.generate())


def _growth(document: str, times: int) -> float:
    campaign = _tracker().campaign(html=document)
    before = 0
    for number in range(times):
        campaign.render({"customer_id": number, "campaign": "spring"})
        if number == times // 10:  # what is made once is there
            before = _resident()
    return _resident() - before


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


if __name__ == "__main__":
    main()
