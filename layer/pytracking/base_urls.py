"""Base URLs: what links start with, and what tells the kind of a link."""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from pytracking.tokens import Kind


@lru_cache(maxsize=256)
def link_prefix(base_url: str | None) -> str:
    """Return what links under ``base_url`` start with.

    A base without a final slash keeps its last segment (``https://a.example/t`` gives
    ``https://a.example/t/``), where plain ``urljoin`` would drop it.
    """
    if not base_url:
        return ""
    from urllib.parse import urljoin  # noqa: PLC0415 - importing us does not need it

    if not base_url.endswith("/") and "?" not in base_url and "#" not in base_url:
        base_url += "/"
    return urljoin(base_url, "x")[:-1]


def bases(open_prefix: str, click_prefix: str) -> tuple[tuple[str, Kind | None], ...]:
    """Return the prefixes to look for, the longer one first, and the kind each tells."""
    if open_prefix == click_prefix:
        return ((open_prefix, None),) if open_prefix else ()
    found: list[tuple[str, Kind | None]] = [(click_prefix, "click"), (open_prefix, "open")]
    return tuple(sorted((base for base in found if base[0]), key=lambda base: -len(base[0])))
