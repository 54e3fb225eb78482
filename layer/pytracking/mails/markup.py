"""Where the tags of an HTML text stand, to the character, without building a tree.

A mail's body must leave as its designer made it, so nothing here ever serialises: the scanner only
says where things are, and the caller replaces what it wants between two positions. It follows the
tokenizer of the HTML Standard (WHATWG, section 13.2.5 "Tokenization") with scripting off, which is
how mail clients read: tags in comments, in attribute values, in style sheets and in other raw text
are no tags. All quantifiers are possessive, and what is unclosed ends the scan: every text is read
in linear time.
"""

import functools
import html
import html.entities
import itertools
import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from pytracking.mails.foreign import ROOTS as FOREIGN_ROOTS
from pytracking.mails.foreign import Foreign

# Everything after a tag's name: `class="a" href='b' id=c checked / >`. A quoted value hides `>`.
# Whitespace is that of the HTML Standard: no vertical tab, nothing beyond ASCII.
_TAG_REST = (
    r"(?:[\t\n\f\r /]*+[^\t\n\f\r />][^\t\n\f\r />=]*+[\t\n\f\r ]*+"
    r"""(?:=[\t\n\f\r ]*+(?:"[^"]*+"|'[^']*+'|[^\t\n\f\r >"'][^\t\n\f\r >]*+|(?=>))|(?!=)))*+"""
    r"[\t\n\f\r /]*+>"
)
# What most tags are, tried first: ` class="a" href="b">`.
_TAG_END = rf"(?:[ ]++[a-zA-Z-]++=\"[^\"]*+\")*+(?:>|{_TAG_REST})"
_TAG_NAME = r"[A-Za-z][^\t\n\f\r />]*+"
# `<!-- x -->`, and the abrupt `<!-->` and `<!--->`.
_COMMENT = r"!--(?:-?>|(?:[^-]++|-(?!-!?>))*+--!?>)"
_CONDITIONAL = r"!--\[[iI][fF]"
# `<!doctype html>`, `<?xml ?>`, `</ x>`, `</>`, `<![if mso]>`: all end at the first `>`.
_DECLARATION = r"[!?/][^>]*+>"
# In SVG and MathML alone.
_CDATA_START = r"!\[CDATA\["
_CDATA = rf"{_CDATA_START}(?:[^\]]++|\](?!\]>))*+\]\]>"
_NEVER = r"(?!)"
_TEXT = r"[^<]++|<(?![A-Za-z!?/])"

# One attribute: 1 its name; and its value 2 in double, 3 in single, 4 in no quotes.
_ATTRIBUTE = re.compile(
    r"[\t\n\f\r /]*+([^\t\n\f\r />][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    r"""(?:"([^"]*+)"|'([^']*+)'"""
    r"""|([^\t\n\f\r >"'][^\t\n\f\r >]*+)?+))?+"""
)

# Elements whose content is text whatever it looks like, until their own end tag. <noscript> is
# not among them: mail clients run no scripts.
RAW_TEXT = frozenset(
    "script style title textarea xmp iframe noembed noframes plaintext".split()  # noqa: SIM905
)
# Inside <script>: where `<!--` and a second `<script` hide the end tag.
_SCRIPT_MARK = re.compile(r"<!(?=--)|-->|<(/?)[sS][cC][rR][iI][pP][tT](?=[\t\n\f\r />])")


class Tag(NamedTuple):
    """One tag, or one conditional comment: text[start:end], with its brackets.

    `name` is lower case; an end tag's begins with a slash ("/body"); a conditional comment's is
    "!--". `is_html` is False for an element of SVG or MathML.
    """

    name: str
    start: int
    end: int
    is_html: bool = True


class Unclosed(NamedTuple):
    """Where the scan ended early: a tag, comment or raw text that begins there has no end."""

    start: int


