"""A further kind of token, made as CONTRIBUTING.md says: its name and byte, and an ``app.py``."""

import pytest
from pytracking import Configuration
from pytracking.delivery.messages import Undecoded, parse
from pytracking.tokens import KIND_BYTES
from pytracking.tokens.keyring import Keyring

from tests.aws.raw_server import RawServer
from tests.functions import conftest
from tests.functions.links import METADATA, metrics, token
from tests.functions.test_direct import accept, local

APP = """
from pytracking.handlers.keys import KeysUnavailable
from pytracking.handlers.responses import FAILURE, NO_ICON, NOT_FOUND, Answer
from pytracking.handlers.answering import Hit, Tracker
from pytracking.errors import InvalidLink

tracker = Tracker("unsubscribe")


@tracker.answering(otherwise=FAILURE)
def handler(hit: Hit) -> Answer:
    try:
        hit.record(hit.decode())
    except KeysUnavailable:
        hit.record_undecoded()
    except InvalidLink:
        return NOT_FOUND
    return NO_ICON
"""
RING = Keyring.generate()  # of its own: what is prepared for a ring knows the kinds of that time


@pytest.fixture
def unsubscribe(monkeypatch, tmp_path, start):
    """Starts the function of the further kind."""
    monkeypatch.setitem(KIND_BYTES, "unsubscribe", b"u")
    (tmp_path / "unsubscribe").mkdir()
    (tmp_path / "unsubscribe" / "app.py").write_text(APP)
    monkeypatch.setattr(conftest, "FOLDER", tmp_path)
    return lambda **settings: start("unsubscribe", PYTRACKING_LINK_KEYS=RING.to_json(), **settings)


def test_its_hits_are_told_and_counted(unsubscribe, log):
    document = Configuration(keyring=RING).get_data_to_embed(None, METADATA)
    minted = Configuration(keyring=RING).get_url_encoded_data_str(document, "unsubscribe")
    with RawServer(accept) as receiver:
        answer = unsubscribe(**local(receiver)).get(minted)
        [request] = receiver.requests
    assert answer["statusCode"] == 204
    assert request.json["metadata"] == METADATA
    assert request.json["is_open_tracking"] is request.json["is_click_tracking"] is False
    assert metrics(log.lines()) == {"Unsubscribes": 1}


@pytest.mark.parametrize("kind", ["open", "click"])
def test_tokens_of_other_kinds_are_refused(unsubscribe, kind):
    assert unsubscribe().get(token(kind, ring=RING))["statusCode"] == 404


def test_its_hits_wait_for_keys_as_others_do(unsubscribe):
    unsubscribe()
    hit = Undecoded("a", "unsubscribe", "pABC", 1, {})
    assert parse(hit.to_json()) == hit
