"""The JSON document inside every token: written and read in one place, by the same rules."""

import json
from typing import Any, Never

from pytracking.errors import InvalidLink, InvalidPayload


def dump(document: dict[str, Any], *, compact: bool = False) -> str:
    """Return ``document`` as JSON text.

    The default spelling is that of pytracking 0.2.2 (spaces after separators, ASCII only), which
    plain links must keep byte for byte; ``compact`` drops the spaces and leaves Unicode as it is.

    Raises:
        InvalidPayload: JSON cannot hold a value (NaN, infinities, lone surrogates, integers of
            more than 4,300 digits, nesting too deep, objects that are not JSON's).
    """
    try:
        if compact:
            text = json.dumps(document, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
            text.encode()
        else:
            text = json.dumps(document, allow_nan=False)
            if "\\ud" in text:  # surrogates: only pairs are text
                json.dumps(document, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidPayload(
            f"the link's content cannot be written as JSON: {error}. Expected str, int, finite "
            "float, bool, None, and lists and dicts of these"
        ) from error
    return text


def load(text: str) -> dict[str, Any]:
    """Return the document in ``text``.

    Raises:
        InvalidLink: not JSON, not an object, or a member is not of the type a link's must be.
    """
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise InvalidLink("the link's content is not the JSON of a tracking link") from error
    if not isinstance(document, dict):
        raise InvalidLink("the link's content is not a JSON object")
    for key, kind in _TYPES.items():
        if key in document and type(document[key]) is not kind:
            raise InvalidLink(f"the link's {key!r} is not of type {kind.__name__}")
    return document


_TYPES = {"url": str, "metadata": dict, "webhook": str, "iat": int, "exp": int, "privacy": list}


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON (RFC 8259, section 6)")
