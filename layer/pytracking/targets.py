"""Which URLs a redirect or a webhook may go to.

A target is refused where programs are known to disagree on what it means, so that what was checked
is where the browser goes. Ordinary URLs come back byte for byte; others come back in the one
spelling that everyone reads alike: an IDNA host and percent-encoded non-ASCII (RFC 3987, section
3.1), so that the result fits a ``Location`` header.

Hosts follow UTS #46 in its non-transitional form, as browsers do (``faß.de`` is not ``fass.de``).
The standard library's ``idna`` codec is the older IDNA 2003 and is not used.
"""

import posixpath
import re
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address
from unicodedata import bidirectional, category
from urllib.parse import unquote

from pytracking.errors import InvalidTarget, dependency
from pytracking.tokens import looks_like_token

MAX_URL_CHARS = 2_048
"""Longest target, in characters, before and after it is made ASCII."""

# https://shop.example.com/p?q=1#top, which stays as it is: the host (1) is shorter than any limit,
# in lower case, ends in letters (so it is no IPv4 address in disguise), has no xn-- label, no port;
# the rest is ASCII without space, control, " < > and backslash
_ORDINARY = re.compile(
    r"https?://(?![^/?#]{64})((?:[a-z0-9]++[.-])++[a-z]{2,24}+)(?:[/?#][!#-;=?-\[\]-~]*+)?+"
)
# The others are compiled at their first use: most targets are ordinary.
# 1 scheme, 2 authority, 3 the rest
_PARTS = r"(?ias)(https?)://([^/?#]*)(.*)"
# 1 host: shop.example.com or [2001:db8::1]; 2 port
_AUTHORITY = r"(\[[0-9A-Fa-f:.]*\]|[^\[\]:@]+)(?::([0-9]*))?"
# White space, controls and lone surrogates, of all Unicode; the backslash, which browsers take for
# a slash (https://url.spec.whatwg.org/#authority-state)
_FORBIDDEN = r"[\s\x00-\x1f\x7f-\x9f\\\ud800-\udfff]"
# What browsers encode in a path or query (https://url.spec.whatwg.org/#query-percent-encode-set);
# % is not in it, for what is encoded already is not encoded twice
_TO_ENCODE = r'[^!-~]+|["<>]'
_PATH = re.compile("[/?#]")  # where the host ends
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_IPV4_LIKE = r"[0-9]+|0x[0-9a-f]*"
# RFC 3490, section 3.1: all four are dots
_DOTS = dict.fromkeys(map(ord, "\u3002\uff0e\uff61"), ".")
# What programs drop, keep or refuse by the version of Unicode that they know: Hangul fillers,
# inherent vowels of Khmer, the capital sharp s, characters that describe others or stand for what
# is not there. And the ideographic dot, which stands for a form of it that only some read as a dot
# (U+FE12).
_DISPUTED = (
    "[\u115f\u1160\u17b4\u17b5\u1806\u1e9e\u2ff0-\u2fff\u3002\u3164\u31ef\uffa0\ufffc\ufffd]"
)
_NON_JOINER, _JOINER = "\u200c", "\u200d"


class Addresses(dict[str, set[str]]):
    """The paths of base URLs, by host and port: two spellings of either compare equal."""


def check_target(url: str, *, own_bases: Iterable[str] | Addresses = ()) -> str:
    """Return ``url`` as ASCII, fit for a ``Location`` header.

    Args:
        own_bases: base URLs of the tracker itself; a target under one of them would be a redirect
            to itself. A base without a host is ignored. Or what ``addresses_of`` returns for them.

    Raises:
        MissingDependency: the host is not ASCII, and the ``idna`` package is not installed.
        InvalidTarget: not such a URL, longer than 2,048 characters, with user information, a bad
            port, control characters, spaces or backslashes, or under one of ``own_bases``.
    """
    target, host = _checked(url, "target")
    own = own_bases if isinstance(own_bases, Addresses) else addresses_of(own_bases)
    for path in own.get(host, ()):
        if _leads_below(target, path):
            raise _invalid("target", url, "must not lead back to the tracker itself")
    return target


