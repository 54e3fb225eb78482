"""Action links and guarded clicks: minted, refused and read."""

from typing import Any

import pytest
from pytracking import InvalidLink, InvalidPayload, InvalidTarget, Keyring, Tracker
from pytracking.actions import ACTIONS, OPT_OUTS, RESUBSCRIBE, Action
from pytracking.base_urls import BaseUrls
from pytracking.errors import ConfigurationError
from pytracking.links import read_link
from pytracking.tokens import KIND_BYTES, Kind
from pytracking.tokens.fernet import FernetCodec
from pytracking.tokens.formats import Formats

from tests.tokens.every_format import FERNET_KEY

RING = Keyring("a secret of the tests, and of nobody else")
NOW = 1_800_000_000
TARGET = "https://shop.example/reset?once=1"
BASE = "https://track.example.com"
TRACKER = Tracker(BASE, RING, clock=lambda: NOW)


def minted(what: Any, **settings: Any) -> str:
    values = [1, 2] if what == "rate" else None
    return TRACKER.action_url(what, {"customer": 1}, values=values, **settings)


@pytest.mark.parametrize("what", ACTIONS)
def test_an_action_link_says_what_it_does_for_whom_and_in_which_language(what: str) -> None:
    link = TRACKER.read(minted(what, lang="de"))
    assert (link.kind, link.target, link.metadata) == ("action", None, {"customer": 1})
    assert link.action == Action(what, (1, 2) if what == "rate" else (), "de")
    assert (link.issued_at, link.expires_at) == (NOW, None)


@pytest.mark.parametrize("values", [5, "good", [0, 1, 2], ["bad", "good"], range(11)])
def test_a_rating_carries_each_value_that_can_be_chosen(values: Any) -> None:
    link = TRACKER.read(TRACKER.action_url("rate", values=values))
    assert link.action
    assert link.action.values == ((values,) if isinstance(values, int | str) else tuple(values))


REFUSED = [
    ("unsubscribe_all", None),
    ("", None),
    ("unsubscribe", [1]),
    ("rate", None),
    ("rate", []),
    ("rate", [1, "1"]),
    ("rate", [1, 1]),
    ("rate", [True]),
    ("rate", [1.5]),
    ("rate", [" "]),
    ("rate", [""]),
    ("rate", ["x" * 41]),
    ("rate", range(12)),
    ("rate", [None]),
]


@pytest.mark.parametrize(("what", "values"), REFUSED)
def test_an_action_that_no_page_can_show_is_refused(what: Any, values: Any) -> None:
    with pytest.raises(InvalidPayload):
        TRACKER.action_url(what, values=values)


def test_no_sender_can_mint_a_link_that_subscribes() -> None:
    with pytest.raises(InvalidPayload, match="resubscribe"):
        TRACKER.action_url(RESUBSCRIBE)  # type: ignore[arg-type]


def test_an_unsubscribe_link_works_for_at_least_sixty_days_and_names_somebody() -> None:
    day = 86_400
    for refused in ({"expires_in": 60 * day - 1}, {"privacy": ["aggregate"]}):
        with pytest.raises(ConfigurationError, match=next(iter(refused))):
            minted("unsubscribe", **refused)
        with pytest.raises(ConfigurationError):
            Tracker(BASE, RING, **refused).action_url("unsubscribe")  # type: ignore[arg-type]
    link = TRACKER.read(minted("unsubscribe", expires_in=60 * day, privacy=["no_ip"]))
    assert (link.expires_at, link.privacy) == (NOW + 60 * day, ("no_ip",))
    assert minted("confirm", expires_in=day, privacy=["aggregate"])


def test_a_guarded_click_is_under_the_base_of_clicks_and_no_click() -> None:
    url = TRACKER.click_url(TARGET, {"customer": 1}, guarded=True)
    assert url.startswith(f"{BASE}/c/p")
    link = TRACKER.read(url)
    assert (link.kind, link.target, link.metadata) == ("guarded", TARGET, {"customer": 1})
    assert TRACKER.read(url.rpartition("/")[2]).kind == "guarded"
    for refused in ("", "/rel", "javascript:alert(1)", url, minted("unsubscribe")):
        with pytest.raises(InvalidTarget):
            TRACKER.click_url(refused, guarded=True)


@pytest.mark.fault("acting", 98)
def test_a_token_opens_as_the_one_kind_it_was_minted_for() -> None:
    links: dict[Kind, str] = {
        "open": TRACKER.open_url(),
        "click": TRACKER.click_url(TARGET),
        "guarded": TRACKER.click_url(TARGET, guarded=True),
        "action": minted("unsubscribe"),
    }
    assert links.keys() == KIND_BYTES.keys()
    for kind, url in links.items():
        token = url.rpartition("/")[2]
        for other in KIND_BYTES:
            if other == kind:
                assert read_link(token, other, RING, now=NOW).kind == kind
            else:
                with pytest.raises(InvalidLink):
                    read_link(token, other, RING, now=NOW)


@pytest.mark.parametrize("kind", ["guarded", "action"])
def test_only_a_sealed_token_acts_or_guards(kind: Kind) -> None:
    content = {"url": TARGET} if kind == "guarded" else {"action": "unsubscribe"}
    for formats in (Formats(), Formats(fernet_key=FERNET_KEY)):
        with pytest.raises(ConfigurationError, match="keyring"):
            formats.encode(content, kind)
    forged = FernetCodec([FERNET_KEY]).encode(content, kind)
    with pytest.raises(InvalidLink):
        read_link(
            forged, kind, Keyring("another secret of the tests, or a third", fernet=[FERNET_KEY])
        )


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"action": "later"},
        {"action": "unsubscribe", "values": [1]},
        {"action": "rate", "values": "x"},
        {"action": "rate", "values": [[1]]},
        {"action": "rate", "values": [{}]},
        {"action": "confirm", "lang": 7},
        {"action": ["unsubscribe"]},
        {"action": None},
    ],
)
def test_an_authentic_action_that_is_not_known_here_is_no_link(content: dict[str, Any]) -> None:
    token = Formats(RING).encode(content, "action")
    with pytest.raises(InvalidLink):
        read_link(token, "action", RING)


def test_action_links_are_beside_click_links() -> None:
    assert BaseUrls.under(BASE).action == f"{BASE}/a/"
    assert BaseUrls(click=f"{BASE}/stage/c").action == f"{BASE}/stage/a/"
    elsewhere = Tracker(BaseUrls("https://o.example/o/", "https://c.example/c/"), RING)
    assert elsewhere.action_url("confirm").startswith("https://c.example/a/p")
    bases = BaseUrls(f"{BASE}/x/", f"{BASE}/y/")
    with pytest.raises(ConfigurationError, match="/c/"):
        Tracker(bases, RING).action_url("unsubscribe")
    with pytest.raises(ConfigurationError, match="beside"):
        Tracker(BaseUrls(f"{BASE}/o/", f"{BASE}/c/", "https://elsewhere.example/a/"), RING)


def test_an_action_link_in_a_mail_stays_as_it_is() -> None:
    html = f'<a href="{minted("confirm")}">Yes</a>'
    assert TRACKER.html(html, {}, open_tracking=False) == html


def test_opting_out_is_an_action() -> None:
    assert set(ACTIONS) >= OPT_OUTS
