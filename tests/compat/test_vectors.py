"""200 links minted by pytracking 0.2.2, with what it decoded them to."""

import json
from pathlib import Path
from typing import Any

import pytest
import pytracking

VECTORS = [
    json.loads(line)
    for line in Path(__file__).with_name("vectors-0.2.2.jsonl").read_text().splitlines()
]


def _configuration(vector: dict[str, Any]) -> pytracking.Configuration:
    return pytracking.Configuration(
        **vector["configuration"], encryption_bytestring_key=vector["fernet_key"]
    )


def test_the_vectors_cover_both_kinds_and_both_formats() -> None:
    covered = {(vector["kind"], bool(vector["fernet_key"])) for vector in VECTORS}
    assert len(VECTORS) == 200
    assert len(covered) == 4


@pytest.mark.parametrize("number", range(len(VECTORS)))
def test_a_link_of_the_original_decodes_to_what_the_original_decoded(number: int) -> None:
    vector = VECTORS[number]
    decode = getattr(pytracking, f"get_{vector['kind']}_tracking_result")
    result = decode(vector["link"], vector["result"]["request_data"], _configuration(vector))
    decoded = result.to_json_dict()._asdict()
    del decoded["timestamp"]
    assert decoded == vector["result"]


@pytest.mark.parametrize(
    "number", [number for number, vector in enumerate(VECTORS) if not vector["fernet_key"]]
)
def test_a_plain_link_is_minted_byte_for_byte_as_by_the_original(number: int) -> None:
    vector = VECTORS[number]
    configuration = _configuration(vector)
    if vector["kind"] == "open":
        link = pytracking.get_open_tracking_url(vector["metadata"], configuration)
    else:
        link = pytracking.get_click_tracking_url(
            vector["url_to_track"], vector["metadata"], configuration
        )
    assert link == vector["link"]
