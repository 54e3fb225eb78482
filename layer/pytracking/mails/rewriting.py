"""What is to change in an HTML text: its links, and the pixel; all else stays exactly as it was."""

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from pytracking.actions import Action, check_unsubscribe
from pytracking.base_urls import require_action_base
from pytracking.configuration import Configuration
from pytracking.links import DECOY, metadata_of
from pytracking.mails import markup
from pytracking.mails.labels import MAX_SCANNED, label_of, readable_label
from pytracking.mails.options import Job, Options
from pytracking.mails.placeholders import find_placeholders
from pytracking.mails.policy import (
    FOR_APP,
    GUARD,
    NO_TRACK,
    OWN_OPT_OUT,
    UNSUBSCRIBE,
    Decision,
    MailLink,
    Policy,
    opted_out,
    shows_url,
    skips_utm,
)
from pytracking.mails.unsubscribing import may_say_unsubscribe, says_unsubscribe
from pytracking.tokens import document
from pytracking.tokens.formats import Formats

_LINKS = frozenset({"a", "area"})
_VML = frozenset(
    f"v:{shape}"
    for shape in "arc background curve group image line oval polyline rect roundrect shape".split()  # noqa: SIM905
)
_PLACES = frozenset({"body", "/body", "/html", "template", "/template"})
_BASE = re.compile(r"<base[\t\n\f\r />]", re.IGNORECASE | re.ASCII)
_CONDITIONAL = re.compile(r"<!--\[if[^\]]*\]>(.*)<!\[endif\]-->", re.DOTALL | re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://[^{<$%*\[]", re.IGNORECASE)
UNSUBSCRIBE_URL = re.compile(r"\{\{[ \t]*unsubscribe_url[ \t]*\}\}")  # {{ unsubscribe_url }}
_OWN_METADATA = f"{OWN_OPT_OUT}-"

# !important, because many a mail's style sheet says `img { width: 100% !important }`. Taken out of
# the flow where the reader's program can, else as small and as far aside as it goes.
PIXEL_STYLE = (
    "position:absolute!important;top:0!important;left:0!important;float:left!important;"
    "width:1px!important;height:1px!important;min-width:0!important;margin:0!important;"
    "padding:0!important;border:0!important;background:none!important"
)


class Slot(NamedTuple):
    """A place for a link that is minted for each recipient.

    Attributes:
        quote: what the link stands between: a quote, or "" for none; None in plain text.
        target: where the link leads; "" for the pixel, UNSUBSCRIBE for a link that unsubscribes.
        about: names and values of metadata about the link itself, which never overrides the
            sender's.
        app: whether telephones open it in an app.
        guarded: whether only the button of a page follows it.
    """

    quote: str | None
    target: str
    about: tuple[tuple[str, Any], ...] = ()
    app: bool = False
    guarded: bool = False

    def written(self, url: str) -> str:
        """The link as it stands in the text."""
        if not self.target:
            return pixel(url)
        if self.about == IS_DECOY:
            return decoy(url)
        return url if self.quote is None else markup.encoded(url, self.quote)


IS_DECOY = ((DECOY, True),)

Change = tuple[int, int, str | Slot]
"""(start, end, what): what text[start:end] becomes."""

Values = Callable[[str], str | None]
"""What stands in place of a template's placeholder, "{{ name }}"; None leaves it.

A text, which HTML gets escaped; or what has `__html__`, such as markupsafe's `Markup`, as it is.
"""


@dataclass(frozen=True)
class Plan:
    """A text, every link of it in order, also those that stay as they are, and what changes.

    The changes are in order and do not overlap. A plan is the same for all recipients.
    """

    text: str
    links: tuple[MailLink, ...]
    changes: tuple[Change, ...]
    is_html: bool = True

    @classmethod
    def of(
        cls,
        text: str,
        links: Iterable[MailLink],
        changes: Iterable[Change],
        *,
        is_html: bool = True,
    ) -> "Plan":
        """A plan of changes in any order; of two that overlap, the first one counts."""
        kept: list[Change] = []
        position = 0
        for change in sorted(changes, key=itemgetter(0, 1)):
            if change[0] >= position:
                kept.append(change)
                position = change[1]
        return cls(text, tuple(links), tuple(kept), is_html)

    @cached_property
    def placeholders(self) -> tuple[tuple[int, int], ...]:
        """Where placeholders of a template stand, outside of what changes."""
        found: list[tuple[int, int]] = []
        position = 0
        for start, end, _ in (*self.changes, (len(self.text), len(self.text), "")):
            found += find_placeholders(self.text, position, start)
            position = end
        return tuple(found)

    def edits(self, minting: "Minting", values: Values | None = None) -> list[markup.Edit]:
        """The changes for one recipient; placeholders are filled with what `values` has."""
        edits = [
            (start, end, what if isinstance(what, str) else minting.written(what))
            for start, end, what in self.changes
        ]
        if values:
            for start, end in self.placeholders:
                new = values(self.text[start:end])
                if new is not None:
                    edits.append((start, end, markup.escaped(new) if self.is_html else new))
            edits.sort(key=itemgetter(0, 1))
        return edits

    def rendered(self, minting: "Minting", values: Values | None = None) -> str:
        """The text for one recipient."""
        pieces: list[str] = []
        position = 0
        for start, end, new in self.edits(minting, values):
            pieces += self.text[position:start], new
            position = end
        return "".join((*pieces, self.text[position:]))


class Minting:
    """The links of one recipient; those to the same page with the same metadata are minted once."""

    def __init__(self, configuration: Configuration, metadata: Mapping[str, Any] | None) -> None:
        self.configuration = configuration
        self.metadata = metadata
        self._written: dict[Slot, str] = {}
        self._minted: dict[tuple[Any, ...], str] = {}
        self.longest = 0
        """Characters of the longest link so far, the pixel's aside."""

    def written(self, slot: Slot) -> str:
        """The link that goes to a place, as it stands in the text."""
        text = self._written.get(slot)
        if text is None:
            text = self._written[slot] = slot.written(self._url_of(slot))
        return text

    def _url_of(self, slot: Slot) -> str:
        if not slot.target:
            return self.open_url()
        if slot.target == UNSUBSCRIBE:
            return self.unsubscribe_url()
        place = slot[1:]  # whatever it stands between
        url = self._minted.get(place)
        if url is None:
            mint = self.guarded_url if slot.guarded else self.click_url
            url = mint(slot.target, self._added(slot))
            if slot.app:
                url = self.configuration.base_urls.for_app(url)
            self._minted[place] = url
            self.longest = max(self.longest, len(url))
        return url

    def _added(self, slot: Slot) -> Mapping[str, Any]:
        return {name: value for name, value in slot.about if name not in self._given}

    @cached_property
    def _given(self) -> Collection[str]:
        """The names of the metadata, as JSON spells them."""
        given = (*(self.configuration.default_metadata or {}), *metadata_of(self.metadata))
        return {*json.loads(document.dump(dict.fromkeys(given)))}

    def open_url(self) -> str:
        """The URL of the pixel."""
        return self.configuration.get_open_tracking_url(self.metadata)

    def unsubscribe_url(self) -> str:
        """The link that unsubscribes.

        Raises:
            ConfigurationError: it would stop working too soon, or name nobody.
        """
        made = self.configuration
        check_unsubscribe(made.expires_in, made.privacy)
        content = made.get_data_to_embed(None, self.metadata) | Action(UNSUBSCRIBE).content()
        return made.base_urls.prefixes["action"] + Formats(made.keyring).encode(content, "action")

    def guarded_url(self, target: str, added: Mapping[str, Any]) -> str:
        """The link to a page that only a button follows, as ``click_url``.

        Raises:
            ConfigurationError: there is no keyring.
        """
        made = self.configuration
        content = made.get_data_to_embed(target, {**added, **metadata_of(self.metadata)})
        return made.base_urls.prefixes["click"] + Formats(made.keyring).encode(content, "guarded")

    def click_url(self, target: str, added: Mapping[str, Any]) -> str:
        """The link to a page, with metadata that is added to the recipient's."""
        metadata = {**added, **metadata_of(self.metadata)} if added else self.metadata
        return self.configuration.get_click_tracking_url(target, metadata)


class AboutLinks:
    """What the metadata of each link of one text says about the link, as far as asked to."""

    def __init__(self, options: Options, part: str) -> None:
        self._part = {"link_part": part} if "part" in options.link_metadata else {}
        self._positions = "position" in options.link_metadata
        self._position = 0

    def of_next(self, about: Mapping[str, Any] | None = None) -> tuple[tuple[str, Any], ...]:
        """Of the next tracked link, with what is known of it already."""
        self._position += 1
        position = {"link_position": self._position} if self._positions else {}
        return tuple({**(about or {}), **self._part, **position}.items())


class _Anchor(NamedTuple):
    """A start tag that may hold a link; its label ends before `limit`, where the text ends."""

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


def plan(text: str, job: Job, *, unsubscribe_urls: Collection[str] = ()) -> Plan:
    """Say what becomes of one HTML text.

    Args:
        unsubscribe_urls: those that the mail's header names; links to them are left.

    Raises:
        ConfigurationError: a base URL is missing.
    """
    job.require_bases()
    options = job.options
    places = _Places()
    base = _base_url(text)
    policy = Policy(job, unsubscribe_urls)
    about = AboutLinks(options, "html")
    links: list[MailLink] = []
    changes = [*unsubscribe_places(text, '"', job)]
    reads_labels = (
        "label" in options.link_metadata
        or options.shown_urls != "track"
        or options.unsubscribe != "track"
    )
    fills = options.unsubscribe is True
    anchors = _anchors(text, places, conditional_comments=options.conditional_comments)
    end_of_text = _Anchor(markup.Tag("", len(text), len(text)), {}, len(text))
    for anchor, follower in pairwise(chain(anchors, (end_of_text,))):
        tag, attributes, limit = anchor
        if fills and (filled := _to_unsubscribe(attributes)):
            changes += filled
            written = markup.readable(markup.value(attributes["href"]))
            links.append(MailLink(written, *Decision("unsubscribe"), tag.start, tag.end))
            continue
        off = opted_out(attributes)
        if off and OWN_OPT_OUT in attributes:
            changes.append(markup.removed(attributes[OWN_OPT_OUT]))
        href = attributes.get("href")
        if not href:
            continue
        value = markup.value(href)
        if off:
            verdict = Decision("opted out")
        else:
            verdict = policy.judge(value, base, utm=not (options.utm and skips_utm(attributes)))
        label = ""
        if verdict.target and reads_labels:
            label_end = min(limit, follower.tag.start)  # where the next link begins, at the latest
            verdict, label = _judged_by_label(verdict, text, anchor, label_end, options)
        if verdict.target and job.click_tracking:
            changes += _link_changes(attributes, verdict.target, label, about, options)
        elif job.click_tracking and (mark := NO_TRACK.match(value.strip())):
            changes.append(markup.replaced(href, mark[1] + value.strip()[mark.end() :]))
        outcome, target, reason = verdict
        shown = markup.readable(value)
        links.append(MailLink(shown, outcome, target, reason, tag.start, tag.end))
    changes += _decoy_changes(text, places, links if job.click_tracking else [], options)
    if job.open_tracking:
        changes += _pixel_changes(text, places, policy, job)
    return Plan.of(text, links, changes)


def _link_changes(
    attributes: Mapping[str, markup.Attribute],
    target: str,
    label: str,
    about: AboutLinks,
    options: Options,
) -> list[Change]:
    """What makes a tracked link of a tag."""
    start, end, quote = markup.place_of_value(attributes["href"])
    slot = Slot(quote, target)
    changes: list[Change] = []
    if options.link_metadata:
        if "attributes" in options.link_metadata:
            changes += map(markup.removed, _own_metadata(attributes).values())
        slot = slot._replace(about=about.of_next(_about(attributes, label, options)))
    if FOR_APP in attributes or GUARD in attributes:
        marks = [name for name in (FOR_APP, GUARD) if name in attributes]
        changes += [markup.removed(attributes[name]) for name in marks]
        slot = slot._replace(app=FOR_APP in marks, guarded=GUARD in marks)
    changes.append((start, end, slot))
    return changes


def unsubscribe_places(text: str, quote: str | None, job: Job) -> Iterator[Change]:
    """Where `{{unsubscribe_url}}` stands in a text, if it is to be filled.

    Raises:
        ConfigurationError: there is no base URL of action links.
    """
    if job.options.unsubscribe is True:
        require_action_base(job.configuration.base_urls)
        for found in UNSUBSCRIBE_URL.finditer(text):
            yield *found.span(), Slot(quote, UNSUBSCRIBE)


def _to_unsubscribe(attributes: Mapping[str, markup.Attribute]) -> list[Change]:
    """What makes an unsubscribe link of a tag that asks for it; nothing where none does."""
    href, own = attributes.get("href"), attributes.get(OWN_OPT_OUT)
    if href is None or href.lastindex in (None, 1):  # it has no value to be replaced
        return []
    asks = own is not None and markup.value(own).strip().lower() == UNSUBSCRIBE
    if not asks and not UNSUBSCRIBE_URL.fullmatch(markup.value(href).strip()):
        return []
    start, end, quote = markup.place_of_value(href)
    changes: list[Change] = [(start, end, Slot(quote, UNSUBSCRIBE))]
    return [*changes, markup.removed(own)] if asks and own else changes


def _decoy_changes(
    text: str, places: _Places, links: Iterable[MailLink], options: Options
) -> Iterator[Change]:
    """The hidden link, if one is asked for, to where the first tracked one leads."""
    target = next((link.target for link in links if link.target), "")
    if options.decoy and target:
        place = _pixel_place(text, places, options)
        yield place, place, Slot('"', target, IS_DECOY)


def _judged_by_label(
    verdict: Decision, text: str, anchor: _Anchor, label_end: int, options: Options
) -> tuple[Decision, str]:
    """What a link's text changes in the verdict on its URL; and that text, where it was read."""
    leaves = options.unsubscribe != "track"
    is_asked = "label" in options.link_metadata or options.shown_urls != "track"
    if not is_asked and not (leaves and _may_unsubscribe(text, anchor, label_end)):
        return verdict, ""
    label = _label(text, anchor, label_end)
    if leaves and says_unsubscribe(label):
        return Decision("unsubscribe"), label
    if options.shown_urls != "track" and shows_url(label):
        reason = f"its text is a URL, {label}, and would differ from where it leads"
        target = verdict.target if options.shown_urls == "report" else ""
        return Decision("tracked" if target else "shows its URL", target, reason), label
    return verdict, label


def _may_unsubscribe(text: str, anchor: _Anchor, label_end: int) -> bool:
    """Whether it is worth the time to read a link's label."""
    if anchor.tag.name == "area":
        return "alt" in anchor.attributes
    start = anchor.tag.end
    limit = min(label_end, start + MAX_SCANNED)
    end = text.find("</a", start, limit)
    inside = text[start : end if end >= 0 else limit]
    return inside != "" and may_say_unsubscribe(inside)


def pixel(url: str) -> str:
    """The image that reports an open: transparent, and without effect on the layout."""
    return (
        f'<img src="{markup.encoded(url, chr(34))}" alt="" width="1" height="1" border="0" '
        f'style="{PIXEL_STYLE}">'
    )


def decoy(url: str) -> str:
    """A link that no reader sees, hears or reaches by keys."""
    return (
        f'<a href="{markup.encoded(url, chr(34))}" aria-hidden="true" tabindex="-1" '
        'style="display:none!important"></a>'
    )


# Finding ------------------------------------------------------------------------------------------


def _anchors(text: str, places: _Places, *, conditional_comments: bool) -> Iterator[_Anchor]:
    """Every tag that may hold a link, in order; and, into `places`, where a pixel may stand."""
    names = _LINKS | _PLACES | ({"!--"} if conditional_comments else set())
    templates = 0  # in which nothing is of the body
    for tag in markup.tags(text, names):
        if isinstance(tag, markup.Unclosed):
            places.unclosed = tag.start
        elif tag.name in _LINKS:
            yield _Anchor(tag, markup.attributes(text, tag), len(text))
        elif tag.name == "!--":
            yield from _scan_conditional(text, tag)
        elif tag.name == "template":
            templates += tag.is_html
        elif tag.name == "/template":
            templates -= templates > 0
        elif templates:
            pass
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
    templates = 0
    for tag in markup.tags(text, frozenset({"base", "template", "/template"})):
        if isinstance(tag, markup.Unclosed):
            break
        if tag.name != "base":
            templates = templates + 1 if tag.name == "template" else max(0, templates - 1)
        elif templates or not tag.is_html:
            continue
        elif href := markup.attributes(text, tag).get("href"):
            url = markup.value(href).strip()
            if url.startswith("//"):
                url = f"https:{url}"
            return url if _ABSOLUTE.match(url) else ""
    return ""


def _pixel_changes(text: str, places: _Places, policy: Policy, job: Job) -> Iterator[Change]:
    """The new pixel; and old ones of ours, which a reply quotes, taken out."""
    base = job.configuration.base_open_tracking_url or ""
    if base in text or markup.encoded(base, '"') in text:
        for tag in markup.tags(text, frozenset({"img"})):
            if isinstance(tag, markup.Tag):
                source = markup.attributes(text, tag).get("src")
                if source and policy.is_ours(markup.value(source)):
                    yield tag.start, tag.end, ""
    slot = Slot('"', "")
    mark = job.options.pixel_placeholder
    if mark and mark in text:
        first, *others = re.finditer(re.escape(mark), text)
        yield *first.span(), slot
        for other in others:  # one mail, one pixel
            yield *other.span(), ""
        return
    place = _pixel_place(text, places, job.options)
    yield place, place, slot


def _pixel_place(text: str, places: _Places, options: Options) -> int:
    if options.pixel == "top":
        return markup.start_of_body(text) if places.body is None else places.body
    for place in (places.end_of_body, places.end_of_html, places.unclosed):
        if place is not None:
            return place
    return len(text)


# Telling ------------------------------------------------------------------------------------------


def _about(
    attributes: Mapping[str, markup.Attribute], label: str, options: Options
) -> dict[str, Any]:
    """What a link's metadata says about the link itself, as far as asked to."""
    about: dict[str, Any] = {}
    if "attributes" in options.link_metadata:
        for name, attribute in _own_metadata(attributes).items():
            about[name] = markup.readable(markup.value(attribute))
    if "label" in options.link_metadata:
        about["link_label"] = label
    return about


def _label(text: str, anchor: _Anchor, label_end: int) -> str:
    if anchor.tag.name == "area":  # it has no text
        alternative = anchor.attributes.get("alt")
        return readable_label(markup.value(alternative)) if alternative else ""
    return label_of(text, anchor.tag.end, label_end)


def _own_metadata(attributes: Mapping[str, markup.Attribute]) -> dict[str, markup.Attribute]:
    """`data-pytracking-section="top"` as {"section": ...}."""
    return {
        name.removeprefix(_OWN_METADATA): attribute
        for name, attribute in attributes.items()
        if name.startswith(_OWN_METADATA) and name not in (_OWN_METADATA, FOR_APP, GUARD)
    }
