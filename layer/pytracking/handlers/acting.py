"""What an action link answers: a page that asks, and what becomes of the POST of its button.

Nothing happens on GET or HEAD, which scanners send. A POST is answered with 200 only once the
event is in the queue or in the log, and never with a redirect (RFC 8058, section 3.1).
"""

from __future__ import annotations

import time
from contextlib import suppress

from pytracking.actions import RESUBSCRIBE, UNDO_SECONDS, Action, Value
from pytracking.aws.observability import count
from pytracking.errors import InvalidLink, InvalidPayload, KeysUnavailable
from pytracking.events import How
from pytracking.handlers.answering import LinkEndpoint
from pytracking.handlers.forms import fields
from pytracking.handlers.http import FRESH, MAX_REQUEST_BYTES, SAFE, TOO_LARGE, Answer, Request
from pytracking.handlers.pages import FROM_PAGE, UNDO, VALUE, language
from pytracking.links import Link, content_of
from pytracking.tokens.formats import Formats

_DONE = Answer(200, {**FRESH, **SAFE, "Content-Type": "text/plain; charset=utf-8"}, "Done.\n")

_MAX_UNDO_CHARACTERS = MAX_REQUEST_BYTES - 100
"""Longest token of "That was a mistake", which comes back in the body of a request."""


def ask(endpoint: LinkEndpoint, request: Request, link: Link) -> Answer:
    """Return the page with the button; an open of it is counted, and is no event."""
    action = _action(link)
    if request.method == "GET":
        count("ActionPages")
    return endpoint.pages.ask(action.what, _language(request, link), action.values)


def act(endpoint: LinkEndpoint, request: Request, link: Link) -> Answer:
    """Record what the link says, and what was chosen; return the answer to the POST.

    Raises:
        InvalidLink: the link does nothing that a sender may ask for.
        KeysUnavailable: the token of "That was a mistake" cannot be read just now.
    """
    if len(request.body) > MAX_REQUEST_BYTES:
        return TOO_LARGE
    action, given = _action(link), fields(request)
    if UNDO in given:
        try:
            link = endpoint.read_token(given[UNDO])
            action = _action(link, from_form=True)
        except InvalidLink:
            return endpoint.pages.plain(410, "resubscribe over", _language(request, link))
    value = _chosen(action, given.get(VALUE))
    if action.values and value is None:
        lang = _language(request, link)
        return endpoint.pages.ask(action.what, lang, action.values, status=400)
    how: How = "page" if FROM_PAGE in given else "one-click"
    event = endpoint.record(request, link, how, value)
    if event and how == "one-click":  # no page is made for a program
        return _DONE
    pages, lang = endpoint.pages, _language(request, link)
    if event is None:
        return pages.plain(503, "again", lang)
    undo = _undo(endpoint, link, event) if action.what == "unsubscribe" else ""
    return pages.done(action.what, lang, undo=undo, value=value)


def unread(endpoint: LinkEndpoint, request: Request, error: Exception) -> Answer:
    """Return the page for a link that cannot be read, or not just now."""
    lang = _language(request, None)
    if isinstance(error, KeysUnavailable):
        return endpoint.pages.plain(503, "again", lang)
    return endpoint.pages.plain(404, "broken", lang)


def _action(link: Link, *, from_form: bool = False) -> Action:
    """Return what a link does; to resubscribe comes in a form alone, and nothing else does."""
    if link.action is None or (link.action.what == RESUBSCRIBE) != from_form:
        raise InvalidLink("the link does nothing that may be asked for here")
    return link.action


def _chosen(action: Action, number: str | None) -> Value | None:
    """Return the value that was chosen by its number; one alone needs no choosing."""
    if number is None and len(action.values) == 1:
        return action.values[0]
    if number is None or not (number.isascii() and number.isdecimal() and len(number) < 4):
        return None
    return action.values[int(number)] if int(number) < len(action.values) else None


def _undo(endpoint: LinkEndpoint, link: Link, event: str) -> str:
    """Return the token that takes an unsubscription back; "" where it would be too long.

    It names the event that it takes back, so that a receiver restores what that event changed and
    nothing else: the holder of a forwarded mail can subscribe nobody who had left before.
    """
    content = content_of(
        None,
        link.metadata,
        time.time(),
        action=Action(RESUBSCRIBE, lang=link.action.lang if link.action else None, undoes=event),
        webhook_url=link.webhook_url,
        expires_in=UNDO_SECONDS,
        privacy=link.privacy,
    )
    with suppress(InvalidPayload):  # too long for any link
        token = Formats(endpoint.keys.keyring()).encode(content, "action")
        return token if len(token) <= _MAX_UNDO_CHARACTERS else ""
    return ""


def _language(request: Request, link: Link | None) -> str:
    sealed = link.action.lang if link and link.action else None
    return language(sealed, request.headers.get("accept-language", ""))
