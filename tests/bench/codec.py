"""Length and speed of links, beside those of pytracking 0.2.2."""

from statistics import median, quantiles
from typing import Any

from tests.bench.libraries import Libraries, Measurement, times_faster
from tests.bench.payloads import familiar, unknown
from tests.bench.report import Figure, Section

PAYLOADS = 200

_VERBS = ("encode", "decode", "reject")

# Floors, not a race: how many times faster than the original's encode, decode. What sealed links
# take the place of is the original's Fernet links.
_TARGETS = {
    "sealed": ("fernet", 1.5, 2.2),
    "uncompressed": ("fernet", 1.5, 2.2),
    "fernet": ("fernet", 1.0, 1.0),
    "plain": ("plain", 1.0, 1.0),
}


# The original copies its configuration for each link, so what stands in it counts for its speed.
_WITH_DEFAULTS = {
    "default_metadata": {"account": "acme-mail", "environment": "production", "source": "crm"}
}


def run(rounds: int) -> Section:
    with Libraries() as libraries:
        return Section(
            "Links (public functions, a Configuration made once)",
            [
                *_lengths(libraries),
                *_speeds(libraries, rounds, "", {}),
                *_speeds(libraries, rounds, "3 default keys: ", _WITH_DEFAULTS),
            ],
        )


def _lengths(libraries: Libraries) -> list[Figure]:
    figures: list[Figure] = []
    for name, payloads, target in (
        ("familiar", familiar(PAYLOADS), 0.40),
        ("unknown keys and real URLs", unknown(PAYLOADS), 0.55),
    ):
        lengths = libraries.load(payloads)
        sealed, fernet = lengths["ours", "sealed"], lengths["original", "fernet"]
        ratio = median(our / their for our, their in zip(sealed, fernet, strict=True))
        figures.append(
            Figure(f"sealed / original Fernet length, {name}", ratio, "x", target, "lower")
        )
        for kind in sorted({payload["kind"] for payload in payloads}):
            for (library, form), all_lengths in lengths.items():
                some = [
                    length
                    for length, payload in zip(all_lengths, payloads, strict=True)
                    if payload["kind"] == kind
                ]
                figures.append(
                    Figure(
                        f"{name}, {kind}: {library} {form}",
                        median(some),
                        "characters",
                        note=f"p95 {quantiles(some, n=20)[-1]:.0f}",
                    )
                )
    return figures


def _speeds(
    libraries: Libraries, rounds: int, label: str, settings: dict[str, Any]
) -> list[Figure]:
    libraries.load(familiar(PAYLOADS), settings)
    measurements: list[Measurement] = [
        ("ours", form, verb)
        for form in _TARGETS
        for verb in _VERBS
        if not (form == "plain" and verb == "reject")  # anyone can forge a plain link
    ]
    measurements += [
        ("original", "plain", "encode"),
        ("original", "plain", "decode"),
        *[("original", "fernet", verb) for verb in _VERBS],
    ]
    found = libraries.measure(measurements, rounds)
    figures = []
    for form, (base, encode, decode) in _TARGETS.items():
        for verb, target in (("encode", encode), ("decode", decode), ("reject", 3.0)):
            if ("ours", form, verb) not in found:
                continue
            ours, theirs = found["ours", form, verb], found["original", base, verb]
            note = f"{_microseconds(ours):.1f} us; original {base} {_microseconds(theirs):.1f} us"
            figures.append(
                Figure(
                    f"{label}{form} {verb if verb != 'reject' else 'reject a forged one'}",
                    times_faster(ours, theirs),
                    "x",
                    target if verb != "reject" or form == "sealed" else None,
                    "higher",
                    note,
                )
            )
    return figures


def _microseconds(seconds: list[float]) -> float:
    return median(seconds) / PAYLOADS * 1e6
