"""Hosts in any script, against the table that browsers map them by."""

import idna
from hypothesis import given
from hypothesis import strategies as st
from pytracking.errors import InvalidTarget
from pytracking.targets import check_target

# The ideographs and syllables that stand for themselves are many: of those, one in a hundred.
CODES = (
    *range(0x80, 0x3400),
    *range(0x3400, 0xA000, 100),
    *range(0xA000, 0xAC00),
    *range(0xAC00, 0xD7A4, 100),
    *range(0xF900, 0x18000),
    *range(0x1AFF0, 0x20000),
    *range(0x20000, 0x2F800, 100),
    *range(0x2F800, 0x2FA20),
    *range(0xE0000, 0xE0200),
)


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
    assert accepted > 20_000
