"""What mail does to links is undone; a link that took no harm stays as it is."""

import quopri
import textwrap
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.errors import InvalidLink, LinkExpired
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.repair import MAX_TEXT_CHARS, readings, unwrap
from pytracking.tokens.sealed import MAX_TOKEN_CHARS

from tests.support.sealing import encode

RING = Keyring("the keyring of the repair tests, one")
FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
SEALED_FORMAT, FERNET_FORMAT, PLAIN_FORMAT = (
    Formats(RING, None, "utf-8", True),
    Formats(None, FERNET_KEY, "utf-8", True),
    Formats(None, None, "utf-8", True),
)
MANY = {"url": "https://example.com/a", "metadata": {"n": list(range(30))}}
SEALED = encode(MANY, "click", RING)
FERNET = FERNET_FORMAT.encode({"metadata": {"a": 1}}, "open")
PLAIN = "eyJtZXRhZGF0YSI6IHsiY3VzdG9tZXJfaWQiOiAxfX0="
TOKENS = pytest.mark.parametrize(
    ("token", "formats"),
    [(SEALED, SEALED_FORMAT), (FERNET, FERNET_FORMAT), (PLAIN, PLAIN_FORMAT)],
    ids=["sealed", "fernet", "plain"],
)


def read(formats: Formats, text: str) -> str:
    """Return the token that was found in a text, authenticated."""
    return formats.decode(text, "click", 1_763_000_000.0)[1]


def percent_encode_all(text: str) -> str:
    return "".join(f"%{ord(char):02x}" for char in text)


def quoted_printable(text: str, *, decode_equals: bool) -> str:
    """Return ``text`` as it stands in the source of a quoted-printable body."""
    source = quopri.encodestring(f"https://t.example.com/c/{text}".encode()).decode()
    source = source.partition("/c/")[2]
    return source.replace("=3D", "=") if decode_equals else source