def tags(
    text: str, names: frozenset[str] | None, start: int = 0, end: int | None = None
) -> Iterator[Tag | Unclosed]:
    """The tags of text[start:end] named in `names` ("a", "/body", "!--" for conditional comments).

    They come in order; None asks for all tags. An element's raw text is skipped whether the
    element was asked for or not. The last item is an Unclosed where the text ends within a tag, a
    comment or raw text: browsers drop what follows.
    """
    match = _pattern(names).match
    match_in_foreign = _pattern(None, cdata=True).match
    foreign = Foreign()
    position = start
    end = len(text) if end is None else end
    while True:
        found = (match_in_foreign if foreign.open else match)(text, position, end)
        if not found:  # pragma: no cover - the pattern matches at every position
            return
        if found.lastgroup != "tag":
            if found["open"]:
                yield Unclosed(found.start("open"))
            return
        begin, position = found.span("tag")
        name = (found["name"] or "!--").lower()
        is_html = True
        if foreign.open or name in FOREIGN_ROOTS:
            is_html = foreign.take(name, empty=text[position - 2] == "/")
        if names is None or name in names:
            yield Tag(name, begin, position, is_html)
        if is_html and name in RAW_TEXT:
            position = _end_of_raw_text(text, position, end, name)
            if position < 0:
                yield Unclosed(begin)
                return


Attribute = re.Match[str]
"""One attribute as it stands in the text, with the whitespace before it."""

Edit = tuple[int, int, str]
"""(start, end, replacement): what text[start:end] is to become."""


def attributes(text: str, tag: Tag) -> dict[str, Attribute]:
    """The attributes of a start tag, by name in lower case; of duplicates, the first one counts."""
    found: dict[str, Attribute] = {}
    position, end = tag.start + 1 + len(tag.name), tag.end - 1
    # One behind the other: searched for, a long run of blanks would be read from each of them.
    while position < end and (attribute := _ATTRIBUTE.match(text, position, end)):
        found.setdefault(attribute[1].lower(), attribute)
        position = attribute.end()
    return found


def value(attribute: Attribute) -> str:
    """An attribute's value as a reader's program understands it; "" where it has none."""
    group = attribute.lastindex or 1
    return decoded(attribute[group]) if group > 1 else ""


_UNDECODABLE = re.compile("[\ud800-\udfff]")


def readable(text: str) -> str:
    """A text for other programs: bytes that its charset lacks are U+FFFD, as readers see them."""
    return text if text.isascii() else _UNDECODABLE.sub("\ufffd", text)


def place_of_value(attribute: Attribute) -> tuple[int, int, str]:
    """Where the value of an attribute that has one stands, and between which quotes."""
    group = attribute.lastindex or 1
    return *attribute.span(group), ("", "", '"', "'", "")[group]


def replaced(attribute: Attribute, new_value: str) -> Edit:
    """Give an attribute that has a value a new one, within the quotes that it has."""
    start, end, quote = place_of_value(attribute)
    return start, end, encoded(new_value, quote)


def removed(attribute: Attribute) -> Edit:
    """Take an attribute out, with the whitespace that set it apart."""
    start, end = attribute.span()
    text = attribute.string
    if text[start] in _BETWEEN and text[end] not in _BETWEEN and text[end] != ">":
        start += 1
    return start, end, ""


_BETWEEN = "\t\n\f\r /"


@functools.cache
def _pattern(names: frozenset[str] | None, *, cdata: bool = False) -> re.Pattern[str]:
    """Runs over all that is not of interest in one step, and stops behind what is."""
    wanted = f"/?{_TAG_NAME}"
    if names is not None:
        wanted = _any_of(names - {"!--"} | RAW_TEXT | FOREIGN_ROOTS)
    conditional = _CONDITIONAL if names and "!--" in names else _NEVER
    skipped = (
        rf"(?:{_TEXT}|<(?!(?:{wanted})[\t\n\f\r />]|{conditional})"
        rf"(?:/?{_TAG_NAME}{_TAG_END}|{_COMMENT}|{_CDATA if cdata else _NEVER}"
        rf"|(?!!--|/[A-Za-z]{f'|{_CDATA_START}' if cdata else ''}){_DECLARATION}))*+"
    )
    found = rf"(?P<tag><(?:(?P<name>{wanted})(?=[\t\n\f\r />]){_TAG_END}|{_COMMENT}))"
    return re.compile(rf"{skipped}(?:{found}|(?P<open><)|\Z)")


def _any_of(names: Collection[str]) -> str:
    """A pattern for any of some names: {"a", "area"} -> "[aA](?:|[rR][eE][aA])"."""
    by_first = itertools.groupby(sorted(names), key=lambda name: name[0])
    return "|".join(
        f"{_spelled(first)}(?:{'|'.join(_spelled(name[1:]) for name in group)})"
        for first, group in by_first
    )


