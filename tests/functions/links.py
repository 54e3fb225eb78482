"""Links of a test's own, and what to look for in answers and in lines that were logged."""

import time

import pytest
from pytracking import Configuration
from pytracking.handlers.http import PIXEL, Request, render
from pytracking.tokens.keyring import Keyring

from tests.tokens import authentic

RING = Keyring("a secret of the tests, and of nobody else")
TARGET = "https://shop.example.com/sale?x=1"
METADATA = {"customer_id": 1}

ANSWER_BOUND = 1.2  # seconds: the goal for an answer under any fault
KINDS = pytest.mark.parametrize("kind", ["open", "click"])


def token(kind, ring=RING, url=TARGET, metadata=METADATA, **options):
    """Return the token of a link."""
    configuration = Configuration(keyring=ring, **options)
    document = configuration.get_data_to_embed(url if kind == "click" else None, metadata)
    return configuration.get_url_encoded_data_str(document)


def with_secrets_manager(secrets):
    """Return the settings of a function whose keys are in a secret."""
    return {
        "PYTRACKING_LINK_KEYS": "",
        "PYTRACKING_LINK_KEYS_SECRET": "link-keys",
        "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.url,
    }


def seal(plaintext, kind):
    """Return a token that is authentic whatever it holds, by the wire format alone."""
    packed = b"\x00" + authentic.deflate(plaintext)
    return authentic.seal(packed, kind[0].encode(), packing=1, ring=RING)


def is_answer(kind, result):
    """Return whether a function answered as if nothing had failed."""
    if kind == "open":
        return result == render(PIXEL, Request())
    return result["statusCode"] == 302 and result["headers"]["Location"] == TARGET


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
