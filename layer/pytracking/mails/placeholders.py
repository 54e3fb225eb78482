"""Placeholders of template languages in a URL: what a template has yet to fill in.

A link that holds one cannot be minted, because its target is sealed. A finished URL may hold the
same characters by chance, so a placeholder counts only when it is closed and its inside is what
such a language takes: `?search={%22max%22:%2212%22}` and `[[1,2],[3,4]]` are finished.
"""

import re
from collections.abc import Iterator
from urllib.parse import unquote

# Blocks that hold whatever their language takes, by how they begin (no percent-encoded byte) and
# end: Jinja, Django, Handlebars, Liquid; MailerLite; Mailchimp; Laravel; ERB, EJS; PHP; Template
# Toolkit.
_BLOCKS = (
    (re.compile(r"\{\{"), "}}"),
    (re.compile(r"\{%(?![0-9]|[A-F][0-9A-F])"), "%}"),
    (re.compile(r"\{#"), "#}"),
    (re.compile(r"\*\|"), "|*"),
    (re.compile(r"\{!!"), "!!}"),
    (re.compile(r"<%"), "%>"),
    (re.compile(r"<\?"), "?>"),
    (re.compile(r"\[%(?![0-9]|[A-F][0-9A-F])"), "%]"),
    (re.compile(r"%%="), "=%%"),
)
_BLOCK_BEGINS = ("{{", "{%", "{#", "*|", "{!!", "<%", "<?", "[%", "%%=")
# The others hold a name. Each class leaves out how its placeholder begins, so that a text is read
# once however many beginnings it has.
_NAMED = re.compile(
    r"\{\$[A-Za-z_][^{}]*\}"  # MailerLite {$name}
    r"|\{![A-Za-z$_][^{}]*\}"  # Salesforce {!Contact.Name}
    r"|\{[A-Za-z_]+(?:[.=|][\w.=|-]*)?\}"  # Mautic {contactfield=id}, {unsubscribe_url}
    r"|\$!?\{\s*[A-Za-z_!#.@$][^{}\"]*\}"  # Velocity, JSP, shells ${x}, $!{x}
    r"|\#\{\s*[A-Za-z_@$][^{}\"]*\}"  # Ruby, Pug, JSF #{id}
    r"|\$\[[^\[\]]*\]\$"  # Zoho $[x]$
    r"|\[\[\s*[A-Za-z_][^\[\]{},\"]*\]\]"  # Thymeleaf, MODX [[x]]
    r"|%\([A-Za-z_]\w*\)[sdif]"  # Python %(id)s
    r"|@@\w+@@|\#\#[A-Za-z_]\w*\#\#"
    r"|%%[A-Za-z_]\w*%%(?![0-9A-Fa-f]{2})|%%[A-Z_]{2,}%%"  # Salesforce, Ongage
    r"|%recipient(?:[._][\w.-]*)?%",  # Mailgun
    re.ASCII,
)
# ActiveCampaign's %NAME%. In a finished URL %C3%A9 is a byte, %u00e9 what JavaScript's escape()
# makes of a character, and a percent sign that stands for itself may be followed by a word.
_PERCENT = re.compile(
    r"%(?!u[0-9A-Fa-f]{4})(?:(?![0-9A-Fa-f]{2})[A-Za-z_][\w.:]*|[A-F]{2}[A-Z_]+)%(?![0-9A-Fa-f]{2})",
    re.ASCII,
)
_PERCENT_ENCODED = re.compile(r"%(?:[A-Z_][A-Z0-9_]+|recipient[\w.]*)%(?![0-9A-Fa-f]{2})", re.ASCII)
_ANY_MARK = re.compile(r"[{\[*$%<@#]")
# `{`, `[`, `<`, `|`, `$`, `%`, `#`, `@`, `*` in percent-encoding
_ENCODED_MARK = re.compile(r"%(?:7[BbCc]|5[Bb]|3[Cc]|2[34AaFf5]|40)")
# In plain text a placeholder may hold blanks, and ends within its line.
_MAX_CHARACTERS = 300


def has_placeholder(url: str) -> bool:
    """Whether a placeholder stands in a URL, as it is or percent-encoded."""
    if not _ANY_MARK.search(url):
        return False
    if _stands_in(url) or _PERCENT.search(url):
        return True
    if not _ENCODED_MARK.search(url):
        return False
    plain = unquote(url)
    return _stands_in(plain) or _PERCENT_ENCODED.search(plain) is not None


def end_of_placeholder(text: str, start: int) -> int:
    """Where the placeholder that begins at `start` of a plain text ends; -1 where none does."""
    line_end = text.find("\n", start, start + _MAX_CHARACTERS)
    limit = line_end if line_end >= 0 else min(len(text), start + _MAX_CHARACTERS)
    for begin, end in _BLOCKS:
        if begin.match(text, start, limit):
            found = text.find(end, start + 2, limit)
            if found >= 0:
                return found + len(end)
    named = _NAMED.match(text, start, limit)
    return named.end() if named else -1


def find_placeholders(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where placeholders stand within text[start:end], each on one line."""
    while mark := _ANY_MARK.search(text, start, end):
        start = mark.start()
        found = end_of_placeholder(text, start)
        if found < 0 and (percent := _PERCENT.match(text, start, end)):
            found = percent.end()
        if start < found <= end:
            yield start, found
            start = found
        else:
            start += 1


def _stands_in(url: str) -> bool:
    for (begin, end), hint in zip(_BLOCKS, _BLOCK_BEGINS, strict=True):
        if hint in url and (found := begin.search(url)) and url.find(end, found.end()) >= 0:
            return True
    return _NAMED.search(url) is not None
