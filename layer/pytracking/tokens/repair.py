"""Undo what mail programs do to links.

Only known damage is undone, and each reading is authenticated afterwards all the same, so a repair
can make a damaged link work again but never a forged one. The kinds of damage:

- ``%5F`` for ``_`` (and ``%2D``, ``%255F`` ...): gateways and redirectors that wrap links encode
  characters that need no encoding, each layer once more (RFC 3986, section 2.3 calls the two
  spellings equivalent).
- marks that show as nothing: zero-width spaces, soft hyphens, direction marks and ``<wbr>``, which
  web pages and chats put into long words (HTML, section 4.5.28), and which are copied along.
- folds: line breaks (RFC 5322, section 2.1.1; RFC 3676 puts a space before the break), the marks of
  a quoted reply behind them (``> ``), soft breaks of quoted-printable (``=``, RFC 2045, section
  6.7), and the ``! `` that some mail servers put into lines of over 990 characters.
- typographic dashes: editors put a non-breaking hyphen for ``-`` and a longer dash for ``--``.
- ``=`` padding lost, added or quoted (``=3D``): RFC 4648, section 3.2.
- text around: programs that find links in plain text take along what surrounds them (RFC 3986,
  appendix C), campaign tools add ``?utm_source=...``, servers add ``/``. Of what stands in front
  nothing is in a token; behind it the first character that no token has ends it.

White space can be a fold inside a token, or the end of it. Both are readings; the key decides.
"""

import re
from urllib.parse import unquote

MAX_TEXT_CHARS = 300_000
"""Longest text that is looked at: over the longest sealed token with each character encoded."""

MAX_PASSES = 8
"""Times that a whole text is percent-decoded: more than gateways and line breaks ever made
necessary, and few enough for what somebody made up to take long."""

MAX_FOLDS_AS_ENDS = 8
"""Folds, from the first, that are also read as the end of the token: a folded line holds 70
characters or more, so a longer token is read to its end or to the first plain space."""

# of a sealed token, or of another one with its padding
_CANONICAL = r"p[A-Za-z0-9_-]+|(?!p)(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==|[A-Za-z0-9_-]=))?"
# All compile at their first use: most tokens are whole, and most starts see none that is not.
# %41, and the same folded inside: %4=\r\n1
_ESCAPE = r"%[\s=]*([0-9A-Fa-f])[\s=]*([0-9A-Fa-f])"
# Soft hyphen, Arabic letter mark, zero-width space and (non-)joiner, direction marks, embeddings,
# word joiner and its neighbours, isolates, byte order mark; <wbr>; &shy; &#8203; &#x200b;
_INVISIBLE = (
    "(?i)[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]|<wbr\\s*/?>"
    "|&(?:shy|ZeroWidthSpace|zwnj|zwj|lrm|rlm|NoBreak|#(?:173|820[3-7]|8288)"
    "|#x(?:ad|200[b-f]|2060));"
)
_LINE_BREAK = r"(?i)<br\s*/?>|&nbsp;"
# Quoted-printable's =20, =0D=0A, =3D, =22=3E behind a token
_QUOTED_END = r"(?i)(?:=(?:20|3D|0D|0A|09|2E|2C|29|3E|22|27|2F))+(?![A-Za-z0-9_-])"
# `(`, `“`, and the same percent-encoded or as a character reference
_IN_FRONT = r"(?i)^(?:%[0-9a-f]{2}|&#?[a-z0-9]{1,8};|[\W_])+"
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2212\ufe63\uff0d", "-"))
_DASHES = "[\u2012-\u2015]"
# a piece of a token, and what stands between it and the next
_PIECE = r"([A-Za-z0-9_-]+)([^A-Za-z0-9_-]*)"
_QUOTE_MARKS = r"[\s>|!=]*"


def readings(text: str) -> list[str]:
    """Return the tokens that ``text`` may have been before mail damaged it, likeliest first.

    A canonical token, a text longer than ``MAX_TEXT_CHARS`` and one without any character of a
    token come back alone, as they are. There are at most 40, made in time linear in the text.
    """
    if len(text) > MAX_TEXT_CHARS or re.fullmatch(_CANONICAL, text):
        return [text]
    plain = _visible(text).translate(_HYPHENS)
    dashed = []
    if re.search(_DASHES, plain):
        dashed = [re.sub(_DASHES, dash, plain) for dash in ("--", "-")]
    found = dict.fromkeys(
        token
        for spelled in (*dashed, plain)
        for token in _tokens(re.sub(_QUOTED_END, " ", spelled))
    )
    return list(found) or [text]


def unwrap(link: str) -> str:
    """Return a full link without what its text put in front (`` “https://``), and in one line.

    What stands behind it is behind its token, where ``readings`` takes it off. A text longer than
    ``MAX_TEXT_CHARS`` comes back unchanged.
    """
    if len(link) > MAX_TEXT_CHARS:
        return link
    joined = re.sub(r"=?\s+", "", re.sub(_INVISIBLE, "", link))
    return re.sub(_IN_FRONT, "", joined)


def _visible(text: str) -> str:
    """Return ``text`` decoded, and without marks that show as nothing."""
    for _ in range(MAX_PASSES):
        if "%" not in text:
            break
        decoded = unquote(re.sub(_ESCAPE, r"%\1\2", re.sub(_INVISIBLE, "", text)))
        if decoded == text:
            break
        text = decoded
    return re.sub(_LINE_BREAK, "\n", re.sub(_INVISIBLE, "", text)).replace("&gt;", ">")


def _tokens(text: str) -> list[str]:
    """Return the tokens in ``text``, by where they end."""
    pieces: list[str] = []
    ends: list[int] = []  # numbers of pieces
    space = 0
    for piece, between in re.findall(_PIECE, text):
        pieces.append(piece)
        if not _is_fold(between):
            break
        if len(ends) < MAX_FOLDS_AS_ENDS:
            ends.append(len(pieces))
        if not space and between.strip(" \u00a0") == "":
            space = len(pieces)
    return [_padded("".join(pieces[:end])) for end in (len(pieces), space, *ends) if end]


def _is_fold(between: str) -> bool:
    """Return whether a line may have been broken here: white space, with quote marks or without."""
    if not re.fullmatch(_QUOTE_MARKS, between):
        return False
    return any(map(str.isspace, between)) or (between != "" and not between.strip("="))


def _padded(token: str) -> str:
    # = has no place in a sealed token; in Fernet and plain tokens only as the padding
    return token if token[0] == "p" else token + "=" * (-len(token) % 4)
