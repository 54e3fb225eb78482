"""What pytracking 0.2.2's own suite holds and no other test of ours does, case by case."""

import json
from typing import Any

import pytest
import pytracking
from cryptography.fernet import Fernet

TARGET = "https://www.bob.example/hello-world/?token=valueééé"
OPEN, CLICK = "https://a.b.example/tracking/open/", "https://a.b.example/tracking/"
TOKEN = (
    "eyJ1cmwiOiAiaHR0cHM6Ly93d3cuYm9iLmV4YW1wbGUvaGVsbG8td29ybGQvP3Rva2VuPXZhbHVlXHUwMGU5XHUwMGU5"
    "XHUwMGU5In0="
)
METADATA = {"list": "val1", "nested": {"param2": "val2"}}
DEFAULTS = {"active": True, "keyéé": "valèèè", "list": "val3"}
REQUEST = {"user_agent": "Firefox", "user_ip": "127.0.0.1"}
KEY = Fernet.generate_key()
KINDS = pytest.mark.parametrize("kind", ["open", "click"])


def link(kind: str, **settings: Any) -> str:
    if kind == "open":
        return pytracking.get_open_tracking_url(METADATA, base_open_tracking_url=OPEN, **settings)
    return pytracking.get_click_tracking_url(
        TARGET, METADATA, base_click_tracking_url=CLICK, **settings
    )


def path(kind: str, url: str) -> str:
    base = {f"base_{kind}_tracking_url": OPEN if kind == "open" else CLICK}
    return str(getattr(pytracking, f"get_{kind}_tracking_url_path")(url, **base))


def result(kind: str, text: str, *given: Any, **settings: Any) -> pytracking.TrackingResult:
    found = getattr(pytracking, f"get_{kind}_tracking_result")(text, *given, **settings)
    assert isinstance(found, pytracking.TrackingResult)
    return found


@pytest.mark.parametrize(("slash", "end"), [(False, ""), (True, "/")])
def test_plain_links_are_the_originals_byte_for_byte_with_the_slash_behind(
    slash: bool, end: str
) -> None:
    opened = pytracking.get_open_tracking_url(base_open_tracking_url=OPEN, append_slash=slash)
    assert opened == f"{OPEN}e30={end}"
    clicked = pytracking.get_click_tracking_url(
        TARGET, base_click_tracking_url=CLICK, append_slash=slash
    )
    assert clicked == f"{CLICK}{TOKEN}{end}"


@KINDS
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_the_webhook_of_the_decoding_configuration_is_in_the_result_and_in_its_json(
    kind: str, as_json: bool, whole: bool
) -> None:
    url = link(kind)
    found: Any = result(
        kind,
        url if whole else path(kind, url),
        webhook_url="https://hooks.example/t",
        base_open_tracking_url=OPEN,
        base_click_tracking_url=CLICK,
    )
    found = found.to_json_dict() if as_json else found
    assert found.webhook_url == "https://hooks.example/t"
    assert found.request_data is None
    assert found.metadata == METADATA
    assert found.tracked_url == (TARGET if kind == "click" else None)
    assert (found.is_open_tracking, found.is_click_tracking) == (kind == "open", kind == "click")


@KINDS
def test_the_path_of_an_encrypted_link_is_a_fernet_token(kind: str) -> None:
    token = path(kind, link(kind, encryption_bytestring_key=KEY))
    assert json.loads(Fernet(KEY).decrypt(token.encode()))["metadata"] == METADATA
    found = result(kind, token, REQUEST, default_metadata=DEFAULTS, encryption_bytestring_key=KEY)
    assert (found.metadata, found.request_data) == ({**DEFAULTS, **METADATA}, REQUEST)
