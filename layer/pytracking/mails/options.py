"""What a sender may ask of rewriting beyond the original's parameters, in one place."""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, NamedTuple, Self, TypedDict

from pytracking.configuration import Configuration, Keywords, get_configuration
from pytracking.errors import ConfigurationError
from pytracking.links import LinkSettings

LINK_METADATA = frozenset({"position", "label", "attributes", "part"})
PARTS = frozenset({"html", "text"})


class OptionKeywords(TypedDict, total=False):
    """The attributes of ``Options``, as keywords."""

    unsubscribe: Literal["leave", "track", True]
    leave: Callable[[str], bool] | None
    utm: Mapping[str, str] | None
    link_metadata: Collection[str]
    conditional_comments: bool
    pixel: Literal["bottom", "top"]
    pixel_placeholder: str | None
    parts: Collection[str]
    shown_urls: Literal["track", "leave", "report"]
    decoy: bool


class MailKeywords(Keywords, OptionKeywords, total=False):
    """The keywords of the functions that rewrite mails."""


class TextKeywords(OptionKeywords, LinkSettings, total=False):
    """The keywords of ``Tracker.text``: those of its links, and options."""


class TrackedKeywords(TextKeywords, total=False):
    """The keywords of ``Tracker.html`` and ``Tracker.message``."""

    click_tracking: bool
    open_tracking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How links are chosen and marked. Every rewriting function takes these as keywords.

    Attributes:
        unsubscribe: "leave" (the default) keeps links that unsubscribe as they are; "track"
            treats them as any other link. True leaves them, and makes an unsubscribe link of each
            `<a data-pytracking="unsubscribe">` and each `{{unsubscribe_url}}`.
        leave: called with the URL of each link that would be tracked; where it gives True, the
            link is left as it is.
        utm: UTM parameters to add to every tracked target, e.g. `{"source": "newsletter",
            "medium": "email"}`; "utm_source" may be spelled out. One that a target has already
            is kept.
        link_metadata: what each link's metadata says about the link itself: "position" (as
            `link_position`, 1 for the first tracked link), "label" (as `link_label`, its text or
            its image's alt, 100 characters at most), "attributes" (its `data-pytracking-NAME`
            attributes, as NAME; they are then removed from the mail), "part" (as `link_part`,
            "html" or "text"). Metadata given by the caller, by default metadata too, is never
            overwritten: what stands in a mail may come from strangers.
        conditional_comments: rewrite links inside `<!--[if mso]> ... <![endif]-->` too, VML
            buttons included.
        pixel: where the tracking pixel stands: at the "bottom" of the body, or at its "top".
        pixel_placeholder: a text of your template, e.g. "[[pixel]]", in whose place the pixel
            goes; where the mail does not have it, `pixel` says where.
        parts: which parts of a whole mail are tracked: "html", "text", or both.
        shown_urls: links whose text is itself a URL, which some programs hold for phishing where
            the two differ: "track" them, "leave" them, or track and "report" them.
        decoy: put one link that nobody sees into an HTML text that has a tracked link, to the
            target of its first one: anyone who follows it is a scanner.
    """

    unsubscribe: Literal["leave", "track", True] = "leave"
    leave: Callable[[str], bool] | None = None
    utm: Mapping[str, str] | None = None
    link_metadata: Collection[str] = ()
    conditional_comments: bool = False
    pixel: Literal["bottom", "top"] = "bottom"
    pixel_placeholder: str | None = None
    parts: Collection[str] = ("html", "text")
    shown_urls: Literal["track", "leave", "report"] = "track"
    decoy: bool = False

    def __post_init__(self) -> None:
        if self.unsubscribe is not True:
            _choose("unsubscribe", self.unsubscribe, ("leave", "track"))
        _choose("pixel", self.pixel, ("bottom", "top"))
        _choose("shown_urls", self.shown_urls, ("track", "leave", "report"))
        _choose_several("link_metadata", self.link_metadata, LINK_METADATA)
        _choose_several("parts", self.parts, PARTS)
        for name in ("conditional_comments", "decoy"):
            if not isinstance(given := getattr(self, name), bool):
                raise TypeError(f"{name} is {given!r}: expected true or false")
        if not isinstance(self.pixel_placeholder, str | None):
            raise TypeError(f"pixel_placeholder is {self.pixel_placeholder!r}: expected a text")
        if self.utm is not None:
            _check_utm(self.utm)


OPTION_NAMES = frozenset(field.name for field in fields(Options))


class Job(NamedTuple):
    """What is asked of rewriting one mail: how links are minted and chosen, and what is tracked."""

    configuration: Configuration
    options: Options
    click_tracking: bool
    open_tracking: bool

    @classmethod
    def of(
        cls,
        configuration: Configuration | None,
        keywords: Mapping[str, Any],
        click_tracking: bool,
        open_tracking: bool,
    ) -> Self:
        """Return the job of a call's keywords: those of `Options`, and those of `Configuration`.

        Raises:
            ConfigurationError: not a value of an option; the message lists those it has.
            TypeError: an unknown keyword.
        """
        rest = dict(keywords)
        options = Options(**{name: rest.pop(name) for name in OPTION_NAMES & rest.keys()})
        return cls(get_configuration(configuration, rest), options, click_tracking, open_tracking)

    def require_bases(self) -> None:
        """Refuse, before anything is minted, to mint links that would lead nowhere.

        Raises:
            ConfigurationError: a base URL is missing.
        """
        for kind, wanted in (("click", self.click_tracking), ("open", self.open_tracking)):
            if wanted and not getattr(self.configuration, f"base_{kind}_tracking_url"):
                raise ConfigurationError(
                    f"a mail cannot be rewritten without base_{kind}_tracking_url: give it, or say "
                    f"{kind}_tracking=False"
                )


def _choose(name: str, given: object, expected: Collection[str]) -> None:
    if given not in expected:
        raise ConfigurationError(f"{name} is {given!r}: expected one of {', '.join(expected)}")


def _choose_several(name: str, given: Collection[str], expected: Collection[str]) -> None:
    if isinstance(given, str):
        raise TypeError(f"{name} takes several names: ({given!r},)")
    if isinstance(given, Mapping) or not isinstance(given, Collection):
        raise TypeError(f"{name} takes several names, not {given!r}")
    for one in given:
        _choose(name, one, sorted(expected))


def _check_utm(utm: object) -> None:
    if not isinstance(utm, Mapping):
        raise TypeError(f'utm is {utm!r}: expected names and values, {{"source": "newsletter"}}')
    for name, value in utm.items():
        if not (isinstance(name, str) and isinstance(value, str)):
            raise TypeError(f"utm has {name!r}: {value!r}: expected texts")
        if name.removeprefix("utm_") == "":
            raise ConfigurationError("utm has a parameter without a name")
        if has_lone_surrogate(name + value):
            raise ConfigurationError(
                f"utm has {name!r}: {value!r}, with half a character (a surrogate)"
            )


def has_lone_surrogate(text: str) -> bool:
    """Return whether ``text`` holds half of a UTF-16 pair, which no encoding can write."""
    return re.search("[\ud800-\udfff]", text) is not None
