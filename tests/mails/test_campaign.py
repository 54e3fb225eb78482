"""Campaigns: read once, rendered for each recipient as `Tracker` renders one mail."""

import email
import email.policy
import pickle
import secrets
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from email.message import EmailMessage
from html import escape
from multiprocessing import get_context
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking import ConfigurationError, InvalidPayload, Keyring, Tracker
from pytracking.email import MailWarning

from tests.mails.real import MAILS, mail

KEYRING = Keyring.generate()
UUID = "9c921e3f-a7e1-495b-9b7f-559dbb4b02d4"


class Clock:
    """Stands still, and can be pickled."""

    def __call__(self) -> float:
        return 1_790_000_000.5


def tracker(**settings: Any) -> Tracker:
    return Tracker("https://track.example.test", KEYRING, clock=Clock(), **settings)


TRACKERS = [
    tracker(),
    tracker(expires_in=8_000_000.5, privacy=["no_ip"], webhook_url="https://hooks.x.test/?a=1"),
    tracker(issue_time=False),
]
NAMES = [
    *("customer", "link_position", "link_label", "section", "é", '"', "url", "metadata"),
    *(1, None),  # which are "1" and "null" in JSON
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | FLOATS | TEXTS | st.sampled_from([UUID, 10 * UUID]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXTS, inside, max_size=3),
    max_leaves=5,
)
METADATA = st.none() | st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "unsubscribe": st.sampled_from(["leave", "track", True]),
        "decoy": st.booleans(),
        "utm": st.just({"source": "news"}),
        "link_metadata": st.sets(st.sampled_from(["position", "label", "attributes", "part"])),
        "conditional_comments": st.booleans(),
        "pixel": st.sampled_from(["top", "bottom"]),
        "shown_urls": st.sampled_from(["track", "leave"]),
        "pixel_placeholder": st.just("[[pixel]]"),
    },
)
SWITCHES = st.fixed_dictionaries(
    {}, optional={"click_tracking": st.booleans(), "open_tracking": st.booleans()}
)


@pytest.mark.parametrize("name", MAILS)
def test_a_real_mail_is_rendered_as_the_tracker_renders_it(name: str) -> None:
    text = mail(name).replace('href="#"', 'href="https://x.test/?n=1&amp;m"')
    for number, one in enumerate(TRACKERS):
        for options in ({}, {"link_metadata": ("position", "label"), "utm": {"source": "n"}}):
            campaign = one.campaign(html=text, **options)
            for metadata in (None, {"customer": number, "id": UUID}, {"link_position": "mine"}):
                assert campaign.render(metadata) == one.html(text, metadata, **options)


HTML = st.lists(
    st.sampled_from(
        [
            '<a href="https://x.test/?a=1&amp;b=2">x</a>',
            "<a href=https://x.test>",
            "<A HREF='https://y.test/é'>Shop</A>",
            '<a data-pytracking="off" href="https://x.test">',
            '<a data-pytracking-section="top" href="https://z.test">www.z.test</a>',
            '<a data-pytracking-1="one" data-pytracking-null="" href="https://z.test">',
            '<a href="https://x.test/{{ id }}">',
            '<a href="https://x.test/unsubscribe">',
            '<a href="{{unsubscribe_url}}">',
            '<a data-pytracking="unsubscribe" href="https://x.test/">',
            '<a data-pytracking-app href="https://x.test/app">',
            "<base href='https://b.test/'><a href='/rel'>",
            '<img src="https://track.example.test/o/pAbcdefghijklmnopqrstuvw">',
            *("{{ name }}", "[[pixel]]", "<body>", "</body>", "<!--[if mso]>", "<![endif]-->"),
            *("é", "<", "\r\n"),
        ]
    )
).map("".join)


@given(HTML, METADATA, OPTIONS, SWITCHES, st.sampled_from(TRACKERS))
def test_any_html_is_rendered_as_the_tracker_renders_it(
    text: str, metadata: Any, options: Any, switches: Any, one: Tracker
) -> None:
    campaign = one.campaign(html=text, **options, **switches)
    assert campaign.render(metadata) == one.html(text, metadata, **options, **switches)
    assert campaign.render(metadata, lambda _: None) == campaign.render(metadata)


URLS = ["https://x.test/a?b=c", "https://y.test/é.", "<https://z.test/>"]
TEXT = st.lists(st.sampled_from([*URLS, " ", "\n", "> ", "{{ x }}", "See ("])).map("".join)


@given(TEXT, METADATA, OPTIONS, st.sampled_from(TRACKERS))
def test_any_text_is_rendered_as_the_tracker_renders_it(
    text: str, metadata: Any, options: Any, one: Tracker
) -> None:
    assert one.campaign(text=text, **options).render(metadata) == one.text(
        text, metadata, **options
    )


