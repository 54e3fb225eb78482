"""The report as one page of HTML: no script, nothing fetched, light and dark, fit for print."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any

from pytracking.html import find_links
from pytracking.reporting.report import Report

SHOWN_ROWS = 100
"""How many rows of a table stand on the page; `--csv` has them all."""

WIDTH, HEIGHT = 720, 200
"""Of a plot, in CSS pixels."""

_STYLE = """
:root { color-scheme: light dark; --ink: #1c2127; --soft: #5b6570; --line: #d5dae0; --page: #fff;
  --opens: #1f6feb; --clicks: #b3541e; --machines: #6e7781; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4af; --line: #39414a;
  --page: #15191e; --opens: #6cb0ff; --clicks: #f0a063; --machines: #8b949e; } }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
p, caption { color: var(--soft); } caption { text-align: left; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem; text-align: right; }
th:first-child, td:first-child { text-align: left; overflow-wrap: anywhere; min-width: 9rem; }
svg { width: 100%; height: auto; } svg text { fill: var(--soft); font-size: 11px; }
.opens { stroke: var(--opens); } .clicks { stroke: var(--clicks); }
.machines { stroke: var(--machines); stroke-dasharray: 4 3; }
polyline { fill: none; stroke-width: 2; } .axis { stroke: var(--line); }
.key span { border-bottom: 3px solid; margin-right: 1.2rem; }
iframe { width: 100%; height: 60rem; border: 1px solid var(--line); background: #fff; }
@media print { body { margin: 0; max-width: none; } iframe { height: 40rem; }
  h2 { break-after: avoid; } }
"""

# The mail in its frame is under it as well.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

_BADGE = (
    '<span style="display:inline-block;background:#b3541e;color:#fff;'
    'font:bold 12px/18px sans-serif;padding:0 6px;border-radius:9px;margin:0 4px">{clicks}</span>'
)


def page(report: Report, *, title: str = "Opens and clicks", mail: str | None = None) -> str:
    """Return the report as HTML.

    Args:
        mail: the HTML of the mail, as it was before its links were tracked: shown with the number
            of people's clicks beside each link.
    """
    parts = [
        f"<h1>{escape(title)}</h1>",
        "<p>People are browsers, mail programs and the image proxies that fetch for them. "
        "Programs, and bursts of three links or more of one mail within 10 seconds of a click, or "
        "with its decoy, are counted as machines.</p>",
        _campaigns(report),
        _hours(report.tables["hours"].records()),
        _delays(report.tables["delays"].records()),
        _links(report),
    ]
    if mail is not None:
        parts.append(_overlay(mail, report))
    parts += [_machines(report), _signals(report), _bursts(report), _problems(report)]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _section(title: str, caption: str, head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return a heading and a table; nothing where there are no rows."""
    if not rows:
        return ""
    lines = [f'<th scope="col">{escape(name)}</th>' for name in head]
    body = [
        "<tr>" + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in row) + "</tr>"
        for row in rows[:SHOWN_ROWS]
    ]
    left = len(rows) - SHOWN_ROWS
    more = f" (and {left:,} rows more)" if left > 0 else ""
    return (
        f"<h2>{title}</h2>"
        f'<div class="scroll"><table><caption>{escape(caption + more)}</caption>'
        f"<thead><tr>{''.join(lines)}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
    )


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"


def _share(part: float | None) -> str:
    return "-" if part is None else f"{part:.1%}"


def _duration(seconds: int) -> str:
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} s"


def _campaigns(report: Report) -> str:
    head = (
        *("Campaign", "Opens", "Unique opens", "Clicks", "Unique clicks", "CTR", "CTOR"),
        *("Unsubscribes", "Ratings", "Average", "Machine opens", "Machine clicks"),
    )
    rows = [
        (
            *(row["campaign"], row["opens"], row["unique_opens"], row["clicks"]),
            *(row["unique_clicks"], _share(row["ctr"]), _share(row["ctor"])),
            *(row["unsubscribes"], row["ratings"], row["average_rating"]),
            *(row["machine_opens"], row["machine_clicks"]),
        )
        for row in report.campaigns()
    ]
    caption = (
        "Unique figures count mails. CTR is unique clicks by mails sent, where --sent says how "
        "many; CTOR is unique clicks by unique opens. Opens of links that name no recipient are "
        "among the opens only."
    )
    return _section("Campaigns", caption, head, rows)


