"""How cost and length grow with metadata, URL and default metadata."""

from statistics import median
from typing import Any

from tests.bench.libraries import Libraries, Measurement
from tests.bench.payloads import Payload, keys, url_in_metadata, url_of
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
TARGET_CHARS = (50, 200, 500, 1_000, 2_000)
"""Over 2,048 characters a URL is no target, here. In metadata it may be as long as it is."""
URL_CHARS = (50, 500, 2_000, 4_000, 8_000)
DEFAULT_KEYS = (0, 10, 100, 300, 1_000)

Point = tuple[float, float]
Curves = dict[tuple[str, str, str], list[Point]]


def run(rounds: int) -> Section:
    rounds = max(15, rounds // 2)
    with Libraries() as libraries:
        by_keys = _curves(libraries, rounds, [(n, keys(n), {}) for n in KEYS])
        by_target = _curves(libraries, rounds, [(n, url_of(n), {}) for n in TARGET_CHARS])
        by_url = _curves(libraries, rounds, [(n, url_in_metadata(n), {}) for n in URL_CHARS])
        by_default, by_included = (
            _curves(libraries, rounds, [(n, keys(3), _defaults(n, included)) for n in DEFAULT_KEYS])
            for included in (False, True)
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
                note=f"{ours:.2f} us a key; original Fernet {theirs:.2f} us",
            )
        )
    for verb in ("encode", "decode"):
        keys_, url = (dict(curves["ours", "sealed", verb]) for curves in (by_keys, by_url))
        figures += [
            Figure(
                f"sealed {verb}: 300 keys / 100 keys (linear is 3)", keys_[300] / keys_[100], "x"
            ),
            Figure(
                f"sealed {verb}: URL of 8,000 / of 4,000 characters (linear is 2)",
                url[8_000] / url[4_000],
                "x",
            ),
        ]
    return Section(
        "Growth",
        figures,
        [
            _plot("Minting, by metadata keys", "keys", by_keys, "encode"),
            _plot("Decoding, by metadata keys", "keys", by_keys, "decode"),
            _plot("Minting, by target", "characters of the target", by_target, "encode"),
            _plot("Token length, by target", "characters of the target", by_target, "length"),
            _plot("Minting, by a URL in metadata", "characters of URL", by_url, "encode"),
            _plot("Decoding, by a URL in metadata", "characters of URL", by_url, "decode"),
            _plot("Minting, by default metadata", "default keys", by_default, "encode"),
            _plot("Decoding, by default metadata", "default keys", by_default, "decode"),
            _plot("Minting, by default metadata in links", "default keys", by_included, "encode"),
            _plot("Decoding, by default metadata in links", "default keys", by_included, "decode"),
        ],
    )


def _defaults(count: int, included: bool) -> dict[str, Any]:
    return {
        "default_metadata": {f"default_{number}": f"value {number}" for number in range(count)},
        "include_default_metadata": included,
    }


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