def message(html: str, text: str, cte: str = "quoted-printable", **kwargs: Any) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Subject"] = "a@x.test", "Grüße {{ name }}"
    made["List-Unsubscribe"] = "<https://x.test/bye>"
    made.set_content(text, cte=cte, **kwargs)
    made.add_alternative(html, subtype="html", cte=cte, **kwargs)
    made.add_attachment(bytes(range(256)), maintype="application", subtype="x", filename="a.bin")
    made.set_boundary("b")
    made.get_payload(0).set_boundary("c")
    return made


@pytest.mark.filterwarnings("ignore::pytracking.email.MailWarning")
@given(
    HTML, TEXT, METADATA, OPTIONS, SWITCHES, st.sampled_from(["8bit", "quoted-printable", "base64"])
)
def test_any_mail_is_rendered_as_the_tracker_renders_it(
    html: str, text: str, metadata: Any, options: Any, switches: Any, cte: str
) -> None:
    given_ = message(html, text, cte)
    before = given_.as_bytes()
    campaign = TRACKERS[1].campaign(message=given_, **options, **switches)
    expected = TRACKERS[1].message(given_, metadata, **options, **switches).as_bytes()
    assert campaign.render(metadata).as_bytes() == expected
    assert campaign.render(metadata).as_bytes() == expected
    assert given_.as_bytes() == before


def test_headers_to_unsubscribe_by_are_those_of_the_tracker() -> None:
    options: Any = {"unsubscribe": True, "mailto": "u@x.test", "list_id": "news.x.test"}
    campaign = TRACKERS[1].campaign(message=message("<a href={{unsubscribe_url}}>", "x"), **options)
    for metadata in ({"customer": 1}, {"customer": 2}):
        expected = TRACKERS[1].message(
            message("<a href={{unsubscribe_url}}>", "x"), metadata, **options
        )
        assert campaign.render(metadata).as_bytes() == expected.as_bytes()
        assert "List-Unsubscribe-Post" in expected


def test_a_message_that_changes_later_does_not_change_its_campaign() -> None:
    given_ = message("<a href=https://x.test>", "x")
    campaign = TRACKERS[0].campaign(message=given_)
    expected = campaign.render({"a": 1}).as_bytes()
    del given_["Subject"]
    given_.get_payload(0).set_payload("changed")
    campaign.render({"a": 1})["To"] = "someone@x.test"
    assert campaign.render({"a": 1}).as_bytes() == expected


def test_bytes_are_read_as_the_tracker_reads_them() -> None:
    data = '<meta charset=latin1><a href="https://x.test">é</a>'.encode("latin-1")
    one = TRACKERS[0]
    assert one.campaign(html=data).render({"a": 1}) == one.html(data, {"a": 1})


# Placeholders