def addresses_of(base_urls: Iterable[str]) -> Addresses:
    """Return base URLs as ``check_target`` compares them, to prepare them once."""
    found = Addresses()
    for base_url in base_urls:
        with suppress(ValueError):  # no target can be under such a base
            ascii_url = base_url if base_url.isascii() else _normalised(base_url)
            found.setdefault(host_of(ascii_url), set()).add(_path_of(ascii_url))
    return found


def check_webhook_url(url: str, *, allow_http: bool = False) -> str:
    """Return a webhook's URL as ASCII; stricter than ``check_target``.

    Args:
        allow_http: take http, too (for a receiver on one's own machine, and as 0.2.2 did).

    Raises:
        InvalidTarget: as ``check_target``, and for http, or a host that ends with a dot.
    """
    webhook, _ = _checked(url, "webhook")
    if not (allow_http or webhook.startswith("https://")):
        raise _invalid("webhook", url, "must start with https://")
    authority = _PATH.split(webhook, 3)[2]
    if authority.partition(":")[0].endswith("."):
        raise _invalid("webhook", url, "its host must not end with a dot")
    return webhook


def ascii_host(host: str) -> str:
    """Return the ASCII form of a host name or IPv4 address (UTS #46, non-transitional).

    Raises:
        InvalidTarget: not a host that every program reads alike.
    """
    try:
        return _host(host)
    except ValueError as error:
        raise _invalid("host", host, str(error)) from error


_PASSWORD = re.compile(r"(?<=//)([^/?#:@]*):[^/?#]*@")


def _invalid(what: str, url: str, reason: str) -> InvalidTarget:
    url = _PASSWORD.sub(r"\1:...@", url, count=1)
    return InvalidTarget(
        f"invalid {what} {url if len(url) <= 100 else url[:100] + '...'!a}: {reason}"
    )


def _checked(url: str, what: str) -> tuple[str, str]:
    """Return ``url`` as ASCII, and its host, as ``host_of`` does."""
    if not isinstance(url, str):
        raise InvalidTarget(f"invalid {what}: must be a str, not {type(url).__name__}")
    if len(url) <= MAX_URL_CHARS and (ordinary := _ORDINARY.fullmatch(url)):
        return url, ordinary[1]
    try:
        target = _normalised(url)
    except ValueError as error:
        raise _invalid(what, url, str(error)) from error
    return target, host_of(target)


def _normalised(url: str) -> str:
    if len(url) > MAX_URL_CHARS:
        raise ValueError(f"must have at most {MAX_URL_CHARS} characters, not {len(url)}")
    if re.search(_FORBIDDEN, url):
        raise ValueError("must not contain white space, control characters or backslashes")
    parts = re.fullmatch(_PARTS, url)
    if not parts:
        raise ValueError("must start with http:// or https://")
    authority = re.fullmatch(_AUTHORITY, parts[2])
    if not authority:
        raise ValueError("must have host or host:port behind ://, without user information")
    host, port = authority.groups()
    if port and not (port[0] != "0" and len(port) <= 5 and int(port) <= 65_535):
        raise ValueError(f"its port must be 1 to 65535, not {port[:8]}")
    host = _ipv6(host) if host[0] == "[" else _host(host)
    if port:
        host += f":{port}"
    rest = re.sub(_TO_ENCODE, _percent_encoded, parts[3])
    result = f"{parts[1].lower()}://{host}{rest}"
    if len(result) > MAX_URL_CHARS:
        raise ValueError(
            f"must have at most {MAX_URL_CHARS} characters in ASCII, not {len(result)}"
        )
    return result


def _percent_encoded(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match[0].encode())


def _host(host: str) -> str:
    labels = [_ascii_label(label) for label in host.translate(_DOTS).split(".")]
    end = ""
    if len(labels) > 1 and not labels[-1]:  # the root's own dot
        labels.pop()
        end = "."
    name = ".".join(labels)
    if len(name) > 253 or not all(re.fullmatch(_LABEL, label) for label in labels):
        raise ValueError("must have a host name for a host")
    if re.fullmatch(_IPV4_LIKE, labels[-1]):  # what browsers read as IPv4, in any form
        try:
            IPv4Address(name)
        except ValueError as error:
            raise ValueError("its host must be an IPv4 address") from error
    return name + end


