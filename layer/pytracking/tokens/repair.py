"""Undo what mail does to links on their way.

Only known damage is undone, and what comes out is authenticated afterwards all the same, so a
repair can make a damaged link work again but never a forged one. The kinds of damage:

- ``%5F`` for ``_`` (and ``%2D``, ``%255F`` ...): gateways and redirectors that wrap links encode
  characters that need no encoding, each layer once more (RFC 3986, section 2.3 calls the two
  spellings equivalent). Every level is undone.
- ``=`` and line breaks inside: soft line breaks of quoted-printable (RFC 2045, section 6.7) left
  by a reader that did not decode them; ``=3D`` for a padding ``=`` likewise.
- white space inside or around: lines folded at 76 or 78 characters (RFC 5322, section 2.1.1;
  RFC 3676 puts a space before the break), then copied by hand.
- ``.,)>"'`` and ``/`` behind: programs that find links in plain text take the punctuation that
  follows along (RFC 3986, appendix C on delimiting a URI in text); servers and senders add ``/``.
- ``=`` padding lost, or added: RFC 4648, section 3.2; mail clients end a link before ``=``.
- ``?utm_source=...`` or ``#...`` behind: campaign tools and scanners that add to every link.
"""

import re

# of %5F, %255F, %25255F: any number of encodings of one ASCII character
_ENCODED = re.compile(r"%(?:25)*([0-7][0-9A-Fa-f])", re.ASCII)
# of a sealed token, or of another one with its padding
_CANONICAL = re.compile(
    r"p[A-Za-z0-9_-]+|(?!p)(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}(?:==|[A-Za-z0-9_-]=))?"
)
MAX_PASSES = 8
"""Times that a whole link is decoded: more than gateways and line breaks ever made necessary, and
few enough for what somebody made up to take long."""

_SPACE = re.compile(r"\s+")
# ?utm_source=newsletter, #:~:text=
_ADDED = re.compile("[?#].*")
_TRAILING = ".,)>\"'/"


def repair(text: str) -> str:
    """Return the token that ``text`` was before mail damaged it, as far as can be known.

    A canonical token comes back as it is. What is beyond the known damage comes back unchanged in
    that place; decoding then refuses it.
    """
    if _CANONICAL.fullmatch(text):
        return text
    token = _SPACE.sub("", text)
    for _ in range(MAX_PASSES):
        if "%" not in token:
            break
        token = _SPACE.sub("", _ENCODED.sub(_decode, token))
    token = _ADDED.sub("", token)
    token = token.rstrip(_TRAILING).lstrip("/<")
    if token[:1] == "p":  # sealed: = has no place in it
        return token.replace("=", "")
    # Fernet and plain: = only as the padding, which is restored
    token = re.sub(r"(?:=3[Dd])+$", "", token).replace("=", "")
    return token + "=" * (-len(token) % 4)


def _decode(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
