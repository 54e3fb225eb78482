"""Base64 with the url-safe alphabet (RFC 4648, section 5), in its one canonical spelling."""

from binascii import a2b_base64, b2a_base64

from pytracking.errors import MalformedToken

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
# By the number of bytes in the last group: the digits that may end it, whose unused bits are zero
_ENDINGS = (_ALPHABET, _ALPHABET[::16], _ALPHABET[::4])
# By the number of digits in the last group; one digit alone is not a group
_PADDING = (b"", b"", b"==", b"=")
# To the alphabet of binascii; what is in that one alone becomes what is in neither
_PADDED = bytes.maketrans(b"-_+/", b"+/!!")
_UNPADDED = bytes.maketrans(b"-_+/=", b"+/!!!")


def encode(raw: bytes) -> str:
    """Return ``raw`` as url-safe base64 with padding."""
    return b2a_base64(raw, newline=False).replace(b"+", b"-").replace(b"/", b"_").decode()


def decode(text: str, padded: bool) -> bytes:
    """Return the bytes of url-safe base64 in its canonical spelling.

    Args:
        padded: whether the canonical spelling ends with its padding, or has none.

    Raises:
        MalformedToken: another alphabet, a stray character, unused bits that are not zero.
    """
    try:
        if padded:
            digits = text.encode("ascii").translate(_PADDED)
        else:
            digits = text.encode("ascii").translate(_UNPADDED) + _PADDING[len(text) % 4]
        raw = a2b_base64(digits, strict_mode=True)
    except ValueError as error:
        raise MalformedToken("the token is not canonical url-safe base64") from error
    rest = len(raw) % 3
    # The last digit stands in front of as much padding as there must be. Some Pythons take more.
    if (digits[rest - 4] if rest else digits[-1:]) not in _ENDINGS[rest]:
        raise MalformedToken("the token has unused bits that are not zero, or too much padding")
    return raw
