"""Bodies of MIME parts go into their transfer encodings and come out again."""

import email

from hypothesis import given
from hypothesis import strategies as st
from pytracking.mails import transfer


def lines_of_quoted_printable() -> st.SearchStrategy[bytes]:
    pieces = [
        b"=3D",
        b"=\n",
        b"= \n",
        b"=41",
        b"a",
        b" ",
        b"\t",
        b"\n",
        b"\r\n",
        b"=C3=A9",
        b"=",
        b"\r",
    ]
    return st.lists(st.sampled_from(pieces), max_size=30).map(b"".join)


@given(lines_of_quoted_printable(), st.binary(max_size=300))
def test_what_is_written_quoted_printable_is_read_again(raw: bytes, new: bytes) -> None:
    part = email.message_from_bytes(b"Content-Transfer-Encoding: quoted-printable\n\n" + raw)
    old = transfer.read(part)
    transfer.write(part, old)
    assert transfer.read(part) == old
    transfer.write(part, new)
    assert transfer.read(part) == new
    assert transfer.longest_line(transfer.written(part)) <= 76


@given(st.binary(max_size=300))
def test_what_is_written_base64_is_read_again(new: bytes) -> None:
    part = email.message_from_bytes(b"Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n")
    transfer.write(part, new)
    assert transfer.read(part) == new
    assert transfer.longest_line(transfer.written(part)) <= 76
