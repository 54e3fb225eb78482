# ruff: noqa: RUF001 - these are what is tested
"""Which links are left for what stands in their URL or around it: every spelling of each kind."""

import re
from urllib.parse import quote

import pytest
import pytracking
from hypothesis import given
from hypothesis import strategies as st
from pytracking.html import find_links
from pytracking.text import adapt_text

from tests.mails.judges import html5lib_links
from tests.mails.senders import CONFIGURATION, adapted, outcomes, result, targets

PLACEHOLDERS = (
    *("{{id}}", "{{ id }}", "{{{ id }}}", "{{ a | default: '}' }}", "{% url %}", "{%url%}"),
    *("{# x #}", "{$id}", "*|ID|*", "%%id%%", "%%=v(@x)=%%", "%ID%", "%EMAIL%", "%DATE%"),
    *("%CAMPAIGN%", "%recipient.id%", "${id}", "$!{id}", "$[ID]$", "[[id]]", "<%= id %>"),
    *("<% id %>", "{contactfield=id}", "{contact.checksum}", "{unsubscribe_url}", "{!Contact.Id}"),
    *("[% id %]", "<?= $id ?>", "#{id}", "%(id)s", "@@ID@@", "##ID##", "{!! $id !!}"),
)
FINISHED = (
    *("?search={%22max%22:%2212%22}", "?q=[[1,2],[3,4]]", "?q=%u041F%u0440", "?q=100%%20"),
    *("?q=%u00e9%", "?q=100%wool%20socks", "?q=$[0]", "?a=%C3%A9%20%DA%DA", "?a=100%&b=5%"),
    *("?a=%5B%5B1,2%5D,%5B3,4%5D%5D", "?a=%7B%22b%22:%7B%22c%22:1%7D%7D"),
    *("?a={%22b%22:{%22c%22:%22%C3%A9%22}}", "?q=50%25off%25", "?q=[%22a%22,%2250%25%22]"),
    *("?q=a@b@c", "?q=##", "?q=@@"),
    "/{3F2504E0-4F89-11D3-9A0C-0305E82C3301}/",
    "?q=<%20>",
    "?q=$1,000{2}",
    "?q=%7Ba:1%7D",
    "#{%22a%22:1}",
    "?%E2%82%AC",
    "?q=*|*",
    "?q=%%%",
    "?q={{",
    "?q={%",
    "?q=[[",
    "?q=${",
    "?q=<%",
)


@pytest.mark.fault("mails", 74)
@pytest.mark.parametrize("placeholder", PLACEHOLDERS)
def test_a_placeholder_is_never_sealed(placeholder: str) -> None:
    escaped = placeholder.replace("&", "&amp;").replace('"', "&quot;")
    text = f'<a href="https://x.test/?id={escaped}&amp;b=1">'
    assert outcomes(text) == ["placeholder"]
    assert adapted(text) == text
    for encoded in (
        quote(placeholder, safe=""),
        re.sub("%..", lambda found: found[0].lower(), quote(placeholder, safe="")),
        quote(placeholder),
    ):
        if "%" in encoded:
            assert outcomes(f'<a href="https://x.test/?id={encoded}&amp;b=1">') == ["placeholder"]


@pytest.mark.fault("mails", 74)
@pytest.mark.parametrize("url", FINISHED)
def test_a_finished_url_is_never_taken_for_a_placeholder(url: str) -> None:
    assert outcomes(f'<a href="https://x.test/{url}">') == ["tracked"]


@pytest.mark.parametrize(
    "query",
    [
        *("X-Amz-Algorithm=a&X-Amz-Signature=b", "AWSAccessKeyId=a&Signature=b&Expires=1"),
        *("GoogleAccessId=a&Expires=1&Signature=b", "X-Goog-Signature=a"),
        *("Policy=a&Signature=b&Key-Pair-Id=c", "sv=1&se=2&sig=c", "expires=1&signature=a"),
        *("signature=a", "hdnts=exp=1~hmac=2", "token=a&expires=1", "st=a&e=1", "md5=a&expires=2"),
        *("x-oss-signature=a", "OSSAccessKeyId=a", "a=1&hmac=2", "SIGNATURE=x"),
    ],
)
@pytest.mark.fault("mails", 75)
def test_a_signed_url_gets_no_parameter(query: str) -> None:
    url = f"https://x.test/a?{query}"
    assert targets(f'<a href="{url.replace("&", "&amp;")}">', utm={"source": "news"}) == [url]


