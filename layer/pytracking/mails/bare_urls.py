"""Where the URLs of a plain text begin and end.

No standard says where a URL in running text ends. The rule here: never track half of one, and
leave the sentence, or the markup, around it alone. ASCII follows RFC 3986, letters beyond ASCII may
follow (IRIs, RFC 3987), and punctuation beyond ASCII never belongs to a URL.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from pytracking.mails.placeholders import end_of_placeholder


class Found(NamedTuple):
    """A URL of a text, at text[start:end]; `goes_on` where it may be only the beginning of one."""

    start: int
    end: int
    goes_on: bool = False


_SCHEME = re.compile(r"https?(?:\+notrack)?://", re.IGNORECASE)
# Of `git+https://` that is not all of the scheme. In `1.https://` it is: a scheme begins with a
# letter. And the `m` of a terminal's colour is none of it.
_WITHIN_SCHEME = re.compile(r"(?:[A-Za-z]|[A-Za-z][A-Za-z0-9.-]*\+|[A-Za-z][0-9]+)\Z", re.ASCII)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m\Z")
_LOOKED_BACK = 40
_BRACKETS = ("<", "<url:")  # RFC 3986, appendix C
_IN_BRACKETS = re.compile(r"[^\s<>\"]+")
# `> > `, `| `: what mail programs put before quoted lines
_QUOTE = re.compile(r"[ \t]*(?:[>|][ \t]?)*")
_INDENT = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"[ \t]*\r?\n")

# A URL's inside, one kind of character at a time.
_TOKEN = re.compile(
    r"(?P<plain>(?:[A-Za-z0-9/=@+_-]|%(?!%)|\#(?!\{)|\$(?![\[{!])|[^\W_])+)"
    r"|(?P<odd>[^\x00-\x7f\w]+)"
    r"|(?P<entity>&(?:lt|gt|quot|nbsp|apos|[lr]aquo|[lr]dquo|[lr]squo|hellip|[mn]dash"
    r"|\#(?:0*(?:34|39|60|62|160|171|187)|x0*(?:22|27|3c|3e|a0|ab|bb)));)"
    r"|(?P<soft>[.,;:!?'*~|&]+)"
    r"|(?P<special>[][(){}\\%$\#<])",
    re.IGNORECASE,
)
_CLOSES = {")": "(", "]": "[", "}": "{"}
_MARKS = ("{", "[", "<", "$", "%", "#", "@", "*")
# `a[]=1`, `a[b][c]=1`, `[::1]`, `?ids=[1,2]`
_INDEX = re.compile(r"(?:\[[^\[\]\s]*\])+(?=[\w=&/%:-])", re.ASCII)
_HOST = re.compile(r"\[[0-9A-Fa-f:.]+\]")
_NEXT_URL = re.compile(r"[,;|]+(?=https?://)", re.IGNORECASE)
_MAX_CHARACTERS = 4_096  # no target is half as long
_MAX_TOKENS = 400
_REST = re.compile(r"[^\s<>\"]*")
# Marks that words of some languages have inside; elsewhere they are punctuation.
_WORD_MARKS = "\u00b7\u05f3\u05f4\u0f0b\u200c\u200d"
# What no reader sees: a soft hyphen or word joiner is inside a word, a direction mark may be.
_JOINERS = "\u00ad\u2060\ufeff"
_MORE = re.compile(r"[/?&=%#_]")
_SUPERSCRIPTS = "\u00b2\u00b3\u00b9\u2070\u2074\u2075\u2076\u2077\u2078\u2079"

# A mailer that breaks lines by force does so between these columns, mostly at 72 to 78.
_WRAPPED_FROM_COLUMN, _WRAPPED_TO_COLUMN = 70, 80
_WORD = re.compile(r"[^\s<>\"]*")
# How the rest of a URL may begin, whatever follows: `/b?c=d`, `&utm_source=x`, `%20x`, `a=b`.
_REST_OF_URL = re.compile(
    r"(?![a-z][a-z0-9+.-]*://)(?:[/?&=][\w%]|%[0-9a-f]{2}|[\w.%/~-]*[?&]?[\w.-]+=[\w%]|[\w.%~-]*%[0-9a-f]{2}"
    r"|[\w.~-]+/[\w.~-]+[/?\#][\w%]|[\w.~-]+[?\#&][\w.~-]+=)",
    re.IGNORECASE,
)
_DATE = re.compile(r"[\d/.,:%-]+[.,;:!?)]*")
# How it may look where it is all of its line: `long/path`, `a8f3b2c9`.
_REST_ALONE = re.compile(
    r"(?=[^a-z0-9]*[a-z0-9])(?![a-z][a-z0-9+.-]*://)(?:[\w.~-]+[/?&=%\#_][\w.~/?&=%\#_-]*\w|(?=[a-z-]*[0-9])(?=[0-9-]*[a-z])[a-z0-9_-]{6,})"
    r"[/.,;:!?)]*",
    re.IGNORECASE,
)


def find(text: str, *, lines_join: bool = False) -> Iterator[Found]:
    """Every http and https URL of a text, in order.

    Args:
        text: the text.
        lines_join: a line that ends in a space goes on in the next, without the space (RFC 3676,
            `delsp=yes`).
    """
    position = 0
    while scheme := _SCHEME.search(text, position):
        start, position = scheme.span()
        before = text[max(0, start - _LOOKED_BACK) : start]
        is_within = before[-1:].isalnum() or before.endswith("+")  # or else no need to look
        if is_within and _WITHIN_SCHEME.search(before) and not _COLOUR.search(before):
            continue
        found = None
        if _is_bracketed(before):
            found = _in_brackets(text, start)
        if not found:
            found = _bare(text, start, scheme.end(), lines_join=lines_join)
        if found.end > scheme.end():
            yield found
        position = max(position, found.end)


def _is_bracketed(before: str) -> bool:
    return before.rstrip(" \t").lower().endswith(_BRACKETS)


def _in_brackets(text: str, start: int) -> Found | None:
    """`<https://x.com/a`, on the next line `b>`: joined. None for one line that is not closed."""
    prefix = _quote_of(text, start)
    position = start
    while piece := _IN_BRACKETS.match(text, position, start + _MAX_CHARACTERS):
        if position > start and _SCHEME.match(text, position):
            break
        end = piece.end()
        gap = _LINE_END.match(text, end)
        if not gap:
            if text[end : end + 2].lstrip(" \t").startswith(">"):
                label = text.find("|", position, end)  # <https://x.com/a|label> of Slack
                return Found(start, end if label < 0 else label)
            return Found(start, end, goes_on=True) if position > start else None
        between = _QUOTE.match(text, gap.end()) if prefix else _INDENT.match(text, gap.end())
        position = between.end() if between else gap.end()
        if text.startswith(">", position):
            return Found(start, end)
    first = _IN_BRACKETS.match(text, start)
    return Found(start, first.end(), goes_on=True) if first else None


def _quote_of(text: str, position: int) -> str:
    """The quote marks before the line that holds a position: "> > "; "" for none."""
    line = text.rfind("\n", max(0, position - 1_000), position) + 1
    found = _QUOTE.match(text, line, position)
    quote = found[0] if found else ""
    return quote if ">" in quote or "|" in quote else ""


def _bare(text: str, start: int, inside: int, *, lines_join: bool) -> Found:
    url = _Url(text, start, inside)
    url.read()
    end = url.end
    while end > inside and text[end - 1] in _SUPERSCRIPTS:  # of a footnote
        end -= 1
    goes_on = url.goes_on or _goes_on(text, start, end, lines_join=lines_join)
    return Found(start, end, goes_on)


class _Url:
    """One URL while it is read: up to where, and what decided that."""

    def __init__(self, text: str, start: int, inside: int) -> None:
        self._text, self._start, self._inside = text, start, inside
        self._limit = min(len(text), _own_end(text, start))
        self._opened: list[str] = []
        self._in_query = False
        self._position = inside
        self.end = inside
        """Behind the last character that is the URL's for certain."""
        self.goes_on = False

    def read(self) -> None:
        """Read to the end, or until it is clear that no end can be found."""
        for _ in range(_MAX_TOKENS):
            if self._position - self._start > _MAX_CHARACTERS:
                break
            if not self._step():
                return
        rest = _REST.match(self._text, self._position)
        self.end, self.goes_on = rest.end() if rest else self._position, True

    def _step(self) -> bool:
        """Read one token; whether the URL goes on behind it."""
        if self._text[self._position : self._position + 1] in _MARKS:
            placeholder = end_of_placeholder(self._text, self._position)
            if placeholder >= 0:
                return self._take(placeholder)
        token = _TOKEN.match(self._text, self._position, self._limit)
        kind = token.lastgroup if token else "entity"
        if not token or kind == "entity":
            return False
        if kind == "soft":
            return self._soft(token)
        if kind == "odd":
            return self._odd(token)
        if kind == "special":
            return self._special(token)
        return self._take(token.end())

    def _take(self, end: int, *, certain: bool = True) -> bool:
        self._position = end
        if certain:
            self.end = end
        return True

    def _soft(self, token: re.Match[str]) -> bool:
        """Punctuation: the URL's where more of it follows."""
        following = _NEXT_URL.search(self._text, token.start(), token.end() + 8)
        if following and following.end() == token.end():
            return False
        self._in_query = self._in_query or "?" in token[0]
        return self._take(token.end(), certain=False)

    def _odd(self, token: re.Match[str]) -> bool:
        length, self.goes_on = _within(self._text, *token.span())
        if length < len(token[0]):
            self.end = token.start() + length if length else self.end
            return False
        return self._take(token.end(), certain=not _trails(token[0]))

    def _special(self, token: re.Match[str]) -> bool:
        written = token[0]
        if written in _CLOSES:
            return self._close(written, token.end())
        if written in "([{":
            return self._open(written, token.end())
        if written == "<":
            return False
        behind = self._text[token.end() : token.end() + 1]
        if written == "\\" and behind in ("", "\\", " ", "\n", "\r", ")", "}"):
            return False
        return self._take(token.end())

    def _open(self, written: str, end: int) -> bool:
        if written == "[":
            pattern = _HOST if self._position == self._inside else _INDEX
            if index := pattern.match(self._text, self._position, self._limit):
                return self._take(index.end())
            if not (self._in_query and self._text[self._position - 1] in "=:,[{("):
                return False
        self._opened.append(written)
        return self._take(end, certain=False)

    def _close(self, written: str, end: int) -> bool:
        if self._opened and self._opened[-1] == _CLOSES[written]:
            self._opened.pop()
            return self._take(end)
        if written == ")" and not _is_open(self._text, self._start):
            return self._take(end, certain=False)
        return False