def _ipv6(host: str) -> str:
    try:
        IPv6Address(host[1:-1])
    except ValueError as error:
        raise ValueError("its host must be an IPv6 address") from error
    return host.lower()


def _ascii_label(label: str) -> str:
    """Return the ASCII form of one label of a host name (UTS #46, non-transitional)."""
    label = label.lower() if label.isascii() else _mapped(label)
    if label.startswith("xn--"):
        try:
            decoded = label[4:].encode("ascii").decode("punycode")
            if decoded.isascii() or _mapped(decoded) != decoded or _encoded(decoded) != label:
                raise ValueError(f"{label} is not the form of {decoded}")
        except ValueError as error:
            raise ValueError(
                "its host must not contain xn-- labels that stand for no host name"
            ) from error
    # full-width letters were mapped to ASCII
    return label if label.isascii() else _encoded(label)


def _mapped(label: str) -> str:
    """Fold a label as the table of UTS #46 does."""
    with dependency("hosts in other scripts than ASCII need the idna package: pip install idna"):
        import idna
    if re.search(_DISPUTED, label):
        raise ValueError("its host must not contain characters that programs read in several ways")
    try:
        return idna.uts46_remap(label, std3_rules=False)
    except idna.IDNAError as error:
        raise ValueError("its host must be a host name of IDNA") from error


def _encoded(label: str) -> str:
    """Return the A-label of a mapped label (UTS #46, section 4.1, less the bidi rule).

    Without ``idna.check_label``, which refuses symbols: there are domains of emoji, and col·legi.
    """
    import idna

    try:
        idna.check_hyphen_ok(label)
        idna.check_initial_combiner(label)
    except idna.IDNAError as error:
        raise ValueError("its host must be a host name of IDNA") from error
    for index, char in enumerate(label):
        if char in (_JOINER, _NON_JOINER) and not _is_valid_joiner(label, index):
            raise ValueError("its host must not contain a joiner that joins nothing")
        if char.isascii() and not (char.isalnum() or char in "-_"):
            raise ValueError("must have a host name for a host")
        if category(char)[0] == "C" and char not in (_JOINER, _NON_JOINER):  # unassigned, for one
            raise ValueError("its host must be a host name of IDNA")
    return "xn--" + label.encode("punycode").decode("ascii")


def _is_valid_joiner(label: str, index: int) -> bool:
    import idna

    if idna.valid_contextj(label, index):
        return True
    # hosts with a non-joiner after an Arabic letter that joins nothing are in use
    around = label[max(index - 1, 0) : index] or "a", label[index + 1 : index + 2] or "a"
    return label[index] == _NON_JOINER and all(bidirectional(char) == "AL" for char in around)


def _leads_below(target: str, own_path: str) -> bool:
    path = _path_of(target)
    if own_path == "/":  # a whole host: only what looks like a link of the tracker is one
        return looks_like_token(path[1:])
    return path.startswith(own_path)


def host_of(url: str) -> str:
    """Return host and port of an ASCII URL, as all their spellings compare equal."""
    scheme, _, rest = url.partition("://")
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0].lower()
    port = ":443" if scheme.lower() == "https" else ":80"
    host = host.rpartition("@")[2].removesuffix(port)
    host = host.removesuffix(":").replace(".:", ":").removesuffix(".")
    if host[:1] == "[":
        address, bracket, port = host[1:].partition("]")
        with suppress(ValueError):
            host = f"[{IPv6Address(address).compressed}{bracket}{port}"
    return host


def _path_of(url: str) -> str:
    """Return the path as it arrives: decoded, without query, ``.``, ``..`` and empty segments."""
    rest = url.partition("://")[2]
    path = rest[len(_PATH.split(rest, 1)[0]) :]
    path = unquote(re.split("[?#]", path, maxsplit=1)[0])
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if clean != "/" and path.endswith(("/", "/.", "/..")) else clean