DAMAGE = {
    "none": lambda token: token,
    "one character percent-encoded": lambda token: token[:5] + f"%{ord(token[5]):02X}" + token[6:],
    "every character percent-encoded": percent_encode_all,
    "percent-encoded twice": lambda token: quote(percent_encode_all(token), safe=""),
    "percent-encoded three times": lambda token: quote(quote(percent_encode_all(token))),
    "folded at 76 characters": lambda token: "\r\n".join(textwrap.wrap(token, 76)),
    "folded, as format=flowed": lambda token: " \r\n".join(textwrap.wrap(token, 72)),
    "folded and percent-encoded": lambda token: quote("\n".join(textwrap.wrap(token, 70))),
    "percent-encoded and folded": lambda token: "\n".join(
        textwrap.wrap(percent_encode_all(token), 76)
    ),
    "quoted-printable, undecoded": lambda token: quoted_printable(token, decode_equals=False),
    "soft breaks left": lambda token: quoted_printable(token, decode_equals=True),
    "soft breaks left, lines joined": lambda token: "=".join(textwrap.wrap(token, 70)),
    "soft breaks percent-encoded": lambda token: quote("=\n".join(textwrap.wrap(token, 70))),
    "white space around": lambda token: f" \t{token}\u00a0\n",
    "percent-encoded space behind": lambda token: token + "%20",
    "percent-encoded no-break space behind": lambda token: token + "%C2%A0",
    "percent-encoded zero-width space behind": lambda token: token + "%E2%80%8B",
    "zero-width space, percent-encoded twice": lambda token: token + "%25E2%2580%258b",
    "zero-width spaces inside": lambda token: "\u200b".join(textwrap.wrap(token, 20)),
    "soft hyphens inside": lambda token: "\u00ad".join(textwrap.wrap(token, 20)),
    "byte order mark in front": lambda token: "\ufeff" + token,
    "space behind, quoted": lambda token: token + "=20",
    "line end behind, quoted": lambda token: token + "=0D=0A",
    "full stop and line end behind, quoted": lambda token: token + ".=0d=0a",
    "quotes behind, quoted": lambda token: token + "=22=3E",
    "full stop behind": lambda token: token + ".",
    "comma behind": lambda token: token + ",",
    "in brackets": lambda token: token + ").",
    "in angle brackets": lambda token: token + ">",
    "in quotes": lambda token: token + '"',
    "in single quotes": lambda token: token + "'",
    "in angle brackets on both sides": lambda token: f"<{token}>",
    "in brackets on both sides": lambda token: f"({token}).",
    "in angle brackets, as HTML": lambda token: token + "&gt;",
    "in quotes, as HTML": lambda token: token + "&quot;",
    "quoted, percent-encoded": lambda token: token + "%22%3E",
    "slash behind": lambda token: token + "/",
    "slashes around": lambda token: f"/{token}//",
    "padding lost": lambda token: token.rstrip("="),
    "padding added": lambda token: token + "==",
    "padding quoted": lambda token: token.rstrip("=") + "=3D" * token.count("="),
    "padding quoted in lower case": lambda token: token.rstrip("=") + "=3d" * token.count("="),
    "padding added, quoted": lambda token: token.rstrip("=") + "=3D=3D=3D",
    "campaign parameters added": lambda token: token + "?utm_source=news&x=%41",
    "campaign parameters added to none": lambda token: token + "&utm_source=news",
    "an anchor added": lambda token: token + "#:~:text=a",
    "padding percent-encoded": lambda token: token.replace("=", "%3D"),
    "lines over 990 characters broken": lambda token: "! ".join(textwrap.wrap(token, 30)),
    "the same, percent-encoded": lambda token: "!%20".join(textwrap.wrap(token, 30)),
    "the same, with its line break": lambda token: "!\r\n ".join(textwrap.wrap(token, 30)),
    "quoted in a reply": lambda token: "\n> ".join(textwrap.wrap(token, 30)),
    "quoted in a reply twice": lambda token: "\n>> > ".join(textwrap.wrap(token, 30)),
    "quoted in a reply, encoded": lambda token: "%3E%20".join(textwrap.wrap(token, 30)),
    "quoted and folded, encoded": lambda token: "%0D%0A%3E%20".join(textwrap.wrap(token, 30)),
    "quoted with a bar": lambda token: "\n| ".join(textwrap.wrap(token, 30)),
    "quoted as HTML": lambda token: "<br>\n&gt; ".join(textwrap.wrap(token, 30)),
    "places to break inside": lambda token: "<wbr>".join(textwrap.wrap(token, 20)),
    "places to break, XHTML": lambda token: "<WBR />".join(textwrap.wrap(token, 20)),
    "places to break, encoded": lambda token: "%3Cwbr%3E".join(textwrap.wrap(token, 20)),
    "soft hyphens encoded": lambda token: "%C2%AD".join(textwrap.wrap(token, 20)),
    "soft hyphens as HTML": lambda token: "&shy;".join(textwrap.wrap(token, 20)),
    "zero-width spaces as HTML": lambda token: "&#8203;".join(textwrap.wrap(token, 20)),
    "direction marks inside and behind": lambda token: f"\u200e{token[:9]}\u200f{token[9:]}\u202c",
    "isolates around": lambda token: f"\u2066{token}\u2069",
    "folded inside a percent sequence": lambda token: "=\r\n".join(
        textwrap.wrap(percent_encode_all(token), 76)
    ),
    "text behind": lambda token: token + "%20next",
    "a sentence behind": lambda token: token + " and then go on",
    "a line behind": lambda token: token + "\nKind regards",
    "folded, with a line behind": lambda token: (
        "\n".join(textwrap.wrap(token, 30)) + "\nKind regards"
    ),
    "folded with spaces, with text behind": lambda token: (
        " ".join(textwrap.wrap(token, 40)) + " here is more"
    ),
    "a dash and text behind": lambda token: token + "\u2014next",
    "a quoted reply behind": lambda token: token + "\n> > wrote",
    "a quoted space and text behind": lambda token: token + "=20next",
}
BEHIND = [
    *("]", ";", "!", "*", ":", "|", "{", "}", "\\", "^", "`", "~", "$", "@", "+", "%"),
    *(
        *("\u2019", "\u201d", "\u00bb", "\u3002", "\uff09", "\u3001", "\u060c", "\u2026", "é"),
        "\u00a0",
    ),
    *("</a>", "<br>", ".html", "..", ".)", "]]", ";;", "!?", "/;", "/]", "/%5D", "&rdquo;"),
    *("%EF%BC%89", "%E3%80%82", "%5D", "%3B", "%21", "%2A", "%7C", "%E2%80%9D", "%25E2%2580%2599"),
    *("%C3", "%zz", "\u200e]", "\u2069)", "]\u200b"),
]
TYPOGRAPHIC = [
    ("-", "\u2010"),
    ("-", "\u2011"),
    ("-", "\u2212"),
    ("-", "%E2%80%91"),
    ("-", "\u2013"),
]
TYPOGRAPHIC += [("--", "\u2013"), ("--", "\u2014"), ("--", "%E2%80%94")]


