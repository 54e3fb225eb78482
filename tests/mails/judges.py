"""Other people's parsers: what they take for the links of a mail."""

import html5lib
import lxml.html

LINKS = ("a", "area")


def html5lib_links(text: str) -> list[str]:
    """The href of each <a> and <area> in document order, as a browser reads them."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    found = []
    for element in tree.iter():
        name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""  # {svg}a
        if name in LINKS and element.get("href") is not None:
            found.append(element.get("href"))
    return found


def lxml_links(text: str) -> list[str]:
    """The same by libxml2."""
    tree = lxml.html.document_fromstring(
        text.encode(), parser=lxml.html.HTMLParser(encoding="utf-8")
    )
    return [e.get("href") for e in tree.iter(*LINKS) if e.get("href") is not None]
