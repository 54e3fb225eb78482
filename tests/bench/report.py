"""What a benchmark found, as a table, as JSON and as a plot."""

import json
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True)
class Figure:
    """One number, and what it should be.

    Args:
        name: what was measured, e.g. ``sealed encode, times faster than the original``.
        value: what was found.
        unit: ``us``, ``ms``, ``characters``, ``x`` (a ratio), ...
        target: what it should reach; None for a number that is only shown.
        better: whether ``target`` is a floor (``higher``) or a ceiling (``lower``).
        note: how the number came about, e.g. the two medians behind a ratio.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    better: Literal["higher", "lower"] = "lower"
    note: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass(frozen=True)
class Line:
    """One curve of a plot: ``points`` are (x, y)."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Plot:
    """Curves over one pair of axes."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Section:
    """What one module of the benchmarks found."""

    title: str
    figures: Sequence[Figure]
    plots: Sequence[Plot] = field(default=())


def table(section: Section) -> str:
    """Return a section as text for a terminal."""
    rows = [("", "found", "target", "", "")]
    for figure in section.figures:
        target = verdict = ""
        if figure.target is not None:
            sign = ">=" if figure.better == "higher" else "<="
            target = f"{sign} {figure.target:g}"
            verdict = "met" if figure.met else "MISSED"
        rows.append(
            (figure.name, f"{figure.value:.4g} {figure.unit}", target, verdict, figure.note)
        )
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([section.title, "=" * len(section.title), *lines, ""])


def update_json(path: Path, sections: dict[str, Section]) -> dict[str, Any]:
    """Write ``sections`` into the report at ``path``; those not run now are kept as they were."""
    report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    machine = (
        f"{platform.machine()}, {platform.python_implementation()} {platform.python_version()}"
    )
    for name, section in sections.items():
        found = asdict(section)
        for figure, entry in zip(section.figures, found["figures"], strict=True):
            entry["met"] = figure.met
        report[name] = {"machine": machine, **found}
    path.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    return report


_COLOURS = ("#0b6e4f", "#c1440e", "#3a5ba0", "#8a6d1d", "#7b2d8b")
_WIDTH, _HEIGHT, _LEFT, _TOP, _RIGHT, _BOTTOM = 460, 300, 62, 40, 14, 44


def svg(plots: Sequence[dict[str, Any]]) -> str:
    """Return the plots side by side, two in a row, as one SVG image."""
    columns = min(2, len(plots))
    rows = -(-len(plots) // columns)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{columns * _WIDTH}" '
        f'height="{rows * _HEIGHT}" font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
    ]
    for index, plot in enumerate(plots):
        left, top = index % columns * _WIDTH, index // columns * _HEIGHT
        parts += [f'<g transform="translate({left},{top})">', *_plot(plot), "</g>"]
    return "\n".join([*parts, "</svg>\n"])


def _plot(plot: dict[str, Any]) -> list[str]:
    points = [point for line in plot["lines"] for point in line["points"]]
    x_end = max(x for x, _ in points) or 1
    y_end = max(y for _, y in points) * 1.05 or 1
    inner_width, inner_height = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def at(x: float, y: float) -> str:
        right = _LEFT + x / x_end * inner_width
        return f"{right:.1f},{_TOP + inner_height - y / y_end * inner_height:.1f}"

    middle = _LEFT + inner_width / 2
    parts = [
        f'<text x="{middle}" y="16" text-anchor="middle" font-weight="bold">{plot["title"]}</text>',
        f'<text x="{middle}" y="{_HEIGHT - 8}" text-anchor="middle">{plot["x"]}</text>',
        f'<text transform="translate(12,{_TOP + inner_height / 2}) rotate(-90)" '
        f'text-anchor="middle">{plot["y"]}</text>',
        f'<path d="M{at(0, y_end)} L{at(0, 0)} L{at(x_end, 0)}" fill="none" stroke="black"/>',
    ]
    for step in range(5):
        x, y = x_end * step / 4, y_end * step / 4
        across, up = at(x, 0).split(","), at(0, y).split(",")
        parts.append(
            f'<text x="{across[0]}" y="{float(across[1]) + 14}" text-anchor="middle">{x:.4g}</text>'
        )
        parts.append(
            f'<text x="{_LEFT - 4}" y="{float(up[1]) + 4}" text-anchor="end">{y:.4g}</text>'
        )
    for index, line in enumerate(plot["lines"]):
        colour = _COLOURS[index % len(_COLOURS)]
        way = " ".join(at(x, y) for x, y in line["points"])
        parts.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = _TOP + 4 + 14 * index
        parts.append(f'<text x="{_LEFT + 10}" y="{y}" fill="{colour}">{line["name"]}</text>')
    return parts