def _hours(rows: list[dict[str, Any]]) -> str:
    if len(rows) < 2:
        return ""
    first, last = rows[0]["hour"], rows[-1]["hour"]
    step = 3600 * -(-(last - first + 3600) // (3600 * WIDTH))  # hours a point: no more than pixels
    names = ("machines", "opens", "clicks")
    sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        sums[(row["hour"] - first) // step].update({name: row[name] for name in names})
    most = max(max(found.values()) for found in sums.values()) or 1
    lines = []
    last_point = (last - first) // step
    for name in names:
        points = " ".join(
            f"{point / max(last_point, 1) * WIDTH:.1f},"
            f"{HEIGHT - sums[point][name] / most * (HEIGHT - 20):.1f}"
            for point in range(last_point + 1)
        )
        lines.append(f'<polyline class="{name}" points="{points}"/>')
    every = "hour" if step == 3600 else f"{step // 3600} hours"
    ends = [f"{datetime.fromtimestamp(hour, UTC):%Y-%m-%d %H:%M}" for hour in (first, last)]
    label = (
        f"Opens, clicks and machines every {every} from {ends[0]} to {ends[1]} UTC, "
        f"at most {most:,}"
    )
    return (
        f"<h2>Every {every}</h2><figure style='margin:0'>"
        f'<svg viewBox="-4 -4 {WIDTH + 8} {HEIGHT + 24}" role="img" aria-label="{label}">'
        f'<line class="axis" x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}"/>{"".join(lines)}'
        f'<text x="0" y="8">{most:,}</text><text x="0" y="{HEIGHT + 16}">{ends[0]}</text>'
        f'<text x="{WIDTH}" y="{HEIGHT + 16}" text-anchor="end">{ends[1]} UTC</text></svg>'
        '<figcaption class="key"><span style="border-color:var(--opens)">opens</span>'
        '<span style="border-color:var(--clicks)">clicks</span>'
        '<span style="border-color:var(--machines)">machines</span></figcaption></figure>'
    )


def _delays(rows: list[dict[str, Any]]) -> str:
    words = {"email.opened": "first open", "email.clicked": "first click"}
    shown = [
        (
            f"{row['campaign'] or '-'}, {words[row['type']]}",
            row["mails"],
            *(_duration(row[name]) for name in ("tenth", "median", "ninetieth")),
        )
        for row in rows
    ]
    head = ("Campaign", "Mails", "10 % within", "Half within", "90 % within")
    caption = "From when the link was made, by people."
    return _section("Time to open and to click", caption, head, shown)


def _links(report: Report) -> str:
    counts = ("clicks", "unique_clicks", "machine_clicks")
    rows = [
        tuple(row[name] for name in ("url", "campaign", "position", *counts))
        for row in sorted(report.tables["links"].records(), key=lambda row: -row["clicks"])
    ]
    head = ("Link", "Campaign", "Position", "Clicks", "Unique clicks", "Machine clicks")
    return _section("Links", "Clicks by people, most first.", head, rows)


def _machines(report: Report) -> str:
    rows = [
        (row["reason"] or "no signal", row["who"], row["opens"], row["clicks"])
        for row in report.tables["machines"].records()
    ]
    return _section(
        "Machines, and why",
        "Events that are not a person's own browser or mail program.",
        ("Reason", "Counted as", "Opens", "Clicks"),
        rows,
    )


def _signals(report: Report) -> str:
    rows = [
        (
            row["signal"] + (" (shadow)" if row["list"] == "shadow" else ""),
            *(row["clicks"], row["in_bursts"]),
            *(_share(row["share_in_bursts"]), _share(row["share_of_bursts"])),
        )
        for row in report.tables["signals"].records()
    ]
    return _section(
        "Signals against bursts and decoys",
        "Clicks in bursts are machines'. A shadow signal decides nothing: the more of its "
        "clicks are in bursts, the better it would decide.",
        ("Signal", "Clicks", "In bursts", "Share of its clicks", "Share of all in bursts"),
        rows,
    )


def _bursts(report: Report) -> str:
    rows = [
        (row["mail"], row["campaign"], row["clicks"], _duration(row["ended"] - row["began"]))
        for row in report.tables["bursts"].records()
    ]
    return _section(
        "Bursts",
        "The 100 busiest mails whose links were followed all at once.",
        ("Mail", "Campaign", "Clicks", "Within"),
        rows,
    )


def _problems(report: Report) -> str:
    rows = [(problem.file, problem.what, problem.count) for problem in report.problems]
    head = ("File", "What", "Lines")
    return _section("Left out", "What could not be read as an event.", head, rows)


def _overlay(mail: str, report: Report) -> str:
    clicks: defaultdict[str, Counter[int]] = defaultdict(Counter)  # by URL and place, 0: unknown
    for row in report.tables["links"].records():
        place = row["position"] or ""
        number = int(place) if place.isdecimal() and place.isascii() else 0
        clicks[_without_utm(row["url"])][number] += row["clicks"]
    tracked = [link for link in find_links(mail) if link.target]
    places: defaultdict[str, list[int]] = defaultdict(list)
    for position, link in enumerate(tracked, 1):
        places[_without_utm(link.target)].append(position)
    shown, done = [], 0
    for position, link in enumerate(tracked, 1):
        url = _without_utm(link.target)
        found = clicks[url][0] + _at(position, places[url], clicks[url])
        if found:
            shown += [mail[done : link.end], _BADGE.format(clicks=f"{found:,}")]
            done = link.end
    shown.append(mail[done:])
    return (
        "<h2>The mail</h2><p>The number of people's clicks stands in each link. Images are not "
        "fetched.</p>"
        f'<iframe sandbox title="The mail with clicks" srcdoc="{escape("".join(shown))}"></iframe>'
    )


def _at(position: int, ours: list[int], clicks: Counter[int]) -> int:
    """Return the clicks of the link at a position, one of ``ours``, which lead to one URL.

    Where other links of the mail were tracked than would be now, their order is what counts.
    """
    counted = sorted(place for place in clicks if place)
    if set(counted) <= set(ours):
        return clicks[position]
    return dict(zip(ours, (clicks[place] for place in counted), strict=False)).get(position, 0)


def _without_utm(url: str | None) -> str:
    """Return a URL as it was before rewriting added the parameters of a campaign."""
    head, mark, fragment = (url or "").partition("#")
    path, _, query = head.partition("?")
    kept = "&".join(one for one in query.split("&") if one and not one.startswith("utm_"))
    return f"{path}?{kept}{mark}{fragment}" if kept else f"{path}{mark}{fragment}"