def _spelled(name: str) -> str:
    """Return a pattern for a name in any case: "/a" -> "/[aA]"; re.IGNORECASE is slower."""
    return "".join(f"[{c}{c.upper()}]" if c.isalpha() else re.escape(c) for c in name)


def _end_of_raw_text(text: str, start: int, end: int, name: str) -> int:
    """Where the end tag of a raw text element begins, or -1 when there is none."""
    if name == "plaintext":
        return -1
    if name == "script":
        return _end_of_script(text, start, end)
    found = _end_tag(name).search(text, start, end)
    return found.start() if found else -1


@functools.cache
def _end_tag(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{_spelled(name)}(?=[\t\n\f\r />])")


def _end_of_script(text: str, start: int, end: int) -> int:
    """As _end_of_raw_text. `<!-- <script> </script> -->` within a script does not end it."""
    escaped = doubly_escaped = False
    for mark in _SCRIPT_MARK.finditer(text, start, end):
        found = mark[0]
        if found == "<!":
            escaped = True
        elif found == "-->":
            escaped = doubly_escaped = False
        elif doubly_escaped:
            doubly_escaped = not mark[1]
        elif mark[1]:
            return mark.start()
        elif escaped:
            doubly_escaped = True
    return -1


# What may stand before a body whose start tag is left out: everything of the head, whole.
_BEFORE_BODY = re.compile(
    rf"(?:[\t\n\f\r \ufeff]++|<(?:{_COMMENT}|(?!!--){_DECLARATION}"
    rf"|/?(?:html|head|meta|link|base)(?=[\t\n\f\r />]){_TAG_REST}"
    rf"|(?P<raw>title|style|script)(?=[\t\n\f\r />]){_TAG_REST}"
    r"(?s:.)*?</(?P=raw)[\t\n\f\r ]*+>))*+",
    re.IGNORECASE | re.ASCII,
)


def start_of_body(text: str) -> int:
    """Where the body of a text without a <body> tag begins: behind what belongs to its head."""
    found = _BEFORE_BODY.match(text)
    return found.end() if found else 0


# What is no text between two tags: comments, conditional or not, and declarations.
_NO_TEXT = re.compile(rf"<(?:{_COMMENT}|(?!!--|/[A-Za-z]){_DECLARATION})")


def without_comments(text: str) -> str:
    """What readers see of the text between two tags."""
    return _NO_TEXT.sub("", text) if "<" in text else text


# Character references in attribute values ---------------------------------------------------------

_REFERENCE = re.compile(r"&(?:#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?|([A-Za-z][A-Za-z0-9]*)(;|=)?)")


def decoded(written: str) -> str:
    """An attribute's value with its character references resolved: "?a=1&amp;b=2" -> "?a=1&b=2".

    HTML Standard, 13.2.5.72 "Character reference state": in attributes a name without its
    semicolon counts only when neither "=" nor a letter or digit follows, so "?a=1&copy=2" keeps
    its ampersand (html.unescape would turn it into a copyright sign).
    """
    if "&" not in written:
        return written
    if written.count("&") == written.count("&amp;"):
        return written.replace("&amp;", "&")
    return _REFERENCE.sub(_character, written)


def _character(reference: re.Match[str]) -> str:
    hexadecimal, decimal, name, end = reference.groups()
    if name:
        if end == "=":
            return reference[0]
        return html.entities.html5.get(name + (end or ""), reference[0])
    digits, base = (hexadecimal, 16) if hexadecimal else (decimal, 10)
    digits = digits.lstrip("0")
    number = int(digits, base) if 0 < len(digits) <= 7 else 0  # U+10FFFF has 7 decimal digits
    if not number or number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        return "\ufffd"
    if 0x80 <= number <= 0x9F:  # read as windows-1252, by the standard's table
        return bytes([number]).decode("cp1252", "ignore") or chr(number)
    return chr(number)


def escaped(text: str) -> str:
    """A text as it stands in HTML; what has `__html__` is HTML already."""
    if hasattr(text, "__html__"):
        return str(text.__html__())
    return html.escape(text)


def encoded(text: str, quote: str) -> str:
    """A value to stand between `quote`s ("" for none), with only the references it needs."""
    text = text.replace("&", "&amp;")
    if quote:
        return text.replace(quote, "&quot;" if quote == '"' else "&#39;")
    return _UNQUOTABLE.sub(lambda found: f"&#{ord(found[0])};", text)


_UNQUOTABLE = re.compile(r"""[\t\n\f\r "'<>`]""")
