"""The JSON document inside every token: written and read in one place, by the same rules."""

import json
import math
import time
from typing import Any, Never

from pytracking.errors import InvalidLink, InvalidPayload, LinkExpired

MAX_NESTING = 200
"""Deepest nesting of objects and arrays: far over any real metadata, and under the depth at which
the JSON parser of any supported Python gives up."""

MAX_CLOCK_AHEAD_SECONDS = 5_400
"""How far in the future a link may have been minted: a clock an hour wrong (daylight saving set by
hand) harms no link without an expiry; half an hour is to spare."""

_TYPES = {"url": str, "metadata": dict, "webhook": str, "iat": int, "exp": int, "privacy": list}


def dump(content: dict[str, Any]) -> str:
    """Return ``content`` as JSON text, spelled as pytracking 0.2.2 does.

    (Spaces after separators, ASCII only: plain links must keep this byte for byte.)

    Raises:
        InvalidPayload: JSON cannot hold a value (NaN, infinities, lone surrogates, integers of
            more than 4,300 digits, nesting deeper than 200, objects that are not JSON's), or two
            keys of one object are equal in it, such as 1 and "1".
    """
    try:
        _check(content)
        text = _ENCODER.encode(content)
        _check_surrogates(text, content)
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from error
    return text


def dump_compact(content: dict[str, Any]) -> bytes:
    """As ``dump``, in UTF-8 without spaces."""
    try:
        _check(content)
        return _COMPACT_ENCODER.encode(content).encode()  # refuses lone surrogates
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from error


def load(text: str, now: float) -> dict[str, Any]:
    """Return the document in ``text``.

    Args:
        now: the present, seconds since the epoch; a document with ``exp`` or ``iat`` is held to it.

    Raises:
        LinkExpired: ``exp`` is reached.
        InvalidLink: not JSON, not an object, a member is not of the type a link's must be, or
            JSON that its readers disagree on: NaN, numbers beyond a float, lone surrogates, equal
            keys in one object, integers of more than 4,300 digits, nesting deeper than 200. Also
            when ``iat`` is more than 90 minutes ahead.
    """
    try:
        content, end = _DECODER.raw_decode(text)
        if text[end:].strip(" "):  # a token may be minted with spaces behind
            raise ValueError("something follows the JSON")
        if text.count("{") + text.count("[") > MAX_NESTING:
            _check(content)
        _check_surrogates(text, content)
    except (ValueError, RecursionError) as error:
        raise InvalidLink("the link's content is not the JSON of a tracking link") from error
    if not isinstance(content, dict):
        raise InvalidLink("the link's content is not a JSON object")
    for key, value in content.items():
        if key in _TYPES and type(value) is not _TYPES[key]:  # True is not a number of seconds
            raise InvalidLink(f"the link's {key!r} is not of type {_TYPES[key].__name__}")
    if "privacy" in content and not all(isinstance(flag, str) for flag in content["privacy"]):
        raise InvalidLink("the link's 'privacy' is not a list of strings")
    if "exp" in content and now >= content["exp"]:
        raise LinkExpired(f"the link expired at {utc(content['exp'])}")
    if "iat" in content and content["iat"] > now + MAX_CLOCK_AHEAD_SECONDS:
        raise InvalidLink(f"the link says it was made in the future, at {utc(content['iat'])}")
    return content


def utc(seconds: int) -> str:
    """Return seconds since the epoch as date and time, where a calendar has such a year."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):  # no year that a calendar has
        return f"{seconds} seconds after 1970"


def _check_surrogates(text: str, content: Any) -> None:
    """Refuse JSON with a surrogate that is not one of a pair."""
    if "\\u" in text and "\\ud" in text.lower():  # most texts have none, and need no second look
        _COMPACT_ENCODER.encode(content).encode()


_SCALARS = frozenset((str, int, float, bool, type(None)))


def _check(value: Any, around: tuple[int, ...] = ()) -> None:
    """Refuse what is nested too deeply, or in itself, and keys that are equal as texts.

    Keys of JSON are texts: a link with 1 and "1" could not be read. ``around`` has the ids of the
    objects and arrays that the value is in.
    """
    if isinstance(value, dict):
        if type(value) is not dict:
            value = dict(value.items())  # what the encoder reads
        for key in value:
            if type(key) is not str:
                if len({json.dumps({key: None}) for key in value}) != len(value):
                    raise ValueError("two keys of one object are equal")
                break
        members = value.values()
    elif isinstance(value, (list, tuple)):
        members = value
    else:
        return
    if around and (len(around) == MAX_NESTING or id(value) in around):
        raise ValueError(f"objects and arrays are nested deeper than {MAX_NESTING}")
    for member in members:
        if type(member) not in _SCALARS:
            _check(member, (*around, id(value)))


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
    if math.isinf(number):
        raise ValueError("a number is beyond what a float holds")
    return number


def refuse_constant(name: str) -> Never:
    """Refuse NaN and the infinities, as the ``parse_constant`` of a JSON decoder."""
    raise ValueError(f"{name} is not JSON (RFC 8259, section 6)")


def _not_json(error: Exception) -> InvalidPayload:
    return InvalidPayload(
        f"the link's content cannot be written as JSON: {error}. Expected str, int, finite float, "
        "bool, None, and lists and dicts of these"
    )


# What is nested in itself is nested too deeply.
_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False)
_COMPACT_ENCODER = json.JSONEncoder(
    allow_nan=False, check_circular=False, ensure_ascii=False, separators=(",", ":")
)
_DECODER = json.JSONDecoder(
    object_pairs_hook=without_equal_keys, parse_float=_float, parse_constant=refuse_constant
)
