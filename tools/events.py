"""Write what is generated of the events: ``python -m tools.events``.

docs/event.schema.json (JSON Schema 2020-12, of ``EventBody``), the tables of docs/events.md, and
the samples (``tools.samples``).
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

from pytracking.events import ACTION_TYPES, MAX_TIMESTAMP, SCHEMA, TYPES, How

from tools import samples
from tools.event_body import EventBody

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_FILE = ROOT / "docs" / "event.schema.json"
PAGE = ROOT / "docs" / "events.md"
BEGIN, END = "<!-- generated: python -m tools.events -->\n", "<!-- end of generated -->\n"

_JSON_TYPES = {bool: "boolean", int: "integer", str: "string", NoneType: "null"}
_NARROWER: Mapping[str, Mapping[str, Any]] = {
    "type": {"enum": list(TYPES.values())},
    "schema": {"const": SCHEMA},
    "id": {"minLength": 1},
    "timestamp": {"minimum": 0, "maximum": MAX_TIMESTAMP},
    "how": {"enum": list(get_args(How))},
}

_TELLING = {
    "class": "bot",
    "signals": ["crawler:bingbot"],
    "age_seconds": 5400,
    "client": "chrome",
    "device": "desktop",
    "ruleset": "2",
    "shadow": ["network:example"],
}
"""A verdict with all that privacy takes away of one."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema of an event."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:pytracking:event:{SCHEMA}",
        "title": "Event",
        "description": "The body of a webhook of pytracking: what somebody did with a link.",
        **_object(EventBody),
        "allOf": [
            _only("tracked_url", [TYPES["click"]]),
            _only("how", sorted(ACTION_TYPES)),
            _only("value", [TYPES["rate"]]),
            _only("undoes", [TYPES["resubscribe"]]),
        ],
    }


def _only(member: str, types: list[str]) -> dict[str, Any]:
    """Return the rule that events of these types have a member, and no others."""
    required = {"required": [member]}
    return {
        "if": {"properties": {"type": {"enum": types}}},
        "then": required,
        "else": {"not": required},
    }


def _object(of: Any) -> dict[str, Any]:
    members = dict(_members(of))
    return {
        "type": "object",
        "properties": {
            name: {"description": meaning, **_shape(kind), **_NARROWER.get(name, {})}
            for name, (kind, meaning, _) in members.items()
        },
        "required": [name for name, (_, _, required) in members.items() if required],
    }


def _members(of: Any) -> Iterable[tuple[str, tuple[Any, str, bool]]]:
    """Return the type, the meaning, and whether it is always there, of each member."""
    for name, hint in get_type_hints(of, include_extras=True).items():
        required = get_origin(hint) is not NotRequired
        annotated = hint if required else get_args(hint)[0]
        kind, meaning = get_args(annotated)
        yield name, (kind, meaning, required)


def _shape(kind: Any) -> dict[str, Any]:
    if is_typeddict(kind):
        return _object(kind)
    if get_origin(kind) is dict:
        return {"type": "object"}
    if get_origin(kind) is list:
        return {"type": "array", "items": _shape(get_args(kind)[0])}
    if len(alternatives := get_args(kind)) > 1:
        return {"type": [_JSON_TYPES[one] for one in alternatives]}
    return {"type": _JSON_TYPES[kind]}


_TABLES = {"open": TYPES["open"], "click": TYPES["click"], "unsubscribe": "Actions"}
"""What stands for events that privacy leaves the same of, and the heading of their table."""


def tables() -> str:
    """Return the tables of docs/events.md: the members, and what is left of them, by type."""
    rows = ["## Members", "", "| Member | Type | Meaning |", "|---|---|---|"]
    for name, kind, meaning, required in _flat(schema()):
        optional = "" if required else ", optional"
        rows.append(f"| `{name}` | {kind}{optional} | {meaning} |")
    rows += ["", "## What privacy leaves", ""]
    rows.append(
        "*whole*: as it came; *cut*: less of it; *null*, *absent*: nothing. What is not named"
    )
    rows.append("is whole everywhere.")
    for what, name in _TABLES.items():
        cases = {case: samples.webhook(what, case, _TELLING) for case in samples.CASES}
        rows += [
            "",
            f"### {name}",
            "",
            f"| Member | {' | '.join(f'`{one}`' for one in samples.CASES)} |",
        ]
        rows.append("|---" * (len(samples.CASES) + 1) + "|")
        paths = dict.fromkeys(chain.from_iterable(_paths(one) for one in cases.values()))
        for path in paths:
            cells = [_left(_at(one, path), _at(cases["full"], path)) for one in cases.values()]
            if path != "privacy" and set(cells) != {"whole"}:
                rows.append(f"| `{path}` | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n\n"


def _flat(of: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str, str, bool]]:
    for name, member in of["properties"].items():
        kind = member["type"] if isinstance(member["type"], str) else " or ".join(member["type"])
        yield prefix + name, kind, member["description"], name in of["required"]
        if "properties" in member:
            yield from _flat(member, f"{prefix}{name}.")


def _paths(body: Mapping[str, Any]) -> Iterable[str]:
    for name, value in body.items():
        if name in ("request_data", "visitor", "metadata"):
            yield from (f"{name}.{inner}" for inner in value)
        else:
            yield name


_ABSENT = object()


def _at(body: Mapping[str, Any], path: str) -> Any:
    value: Any = body
    for name in path.split("."):
        value = value.get(name, _ABSENT)
    return value


def _left(value: Any, whole: Any) -> str:
    if value is _ABSENT:
        return "absent"
    if value is None:
        return "null"
    return "whole" if value == whole else "cut"


def page(text: str) -> str:
    """Return docs/events.md, or what it is to be, with its generated part made anew."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + "\n" + tables() + END + rest.partition(END)[2]


def main() -> None:
    """Write all of it, and the samples of the same events."""
    SCHEMA_FILE.write_text(samples.written(schema()), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    samples.main()


if __name__ == "__main__":
    main()