@TOKENS
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_known_damage_is_undone(damage, token, formats):
    assert read(formats, damage(token)) == token


@TOKENS
@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("end", ["", "/"])
def test_text_behind_a_token_is_no_part_of_it(behind, end, token, formats):
    assert read(formats, token + behind + end) == token


@pytest.mark.parametrize(("dash", "typographic"), TYPOGRAPHIC)
def test_typographic_dashes_are_read_as_what_they_were(dash, typographic):
    for number in range(10_000):
        token = encode({"url": "https://a.example/", "metadata": {"n": number}}, "click", RING)
        if dash in token and ("--" in token) is (dash == "--"):
            break
    assert read(SEALED_FORMAT, token.replace(dash, typographic)) == token
    assert read(SEALED_FORMAT, f"{token.replace(dash, typographic)} {typographic}next") == token


@TOKENS
@pytest.mark.parametrize(
    "char", ["!", "\x00", "+", "~", "*", "é", "\u2800", "%", "%zz", "%C3", ";"]
)
def test_a_foreign_character_inside_is_no_damage_that_is_known(char, token, formats):
    with pytest.raises(InvalidLink):
        read(formats, token[:9] + char + token[9:])


def test_an_expired_token_with_text_behind_is_reported_as_expired():
    token = encode({**MANY, "exp": 5}, "click", RING)
    for text in (token + "]", token + "%20next", token + " -- next"):
        with pytest.raises(LinkExpired):
            read(SEALED_FORMAT, text)


@pytest.mark.parametrize("soft_break", ["=\n", "=\r\n", "= \t\r\n", "%3D%0D%0A", "=%0A"])
@pytest.mark.parametrize("end", ["20", "3D", "0A"])
def test_a_soft_break_before_two_digits_is_no_quoted_character(soft_break, end):
    assert readings(f"pAAAA{soft_break}{end}")[0] == f"pAAAA{end}"


def test_every_level_of_percent_encoding_is_undone_however_it_was_written():
    token = SEALED
    for _ in range(4):
        token = percent_encode_all(token)
    assert read(SEALED_FORMAT, token) == SEALED


@given(st.binary(min_size=1), st.sampled_from("peg"))
def test_a_canonical_token_is_not_touched(raw, first):
    import base64

    token = first + base64.urlsafe_b64encode(raw).decode().rstrip("=").replace("=", "")
    if first != "p":
        token += "=" * (-len(token) % 4)
    assert readings(token) == [token]


def test_a_text_longer_than_any_damaged_token_is_left_alone():
    assert readings("p" + " " * MAX_TEXT_CHARS) == ["p" + " " * MAX_TEXT_CHARS]
    assert readings("p" + " " * (MAX_TEXT_CHARS - 1)) == ["p"]


def test_a_token_with_each_character_encoded_is_looked_at_at_its_longest():
    assert len(percent_encode_all("p" * MAX_TOKEN_CHARS)) <= MAX_TEXT_CHARS
    token = "p" + "A" * 90_000 + "x"
    assert readings(percent_encode_all(token)) == [token]


@pytest.mark.parametrize(
    "front", ["", " ", "<", '"', "(", "\ufeff", " <\r\n", "“", "« ", "\u200e["]
)
@pytest.mark.parametrize(
    "link", ["https://t.exa=\r\nmple.com/c/pA", "https://t.example.\ncom/c/pA"]
)
def test_a_full_link_is_freed_of_what_its_text_put_around_it(front, link):
    assert unwrap(front + link) == "https://t.example.com/c/pA"


@given(st.text("p-_=%3D20\n >!<wbr&;\u2013\u2014\u200b", max_size=300))
def test_readings_are_few_and_are_tokens(text):
    found = readings(text)
    assert len(found) <= 40
    assert found == [text] or all(
        readings(token) == [token] for token in found if len(token) % 4 != 1
    )


@pytest.mark.parametrize("text", ["", " /", "%20", "\u200b", "]"])
def test_nothing_is_no_token(text):
    with pytest.raises(InvalidLink):
        read(SEALED_FORMAT, text)


@pytest.mark.parametrize("n", [100, 3_000])
def test_nested_percent_signs_are_undone_a_few_times_and_no_more(n):
    assert readings("p" + "%3" * n + "2") == ["p"]
