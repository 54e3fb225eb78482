"""The JSON document inside every token: written and read in one place, by the same rules."""

from __future__ import annotations

import json
import json.encoder
import re
import time

from pytracking.errors import InvalidLink, InvalidPayload, LinkExpired

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Never

    Read = Callable[[str, int], tuple[Any, int]]

MAX_NESTING = 200
"""Deepest nesting of objects and arrays: far over any real metadata, and under the depth at which
the JSON parser of any supported Python gives up, wherever it is called from."""

MAX_CLOCK_AHEAD_SECONDS = 5_400
"""How far in the future a link may have been minted: a clock an hour wrong (daylight saving set by
hand) harms no link without an expiry; half an hour is to spare."""

_TYPES = {"url": str, "metadata": dict, "webhook": str, "iat": int, "exp": int, "privacy": list}

# "a \"string\"" as a whole, or one bracket outside of strings
_BRACKETS = r'(?s)"(?:[^"\\]|\\.)*"|([\[{])|([\]}])'
_INFINITY = float("inf")


def dump(content: dict[str, Any], target: str | None = None) -> str:
    """Return ``content`` as JSON text, spelled as pytracking 0.2.2 does.

    (Spaces after separators, ASCII only: plain links must keep this byte for byte.)

    Args:
        content: the document; without ``url`` where there is a ``target``.
        target: becomes ``url``, in front. It is what ``check_target`` has returned: ASCII without
            quotes, backslashes and controls, so that no character of it needs an escape.

    Raises:
        InvalidPayload: JSON cannot hold a value (NaN, infinities, lone surrogates, integers of
            more than 4,300 digits, nesting deeper than 200, objects that are not JSON's).
    """
    try:
        text = "".join(_write(content, 0))
        if target is not None:
            text = "".join(('{"url": "', target, '", ' if content else '"', text[1:]))
        if "\\" in text and "\\ud" in text:  # surrogates: only pairs are text
            _refuse_surrogates(content)
        if len(text) > 2 * MAX_NESTING:  # each level takes two brackets
            _check_nesting(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from error
    return text


def dump_compact(content: dict[str, Any], target: str | None = None) -> bytes:
    """As ``dump``, in UTF-8 without spaces."""
    try:
        text = "".join(_write_compact(content, 0))
        if target is not None:
            text = "".join(('{"url":"', target, '",' if content else '"', text[1:]))
        if len(text) > 2 * MAX_NESTING:
            _check_nesting(text)
        return text.encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from error


def load(text: str, now: float) -> dict[str, Any]:
    """Return the document in ``text``.

    Args:
        text: what a token held.
        now: the present, seconds since the epoch; a document with ``exp`` or ``iat`` is held to it.

    Raises:
        LinkExpired: ``exp`` is reached.
        InvalidLink: not JSON, not an object, a member is not of the type a link's must be, or
            JSON that its readers disagree on: NaN, numbers beyond a float, lone surrogates, equal
            keys in one object, integers of more than 4,300 digits, nesting deeper than 200. Also
            when ``iat`` is more than 90 minutes ahead.
    """
    try:
        content, end = _read(text, 0)
        if end < len(text) and text[end:].strip(" "):  # a token may be minted with spaces behind
            raise ValueError("something follows the JSON")
        if len(text) > 2 * MAX_NESTING:
            _check_nesting(text)
        if type(content) is dict and not _has_no_equal_keys(text, content):
            _read_pairs(text, 0)
        if "\\" in text and ("\\ud" in text or "\\uD" in text):  # surrogates: only pairs are text
            _refuse_surrogates(content)
    except (ValueError, RecursionError, StopIteration) as error:
        raise InvalidLink("the link's content is not the JSON of a tracking link") from error
    if type(content) is not dict:
        raise InvalidLink("the link's content is not a JSON object")
    for key, value in content.items():
        if key in _TYPES and type(value) is not _TYPES[key]:
            raise InvalidLink(f"the link's {key!r} is not of type {_TYPES[key].__name__}")
    if "privacy" in content and not all(type(flag) is str for flag in content["privacy"]):
        raise InvalidLink("the link's 'privacy' is not a list of strings")
    if "exp" in content and now >= content["exp"]:
        raise LinkExpired(f"the link expired at {_utc(content['exp'])}")
    if "iat" in content and content["iat"] > now + MAX_CLOCK_AHEAD_SECONDS:
        raise InvalidLink(f"the link says it was made in the future, at {_utc(content['iat'])}")
    return content


def _utc(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):  # no year that a calendar has
        return f"{seconds} seconds after 1970"


def _check_nesting(text: str) -> None:
    """Refuse JSON, which ``text`` must be, that is nested too deeply."""
    # Most texts have too few brackets to be looked into. (Looking for one is 20 times as fast as
    # counting, and most texts have no array.)
    if text.count("{") + ("[" in text and text.count("[")) <= MAX_NESTING:
        return
    depth = 0
    for match in re.finditer(_BRACKETS, text):
        depth += (match[1] is not None) - (match[2] is not None)
        if depth > MAX_NESTING:
            raise ValueError(f"objects and arrays are nested deeper than {MAX_NESTING}")


def _refuse_surrogates(content: dict[str, Any]) -> None:
    "".join(_write_compact(content, 0)).encode()


def _has_no_equal_keys(text: str, content: dict[str, Any]) -> bool:
    """Tell whether counting shows that no object in ``text`` has two equal keys.

    Equal keys leave one member. But each key in ``text`` has its own ``":`` (unless white space
    stands before the colon): if those are no more than the members, none was lost. False only
    means that a closer look is needed, for other objects inside, say.
    """
    metadata = content.get("metadata")
    members = len(content) + len(metadata) if type(metadata) is dict else len(content)
    return (
        text.count('":') == members
        and (" " not in text or '" ' not in text)
        and "\n" not in text
        and "\t" not in text
        and "\r" not in text
    )


def without_equal_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of ``pairs``, as the ``object_pairs_hook`` of a JSON decoder.

    Raises:
        ValueError: two keys are equal, so that one member would be lost.
    """
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("two keys of one object are equal")
    return found


def _float(text: str) -> float:
    number = float(text)
    if number in (_INFINITY, -_INFINITY):
        raise ValueError("a number is beyond what a float holds")
    return number


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON (RFC 8259, section 6)")


def _not_json(error: Exception) -> InvalidPayload:
    return InvalidPayload(
        f"the link's content cannot be written as JSON: {error}. Expected str, int, finite float, "
        "bool, None, and lists and dicts of these"
    )


def _writer(
    string: Callable[[str], str], item_separator: str, key_separator: str
) -> Callable[[Any, int], Iterable[str]]:
    """Return what gives the pieces that ``json.dumps`` joins, of a value at a depth, prepared once.

    ``JSONEncoder.encode`` prepares the same C encoder anew for each document, which takes longer
    than encoding one. Without the C encoder (other Pythons than CPython) it is what is used.
    """
    encoder = json.JSONEncoder(
        allow_nan=False,
        ensure_ascii=string is json.encoder.encode_basestring_ascii,
        separators=(item_separator, key_separator),
    )
    make_encoder = json.encoder.c_make_encoder  # type: ignore[attr-defined]
    if make_encoder is None:
        return lambda content, _: [encoder.encode(content)]
    pieces: Callable[[Any, int], Iterable[str]] = make_encoder(
        None,  # no search for circles: they end in RecursionError
        encoder.default,
        string,
        None,
        key_separator,
        item_separator,
        False,
        False,
        False,
    )
    return pieces


_write = _writer(json.encoder.encode_basestring_ascii, ", ", ": ")
_write_compact = _writer(json.encoder.encode_basestring, ",", ":")
# What JSONDecoder reads with: a text and where to begin give a value and where it ends
_read: Read = json.JSONDecoder(parse_float=_float, parse_constant=_refuse_constant).scan_once  # type: ignore[attr-defined]
_read_pairs: Read = json.JSONDecoder(object_pairs_hook=without_equal_keys).scan_once  # type: ignore[attr-defined]
