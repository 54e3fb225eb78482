"""``read_link``: one token, one ``Link``, or one kind of error."""

from typing import Any

import pytest
from pytracking import Configuration, InvalidLink, LinkExpired
from pytracking.links import Link, read_link
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring

RING = Keyring.generate()
FERNET = "XdhWbQZnqCIPLBL0ViPIW2vBTsmUNxAS-7mOtTdu6ZM="
NOW = 1_800_000_000
TARGET = "https://shop.example/sale"


def token(url: str | None = None, metadata: Any = None, **settings: Any) -> str:
    settings = {"keyring": RING, "clock": lambda: NOW, **settings}
    configuration = Configuration(**settings)
    if url is None:
        return configuration.get_open_tracking_url(metadata)
    return configuration.get_click_tracking_url(url, metadata)


def test_a_link_says_all_that_was_put_into_it() -> None:
    minted = token(
        TARGET,
        {"customer": 1},
        webhook_url="https://hooks.example/t",
        include_webhook_url=True,
        include_issue_time=True,
        expires_in=60,
        privacy=["no_ip"],
    )
    link = read_link(minted, "click", RING, now=NOW)
    assert link == Link(
        kind="click",
        target=TARGET,
        metadata={"customer": 1},
        webhook_url="https://hooks.example/t",
        issued_at=NOW,
        expires_at=NOW + 60,
        privacy=("no_ip",),
        token=minted,
    )
    assert read_link(token(), "open", RING, now=NOW) == Link(kind="open", token=token())


def test_a_damaged_link_keeps_its_id_and_its_canonical_token() -> None:
    minted = token(TARGET)
    damaged = read_link(minted[:9] + "=\r\n" + minted[9:] + ">", "click", RING)
    assert damaged == read_link(minted, "click", RING)
    assert len(damaged.id) == 22


def test_an_expired_link_is_an_invalid_link_of_its_own_class() -> None:
    minted = token(TARGET, expires_in=60)
    assert read_link(minted, "click", RING, now=NOW + 59).expires_at == NOW + 60
    with pytest.raises(LinkExpired, match="expired at 2027-01-15"):
        read_link(minted, "click", RING, now=NOW + 60)
    assert issubclass(LinkExpired, InvalidLink)


@pytest.mark.parametrize(("url", "kind"), [(None, "click"), (TARGET, "open")])
@pytest.mark.parametrize("fernet", [False, True], ids=["sealed", "fernet"])
def test_a_click_has_a_url_and_an_open_has_none(url: Any, kind: Kind, fernet: bool) -> None:
    ring = Keyring("a" * 32, fernet=[FERNET]) if fernet else RING
    settings = {"keyring": None, "encryption_bytestring_key": FERNET} if fernet else {}
    with pytest.raises(InvalidLink):
        read_link(token(url, **settings), kind, ring)


def test_without_a_time_a_link_is_read_as_of_now() -> None:
    with pytest.raises(LinkExpired):
        read_link(token(expires_in=1, clock=lambda: 1_000_000_000), "open", RING)
