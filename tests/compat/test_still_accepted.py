"""What was accepted once stays accepted: mailed links and their targets work until they expire.

``accepted.json`` holds targets with the spelling that a redirect goes to, and links as mail has
damaged them. Entries are only ever added.
"""

import json
from pathlib import Path

import pytest
from pytracking import Configuration, Keyring, get_click_tracking_result
from pytracking.targets import check_target

ACCEPTED = json.loads(Path(__file__).with_name("accepted.json").read_text())
CONFIGURATIONS = {
    "sealed": Configuration(keyring=Keyring("the keyring of the sealed token tests")),
    "fernet": Configuration(
        encryption_bytestring_key="cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
    ),
    "plain": Configuration(),
}


@pytest.mark.parametrize(("url", "expected"), ACCEPTED["targets"].items(), ids=ascii)
def test_a_target_leads_where_it_led(url: str, expected: str) -> None:
    assert check_target(url) == expected
    assert check_target(expected) == expected


@pytest.mark.parametrize(("form", "damage", "text"), ACCEPTED["links"])
def test_a_damaged_link_says_what_it_said(form: str, damage: str, text: str) -> None:
    result = get_click_tracking_result(text, configuration=CONFIGURATIONS[form])
    assert [result.tracked_url, result.metadata] == ACCEPTED["says"][form], damage