@pytest.mark.parametrize(
    "query", ["design=1", "expires=1", "token=a", "assignature_no=1", "a=signature", "page=2&e=1"]
)
def test_other_urls_get_their_parameters(query: str) -> None:
    [target] = targets(
        f'<a href="https://x.test/?{query.replace("&", "&amp;")}">', utm={"source": "n"}
    )
    assert target
    assert target.endswith("&utm_source=n")


def test_a_link_may_refuse_utm_parameters() -> None:
    text = '<a data-skip-utm-params href="https://x.test/a"><a href="https://x.test/b">'
    assert targets(text, utm={"source": "n"}) == [
        "https://x.test/a",
        "https://x.test/b?utm_source=n",
    ]


UNSUBSCRIBING = (
    *("unsubscribe", "Opt-Out", "optout", "opt_out", "email-preferences", "manage-subscription"),
    *("manage_subscriptions", "preference-center", "preference-centre", "abbestellen", "abmelden"),
    *("désabonnement", "désinscription", "se-desabonner", "afmelden", "uitschrijven"),
    *("darse-de-baja", "cancelar-suscripción", "cancelar-inscrição", "descadastrar", "wypisz-sie"),
    *("anuluj-subskrypcję", "avprenumerera", "avregistrera", "afmeld-nyhedsbrev", "frameld"),
    *("odhlásit", "odhlaseni", "отписаться", "отписка", "otpisatsya", "leiratkozás", "dezabonare"),
    *("abonelikten-çık", "aboneligi-iptal", "退订", "退訂", "取消订阅"),
    *("取消訂閱", "配信停止", "購読解除"),
    *("annulla-iscrizione", "cancella-iscrizione", "disiscriviti"),
)


@pytest.mark.parametrize("word", UNSUBSCRIBING)
def test_links_that_unsubscribe_are_left_in_many_languages(word: str) -> None:
    for spelt in (word, quote(word), word.upper()):
        assert outcomes(f'<a href="https://x.test/{spelt}?u=1">') == ["unsubscribe"]
    text = word.replace("-", " ").replace("_", " ").capitalize()
    for label in (
        text,
        f"<b>{text}</b>",
        f" {text}\n",
        text.encode("ascii", "xmlcharrefreplace").decode(),
    ):
        assert outcomes(f'<a href="https://x.test/e">{label}</a>') == ["unsubscribe"]
        assert outcomes(f'<a href="https://x.test/e">{label}</a>', unsubscribe="track") == [
            "tracked"
        ]


@pytest.mark.parametrize(
    "word",
    [
        *("adopt-outdoors", "about", "options", "subscribe", "outlet", "list", "resubscribe"),
        *("baja-california", "manager"),
    ],
)
def test_other_links_are_tracked(word: str) -> None:
    assert outcomes(f'<a href="https://x.test/{word}">{word.replace("-", " ")}</a>') == ["tracked"]


def test_an_area_that_says_unsubscribe_is_left() -> None:
    assert outcomes('<area href="https://x.test/e" alt="Unsubscribe">') == ["unsubscribe"]


@pytest.mark.parametrize(
    "blank", ["\u3000", "\u00a0", "\u2003", "\u2028", "\u202f", "\x0b", "\x85"]
)
def test_blanks_inside_an_href_are_percent_encoded_as_browsers_do(blank: str) -> None:
    written = quote(blank)
    assert targets(f'<a href="https://x.test/a{blank}b?c={blank}d">') == [
        f"https://x.test/a{written}b?c={written}d"
    ]
    assert outcomes(f'<a href="https://x{blank}.test/">') == ["refused"]