class Markup(str):
    """HTML that is not to be escaped, as markupsafe has it."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


TEMPLATE = (
    '<p>Dear {{ name }}, *|NAME|*, %FIRSTNAME%, {contactfield=name}:</p><a href="https://x.test/">x</a>'
    '<a href="https://x.test/{{ id }}">y</a>'
)


def test_placeholders_are_filled_by_a_function_and_all_else_stays() -> None:
    asked = []

    def values(placeholder: str) -> str | None:
        asked.append(placeholder)
        return {"{{ name }}": "<Jo & Zoë>", "{{ id }}": "7"}.get(placeholder)

    one = TRACKERS[0]
    rendered = one.campaign(html=TEMPLATE).render({"a": 1}, values)
    expected = one.html(TEMPLATE, {"a": 1})
    assert rendered == expected.replace("{{ name }}", "&lt;Jo &amp; Zoë&gt;").replace(
        "{{ id }}", "7"
    )
    assert asked == ["{{ name }}", "*|NAME|*", "%FIRSTNAME%", "{contactfield=name}", "{{ id }}"]


@pytest.mark.fault("mails", 103)
def test_html_of_the_sender_is_not_escaped_and_plain_text_neither() -> None:
    made = message("<p>{{ name }}</p>", "{{ name }}\n")
    campaign = TRACKERS[0].campaign(message=made, open_tracking=False)
    for value, html in (("<b>", "<p>&lt;b&gt;</p>\n"), (Markup("<b>"), "<p><b></p>\n")):
        bodies = [p.get_content() for p in campaign.render({}, lambda _, v=value: v).walk()
                  if p.get_content_maintype() == "text"]  # fmt: skip
        assert bodies == ["<b>\n", html]


@given(HTML, st.text(st.characters(exclude_categories=["Cs"]), max_size=5))
def test_a_filled_template_is_the_template_with_its_placeholders_replaced(
    text: str, value: str
) -> None:
    campaign = TRACKERS[0].campaign(html=text)
    marked = campaign.render({"a": 1}, lambda placeholder: Markup(f"\0{placeholder}\0"))
    kept = "".join(marked.split("\0"))
    assert kept == campaign.render({"a": 1})
    pieces = marked.split("\0")
    assert campaign.render({"a": 1}, lambda _: value) == escape(value).join(pieces[::2])


@pytest.mark.parametrize("cte", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_placeholders_of_a_mail_are_filled_in_its_charset_and_encoding(
    cte: str, charset: str
) -> None:
    given_ = message("<p>{{ name }}</p>\n", "Dear {{ name }}\n", cte, charset=charset)
    rendered = TRACKERS[0].campaign(message=given_, open_tracking=False).render({}, lambda _: "Zoë")
    sent = email.message_from_bytes(rendered.as_bytes(), policy=email.policy.default)
    texts = [p.get_content() for p in sent.walk() if p.get_content_maintype() == "text"]
    assert texts == ["Dear Zoë\n", "<p>Zoë</p>\n"]
    assert rendered["Subject"] == "Grüße {{ name }}"


def test_what_a_charset_lacks_is_a_reference_in_html_and_an_error_in_plain_text() -> None:
    given_ = EmailMessage()
    given_.set_content("<p>{{ name }}</p>", subtype="html", charset="iso-8859-1")
    campaign = TRACKERS[0].campaign(message=given_, open_tracking=False)
    assert "<p>&#20013;</p>" in campaign.render({}, lambda _: "中").get_content()
    given_.set_content("{{ name }}", charset="iso-8859-1")
    campaign = TRACKERS[0].campaign(message=given_)
    with pytest.raises(InvalidPayload, match=r"part 1 text/plain is in .*, which has no '中'"):
        campaign.render({}, lambda _: "中")


# Many at once


def rendered(campaign: Any, number: int) -> str:
    text: str = campaign.render({"customer": number})
    return text


def test_threads_and_processes_share_a_campaign() -> None:
    text = mail("react-email-digest")
    one = TRACKERS[1]
    campaign = one.campaign(html=text, link_metadata=("position",))
    expected = [
        one.html(text, {"customer": number}, link_metadata=("position",)) for number in range(60)
    ]
    with ThreadPoolExecutor(8) as threads:
        assert [*threads.map(rendered, [campaign] * 60, range(60))] == expected
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
        assert [*processes.map(rendered, [campaign] * 60, range(60), chunksize=30)] == expected


def test_a_pickled_campaign_of_a_mail_renders_the_same() -> None:
    campaign = TRACKERS[0].campaign(message=message("<a href=https://x.test>", "{{ x }}"))
    again = pickle.loads(pickle.dumps(campaign))
    assert (
        again.render({"a": 1}, str.upper).as_bytes()
        == campaign.render({"a": 1}, str.upper).as_bytes()
    )


def test_a_function_of_the_sender_need_not_be_picklable() -> None:
    campaign = TRACKERS[0].campaign(
        html="<a href=https://x.test><a href=https://y.test>", leave=lambda url: "x.test" in url
    )
    assert pickle.loads(pickle.dumps(campaign)).render() == campaign.render()


# What cannot be


@pytest.mark.parametrize("given_", [{}, {"html": "", "text": ""}, {"text": "", "message": 1}])
def test_a_campaign_is_made_of_one_template(given_: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="give one of them"):
        TRACKERS[0].campaign(**given_)


def test_an_unknown_option_is_refused_when_a_campaign_is_made() -> None:
    with pytest.raises(TypeError, match="utn"):
        TRACKERS[0].campaign(html="", utn={})
    with pytest.raises(TypeError, match="click_tracking"):
        TRACKERS[0].campaign(text="", click_tracking=False)


@pytest.mark.parametrize(
    "metadata", [{"a": float("nan")}, {"a": object()}, {"a": "\ud800"}, 5, {"a": "x" * 70_000}]
)
def test_metadata_that_no_link_can_hold_costs_one_recipient(metadata: Any) -> None:
    campaign = TRACKERS[0].campaign(html="<a href=https://x.test>")
    with pytest.raises(InvalidPayload):
        campaign.render(metadata)
    assert campaign.render({"a": 1}) == TRACKERS[0].html("<a href=https://x.test>", {"a": 1})


def test_problems_of_a_template_are_told_once_and_long_links_for_each_recipient() -> None:
    made = message("<a href=https://x.test>" + "x" * 110_000, "x")
    with pytest.warns(MailWarning, match="Gmail clips it") as told:
        campaign = TRACKERS[0].campaign(message=made)
    assert {warning.filename for warning in told} == {__file__}
    with pytest.warns(MailWarning, match="give it less metadata") as told:
        campaign.render({"a": secrets.token_urlsafe(2_000)})
    assert [warning.filename for warning in told] == [__file__]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        campaign.render({"a": 1})


def test_a_campaign_needs_keys() -> None:
    def missing() -> Keyring:
        raise ConfigurationError("no keys")

    with pytest.raises(ConfigurationError, match="no keys"):
        Tracker("https://track.example.test", missing).campaign(html="")
