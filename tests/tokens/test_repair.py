"""What mail does to links is undone; a link that took no harm stays as it is."""

import quopri
import textwrap
from unittest import mock
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking.tokens.fernet import FernetCodec
from pytracking.tokens.keyring import Keyring
from pytracking.tokens.repair import MAX_TEXT_CHARS, repair, unwrap
from pytracking.tokens.sealed import MAX_TOKEN_CHARS

from tests.support.sealing import encode

RING = Keyring("the keyring of the repair tests, one")
SEALED = encode({"url": "https://example.com/a", "metadata": {"n": list(range(30))}}, "click", RING)
FERNET = FernetCodec(["cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="]).encode(
    {"metadata": {"a": 1}}, "open"
)
PLAIN = "eyJtZXRhZGF0YSI6IHsiY3VzdG9tZXJfaWQiOiAxfX0="
TOKENS = pytest.mark.parametrize(
    "token", [SEALED, FERNET, PLAIN], ids=["sealed", "fernet", "plain"]
)


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
}


@TOKENS
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_known_damage_is_undone(damage, token):
    assert repair(damage(token)) == token


@TOKENS
@pytest.mark.parametrize(
    "char", ["!", "\x00", "+", "~", "*", "é", "\u2800", "%", "%zz", "%C3", ";"]
)
def test_other_damage_is_left_for_decoding_to_refuse(char, token):
    assert char in repair(token[:9] + char + token[9:])
    assert char in repair(token + char)
    assert repair(f"X{token}.").startswith(f"X{token[:9]}")


@pytest.mark.parametrize("soft_break", ["=\n", "=\r\n", "= \t\r\n", "%3D%0D%0A", "=%0A"])
@pytest.mark.parametrize("end", ["20", "3D", "0A"])
def test_a_soft_break_before_two_digits_is_no_quoted_character(soft_break, end):
    assert repair(f"pAAAA{soft_break}{end}") == f"pAAAA{end}"


def test_every_level_of_percent_encoding_is_undone_however_it_was_written():
    token = SEALED
    for _ in range(4):
        token = percent_encode_all(token)
    assert repair(token) == SEALED


@given(st.binary(min_size=1), st.sampled_from("peg"))
def test_a_canonical_token_is_not_touched(raw, first):
    import base64

    token = first + base64.urlsafe_b64encode(raw).decode().rstrip("=").replace("=", "")
    if first != "p":
        token += "=" * (-len(token) % 4)
    assert repair(token) == token


def test_a_text_longer_than_any_damaged_token_is_left_alone():
    assert repair("p" + " " * MAX_TEXT_CHARS) == "p" + " " * MAX_TEXT_CHARS
    assert repair("p" + " " * (MAX_TEXT_CHARS - 1)) == "p"


def test_a_token_with_each_character_encoded_is_looked_at_at_its_longest():
    assert len(percent_encode_all("p" * MAX_TOKEN_CHARS)) <= MAX_TEXT_CHARS
    token = "p" + "A" * 90_000 + "x"
    assert repair(percent_encode_all(token)) == token


@pytest.mark.parametrize("front", ["", " ", "<", '"', "(", "\ufeff", " <\r\n"])
@pytest.mark.parametrize(
    "link", ["https://t.exa=\r\nmple.com/c/pA", "https://t.example.\ncom/c/pA"]
)
def test_a_full_link_is_freed_of_what_its_text_put_around_it(front, link):
    assert unwrap(front + link) == "https://t.example.com/c/pA"


def test_nothing_stays_nothing():
    assert repair("") == repair(" /") == ""


@pytest.mark.parametrize("n", [100, 3_000])
def test_nested_percent_signs_are_undone_a_few_times_and_no_more(n):
    passes = 0

    class Counting:
        def sub(self, new, text):
            nonlocal passes
            passes += 1
            return encoded.sub(new, text)

    from pytracking.tokens import repair as module

    encoded = module._ENCODED
    with mock.patch.object(module, "_ENCODED", Counting()):
        assert "%" in repair("p" + "%3" * n + "2")
    assert passes == module.MAX_PASSES
