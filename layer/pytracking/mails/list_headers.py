"""The headers by which mail programs unsubscribe: List-Unsubscribe, its POST, and List-Id.

RFC 2369, RFC 8058 and RFC 2919. Programs look for the URL between < and >, whole: a URL that is
folded or encoded, as Python's email package does to long headers, is one that nobody finds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pytracking.errors import InvalidPayload

MAX_LINE_BYTES = 998
"""Longest line of a mail without its line end (RFC 5322, section 2.1.1)."""

ONE_CLICK = "List-Unsubscribe=One-Click"

# news.example.com (RFC 2919, section 3)
_LIST_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# leave@example.com, leave@example.com?subject=leave (RFC 6068)
_MAILTO = re.compile(r"[!-~]+@[!-~]+")


class HeaderLine:
    """A header that stays on one line, as it is given, under every policy of Python's ``email``.

    A header with ``name`` and ``fold`` is kept by the policies for ``EmailMessage``, one with
    ``encode`` by that of the older ``Message``. Its text is ``str(line)``.

    Args:
        name: of the header.
        value: printable ASCII.

    Raises:
        InvalidPayload: no mail can carry it: a character that it must not hold, or too long a line.
    """

    def __init__(self, name: str, value: str) -> None:
        self.name = name
        self._value = value
        if not value.isascii() or not value.isprintable():
            raise InvalidPayload(f"invalid {name}: must be printable ASCII")
        if (length := len(name) + 2 + len(value)) > MAX_LINE_BYTES:
            raise InvalidPayload(
                f"invalid {name}: a line of {length} bytes, and mails carry at most "
                f"{MAX_LINE_BYTES}: give the link less metadata"
            )

    def __str__(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return f"HeaderLine({self.name!r}, {self._value!r})"

    def __eq__(self, other: object) -> bool:
        return str(self) == str(other) if isinstance(other, HeaderLine | str) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value)

    def fold(self, *, policy: Any) -> str:
        """Return the whole line, for ``email.policy.EmailPolicy``."""
        return f"{self.name}: {self._value}{policy.linesep}"

    def encode(self, **_: object) -> str:
        """Return the value, for ``email.policy.compat32``."""
        return self._value


def unsubscribe_headers(
    url: str, mailto: str | None = None, list_id: str | None = None
) -> dict[str, HeaderLine]:
    """Return the headers for an unsubscribe link, by their names.

    Args:
        url: what a POST unsubscribes at.
        mailto: an address that unsubscribes by mail, maybe with ``?subject=...``.
        list_id: a name of the list that never changes, such as ``news.example.com``.

    Raises:
        InvalidPayload: ``mailto`` or ``list_id`` is none, or a line would be too long.
    """
    targets = [url]
    if mailto is not None:
        address = mailto.removeprefix("mailto:")
        if not _MAILTO.fullmatch(address) or set("<>,") & set(address):
            raise InvalidPayload(f"invalid mailto {mailto!r}: must be like leave@example.com")
        targets.append(f"mailto:{address}")
    values = {
        "List-Unsubscribe": ", ".join(f"<{target}>" for target in targets),
        "List-Unsubscribe-Post": ONE_CLICK,
    }
    if list_id is not None:
        if not _LIST_ID.fullmatch(list_id):
            raise InvalidPayload(f"invalid list_id {list_id!r}: must be like news.example.com")
        values["List-Id"] = f"<{list_id}>"
    return {name: HeaderLine(name, value) for name, value in values.items()}


def put_headers(message: Any, headers: Mapping[str, HeaderLine]) -> None:
    """Put headers on an ``email.message.Message``, in place of those of their names."""
    for name, line in headers.items():
        del message[name]
        message[name] = line
