"""An HTML text with its links replaced and a pixel inserted; all else exactly as it was."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pytracking.configuration import Configuration
from pytracking.errors import ConfigurationError
from pytracking.mails import markup
from pytracking.mails.labels import label_of
from pytracking.mails.options import Options
from pytracking.mails.policy import OWN_OPT_OUT, Link, Policy, Verdict, opted_out

_LINKS = frozenset({"a", "area"})
_VML = frozenset(
    f"v:{shape}"
    for shape in "arc background curve group image line oval polyline rect roundrect shape".split()  # noqa: SIM905
)
_PLACES = frozenset({"body", "/body", "/html"})
_BASE = re.compile(r"<base[\t\n\f\r />]", re.IGNORECASE | re.ASCII)
_CONDITIONAL = re.compile(r"<!--\[if[^\]]*\]>(.*)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://[^{<$%*\[]", re.IGNORECASE)
_OWN_METADATA = f"{OWN_OPT_OUT}-"

# !important, because many a mail's style sheet says `img { width: 100% !important }`. Taken out of
# the flow where the reader's program can, else as small and as far aside as it goes.
PIXEL_STYLE = (
    "position:absolute!important;top:0!important;left:0!important;float:left!important;"
    "width:1px!important;height:1px!important;min-width:0!important;margin:0!important;"
    "padding:0!important;border:0!important;background:none!important"
)


class Rewritten(NamedTuple):
    """The text as it leaves, and every link of it in order, also those left as they were."""

    text: str
    links: tuple[Link, ...]


class _Anchor(NamedTuple):
    """A start tag that may hold a link; its text, or the comment that holds it, ends at `limit`."""

    tag: markup.Tag
    attributes: dict[str, markup.Attribute]
    limit: int


@dataclass(slots=True)
class _Places:
    """What a scan found besides links."""

    body: int | None = None  # behind the first <body>
    end_of_body: int | None = None  # before the last </body>
    end_of_html: int | None = None  # before the last </html>
    unclosed: int | None = None


def rewrite(
    text: str,
    metadata: Mapping[str, Any] | None,
    *,
    click_tracking: bool,
    open_tracking: bool,
    configuration: Configuration,
    options: Options,
) -> Rewritten:
    """Rewrite one HTML text.

    Raises:
        ConfigurationError: a base URL is missing.
        InvalidPayload: JSON cannot hold the metadata.
    """
    require_bases(configuration, click=click_tracking, open=open_tracking)
    places = _Places()
    base = _base_url(text)
    policy = Policy(options, configuration)
    links: list[Link] = []
    edits: list[markup.Edit] = []
    position = 0
    for anchor in _scan(text, places, conditional_comments=options.conditional_comments):
        attributes = anchor.attributes
        off = opted_out(attributes)
        if off and OWN_OPT_OUT in attributes:
            edits.append(markup.removed(attributes[OWN_OPT_OUT]))
        href = attributes.get("href")
        if not href:
            continue
        value = markup.value(href)
        verdict = Verdict("opted out") if off else policy.judge(value, base)
        url = ""
        if verdict.target and click_tracking:
            position += 1
            told = _told(text, anchor, position, options) if options.link_metadata else {}
            if "attributes" in options.link_metadata:
                edits += map(markup.removed, _own_metadata(attributes).values())
            own = {**told, **(metadata or {})} if told else metadata
            url = configuration.get_click_tracking_url(verdict.target, own)
            edits.append(markup.replaced(href, url))
        links.append(Link(value, *verdict, url, anchor.tag.start, anchor.tag.end))
    if open_tracking:
        place = _pixel_place(text, places, options)
        edits.append((place, place, pixel(configuration.get_open_tracking_url(metadata))))
    return Rewritten(applied(text, edits), tuple(links))


def require_bases(configuration: Configuration, *, click: bool, open: bool) -> None:  # noqa: A002
    """Refuse, before anything is minted, to mint links that would lead nowhere.

    Raises:
        ConfigurationError: a base URL is missing.
    """
    for kind, wanted in (("click", click), ("open", open)):
        if wanted and not getattr(configuration, f"base_{kind}_tracking_url"):
            raise ConfigurationError(
                f"a mail cannot be rewritten without base_{kind}_tracking_url: give it, or say "
                f"{kind}_tracking=False"
            )


def pixel(url: str) -> str:
    """The image that tells of an open: transparent, and without effect on the layout."""
    return (
        f'<img src="{markup.encoded(url, chr(34))}" alt="" width="1" height="1" border="0" '
        f'style="{PIXEL_STYLE}">'
    )


def applied(text: str, edits: list[markup.Edit]) -> str:
    """The text with all edits made; they must not overlap."""
    pieces: list[str] = []
    position = 0
    for start, end, replacement in sorted(edits):
        pieces += text[position:start], replacement
        position = end
    return "".join((*pieces, text[position:]))


# Finding ------------------------------------------------------------------------------------------


def _scan(text: str, places: _Places, *, conditional_comments: bool) -> Iterator[_Anchor]:
    """Every tag that may hold a link, in order; and, into `places`, where a pixel may stand."""
    names = _LINKS | _PLACES | ({"!--"} if conditional_comments else set())
    for tag in markup.tags(text, names):
        if isinstance(tag, markup.Unclosed):
            places.unclosed = tag.start
        elif tag.name in _LINKS:
            yield _Anchor(tag, markup.attributes(text, tag), len(text))
        elif tag.name == "!--":
            yield from _scan_conditional(text, tag)
        elif tag.name == "/body":
            places.end_of_body = tag.start
        elif tag.name == "/html":
            places.end_of_html = tag.start
        elif tag.name == "body" and places.body is None:
            places.body = tag.end


def _scan_conditional(text: str, comment: markup.Tag) -> Iterator[_Anchor]:
    inside = _CONDITIONAL.fullmatch(text, comment.start, comment.end)
    if not inside:
        return
    for tag in markup.tags(text, _LINKS | _VML, *inside.span(1)):
        if isinstance(tag, markup.Tag):
            yield _Anchor(tag, markup.attributes(text, tag), inside.end(1))


def _base_url(text: str) -> str:
    """The href of the first <base> that has one; "" where no link can be relative to it.

    It counts for links before it, too, so it is looked for first; few mails have any.
    """
    if not _BASE.search(text):
        return ""
    for tag in markup.tags(text, frozenset({"base"})):
        if isinstance(tag, markup.Tag) and (href := markup.attributes(text, tag).get("href")):
            url = markup.value(href).strip()
            if url.startswith("//"):
                url = f"https:{url}"
            return url if _ABSOLUTE.match(url) else ""
    return ""


def _pixel_place(text: str, places: _Places, options: Options) -> int:
    if options.pixel == "top":
        return markup.start_of_body(text) if places.body is None else places.body
    for place in (places.end_of_body, places.end_of_html, places.unclosed):
        if place is not None:
            return place
    return len(text)


# Telling ------------------------------------------------------------------------------------------


def _told(text: str, anchor: _Anchor, position: int, options: Options) -> dict[str, Any]:
    """What a link's metadata tells about the link itself, as far as asked to."""
    told: dict[str, Any] = {}
    if "attributes" in options.link_metadata:
        for name, attribute in _own_metadata(anchor.attributes).items():
            told[name] = markup.value(attribute)
    if "position" in options.link_metadata:
        told["link_position"] = position
    if "label" in options.link_metadata:
        told["link_label"] = label_of(text, anchor.tag.end, anchor.limit)
    return told


def _own_metadata(attributes: dict[str, markup.Attribute]) -> dict[str, markup.Attribute]:
    """`data-pytracking-section="top"` as {"section": ...}."""
    return {
        name.removeprefix(_OWN_METADATA): attribute
        for name, attribute in attributes.items()
        if name.startswith(_OWN_METADATA) and name != _OWN_METADATA
    }