def _own_end(text: str, start: int) -> int:
    """Where a URL ends because of what stands right before it: `'u', 'v'`, `*u*`, `|u|v|`."""
    mark = text[start - 1 : start]
    if mark not in ("'", "*", "_", "~", "|"):
        return len(text)
    end = start
    while (end := text.find(mark, end + 1, start + _MAX_CHARACTERS)) >= 0:
        behind = text[end + 1 : end + 2]
        if mark == "|" or not behind or not (behind.isalnum() or behind in "/=&%"):
            return end
    return len(text)


def _within(text: str, start: int, end: int) -> tuple[int, bool]:
    """How many of some characters beyond ASCII belong to a URL; whether it may go on behind."""
    for position in range(start, end):
        char = text[position]
        behind = text[position + 1 : position + 2]
        if char in _WORD_MARKS and behind.isalnum() and not behind.isascii() | (char > "\u0100"):
            continue
        if char in _WORD_MARKS and behind and unicodedata.category(behind)[0] in "LM":
            continue
        category = unicodedata.category(char)
        if category == "Cs":
            continue  # a byte that the charset lacks: with what follows it, judged and refused
        if category[0] in "PZC" or _is_wide_sign(char):
            more = text[end : end + 1]
            if category == "Cf" and position == end - 1:
                joined = char in _JOINERS and more.isascii() and more.isalnum()
                return position - start, joined or _MORE.match(more) is not None
            return position - start, False
    return end - start, False


