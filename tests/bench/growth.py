"""How cost and length grow with metadata, URL and default metadata."""

from statistics import median
from typing import Any

from tests.bench.libraries import Libraries, Measurement
from tests.bench.payloads import Payload, keys, url_of
from tests.bench.report import Figure, Line, Plot, Section

COPIES = 20
"""Links of one size minted in one pass."""

SERIES = (
    ("ours", "sealed"),
    ("ours", "fernet"),
    ("ours", "plain"),
    ("original", "fernet"),
    ("original", "plain"),
)
KEYS = (1, 10, 30, 100, 300, 1_000)
# over 2,048 characters a URL is no target, here: only the original mints and reads those
URL_CHARS = (50, 200, 500, 1_000, 2_000)
DEFAULT_KEYS = (0, 10, 100, 300, 1_000)

Point = tuple[float, float]
Curves = dict[tuple[str, str, str], list[Point]]


def run(rounds: int) -> Section:
    rounds = max(3, rounds // 3)
    with Libraries() as libraries:
        by_keys = _curves(libraries, rounds, [(n, keys(n), {}) for n in KEYS])
        by_url = _curves(libraries, rounds, [(n, url_of(n), {}) for n in URL_CHARS])
        by_default = _curves(
            libraries,
            rounds,
            [(n, keys(3), {"default_metadata": _defaults(n)}) for n in DEFAULT_KEYS],
        )
    figures = []
    for verb in ("encode", "decode"):
        ours = _slope(by_keys["ours", "sealed", verb])
        theirs = _slope(by_keys["original", "fernet", verb])
        figures.append(
            Figure(
                f"sealed {verb}: slope up to 300 keys / the original's",
                ours / theirs,
                "x",
                1.0,
                "lower",
                f"{ours:.2f} us a key; original Fernet {theirs:.2f} us",
            )
        )
    for verb in ("encode", "decode"):
        figures.append(
            Figure(
                f"sealed {verb}: 300 keys / 100 keys (linear is 3)",
                dict(by_keys["ours", "sealed", verb])[300]
                / dict(by_keys["ours", "sealed", verb])[100],
                "x",
            )
        )
    return Section(
        "Growth",
        figures,
        [
            _plot("Minting, by metadata keys", "keys", by_keys, "encode"),
            _plot("Decoding, by metadata keys", "keys", by_keys, "decode"),
            _plot("Minting, by URL", "characters of URL", by_url, "encode"),
            _plot("Token length, by URL", "characters of URL", by_url, "length"),
            _plot("Minting, by default metadata", "default keys", by_default, "encode"),
            _plot("Decoding, by default metadata", "default keys", by_default, "decode"),
        ],
    )


def _defaults(count: int) -> dict[str, Any]:
    return {f"default_{number}": f"value {number}" for number in range(count)}


def _curves(
    libraries: Libraries, rounds: int, sizes: list[tuple[int, Payload, dict[str, Any]]]
) -> Curves:
    curves: Curves = {(*series, verb): [] for series in SERIES for verb in _VERBS}
    measurements: list[Measurement] = [(*series, verb) for series in SERIES for verb in _VERBS[:2]]
    for size, payload, settings in sizes:
        lengths = libraries.load([payload] * COPIES, settings)
        for measurement, seconds in libraries.measure(measurements, rounds).items():
            curves[measurement].append((size, median(seconds) / COPIES * 1e6))
        for series in SERIES:
            curves[*series, "length"].append((size, lengths[series][0]))
    return curves


_VERBS = ("encode", "decode", "length")


def _slope(points: list[Point]) -> float:
    """Return the least-squares slope over the points of up to 300 keys, in us a key."""
    some = [(x, y) for x, y in points if x <= 300]
    mean_x, mean_y = (sum(axis) / len(some) for axis in zip(*some, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in some) / sum(
        (x - mean_x) ** 2 for x, _ in some
    )


def _plot(title: str, x: str, curves: Curves, verb: str) -> Plot:
    unit = "characters" if verb == "length" else "microseconds"
    lines = [Line(" ".join(series), curves[*series, verb]) for series in SERIES]
    return Plot(title, x, unit, lines)
