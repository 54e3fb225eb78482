"""What a reader sees of a link: its text, or the alt of its image."""

import re

from pytracking.mails import markup

MAX_CHARACTERS = 100
# A label is looked for this far behind the link's tag, so that unclosed links cost no more.
MAX_SCANNED = 4_000
_SPACES = re.compile(r"\s+")
# Where a link ends for its label's sake: at its end tag, at the next link, with its table cell.
_ENDS = frozenset({"/a", "a", "/td", "/body"})


def label_of(text: str, start: int, end: int) -> str:
    """The label of the link whose start tag ends at `start`: "Shop now"; "" when it has none.

    Nothing from `end` on is looked at: where the next link begins, this one's label has ended.
    """
    first = text.find("<", start, end)
    if text.startswith(("</a>", "</A>"), first) and "&" not in text[start:first]:
        label = readable_label(text[start:first])  # as most are: nothing but text
        if label:
            return label
    seen: list[str] = []
    alternatives: list[str] = []
    end = min(end, start + MAX_SCANNED)
    position, hidden = start, False
    for tag in markup.tags(text, None, start, end):
        if not hidden:
            seen.append(markup.without_comments(text[position : tag.start]))
        if isinstance(tag, markup.Unclosed) or tag.name in _ENDS:
            position = end
            break
        position, hidden = tag.end, tag.name in markup.RAW_TEXT
        if tag.name == "img":
            alternative = markup.attributes(text, tag).get("alt")
            alternatives.append(markup.value(alternative) if alternative else "")
        elif tag.name in ("br", "p", "/p", "div", "/div"):
            seen.append(" ")
    if not hidden:
        seen.append(markup.without_comments(text[position:end]))
    return readable_label(markup.decoded("".join(seen))) or readable_label(" ".join(alternatives))


def readable_label(label: str) -> str:
    """A label for metadata: one line, no longer than needed, every character one that JSON has."""
    return markup.readable(_SPACES.sub(" ", label).strip()[:MAX_CHARACTERS])