@pytest.mark.parametrize("href", ["http://", "https://", "https:///", "https://?a"])
def test_a_url_without_a_host_is_told_so(href: str) -> None:
    [link] = find_links(f'<a href="{href}">')
    assert link.outcome == "refused"
    assert "host" in link.reason


def test_postals_mark_opts_out_and_is_removed_from_html() -> None:
    assert (
        adapted("<a href='https+notrack://x.test/?a&amp;b'>")
        == "<a href='https://x.test/?a&amp;b'>"
    )


LABELS = ("https://shop.test/a", "www.shop.test", "shop.de/a?b", "shop.com")


@pytest.mark.parametrize("label", LABELS)
def test_links_that_show_a_url_are_left_or_reported_when_asked_to(label: str) -> None:
    text = f'<a href="https://x.test/">{label}</a><a href="https://x.test/">Shop now. Node.js</a>'
    assert outcomes(text) == ["tracked", "tracked"]
    left = find_links(text, shown_urls="leave")
    assert [link.outcome for link in left] == ["shows its URL", "tracked"]
    reported = find_links(text, shown_urls="report")
    assert [(link.outcome, label in link.reason) for link in reported] == [
        ("tracked", True),
        ("tracked", False),
    ]


NAMES = st.text("abcxyz_-", min_size=1, max_size=8)


@given(
    st.dictionaries(NAMES, st.integers(), max_size=4),
    st.dictionaries(NAMES, st.integers(), max_size=4),
    NAMES,
)
@pytest.mark.fault("mails", 72)
def test_metadata_in_the_mail_never_overrides_the_senders(
    own: dict, default: dict, name: str
) -> None:
    names = {*own, *default, name}
    attributes = " ".join(f'data-pytracking-{n}="evil"' for n in names)
    text = f'<a href="https://x.test/" {attributes}>x</a>'
    for included in (True, False):
        given = {"default_metadata": default, "include_default_metadata": included}
        new = adapted(text, own, link_metadata=("attributes",), **given)
        link = html5lib_links(new)[0]
        configuration = CONFIGURATION.merge_with_kwargs(given)
        metadata = pytracking.get_click_tracking_result(link, configuration=configuration).metadata
        evil = dict.fromkeys({name} - {*own, *default}, "evil")
        assert metadata == {**evil, **default, **own}


def test_the_kind_of_part_goes_into_the_metadata_when_asked_for() -> None:
    new = adapted('<a href="https://x.test/">', {"a": 1}, link_metadata=("part",))
    assert result(html5lib_links(new)[0]).metadata == {"a": 1, "link_part": "html"}


@pytest.mark.parametrize(
    "start",
    [
        *("HTTPS://C.EXAMPLE.TEST/click/", "https://c.example.test:443/click/"),
        *("https://%63.example.test/click/", "https://ｃ.example.test/click/"),
        *("“https://c.example.test/click/", "<https://c.example.test/click/"),
        *("https://c.example.test:0443/click/", "https://c.example.test/cl%69ck/"),
        *("%22https://c.example.test/click/", "%E2%80%9Chttps://c.example.test:/click/"),
        "&quot;https://c.example.test/click/",
    ],
)
def test_our_own_link_is_tracked_already_in_any_spelling(start: str) -> None:
    link = start + "eyJ1cmwiOiAiaHR0cHM6Ly94LnRlc3QifQ=="
    assert outcomes(f'<base href="https://x.test/"><a href="{link}">') == ["already tracked"]
    assert result(link).tracked_url == "https://x.test"
    text = f"See {link} there"
    assert adapt_text(text, {}, CONFIGURATION) == text


@pytest.mark.parametrize(
    "host", ["c.example.test.evil.test", "C.example.test:8443", "c.example.test.:81"]
)
def test_a_strangers_link_that_starts_like_ours_is_tracked(host: str) -> None:
    link = f"https://{host}/click/eyJ1cmwiOiAiaHR0cHM6Ly94LnRlc3QifQ=="
    assert outcomes(f'<a href="{link}">') == ["tracked"]
