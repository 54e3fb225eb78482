"""Bodies of MIME parts come out of their transfer encodings, and changes go into them again."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pytracking.mails import transfer
from pytracking.mails.charset import spliced

PIECES = [
    *(b"=3D", b"=\n", b"= \n", b"=41", b"a", b" ", b"\t", b"\n", b"\r\n", b"=C3=A9", b"=", b"\r")
]
PIECES += [b"b" * 20, b"=\r\n"]
QUOTED = st.lists(st.sampled_from(PIECES), max_size=40).map(b"".join)
NEW = st.binary(max_size=90)


def edits_of(data: Any, text: bytes) -> list[tuple[int, int, bytes]]:
    places = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    pairs = zip(places[::2], places[1::2], strict=False)
    return [(start, end, data.draw(NEW)) for start, end in pairs]


@given(QUOTED, st.data())
def test_edits_of_quoted_printable_are_read_again(raw: bytes, data: Any) -> None:
    old = transfer.decoded(raw, "quoted-printable")
    edits = edits_of(data, old)
    new, encoding = transfer.edited(raw, "quoted-printable", edits)
    assert encoding == "quoted-printable"
    assert transfer.decoded(new, encoding) == spliced(old, edits)
    assert transfer.longest_line(new) <= max(76, transfer.longest_line(raw))
    assert transfer.edited(raw, encoding, []) == (raw, encoding)


def test_only_lines_that_an_edit_touches_are_spelt_anew() -> None:
    rows = [b"=61=62 odd =\n", b"still the =6Cine\n", b"x" * 75 + b"=\n", b"end=20\n"]
    raw = b"".join(rows)
    text = transfer.decoded(raw, "quoted-printable")
    at = text.index(b"x" * 75)
    new, _ = transfer.edited(raw, "quoted-printable", [(at, at + 1, b"y" * 30)])
    assert new.startswith(rows[0] + rows[1])
    assert new.endswith(b"=\n" + rows[3])


@given(
    st.binary(max_size=300),
    st.data(),
    st.sampled_from([60, 76, 1000]),
    st.sampled_from([b"\n", b"\r\n"]),
)
def test_edits_of_base64_are_read_again(body: bytes, data: Any, length: int, end: bytes) -> None:
    import base64

    whole = base64.b64encode(body)
    raw = end.join(whole[at : at + length] for at in range(0, len(whole), length)) + end
    edits = edits_of(data, body)
    new, encoding = transfer.edited(raw, "base64", edits)
    assert transfer.decoded(new, encoding) == spliced(body, edits)
    assert transfer.edited(raw, "base64", [])[0] == raw
