"""The JSON document inside every token: written and read in one place, by the same rules."""

import json
import math
import re
import time
from typing import Any, Never

from pytracking.errors import InvalidLink, InvalidPayload, LinkExpired

MAX_NESTING = 200
"""Deepest nesting of objects and arrays: far over any real metadata, and under the depth at which
the JSON parser of any supported Python gives up, wherever it is called from."""

MAX_CLOCK_AHEAD_SECONDS = 5_400
"""How far in the future a link may have been minted: a clock an hour wrong (daylight saving set by
hand) harms no link without an expiry; half an hour is to spare."""

_TYPES = {"url": str, "metadata": dict, "webhook": str, "iat": int, "exp": int, "privacy": list}

# "a \"string\"" as a whole, or one bracket outside of strings
_BRACKETS = r'(?s)"(?:[^"\\]|\\.)*"|([\[{])|([\]}])'


def dump(content: dict[str, Any]) -> str:
    """Return ``content`` as JSON text, spelled as pytracking 0.2.2 does.

    (Spaces after separators, ASCII only: plain links must keep this byte for byte.)

    Raises:
        InvalidPayload: JSON cannot hold a value (NaN, infinities, lone surrogates, integers of
            more than 4,300 digits, nesting deeper than 200, objects that are not JSON's), or two
            keys of one object are equal in it, such as 1 and "1".
    """
    try:
        text = _ENCODER.encode(content)
        _check(text, content)
        _check_keys(content.get("metadata"))
    except (TypeError, ValueError, RecursionError) as error:
        raise _not_json(error) from error
    return text


def dump_compact(content: dict[str, Any]) -> bytes:
    """As ``dump``, in UTF-8 without spaces."""
    try:
        text = _COMPACT_ENCODER.encode(content)
        metadata = content.get("metadata", ())
        brackets = text.count("{") + text.count("[")
        if brackets > MAX_NESTING:
            _check_nesting(text)
        if brackets > 2:  # more than the document and its metadata
            _check_keys(metadata)
        else:
            try:
                "".join(metadata)
            except TypeError:  # a key is no text
                _check_keys(metadata)
        return text.encode()  # refuses lone surrogates
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
        _check(text, content)
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
        raise LinkExpired(f"the link expired at {_utc(content['exp'])}")
    if "iat" in content and content["iat"] > now + MAX_CLOCK_AHEAD_SECONDS:
        raise InvalidLink(f"the link says it was made in the future, at {_utc(content['iat'])}")
    return content


def _utc(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(seconds))
    except (ValueError, OverflowError, OSError):  # no year that a calendar has
        return f"{seconds} seconds after 1970"


def _check(text: str, content: Any) -> None:
    """Refuse JSON that is nested too deeply, or has a surrogate that is not one of a pair."""
    _check_nesting(text)
    if "\\u" in text and "\\ud" in text.lower():  # most texts have none, and need no second look
        _COMPACT_ENCODER.encode(content).encode()


def _check_nesting(text: str) -> None:
    if text.count("{") + text.count("[") <= MAX_NESTING:
        return
    depth = 0
    for match in re.finditer(_BRACKETS, text):
        depth += (match[1] is not None) - (match[2] is not None)
        if depth > MAX_NESTING:
            raise ValueError(f"objects and arrays are nested deeper than {MAX_NESTING}")


_SCALARS = frozenset((str, int, float, bool, type(None)))


def _check_keys(value: Any) -> None:
    """Refuse keys that are equal once they are texts, as JSON's are: no link could be read."""
    if isinstance(value, dict):
        other = False
        for key, member in value.items():
            if key.__class__ is not str:
                other = True
            if member.__class__ not in _SCALARS:
                _check_keys(member)
        if other and len({json.dumps({key: None}) for key in value}) != len(value):
            raise ValueError("two keys of one object are equal")
    elif isinstance(value, (list, tuple)):
        for member in value:
            if member.__class__ not in _SCALARS:
                _check_keys(member)


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


_ENCODER = json.JSONEncoder(allow_nan=False)
_COMPACT_ENCODER = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(
    object_pairs_hook=without_equal_keys, parse_float=_float, parse_constant=refuse_constant
)
