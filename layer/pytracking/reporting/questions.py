"""The questions: one file of SQL each, in Trino's dialect, which Athena and DuckDB both run."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pytracking.errors import ConfigurationError

QUESTIONS = ("campaigns", "links", "delays", "hours", "machines", "signals", "bursts")
"""What a report answers, in its order; each is reports/NAME.sql over the relation ``people``."""

DEFAULT_CAMPAIGN_KEY = "campaign"
DEFAULT_MAIL_KEY = "message_id"

_HERE = Path(__file__).parent
# in the wheel the folder lies beside this file, in a checkout at the top
FOLDER = next(folder for folder in (_HERE / "sql", _HERE.parents[2] / "reports") if folder.is_dir())


@dataclass(frozen=True, slots=True)
class Keys:
    """Which members of the metadata name the campaign and the mail.

    Attributes:
        campaign: the member that names a campaign.
        mail: the member that is another for each recipient's mail. Where a link has none, its
            whole metadata names the mail.

    Raises:
        ConfigurationError: a name that no path in SQL can hold.
    """

    campaign: str = DEFAULT_CAMPAIGN_KEY
    mail: str = DEFAULT_MAIL_KEY

    def __post_init__(self) -> None:
        for name in (self.campaign, self.mail):
            if not name or not name.isprintable() or set(name) & set("\"'\\[]"):
                raise ConfigurationError(
                    f"invalid metadata key {name!r}: must be printable, without quotes, brackets "
                    "and backslashes"
                )


DEFAULT_KEYS = Keys()


def people(keys: Keys = DEFAULT_KEYS, since: date | None = None) -> str:
    """Return the SELECT of the relation ``people``, which every question asks.

    Args:
        since: leave out the days before it, by the column ``dt`` of the event store.
    """
    text = question("people")
    if since:
        text = text.replace("WHERE id IS", f"WHERE dt >= '{since.isoformat()}' AND id IS")
    for default, name in ((DEFAULT_CAMPAIGN_KEY, keys.campaign), (DEFAULT_MAIL_KEY, keys.mail)):
        if name != default:
            path = "'$[" + json.dumps(name, ensure_ascii=False) + "]'"
            text = text.replace(f"'$.{default}'", path)
    return text


def question(name: str) -> str:
    """Return a file of SQL: a question over the relation ``people``, or DuckDB's macros."""
    return (FOLDER / f"{name}.sql").read_text(encoding="utf-8")


def whole(name: str, keys: Keys = DEFAULT_KEYS, since: date | None = None) -> str:
    """Return a question as one statement over the table ``events``, as Athena runs it."""
    return f"WITH people AS (\n{people(keys, since)})\n{question(name)}"
