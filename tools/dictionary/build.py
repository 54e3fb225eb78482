"""Build the dictionary that sealed tokens are deflated with.

    python -m tools.dictionary.build            print the dictionary's size and hash
    python -m tools.dictionary.build --write    write it to layer/pytracking/tokens/

The dictionary is made of two parts, the second one at its end, where matches cost the fewest bits:

1. ``knowledge.txt``: fragments of URLs, JSON keys and values that are common everywhere, by hand;
2. fragments of ``links-train.jsonl`` that many *tenants* share. A fragment is taken for the bits it
   saves, counted once per tenant that uses it: what only one tenant has, however often, is not
   learnt, as it helps nobody else.

Links that were minted can be read only with the dictionary they were minted with. So a dictionary
is written once and then frozen; a better one gets a number of its own (see ``docs/formats.md``).
"""

import argparse
import hashlib
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pytracking.tokens import document, sealed

HERE = Path(__file__).parent
CORPUS = HERE / "links-train.jsonl"
KNOWLEDGE = HERE / "knowledge.txt"
OUTPUT = Path(sealed.__file__).with_name("dictionary1.bin")

SIZE = 15_600
"""Bytes: what a window of 2**14 bytes reaches back over, with a body of some hundred bytes.
(Minting looks back over 2**13, for speed; what is commonest stands at the end.)"""

MIN_TENANTS = 10
"""A fragment is common when this many tenants, of the corpus's 47, have it."""

MAX_FRAGMENT_TOKENS = 14
FRAGMENTS_PER_ROUND = 12
# the parts fragments are made of: a word, a number, or any other character alone
_TOKENS = re.compile(r"[A-Za-z]+|[0-9]+|[^A-Za-z0-9]", re.DOTALL)
# hosts, for which public suffixes of two labels matter: shop.example.co.uk
_SECOND_LEVEL = {"co", "com", "org", "net", "ac", "gov"}

Row = dict[str, Any]


def content(row: Row) -> dict[str, Any]:
    """Return the document that a link of the corpus carries."""
    members = {"url": row["url"], "metadata": row["metadata"], "webhook": row["webhook_url"]}
    return {name: value for name, value in members.items() if value}


def body(row: Row) -> bytes:
    """Return what of a link of the corpus is deflated."""
    return sealed.lift_uuids(document.dump_compact(content(row)))[1]


def tenant(row: Row) -> str:
    """Return whose link a row is: the registrable domain of its URL or webhook."""
    host = urlsplit(row["url"] or row["webhook_url"] or "").hostname or ""
    labels = host.split(".")
    keep = 3 if len(labels) > 2 and labels[-2] in _SECOND_LEVEL else 2
    return ".".join(labels[-keep:]) or "opens"


def build(rows: Iterable[Row], knowledge: Iterable[str], size: int = SIZE) -> bytes:
    """Return a dictionary of at most ``size`` bytes; the same input gives the same bytes."""
    common = common_fragments(rows)
    dictionary = ""
    for fragment in reversed([*knowledge, *reversed(common)]):
        if fragment not in dictionary and len(fragment) + len(dictionary) <= size:
            dictionary = fragment + dictionary
    return dictionary.encode("latin-1")


def read_knowledge(path: Path = KNOWLEDGE) -> Iterator[str]:
    """Yield the fragments of the hand-made list, the rarest first."""
    for line in path.read_text().splitlines():
        if line.startswith("# ") or not line:
            continue
        fragments = line.replace("\\x01", "\x01").split(" ")
        if all(fragment.isalpha() for fragment in fragments):
            # words: in slugs, where they are of most use, hyphens stand around them
            fragments = [f"-{fragment}" for fragment in fragments]
        yield from fragments


def common_fragments(rows: Iterable[Row]) -> list[str]:
    """Return fragments that many tenants share, the most useful first."""
    texts: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        texts[tenant(row)].append(_TOKENS.findall(body(row).decode("latin-1")))
    chosen: list[str] = []
    pieces = [(name, [tokens]) for name, group in sorted(texts.items()) for tokens in group]
    while True:
        ranked = _ranked(pieces, {name: len(group) for name, group in texts.items()})
        batch: list[tuple[str, ...]] = []
        for fragment in ranked:
            # a fragment and its parts are not both taken in one round: the next one counts anew
            if not any(_overlap(fragment, other) for other in batch):
                batch.append(fragment)
            if len(batch) == FRAGMENTS_PER_ROUND:
                break
        if not batch:
            return chosen
        chosen += ("".join(fragment) for fragment in batch)
        pieces = [(name, _without(parts, batch)) for name, parts in pieces]


def _ranked(
    pieces: list[tuple[str, list[list[str]]]], group_sizes: dict[str, int]
) -> list[tuple[str, ...]]:
    """Return the fragments that are common among ``pieces``, by what they save."""
    uses: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for name, parts in pieces:
        found = set()
        for tokens in parts:
            for start in range(len(tokens)):
                for end in range(start + 1, min(start + MAX_FRAGMENT_TOKENS, len(tokens)) + 1):
                    found.add(tuple(tokens[start:end]))
        for fragment in found:
            uses[fragment][name] += 1
    gains: dict[tuple[str, ...], float] = {}
    for fragment, tenants in uses.items():
        length = sum(map(len, fragment))
        if len(tenants) < MIN_TENANTS or length < 4:
            continue
        # deflate's fixed codes: 8 bits for a character, some 22 for a match; a tenant counts by
        # the share of its links that have the fragment, not by their number
        share = sum(count / group_sizes[name] for name, count in tenants.items())
        if (gain := share * (8 * length - 22)) > math.sqrt(len(group_sizes)):
            gains[fragment] = gain
    return sorted(gains, key=lambda fragment: (-gains[fragment], fragment))


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    a, b = "".join(one), "".join(other)
    return a in b or b in a or any(a[-n:] == b[:n] or b[-n:] == a[:n] for n in range(4, len(a)))


def _without(parts: list[list[str]], fragments: list[tuple[str, ...]]) -> list[list[str]]:
    """Return ``parts`` split at every occurrence of a fragment."""
    for fragment in fragments:
        width = len(fragment)
        split: list[list[str]] = []
        for tokens in parts:
            start = position = 0
            while position <= len(tokens) - width:
                if (
                    tokens[position] == fragment[0]
                    and tuple(tokens[position : position + width]) == fragment
                ):
                    split.append(tokens[start:position])
                    position = start = position + width
                else:
                    position += 1
            split.append(tokens[start:])
        parts = [tokens for tokens in split if tokens]
    return parts


def main() -> None:
    """Build the dictionary from the files beside this one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help=f"write it to {OUTPUT.name}")
    arguments = parser.parse_args()
    rows = [json.loads(line) for line in CORPUS.read_text().splitlines()]
    dictionary = build(rows, read_knowledge())
    print(f"{len(dictionary)} bytes, SHA-256 {hashlib.sha256(dictionary).hexdigest()}")
    if arguments.write:
        OUTPUT.write_bytes(dictionary)


if __name__ == "__main__":
    main()
