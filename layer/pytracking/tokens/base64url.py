"""Base64 with the url-safe alphabet (RFC 4648, section 5), in its one canonical spelling."""

from binascii import a2b_base64, b2a_base64

from pytracking.errors import InvalidLink

_TO_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
# By the number of characters in the last group of four: those that may end it, which are the ones
# whose unused bits are zero.
_ENDINGS = (_ALPHABET, b"", _ALPHABET[::16], _ALPHABET[::4])
_PADDING = (b"", b"", b"==", b"=")


def encode(raw: bytes) -> bytes:
    """Return ``raw`` as url-safe base64 with padding."""
    return b2a_base64(raw, newline=False).translate(_TO_URL_SAFE)


def decode(token: str, *, padded: bool) -> bytes:
    """Return the bytes of ``token``.

    Raises:
        InvalidLink: ``token`` is not what ``encode`` makes, less the padding unless ``padded``:
            another alphabet, a stray character, unused bits that are not zero, other padding.
    """
    try:
        text = token.encode("ascii")
    except UnicodeEncodeError as error:
        raise InvalidLink("the token holds characters that are not ASCII") from error
    digits = text.rstrip(b"=") if padded else text
    group = len(digits) % 4
    if digits.translate(None, _ALPHABET) or digits[-1:] not in _ENDINGS[group]:
        raise InvalidLink("the token is not url-safe base64 in its canonical spelling")
    canonical = digits + _PADDING[group]
    if padded and canonical != text:
        raise InvalidLink("the token's padding is not that of its length")
    return a2b_base64(canonical.translate(_FROM_URL_SAFE))
