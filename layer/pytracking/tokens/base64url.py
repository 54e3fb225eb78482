"""Base64 with the url-safe alphabet (RFC 4648, section 5), in its one canonical spelling."""

from binascii import a2b_base64, b2a_base64

from pytracking.errors import MalformedToken

_URL_SAFE, _STANDARD = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")


def encode(raw: bytes) -> str:
    """Return ``raw`` as url-safe base64 with padding."""
    return b2a_base64(raw, newline=False).translate(_URL_SAFE).decode()


def decode(text: str, padded: bool) -> bytes:
    """Return the bytes of url-safe base64 in its canonical spelling.

    Args:
        padded: whether the canonical spelling ends with its padding, or has none.

    Raises:
        MalformedToken: another alphabet, a stray character, unused bits that are not zero.
    """
    try:
        # "=" that is not needed is ignored
        raw = a2b_base64(text.encode("ascii").translate(_STANDARD) + b"==")
    except ValueError as error:
        raise MalformedToken("the token is not canonical url-safe base64") from error
    canonical = encode(raw)  # what the decoder takes besides would be a second spelling
    if text != (canonical if padded else canonical.rstrip("=")):
        raise MalformedToken("the token is not canonical url-safe base64")
    return raw
