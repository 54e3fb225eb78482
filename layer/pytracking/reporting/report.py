"""A report: the answers to the questions, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Gap:
    """What of a file is not in the report.

    Attributes:
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
    """The answers, by question, and the problems met on the way.

    ``sent`` is how many mails each campaign sent, as far as its sender says so.
    """

    tables: Mapping[str, Table]
    problems: list[Gap] = field(default_factory=list)
    sent: Mapping[str, int] = field(default_factory=dict)

    def campaigns(self) -> list[dict[str, Any]]:
        """Return the campaigns with their rates, in unique clicks.

        ``ctr``: by mails sent, None where it is not said how many; ``ctor``: by unique opens, None
        without any.
        """
        found = self.tables["campaigns"].records()
        for campaign in found:
            sent = self.sent.get(campaign["campaign"] or "")
            opened = campaign["unique_opens"]
            campaign["sent"] = sent
            campaign["ctr"] = campaign["unique_clicks"] / sent if sent else None
            campaign["ctor"] = campaign["unique_clicks"] / opened if opened else None
        return found
