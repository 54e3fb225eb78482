"""Links of a test's own, and what to look for in lines that were logged."""

import time

from pytracking import Configuration
from pytracking.tokens.keyring import Keyring

RING = Keyring("a secret of the tests, and of nobody else")
TARGET = "https://shop.example.com/sale?x=1"
METADATA = {"customer_id": 1}


def token(kind, ring=RING, url=TARGET, metadata=METADATA, **options):
    """Return the token of a link."""
    configuration = Configuration(keyring=ring, **options)
    document = configuration.get_data_to_embed(url if kind == "click" else None, metadata)
    return configuration.get_url_encoded_data_str(document, kind)


def metrics(lines):
    """Return how often each metric was counted in log lines."""
    found = {}
    for line in lines:
        for group in line.get("_aws", {}).get("CloudWatchMetrics", []):
            for metric in group["Metrics"]:
                name = metric["Name"]
                found[name] = found.get(name, 0) + sum(line[name])
    return found


def fallbacks(lines):
    """Return the lines that hold a hit which could not be queued."""
    return [line for line in lines if line.get("pytracking_fallback") == 1]


class Stopwatch:
    """``with Stopwatch() as watch``: afterwards ``watch.seconds``."""

    def __enter__(self):
        self.start = time.monotonic()
        return self

    def __exit__(self, *error):
        self.seconds = time.monotonic() - self.start
