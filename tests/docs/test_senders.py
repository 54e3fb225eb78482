"""docs/senders.md tells of the links function what there is."""

import re

from pytracking.handlers.minter import Minter
from pytracking.handlers.minting import answer
from pytracking.tokens.keyring import Keyring

from tests.docs.pages import text_of

SECTION = text_of("docs/senders.md").partition("\n## From any language\n")[2].partition("\n## ")[0]
VALUES = {
    "webhook_url": "https://hooks.example.com/",
    "include_webhook_url": True,
    "expires_in": 60,
    "include_issue_time": True,
    "privacy": ["no_ip"],
}


def answered(settings):
    minter = Minter(
        {
            "PYTRACKING_OPEN_BASE_URL": "https://t.example.com/o/",
            "PYTRACKING_CLICK_BASE_URL": "https://t.example.com/c/",
            "PYTRACKING_LINK_KEYS": Keyring.generate().to_json(),
        }
    )
    return answer(minter, {"kind": "open", "settings": settings})


def test_the_settings_that_are_listed_are_those_that_are_taken():
    sentence = re.search(r"`settings` may hold (.*?)\. ", SECTION, re.DOTALL)
    listed = set(re.findall(r"`(\w+)`", sentence[1])) - {"false"}
    assert listed == VALUES.keys()
    assert "url" in answered(VALUES)
    message = answered({"no_such_setting": 1})["error"]["message"]
    assert message.endswith(f"it may have {', '.join(sorted(listed))}")
