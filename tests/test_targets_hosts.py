"""Hosts in any script, against the table that browsers map them by."""

import idna
from hypothesis import given
from hypothesis import strategies as st
from idna.uts46data import uts46_starts
from pytracking.errors import InvalidTarget
from pytracking.targets import check_target

# Each row's first and last character: between them, all are mapped alike.
STARTS = [start for start in uts46_starts if 0x80 <= start < 0xE0200]
CODES = sorted({*STARTS, *(start - 1 for start in STARTS)} - {0x7F, *range(0xD800, 0xE000)})


@given(st.text(st.characters(min_codepoint=0x21, exclude_categories=["C"]), min_size=1, max_size=5))
def test_a_host_of_several_characters_is_mapped_as_uts_46_maps_it_or_refused(label):
    try:
        target = check_target(f"https://{label}.example/")
    except InvalidTarget:
        return
    if target.startswith("https://") and not {*"/?#:."} & {*label}:
        mapped = idna.uts46_remap(label, std3_rules=False, transitional=False)
        if "." not in mapped:
            encoded = mapped if mapped.isascii() else "xn--" + mapped.encode("punycode").decode()
            assert target == f"https://{encoded}.example/"


def test_a_host_is_mapped_as_uts_46_maps_it_or_refused():
    """Against the table itself, whose characters this Python may not all know."""
    accepted = 0
    for code in CODES:
        label = f"a{chr(code)}b"
        try:
            target = check_target(f"https://{label}.example/")
        except InvalidTarget:
            continue
        accepted += 1
        mapped = idna.uts46_remap(label, std3_rules=False, transitional=False)
        encoded = mapped if mapped.isascii() else "xn--" + mapped.encode("punycode").decode()
        assert target == f"https://{encoded}.example/", hex(code)
        assert check_target(target) == target
    assert accepted > 7_000
