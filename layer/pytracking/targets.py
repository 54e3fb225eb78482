"""Which URLs a redirect or a webhook may go to.

A target is refused where programs are known to disagree on what it means, so that what was checked
is where the browser goes. Ordinary URLs come back byte for byte; others come back in the one
spelling that everyone reads alike: an IDNA host and percent-encoded non-ASCII (RFC 3987, section
3.1), so that the result fits a ``Location`` header.

Hosts follow UTS #46 in its non-transitional form, as browsers do (``faß.de`` is not ``fass.de``).
The standard library's ``idna`` codec is the older IDNA 2003 and is not used.
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Never

from pytracking.errors import InvalidTarget

MAX_URL_CHARS = 2_048
"""Longest target, in characters, before and after it is made ASCII."""

# https://shop.example.com:8443/p?q=1#top, with nothing that asks for a closer look: the host is
# shorter than any limit, in lower case, ends in letters (so it is no IPv4 address in disguise) and
# has no xn-- label; the rest is ASCII without space, control, " < > and backslash
_is_ordinary = re.compile(
    r"https?://(?![^/?#]{64})(?:[a-z0-9]++[.-])++[a-z]{2,24}+"
    r"(?::[1-9][0-9]{0,3}+)?+(?:[/?#][!#-;=?-\[\]-~]*+)?+"
).fullmatch
# 1 scheme, 2 authority, 3 the rest
_PARTS = re.compile(r"(https?)://([^/?#]*)(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
# 1 host: shop.example.com or [2001:db8::1]; 2 port
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]*\]|[^\[\]:@]+)(?::([0-9]*))?")
# White space, controls and lone surrogates, of all Unicode; the backslash, which browsers take for
# a slash (https://url.spec.whatwg.org/#authority-state)
_FORBIDDEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\\\ud800-\udfff]")
# What browsers encode in a path or query (https://url.spec.whatwg.org/#query-percent-encode-set);
# % is not in it, for what is encoded already is not encoded twice
_TO_ENCODE = re.compile(r'[^!-~]+|["<>]')
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_IPV4_LIKE = re.compile(r"[0-9]+|0x[0-9a-f]*")
# RFC 3490, section 3.1: all four are dots
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
# Folded by IDNA 2003, letters of their own since IDNA 2008 (UTS #46, section 6, deviations)
_DEVIATIONS = "\u00df\u03c2\u200c\u200d"
# What UTS #46 drops: soft hyphen, zero-width characters, variation selectors (of emoji, for one)
_IGNORED = re.compile(
    "[\u00ad\u034f\u180b-\u180d\u180f\u200b\u2060\u2064\ufe00-\ufe0f\ufeff"
    "\U0001bca0-\U0001bca3\U000e0100-\U000e01ef]"
)
# What programs drop, keep or refuse by the version of Unicode that they know: Hangul fillers,
# inherent vowels of Khmer, the capital sharp s, characters that describe others or stand for what
# is not there. And the ideographic dot, left of a form of it that is no dot for everybody (U+FE12).
_DISPUTED = re.compile(
    "[\u115f\u1160\u17b4\u17b5\u1806\u1e9e\u2ff0-\u2fff\u3002\u3164\u31ef\uffa0\ufffc\ufffd]"
)
_NON_JOINER, _JOINER = "\u200c", "\u200d"
_VIRAMA = 9  # the canonical combining class of the signs that join consonants
# a token of any format in place of a whole path, gAAAAABrBCMNK4BRxd__GyfoIl9aPUXo..., which has
# capitals somewhere, where the name of a page, /great-offers-of-this-week, seldom has
# (and what mail puts behind one is cut off when it is decoded)
_TOKEN = re.compile(r"/(?=[egp][^/]*[A-Z])[A-Za-z0-9_-]{20,}=*[/.,)>\"']*")


def check_target(url: str, *, own_bases: Iterable[str] = ()) -> str:
    """Return ``url`` as ASCII, fit for a ``Location`` header.

    Args:
        url: an absolute http or https URL.
        own_bases: base URLs of the tracker itself; a target under one of them would be a redirect
            to itself. One without a host tells nothing.

    Raises:
        InvalidTarget: not such a URL, longer than 2,048 characters, with user information, a bad
            port, control characters, spaces or backslashes, or under one of ``own_bases``.
    """
    return target_checker(*own_bases)(url)


@lru_cache(maxsize=64)
def target_checker(*own_bases: str) -> Callable[[str], str]:
    """Return ``check_target`` prepared for these ``own_bases``."""
    pages = [page for page in map(_own_page, own_bases) if page[0]]
    # an IPv6 address has many spellings, and a name may have a dot between it and its port
    hints = tuple({"[" if host[0] == "[" else host.partition(":")[0] for host, _ in pages})

    def check(url: str) -> str:
        try:
            if len(url) > MAX_URL_CHARS or not _is_ordinary(url):
                url = _normalised(url)
        except TypeError as error:
            raise InvalidTarget(f"a target is a str, not {type(url).__name__}") from error
        for hint in hints:
            if hint in url and any(_is_under(url, *page) for page in pages):
                _refuse(url, "it leads back to the tracker itself")
        return url

    return check


def check_webhook_url(url: str, *, allow_http: bool = False) -> str:
    """Return a webhook's URL as ASCII; stricter than ``check_target``.

    Args:
        url: an absolute https URL.
        allow_http: take http, too (for a receiver on one's own machine).

    Raises:
        InvalidTarget: as ``check_target``, and for http, or a host that ends with a dot.
    """
    url = check_target(url)
    if url[:5].lower() != "https" and not allow_http:
        _refuse(url, "a webhook is called by https only")
    authority = url.split("/", 3)[2]
    if re.split("[?#]", authority)[0].partition(":")[0].endswith("."):
        _refuse(url, "its host ends with a dot")
    return url


def _normalised(url: str) -> str:
    if len(url) > MAX_URL_CHARS:
        _refuse(url, f"it has {len(url)} characters; at most {MAX_URL_CHARS} are allowed")
    if _FORBIDDEN.search(url):
        _refuse(url, "it holds white space, a control character or a backslash")
    parts = _PARTS.fullmatch(url)
    if not parts:
        _refuse(url, "it does not start with http:// or https://")
    authority = _AUTHORITY.fullmatch(parts[2])
    if not authority:
        _refuse(url, "its authority is not host or host:port (user information is not allowed)")
    host, port = authority.groups()
    if port and not (port[0] != "0" and len(port) <= 5 and int(port) <= 65_535):
        _refuse(url, f"its port is not 1 to 65535 but {port[:8]}")
    host = _ipv6(url, host) if host[0] == "[" else _host(url, host)
    if port:
        host += f":{port}"
    result = f"{parts[1].lower()}://{host}{_TO_ENCODE.sub(_percent_encoded, parts[3])}"
    if len(result) > MAX_URL_CHARS:
        _refuse(url, f"it has {len(result)} characters in ASCII; at most {MAX_URL_CHARS} fit")
    return result


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _ipv6(url: str, host: str) -> str:
    from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415 - rarely needed

    try:
        IPv6Address(host[1:-1])
    except AddressValueError as error:
        raise InvalidTarget(_message(url, "its host is not an IPv6 address")) from error
    return host.lower()


def _host(url: str, host: str) -> str:
    """Return the ASCII form of a host name or IPv4 address."""
    from ipaddress import AddressValueError, IPv4Address  # noqa: PLC0415 - rarely needed

    labels = [_ascii_label(url, label) for label in _DOTS.split(host)]
    if len(labels) > 1 and not labels[-1]:  # the root's own dot
        labels.pop()
        end = "."
    else:
        end = ""
    name = ".".join(labels)
    if len(name) > 253 or not all(map(_LABEL.fullmatch, labels)):
        _refuse(url, "its host is not a host name")
    if _IPV4_LIKE.fullmatch(labels[-1]):  # what browsers read as IPv4, in any form
        try:
            IPv4Address(name)
        except AddressValueError as error:
            raise InvalidTarget(_message(url, "its host is not an IPv4 address")) from error
    return name + end


def _ascii_label(url: str, label: str) -> str:
    """Return the ASCII form of one label of a host name (UTS #46, non-transitional)."""
    if _DISPUTED.search(label):
        _refuse(url, "its host holds a character that programs read in several ways")
    label = label.lower() if label.isascii() else _mapped(label)
    if label.isascii():  # full-width letters were mapped to such
        if label.startswith("xn--"):
            _check_punycode(url, label)
        return label
    if not _is_valid_unicode_label(label):
        _refuse(url, "its host is not a host name of IDNA")
    return "xn--" + label.encode("punycode").decode("ascii")


def _mapped(label: str) -> str:
    """Fold case and compatibility forms as the table of UTS #46 does, less the deviations."""
    from unicodedata import normalize  # noqa: PLC0415 - rarely needed

    # each character by itself: composed first, some would fold to others
    return normalize(
        "NFC",
        "".join(
            char if char in _DEVIATIONS else normalize("NFKC", normalize("NFKC", char).casefold())
            for char in _IGNORED.sub("", label)
        ),
    )


def _check_punycode(url: str, label: str) -> None:
    """Refuse a label that decodes to nothing, to plain ASCII, or to what it is not the form of."""
    try:
        decoded = label[4:].encode("ascii").decode("punycode")
    except ValueError as error:
        raise InvalidTarget(_message(url, "its host holds a broken xn-- label")) from error
    if not _is_valid_unicode_label(decoded) or _ascii_label(url, decoded) != label:
        _refuse(url, "its host holds an xn-- label that stands for no host name")


def _is_valid_unicode_label(label: str) -> bool:
    """Tell whether a mapped label may be a U-label (UTS #46, section 4.1, less the bidi rule)."""
    from unicodedata import category  # noqa: PLC0415 - rarely needed

    if label.isascii() or label[0] == "-" or label[-1] == "-" or label[2:4] == "--":
        return False
    if category(label[0])[0] == "M":  # a mark would join the dot before it
        return False
    return all(_is_valid_character(label, index) for index in range(len(label)))


def _is_valid_character(label: str, index: int) -> bool:
    from unicodedata import bidirectional, category, combining  # noqa: PLC0415 - rarely needed

    char = label[index]
    if char.isascii():
        return char.isalnum() or char in "-_"
    if char in (_JOINER, _NON_JOINER):  # RFC 5892, appendix A.1 and A.2
        before, after = label[:index][-1:] or "a", label[index + 1 : index + 2] or "a"
        between_arabic = bidirectional(before) == bidirectional(after) == "AL"
        return combining(before) == _VIRAMA or (char == _NON_JOINER and between_arabic)
    # letters, marks, digits; symbols and punctuation too: there are domains of emoji, and col·legi
    return category(char)[0] in "LMNSP" and not _DISPUTED.match(char)


def _is_under(url: str, own_host: str, own_path: str) -> bool:
    host, path = _host_and_path(url)
    if host != own_host:
        return False
    if own_path == "/":  # a whole host: only what looks like a link of the tracker is one
        return _TOKEN.fullmatch(path) is not None
    return path.startswith(own_path)


def _host_and_path(url: str) -> tuple[str, str]:
    """Split ``url`` so that two spellings of one address compare equal."""
    scheme, _, rest = url.lower().partition("://")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    path = _resolved(url[len(scheme) + 3 + len(host) :])
    host = host.rpartition("@")[2].removesuffix(":443" if scheme == "https" else ":80")
    host = host.removesuffix(":").replace(".:", ":").removesuffix(".")
    if host[:1] == "[":
        from ipaddress import AddressValueError, IPv6Address  # noqa: PLC0415 - rarely needed

        address, bracket, port = host[1:].partition("]")
        with suppress(AddressValueError):
            host = f"[{IPv6Address(address).compressed}{bracket}{port}"
    return host, path


def _own_page(base: str) -> tuple[str, str]:
    """Return host and path of a base of ours; no host where it is no base that URLs can have."""
    try:
        return _host_and_path(base if base.isascii() else _normalised(base))
    except InvalidTarget:
        return "", ""


def _resolved(path: str) -> str:
    """Return a path as it arrives: decoded, without query, ``.``, ``..`` and empty segments."""
    from urllib.parse import unquote  # noqa: PLC0415 - rarely needed

    path = unquote(re.split("[?#]", path, maxsplit=1)[0])
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    end = "/" if segments and path.endswith(("/", "/.", "/..")) else ""
    return "/" + "/".join(segments) + end


def _refuse(url: str, reason: str) -> Never:
    raise InvalidTarget(_message(url, reason))


def _message(url: str, reason: str) -> str:
    shown = ascii(url if len(url) <= 100 else url[:100] + "...")
    return f"{shown} is no target: {reason}. Expected an absolute http or https URL"