def _is_wide_sign(char: str) -> bool:
    """Full-width signs, such as the plus, and East Asian symbols, such as the postal mark."""
    return "\uff00" <= char <= "\uffef" or ("\u3000" <= char <= "\u303f" and not char.isalpha())


def _trails(written: str) -> bool:
    """Whether some characters end the sentence around a URL, where nothing of it follows."""
    return all(char in _WORD_MARKS or "\ud800" <= char <= "\udfff" for char in written)


def _is_open(text: str, start: int) -> bool:
    """Whether a parenthesis is open where a URL begins."""
    line = text[max(0, start - 300) : start]
    return line.rfind("(") > line.rfind(")")


def _goes_on(text: str, start: int, end: int, *, lines_join: bool) -> bool:
    """Whether a URL that stands at the end of its line seems to go on in the next."""
    gap = _LINE_END.match(text, end)
    if not gap:
        return False
    prefix = _quote_of(text, start)
    joint = lines_join and text.startswith((" \n", " \r\n"), end)
    position = gap.end()
    if prefix:
        quote = _QUOTE.match(text, position)
        if not quote or not quote[0].strip():
            return False
        position = quote.end()
    elif joint and text.startswith(" ", position):  # stuffed (RFC 3676, section 4.4)
        position += 1
    word = _WORD.match(text, position)
    if not word or not word[0]:
        return False
    if joint or _is_bracketed(text[max(0, start - 8) : start]):  # opened, and not closed
        return True
    line = text.rfind("\n", max(0, start - 1_000), start) + 1
    column = end - line - len(prefix)
    if not _WRAPPED_FROM_COLUMN <= column <= _WRAPPED_TO_COLUMN:
        return False
    return _continues(text, word)


def _continues(text: str, word: re.Match[str]) -> bool:
    """Whether the first word of a line looks like the rest of a URL."""
    if _DATE.fullmatch(word[0]):
        return False
    if _REST_OF_URL.match(word[0]):
        return True
    alone = text[word.end() : word.end() + 2].strip(" \t")[:1] in ("", "\r", "\n")
    return alone and _REST_ALONE.fullmatch(word[0]) is not None
