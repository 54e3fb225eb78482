"""Undo what mail does to links on their way.

Only known damage is undone, and what comes out is authenticated afterwards all the same, so a
repair can make a damaged link work again but never a forged one. The kinds of damage:

- ``%5F`` for ``_`` (and ``%2D``, ``%255F`` ...): gateways and redirectors that wrap links encode
  characters that need no encoding, each layer once more (RFC 3986, section 2.3 calls the two
  spellings equivalent). Every level is undone.
- ``=`` and line breaks inside: soft line breaks of quoted-printable (RFC 2045, section 6.7) left
  by a reader that did not decode them. Behind a token, ``=3D`` for its padding, ``=20`` for a space
  and the like are left by the same readers.
- white space inside or around: lines folded at 76 or 78 characters (RFC 5322, section 2.1.1;
  RFC 3676 puts a space before the break), then copied by hand. Likewise what shows as nothing:
  zero-width spaces and soft hyphens, which web pages and chats put into long words to break them
  (HTML, section 4.5.28, has <wbr> for it), and which are copied along (``%E2%80%8B``).
- ``.,)>"'`` and ``/`` behind, ``<`` and the like in front: programs that find links in plain text
  take what surrounds them along (RFC 3986, appendix C on delimiting a URI in text); servers and
  senders add ``/``.
- ``=`` padding lost, or added: RFC 4648, section 3.2; mail clients end a link before ``=``.
- ``?utm_source=...``, ``&...`` or ``#...`` behind: campaign tools and scanners that add to every
  link; and ``&gt;``, where a ``>`` behind the link was HTML.
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

MAX_TEXT_CHARS = 300_000
"""Longest text that is looked at: over the longest sealed token with each character encoded."""

# White space and what shows as nothing: soft hyphen, zero-width space and (non-)joiner, word
# joiner, byte order mark; also percent-encoded, as UTF-8
_INVISIBLE = re.compile(
    "[\\s\u00ad\u200b-\u200d\u2060\ufeff]|(?i:%c2%a[0d]|%e2%80%8[b-d]|%e2%81%a0|%ef%bb%bf)"
)
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
# ?utm_source=newsletter, #:~:text=, &gt;
_ADDED = re.compile("[?#&].*")
_LEADING = "/<(\"'"
_TRAILING = ".,)>\"'/"
_QUOTED_TRAILING = frozenset(f"={ord(char):02X}" for char in _TRAILING + "= \t\r\n")


def repair(text: str) -> str:
    """Return the token that ``text`` was before mail damaged it, as far as can be known.

    A canonical token comes back as it is. What is beyond the known damage comes back unchanged in
    that place; decoding then refuses it. So does a text longer than ``MAX_TEXT_CHARS``.
    """
    if len(text) > MAX_TEXT_CHARS or _CANONICAL.fullmatch(text):
        return text
    token = _in_one_line(text)
    for _ in range(MAX_PASSES):
        if "%" not in token:
            break
        token = _in_one_line(_ENCODED.sub(_decode, token))
    token = _without_punctuation(_ADDED.sub("", token)).replace("=", "")
    if token[:1] == "p":  # sealed: = has no place in it
        return token
    # Fernet and plain: = only as the padding, which is restored
    return token + "=" * (-len(token) % 4)


def unwrap(link: str) -> str:
    """Return a full link without what its text put in front (`` <https://``), and in one line.

    What stands behind it is behind its token, where ``repair`` takes it off. A text longer than
    ``MAX_TEXT_CHARS`` comes back unchanged.
    """
    if len(link) > MAX_TEXT_CHARS:
        return link
    return _in_one_line(link).lstrip(_LEADING)


def _in_one_line(text: str) -> str:
    return _INVISIBLE.sub("", _SOFT_BREAK.sub("", text))


def _without_punctuation(token: str) -> str:
    token = token.lstrip(_LEADING)
    end = len(token)
    while end:
        if token[end - 1] in _TRAILING:
            end -= 1
        elif token[max(end - 3, 0) : end].upper() in _QUOTED_TRAILING:
            end -= 3
        else:
            break
    return token[:end]


def _decode(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
