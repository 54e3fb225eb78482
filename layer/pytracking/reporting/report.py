"""A report: the answers to the questions, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a file is not in the report.

    Attributes:
        file: the file, as it was named.
        what: what is wrong.
        count: how many lines (or files, for damage of the whole file).
    """

    file: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Table:
    """The answer to one question."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def records(self) -> list[dict[str, Any]]:
        """Return the rows as dicts."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """The answers, by question, and the problems met on the way."""

    tables: Mapping[str, Table]
    problems: list[Gap] = field(default_factory=list)

    def campaigns(self) -> list[dict[str, Any]]:
        """Return the campaigns with their click-to-open rate (CTOR), None without an open."""
        found = self.tables["campaigns"].records()
        for campaign in found:
            opened = campaign["unique_opens"]
            campaign["ctor"] = campaign["unique_clicks"] / opened if opened else None
        return found
