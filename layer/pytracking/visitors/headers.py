"""What a request's headers, other than its user agent, tell of who made it."""

from collections.abc import Iterator, Mapping

# Fetch metadata's Sec-Purpose, and what came before it; Sec-Speculation-Tags goes with prefetches.
_PURPOSE_HEADERS = ("sec-purpose", "purpose", "x-purpose", "x-sec-purpose", "x-moz")
# "prefetch;prerender", "prefetch;anonymous-client-ip", Safari's "preview", early Chrome's "instant"
_PURPOSES = ("prefetch", "prerender", "preview", "instant")


def signals(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield the signals in ``headers`` (names in lower case), the most telling first."""
    # "HeadlessChrome";v="120" stays in the hints when the user agent is disguised
    if "headless" in headers.get("sec-ch-ua", "").lower():
        yield "headless-hint"
    # RFC 9110, 10.1.2: robots say who runs them, and nobody else sends it
    sender = headers.get("from", "")
    if "@" in sender or "(at)" in sender:
        yield "from-header"
    for name in _PURPOSE_HEADERS:
        if name in headers:
            value = headers[name].lower()
            if any(purpose in value for purpose in _PURPOSES):
                yield "prefetch-header"
                return
    if "sec-speculation-tags" in headers:
        yield "prefetch-header"
