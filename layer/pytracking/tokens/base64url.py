"""Base64 with the url-safe alphabet (RFC 4648, section 5), in its one canonical spelling."""

from binascii import a2b_base64, b2a_base64

from pytracking.errors import InvalidLink

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def encode(raw: bytes) -> bytes:
    """Return ``raw`` as url-safe base64 with padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL_SAFE)


def decode(token: str, *, padded: bool) -> bytes:
    """Return the bytes of ``token``.

    Raises:
        InvalidLink: ``token`` is not what ``encode`` makes, less the padding unless ``padded``:
            another alphabet, a stray character, bits that are not zero, more or less padding.
    """
    try:
        text = token.encode("ascii")
        raw = a2b_base64(text.translate(_FROM_URL_SAFE) + (b"" if padded else b"==="))
    except ValueError as error:
        raise InvalidLink("the token is not url-safe base64") from error
    canonical = encode(raw)
    if (canonical if padded else canonical.rstrip(b"=")) != text:
        raise InvalidLink("the token is not in its canonical spelling")
    return raw
