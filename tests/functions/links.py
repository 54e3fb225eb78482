"""Links of a test's own, and what to look for in answers and in lines that were logged."""

import base64
import time
import zlib

import pytest
from pytracking import Configuration
from pytracking.handlers.http import PIXEL, Request, render
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.sealed import dictionary

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
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, dictionary())
    packed = packer.compress(plaintext) + packer.flush()
    key_id, cipher = RING.sealing
    header = bytes((0xA5, key_id))
    raw = header + cipher.encrypt(b"\x00" + packed, [header + kind[0].encode()])
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


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
