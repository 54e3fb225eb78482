"""Rewriting mails: HTML beside the original's lxml, same documents, in turn; and what is hostile.

Times are CPU times, the least of all rounds: what else a machine does only adds to them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from pytracking import Keyring
from pytracking.html import find_links

from tests.bench.libraries import Worker
from tests.bench.report import Figure, Line, Plot, Section
from tests.mails import real
from tests.support.environments import ROOT, python_of

# About 450 characters with one link: denser with links than any of the real mails above.
ROW = (
    '<tr><td class="a b" style="font-family:Arial,sans-serif;font-size:14px;line-height:20px">'
    '<p style="margin:0 0 10px">Some text about product {n}.</p>'
    '<a href="https://www.example.com/products/{n}?ref=mail&amp;x={n}" style="color:#0a0" '
    'target="_blank">Read more about product {n}</a></td><td><img width="100" height="100" '
    'src="https://cdn.example.com/i/{n}.png" alt="Product {n}" style="display:block;border:0">'
    "</td></tr>\n"
)
HOSTILE = ("<a ", "<!--", "<a href='", "<script><!--<script>", "<", "<a href=https://x.test/{", "&")
"""Beginnings that have no end; each would be slow in a scanner that looks back."""

SIZES_KB = (10, 30, 100, 300, 1_000, 3_000, 10_000)


def run(rounds: int) -> Section:
    """Measure, with ``rounds`` interleaved rounds for mails of ordinary size."""
    comparison, ratios = _beside_the_original(rounds)
    growth, line = _growth(max(3, rounds // 6))
    slowest = min(ratios)
    return Section(
        title="Rewriting a mail's HTML",
        figures=[
            Figure(
                "adapt_html, times faster than the original, slowest of these mails",
                slowest, "x", 1.0, "higher",
            ),
            *comparison,
            *_campaigns(rounds),
            *growth,
            *_many_links(),
            *_hostile(),
        ],
        plots=[Plot("adapt_html by size of the mail", "MB", "seconds", [line])],
    )  # fmt: skip


def mail(characters: int, links: int | None = None) -> str:
    """A mail of about so many characters, with a link every 450 of them or so many in all."""
    rows = characters // len(ROW) if links is None else links
    body = "".join(ROW.replace("{n}", str(n)) for n in range(max(1, rows)))
    head = "<!DOCTYPE html><html><head><title>News</title><style>p{color:red}</style></head>"
    return f"{head}<body><table>{body}</table></body></html>"


class _Worker(Worker):
    def __init__(self, python: Path, path: str, documents: Sequence[str]) -> None:
        super().__init__(python, path, "mails_worker.py")
        self.ask({"do": "load", "documents": documents})

    def seconds(self, document: int, times: int = 1, form: str = "html") -> float:
        return float(self.ask({"do": form, "document": document, "times": times}))


def _ours(documents: Sequence[str]) -> _Worker:
    return _Worker(Path(sys.executable), str(ROOT / "layer"), documents)


def _beside_the_original(rounds: int) -> tuple[list[Figure], list[float]]:
    named = {name: real.mail(name) for name in real.OURS}
    named |= {f"made, {kb} KB": mail(kb * 1_000) for kb in SIZES_KB[:3]}
    documents = [*named.values()]
    workers = [_ours(documents), _Worker(python_of("original"), "", documents)]
    found: list[tuple[list[float], list[float]]] = [([], []) for _ in documents]
    for round_ in range(rounds + 1):
        for number in range(len(documents)):
            for worker, times in zip(workers, found[number], strict=True):
                seconds = worker.seconds(number, times=3)
                if round_:  # the first one warms up
                    times.append(seconds)
    for worker in workers:
        worker.close()
    figures, ratios = [], []
    for (name, document), (ours, original) in zip(named.items(), found, strict=True):
        ratios.append(min(original) / min(ours))
        note = f"{min(ours) * 1e3:.3f} ms, original {min(original) * 1e3:.3f} ms"
        size = f"{len(document) / 1e3:.0f} KB, {document.count('<a ')} links"
        figures.append(Figure(f"  {name} ({size})", ratios[-1], "x", note=note))
    return figures, ratios


def _campaigns(rounds: int) -> list[Figure]:
    """A recipient of a campaign, beside `Tracker.html` and the original with encrypted links."""
    known = real.MAILS if shutil.which("npm") else real.OURS
    documents = {name: text for name in known if len(text := real.mail(name)) > 24_000}
    ours = _ours([*documents.values()])
    original = _Worker(python_of("original"), "", [*documents.values()])
    over_tracker, over_original, figures = {}, [], []
    for number, (name, document) in enumerate(documents.items()):
        times: dict[str, list[float]] = {"campaign": [], "tracker": [], "fernet": []}
        for _ in range(rounds):
            for form, found in times.items():
                worker = original if form == "fernet" else ours
                found.append(worker.seconds(number, times=5, form=form))
        campaign, tracker, lxml = (min(found) for found in times.values())
        over_tracker[name] = tracker / campaign
        over_original.append(lxml / campaign)
        note = (
            f"{campaign * 1e3:.3f} ms; tracker.html {tracker * 1e3:.2f}, original {lxml * 1e3:.2f}"
        )
        size = f"{len(document) / 1e3:.0f} KB, {len(find_links(document))} links"
        figures.append(Figure(f"  {name} ({size})", tracker / campaign, "x", note=note))
    grown = ours.seconds(0, times=20_000, form="memory")
    for worker in (ours, original):
        worker.close()
    densest = "react-email-digest"
    title = "a campaign's recipient, times faster than"
    return [
        Figure(f"{title} tracker.html, 50 links", over_tracker[densest], "x", 4.0, "higher"),
        Figure(f"{title} tracker.html", median(over_tracker.values()), "x", 5.0, "higher"),
        Figure(f"{title} the original's adapt_html", median(over_original), "x", 12.0, "higher"),
        *figures,
        Figure("memory that 18,000 more recipients take", grown / 1e6, "MB", 1.0),
        Figure(
            "links of `pytracking links` a second and core", _links_a_second(), "", 30_000, "higher"
        ),
    ]


def _links_a_second(count: int = 200_000) -> float:
    with TemporaryDirectory() as folder:
        source, keys = Path(folder, "r.csv"), Path(folder, "keys.json")
        rows = (f"{n},spring-2026,user{n}@example.com\n" for n in range(count))
        source.write_text("customer_id,campaign,email\n" + "".join(rows))
        keys.write_text(Keyring.generate().to_json())
        command = f"links --from {source} --target https://shop.example.com/sale --keys {keys}"
        options = "--fields customer_id,campaign --click-base https://t.example.com/c/"
        before = os.times().children_user
        subprocess.run(
            [sys.executable, "-m", "pytracking", *command.split(), *options.split()],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "layer")},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return count / (os.times().children_user - before)


def _growth(rounds: int) -> tuple[list[Figure], Line]:
    documents = [mail(kb * 1_000) for kb in SIZES_KB]
    worker = _ours(documents)
    points = [
        (len(document) / 1e6, min(worker.seconds(number) for _ in range(rounds)))
        for number, document in enumerate(documents)
    ]
    worker.close()
    per_mb = [seconds / megabytes for megabytes, seconds in points]
    growth = per_mb[-1] / per_mb[2]
    note = f"{per_mb[-1] * 1e3:.0f} and {per_mb[2] * 1e3:.0f} ms per MB"
    return [
        Figure("time per MB in a mail of 10 MB over one of 100 KB", growth, "x", 2.0, note=note)
    ], Line("adapt_html", points)


def _many_links() -> list[Figure]:
    counts = (1_000, 10_000)
    worker = _ours([mail(0, links=count) for count in counts])
    few, many = (min(worker.seconds(number) for _ in range(5)) for number in (0, 1))
    worker.close()
    note = f"{few * 1e3:.1f} and {many * 1e3:.1f} ms"
    return [Figure("10,000 links over 1,000 links", many / few, "x", 15.0, note=note)]


def _repeated(piece: str, start: str = "", end: str = "") -> Callable[[int], str]:
    return lambda size: start + piece * (size // len(piece)) + end


_LINK = "<a href=https://x.test/"
_PLAIN = "Content-Type: text/plain\n"
_HTML = "Content-Type: text/html\n"
_QUOTED = "Content-Transfer-Encoding: quoted-printable\n\n"
# Texts of any size that are made to take long, by form and by what they hold many of.
FAMILIES: dict[str, dict[str, Callable[[int], str]]] = {
    "html": {
        **{start: _repeated(start) for start in HOSTILE},
        "a long base": lambda n: (
            f'<base href="https://x.test/{"a/" * (n // 4)}">' + "<a href=b>" * (n // 20)
        ),
        "blanks in a tag": _repeated(" ", _LINK, ">"),
        "slashes in a tag": _repeated("/ ", _LINK, ">"),
        "IDN labels": _repeated("<a href=https://" + "\u00e4" * 2_000 + ".test>"),
        "areas": _repeated("<area href=https://x.test>"),
        "VML": _repeated("<v:rect href=https://x.test>", "<!--[if mso]>", "<![endif]-->"),
        "quotes": _repeated("'\"", _LINK, ">"),
        "entities": _repeated("&amp;&#65;", _LINK, ">"),
        "comments": _repeated("<!---->"),
        "foreign elements": _repeated("<svg><desc>"),
        "labels": _repeated("<a href=https://x.test><!--[if mso]><b>opt<![endif]-->"),
        "placeholders": _repeated("{{", _LINK, ">"),
    },
    "text": {
        "schemes": _repeated("https://"),
        "links": _repeated("https://x.test/a "),
        "brackets": _repeated("<https://x.test/a\n> "),
        "opened": _repeated("(https://x.test/("),
        "one link": _repeated("a.", "https://x.test/"),
        "punctuation": _repeated("https://x.test/a,;.!?"),
        "quoted lines": _repeated("> > https://x.test/" + "a" * 60 + "\n"),
        "placeholders": _repeated("https://x.test/{{ [[ ${ %( "),
        "blank lines": _repeated(" \n"),
        "wide marks": _repeated("https://x.test/\u300c\u200b\u30fb"),
        "opening marks": _repeated("'https://x.test/*"),
    },
    "mail": {
        "parts": _repeated(
            f"--b\n{_PLAIN}\nhttps://x.test\n",
            'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n',
        ),
        "nested parts": lambda n: "".join(
            f'Content-Type: multipart/mixed; boundary="{level}"\n\n--{level}\n'
            for level in range(n // 60)
        ),
        "dashes": _repeated("--\n", 'Content-Type: multipart/mixed; boundary="b"\n\n'),
        "quoted-printable": _repeated("https://x.test/a=\n=3D \n", _PLAIN + _QUOTED),
        "quoted links": _repeated('<a href=3D"https://x.test/a">\n', _HTML + _QUOTED),
        "base64": _repeated(
            "aHR0cHM6Ly94LnRlc3QvYSA=\n", f"{_PLAIN}Content-Transfer-Encoding: base64\n\n"
        ),
        "header lines": _repeated("X: y\n"),
        "a folded header": _repeated(" <https://x.test/a>,\n", "List-Unsubscribe:\n"),
        "escapes of ISO-2022-JP": _repeated(
            "\x1b$B0l\x1b(B <a href=https://x.test>",
            "Content-Type: text/html; charset=iso-2022-jp\n\n",
        ),
        "comments in headers": _repeated("(a)", "Content-Transfer-Encoding: ", "\n\nx"),
    },
}


def _hostile() -> list[Figure]:
    return [figure for form in FAMILIES for figure in _hostile_of(form)]


def _hostile_of(form: str) -> list[Figure]:
    families = FAMILIES[form]
    sizes = (200_000, 250_000, 1_000_000)
    worker = _ours([make(size) for make in families.values() for size in sizes])
    times, ratios = {}, {}
    for number, name in enumerate(families):
        places = range(len(sizes) * number, len(sizes) * (number + 1))
        # in turn, so that a slow second of the machine is in all of them or in none
        turns = [[worker.seconds(at, form=form) for at in places] for _ in range(7)]
        times[name], small, large = map(min, zip(*turns, strict=True))
        ratios[name] = large / max(small, 0.005)  # of less time, most is noise
    worker.close()
    slowest, worst = max(times, key=times.__getitem__), max(ratios, key=ratios.__getitem__)
    title = f"of hostile {form}, worst of {len(families)}"
    return [
        Figure(
            f"200 KB {title}",
            times[slowest] * 1e3,
            "ms",
            60.0 if form == "html" else None,
            note=slowest,
        ),
        Figure(f"1 MB over 250 KB {title}", ratios[worst], "x", 5.0, note=worst),
    ]
