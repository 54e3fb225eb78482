"""What action links do: the part of their document that says it, made and checked.

An action link shows a page with a button when it is opened, and acts on a POST alone, for scanners
follow every GET. What it does, and each value that can be chosen, is sealed into it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from pytracking.errors import ConfigurationError, InvalidLink, InvalidPayload

What = Literal["unsubscribe", "decline", "confirm", "rate"]
"""What a sender's action link does; ``decline`` is of tracking, ``confirm`` of a subscription."""

ACTIONS: tuple[What, ...] = get_args(What)

RESUBSCRIBE = "resubscribe"
"""What the page behind an unsubscription offers; only it makes such links."""

OPT_OUTS = frozenset({"unsubscribe", "decline"})
"""What must not get lost, nor be late."""

UNDO_SECONDS = 3600
"""How long "That was a mistake" works."""

LEAST_UNSUBSCRIBE_SECONDS = 60 * 86_400
"""Least lifetime of an unsubscribe link: 16 CFR 316.5(a)(3) asks for 30 days after a mail is sent,
Canada's CASL (S.C. 2010, c. 23, section 11) for 60."""

MAX_VALUES = 11
"""Most buttons of one page: 0 to 10, as a net promoter score has."""

MAX_VALUE_CHARACTERS = 40
_LEAST_VALUE = -(10 ** (MAX_VALUE_CHARACTERS - 1))  # less one character, for its sign

Value = str | int


@dataclass(frozen=True, slots=True)
class Action:
    """What an action link says besides what every link does.

    Attributes:
        what: of ``ACTIONS``, or ``RESUBSCRIBE``.
        values: those that can be chosen; of ``rate`` alone.
        lang: the language of its page, such as ``de``; None: the visitor's browser decides.
        undoes: the id of the event that a ``RESUBSCRIBE`` takes back.
    """

    what: str
    values: tuple[Value, ...] = ()
    lang: str | None = None
    undoes: str | None = None

    def __post_init__(self) -> None:
        """Refuse what no page can show.

        Raises:
            InvalidPayload: an unknown action, or values that it cannot have.
        """
        if self.what != RESUBSCRIBE:
            _check_what(self.what)
        if bool(self.values) is not (self.what == "rate"):
            needs = "needs" if self.what == "rate" else "has no"
            raise InvalidPayload(f"invalid action {self.what}: {needs} values to choose from")
        fit = all(
            (isinstance(one, str) and one.strip() and len(one) <= MAX_VALUE_CHARACTERS)
            or (type(one) is int and _LEAST_VALUE < one < 10**MAX_VALUE_CHARACTERS)
            for one in self.values
        )
        shown = {str(one) for one in self.values} if fit else set()
        if not fit or len(self.values) > MAX_VALUES or len(shown) != len(self.values):
            raise InvalidPayload(
                f"values must be at most {MAX_VALUES} different whole numbers or texts of up to "
                f"{MAX_VALUE_CHARACTERS} characters"
            )
        if not isinstance(self.lang, str | None) or not isinstance(self.undoes, str | None):
            raise InvalidPayload("lang must be a text, such as 'de'")

    @classmethod
    def asked(cls, what: What, given: Sequence[Value] | Value | None, lang: str | None) -> Action:
        """Return the action of a link that a sender asks for, with one value, several or none.

        Raises:
            InvalidPayload: as the constructor; and a sender cannot make links that subscribe.
        """
        _check_what(what)
        if given is None:
            given = ()
        elif isinstance(given, str) or not isinstance(given, Iterable):
            given = (given,)
        return cls(what, tuple(given), lang)

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Action:
        """Return the action in a document.

        Raises:
            InvalidLink: there is none, or one of a later version.
        """
        values = content.get("values", [])
        try:
            if not isinstance(values, list):
                raise InvalidPayload("values are a list")
            return cls(
                content.get("action", ""), tuple(values), content.get("lang"), content.get("undoes")
            )
        except (InvalidPayload, TypeError) as error:
            raise InvalidLink("the link's action is not one known here") from error

    def content(self) -> dict[str, Any]:
        """Return the members of a document that say it."""
        content: dict[str, Any] = {"action": self.what}
        if self.values:
            content["values"] = list(self.values)
        if self.lang:
            content["lang"] = self.lang
        if self.undoes:
            content["undoes"] = self.undoes
        return content


def check_unsubscribe(expires_in: float | None, privacy: Iterable[str]) -> None:
    """Refuse settings that an unsubscribe link cannot have.

    Raises:
        ConfigurationError: it would stop working too soon, or name nobody to unsubscribe.
    """
    if expires_in is not None and expires_in < LEAST_UNSUBSCRIBE_SECONDS:
        raise ConfigurationError(
            f"invalid expires_in {expires_in}: an unsubscribe link must work for at least 60 days "
            f"({LEAST_UNSUBSCRIBE_SECONDS} s)"
        )
    if "aggregate" in privacy:
        raise ConfigurationError(
            "invalid privacy 'aggregate': an unsubscribe link must say who unsubscribes"
        )


def _check_what(what: str) -> None:
    if what not in ACTIONS:
        raise InvalidPayload(f"invalid action {what!r:.40}: must be one of {', '.join(ACTIONS)}")
