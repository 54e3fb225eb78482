"""Metadata as it is typed and as it is shown: read and written where numbers stay as they are.

A page that parses JSON has only floats: 9007199254740993 becomes ...992 there, and 1e999 null.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from local.minting import Unmintable

_EXAMPLE = 'metadata is a JSON object, such as {"customer_id": 1}'


def read(text: str) -> Any:
    """Return what JSON says that was typed; None of nothing. Raises Unmintable.

    Whatever would be carried as something else than it looks is refused.
    """
    if not text.strip():
        return None
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _refused(f"{_EXAMPLE}; this is no JSON from {where} on") from error


def pairs(metadata: Any) -> list[tuple[str, str]]:
    """Return the keys of metadata and their values as text; none of what is no object."""
    if not isinstance(metadata, Mapping):
        return []
    return [
        (name, value if isinstance(value, str) else json.dumps(value, **_COMPACT))
        for name, value in metadata.items()
    ]


def _object(members: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in members:
        if name in made:
            raise _refused(f"metadata has the key {json.dumps(name)} twice")
        made[name] = value
    return made


def _constant(text: str) -> Any:
    raise _refused(f"metadata holds {text}, which is no number of JSON")


def _float(text: str) -> float:
    carried = float(text)
    try:
        same = Decimal(text) == Decimal(repr(carried))
    except InvalidOperation:  # an exponent of 20 digits
        same = False
    if not same:
        raise _refused(
            f"metadata holds {_short(text)}, which no float holds: a link would carry {carried}; "
            "in quotes it stays as it is"
        )
    return carried


def _int(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:  # Python reads up to 4,300 digits
        raise _refused(
            f"metadata holds {_short(text)}, a number of {len(text)} digits: in quotes it fits"
        ) from error


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _refused(message: str) -> Unmintable:
    return Unmintable(message, "metadata")


_COMPACT: dict[str, Any] = {"ensure_ascii": False, "separators": (",", ":")}
