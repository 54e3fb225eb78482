"""``Tracker``: the base URL and the keys in one object, which mints, rewrites and reads.

tracker = pytracking.Tracker("https://track.example.com", keyring)
tracker.click_url("https://shop.example/sale", {"customer": 1})
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

import pytracking
from pytracking.actions import Action, Value, What, check_unsubscribe
from pytracking.base_urls import BaseUrls, check_base_url, require_action_base
from pytracking.configuration import Configuration
from pytracking.errors import ConfigurationError
from pytracking.links import (
    Link,
    LinkSettings,
    check_lifetime,
    check_privacy,
    content_of,
    read_as,
    read_link,
)
from pytracking.mails.list_headers import HeaderLine, put_headers, unsubscribe_headers
from pytracking.mails.options import TextKeywords, TrackedKeywords
from pytracking.targets import check_target, check_webhook_url
from pytracking.tokens import Kind
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring

if TYPE_CHECKING:
    from email.message import Message

AnyMessage = TypeVar("AnyMessage", bound="Message")

FETCH_SECONDS = 5.0
"""Most that fetching the keys may take; unlike a visitor, a sender can wait."""


class Tracker:
    """Mints sealed links, rewrites mails and reads links.

    Make one per process and keep it. Any thread may use it.

    Args:
        base_url: the address of the stack, ``https://track.example.com``; links are under ``/o/``,
            ``/c/`` and ``/a/``. Or ``BaseUrls``, where they are elsewhere.
        keyring: seals and opens the links; or a function that returns the present keyring.
        clock: returns the present in seconds since the epoch.
        settings: of all links, see ``LinkSettings``.

    Raises:
        ConfigurationError: the base URL cannot be one, or a setting is invalid.
        InvalidTarget: the webhook URL is not one to post to.
        TypeError: an unknown keyword.
    """

    def __init__(
        self,
        base_url: str | BaseUrls,
        keyring: Keyring | Callable[[], Keyring],
        *,
        clock: Callable[[], float] = time.time,
        **settings: Unpack[LinkSettings],
    ) -> None:
        if isinstance(base_url, BaseUrls):
            check_base_url(base_url.open, "of open links")
            check_base_url(base_url.click, "of click links")
            if base_url.action not in ("", BaseUrls(base_url.open, base_url.click).action):
                raise ConfigurationError(
                    f"invalid base URL of action links {base_url.action!r}: must be beside that of "
                    "click links, .../a/ for .../c/"
                )
            self.base_urls = base_url
        else:
            check_base_url(base_url, "of links, e.g. https://track.example.com")
            self.base_urls = BaseUrls.under(base_url)
        if not callable(keyring):
            _refuse_other_than_keyring(keyring)
        self._fetched = keyring if callable(keyring) else lambda: keyring
        self._clock = clock
        self._settings = _checked(settings)

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ, **settings: Unpack[LinkSettings]
    ) -> Tracker:
        """Return the tracker of a stack, with its keys from Secrets Manager.

        They are fetched once, and again every five minutes, so that a rotation reaches it; while
        they cannot be fetched it goes on with those it has. The role of the function needs the
        stack's ReadLinkKeys policy.

        Args:
            environment: PYTRACKING_OPEN_BASE_URL and PYTRACKING_CLICK_BASE_URL (outputs of the
                stack) and PYTRACKING_LINK_KEYS_SECRET (the ARN), or PYTRACKING_LINK_KEYS with the
                keyring's JSON itself.
            settings: of all links.

        Raises:
            ConfigurationError: a variable is missing or invalid.
        """
        from pytracking.aws.secrets import LinkKeys
        from pytracking.environment import Settings

        found = Settings.from_environment(environment)
        for name, url in (("OPEN", found.open_base_url), ("CLICK", found.click_base_url)):
            if not url:
                raise ConfigurationError(
                    f"PYTRACKING_{name}_BASE_URL is not set: give it the stack's output of that "
                    "name, e.g. https://track.example.com/o/"
                )
        bases = BaseUrls(found.open_base_url or "", found.click_base_url or "")
        return cls(bases, LinkKeys.of(found, fetch_seconds=FETCH_SECONDS).keyring, **settings)

    def _keyring(self) -> Keyring:
        keyring = self._fetched()
        _refuse_other_than_keyring(keyring)
        return keyring

    def open_url(
        self, metadata: Mapping[str, Any] | None = None, **settings: Unpack[LinkSettings]
    ) -> str:
        """Return an open link, the address of a tracking pixel, that carries ``metadata``.

        Raises:
            InvalidPayload: JSON cannot hold ``metadata``, or it is not a mapping.
            KeysUnavailable: no keys could be fetched yet; try again in a few seconds.
        """
        return self._link("open", None, metadata, settings)

    def click_url(
        self,
        url: str,
        metadata: Mapping[str, Any] | None = None,
        *,
        guarded: bool = False,
        app: bool = False,
        **settings: Unpack[LinkSettings],
    ) -> str:
        """Return a click link that redirects to ``url`` and carries ``metadata``.

        Args:
            url: the target.
            metadata: of the link.
            guarded: show a page with a button first, which alone is the click. For what works
                once (to sign in, to reset a password), so that no scanner uses it up.
            app: telephones open it in your app, where it is installed and the deployment knows it.
            settings: of this link.

        Raises:
            InvalidTarget: ``url`` is not a URL that a redirect may go to.
            ConfigurationError: a link both guarded and for an app, which reads no page.
            InvalidPayload, KeysUnavailable: as ``open_url``.
        """
        check_target(url, own_bases=self.base_urls.addresses)  # embedded as given
        if guarded and app:
            raise ConfigurationError("a guarded link shows a page, which no app reads: choose one")
        link = self._link("guarded" if guarded else "click", url, metadata, settings)
        return self.base_urls.for_app(link) if app else link

    def action_url(
        self,
        what: What,
        metadata: Mapping[str, Any] | None = None,
        *,
        values: Sequence[Value] | Value | None = None,
        lang: str | None = None,
        **settings: Unpack[LinkSettings],
    ) -> str:
        """Return an action link: opened, it shows a page with a button, and only that acts.

        Args:
            what: ``unsubscribe``, ``decline`` (being tracked), ``confirm`` (a subscription), or
                ``rate``.
            metadata: of the link; it says who acts, and the event has all of it.
            values: what ``rate`` can report; one, or several that the page lets choose from.
            lang: the language of the page, such as ``de``; by default the browser's.
            settings: of this link.

        Raises:
            ConfigurationError: the base URL of clicks does not end with ``/c/``, beside which
                action links are; an unsubscribe link that works for less than 60 days, or names
                nobody (``aggregate``).
            InvalidPayload: an unknown action, or values that it cannot have; or as ``open_url``.
            KeysUnavailable: as ``open_url``.
        """
        require_action_base(self.base_urls)
        checked = _checked(settings)
        if what == "unsubscribe":
            given: LinkSettings = {**self._settings, **checked}
            check_unsubscribe(given.get("expires_in"), given.get("privacy", ()))
        return self._link("action", None, metadata, checked, Action.asked(what, values, lang))

    def unsubscribe_headers(
        self,
        metadata: Mapping[str, Any] | None = None,
        *,
        mailto: str | None = None,
        list_id: str | None = None,
        **settings: Unpack[LinkSettings],
    ) -> dict[str, HeaderLine]:
        """Return the headers by which mail programs unsubscribe (RFC 8058), by their names.

        Set them on a message as they are: no policy of Python's ``email`` folds or encodes them.
        Each one's text is ``str(header)``.

        Args:
            metadata: of the unsubscribe link.
            mailto: an address that unsubscribes by mail, for programs that know no other way.
            list_id: a name of the list that never changes, such as ``news.example.com``.
            settings: of the link.

        Raises:
            ConfigurationError, KeysUnavailable: as ``action_url``.
            InvalidPayload: a line would be longer than mails carry; or as ``action_url``.
        """
        url = self.action_url("unsubscribe", metadata, **settings)
        return unsubscribe_headers(url, mailto, list_id)

    def _link(
        self,
        kind: Kind,
        target: str | None,
        metadata: Mapping[str, Any] | None,
        settings: LinkSettings,
        action: Action | None = None,
    ) -> str:
        settings = {**self._settings, **_checked(settings)}
        content = content_of(target, metadata, self._clock(), action=action, **settings)
        return self.base_urls.prefixes[kind] + Formats(self._keyring()).encode(content, kind)

    def html(
        self,
        html: str | bytes,
        metadata: Mapping[str, Any] | None = None,
        **keywords: Unpack[TrackedKeywords],
    ) -> str:
        """Return a mail's HTML with tracked links and the pixel; as ``html.adapt_html``.

        Args:
            html: the mail's HTML.
            metadata: of each link.
            keywords: settings of its links, and options of ``adapt_html``.
        """
        from pytracking.html import adapt_html

        return adapt_html(html, metadata, **self._adapting(keywords))

    def text(
        self,
        text: str,
        metadata: Mapping[str, Any] | None = None,
        **keywords: Unpack[TextKeywords],
    ) -> str:
        """Return a plain text with tracked links; as ``text.adapt_text``, keywords as ``html``."""
        from pytracking.text import adapt_text

        return adapt_text(text, metadata, **self._adapting(keywords))

    def message(
        self,
        message: AnyMessage,
        metadata: Mapping[str, Any] | None = None,
        *,
        mailto: str | None = None,
        list_id: str | None = None,
        **keywords: Unpack[TrackedKeywords],
    ) -> AnyMessage:
        """Return a mail with tracked links and the pixel; as ``email.adapt_message``.

        With ``unsubscribe=True`` its placeholders for an unsubscribe link are filled, and it gets
        the headers of ``unsubscribe_headers``, in place of those that it has.

        Args:
            message: the mail.
            metadata: of each link.
            mailto: as in ``unsubscribe_headers``.
            list_id: as in ``unsubscribe_headers``.
            keywords: as in ``html``.
        """
        from pytracking.email import adapt_message
        from pytracking.mails.rewriting import Minting

        adapting = self._adapting(keywords)
        adapted = adapt_message(message, metadata, **adapting)
        if keywords.get("unsubscribe") is True:
            url = Minting(adapting["configuration"], metadata).unsubscribe_url()
            put_headers(adapted, unsubscribe_headers(url, mailto, list_id))
        return adapted

    @overload
    def campaign(
        self, *, html: str | bytes, **keywords: Unpack[TrackedKeywords]
    ) -> pytracking.Campaign[str]: ...
    @overload
    def campaign(
        self, *, text: str, **keywords: Unpack[TextKeywords]
    ) -> pytracking.Campaign[str]: ...
    @overload
    def campaign(
        self,
        *,
        message: AnyMessage,
        mailto: str | None = None,
        list_id: str | None = None,
        **keywords: Unpack[TrackedKeywords],
    ) -> pytracking.Campaign[AnyMessage]: ...
    def campaign(
        self,
        *,
        html: str | bytes | None = None,
        text: str | None = None,
        message: AnyMessage | None = None,
        mailto: str | None = None,
        list_id: str | None = None,
        **keywords: Unpack[TrackedKeywords],
    ) -> pytracking.Campaign[Any]:
        """Return one mail for many recipients: read once, rendered for each.

        Its mails are those of ``html``, ``text`` or ``message``, byte for byte.

        Args:
            html: the mail's HTML; or
            text: the mail as plain text; or
            message: the whole mail.
            mailto: as ``message`` takes it.
            list_id: as ``message`` takes it.
            keywords: as those methods take them.

        Warns:
            MailWarning: what keeps readers from seeing the mail as intended.

        Raises:
            TypeError: not exactly one of the three, or an unknown option.
            KeysUnavailable: no keys could be fetched yet.
        """
        from pytracking.campaign import made

        rest = self._adapting(keywords)
        return made(rest.pop("configuration"), html, text, message, (mailto, list_id), rest)

    def _adapting(self, keywords: Mapping[str, object]) -> dict[str, Any]:
        """Return the keywords of ``adapt_*`` for those of a mail."""
        known = TrackedKeywords.__annotations__
        if unknown := keywords.keys() - known.keys():
            raise TypeError(f"unknown keyword {min(unknown)!r}: expected {', '.join(known)}")
        if keywords.get("unsubscribe") is True:
            require_action_base(self.base_urls)
        rest: dict[str, Any] = {**keywords}
        settings = {name: rest.pop(name) for name in rest.keys() & LinkSettings.__annotations__}
        return {"configuration": self.configuration(**settings), **rest}

    def read(self, url_or_token: str, kind: Kind | None = None) -> Link:
        """Return what a link says, whatever known damage mail did to it.

        Args:
            url_or_token: a full link, which is of the kind of its base; or its token.
            kind: what a token is for; None: any kind. A click may be a guarded one.

        Raises:
            LinkExpired: the link has stopped working.
            InvalidLink: not a link of these keys.
            KeysUnavailable: no keys could be fetched yet.
        """
        token, kind_of_base = self.base_urls.split(url_or_token)
        kind = kind_of_base or kind
        keyring, now = self._keyring(), self._clock()
        return read_as(kind, lambda one: read_link(token, one, keyring, now=now))

    def configuration(self, **settings: Unpack[LinkSettings]) -> Configuration:
        """Return what functions of pytracking 0.2.2 take, with the present keyring.

        Raises:
            KeysUnavailable: no keys could be fetched yet.
        """
        given: LinkSettings = {**self._settings, **_checked(settings)}
        return Configuration(
            base_open_tracking_url=self.base_urls.open,
            base_click_tracking_url=self.base_urls.click,
            keyring=self._keyring(),
            webhook_url=given.get("webhook_url"),
            include_webhook_url=bool(given.get("webhook_url")),
            expires_in=given.get("expires_in"),
            include_issue_time=given.get("issue_time", True),
            privacy=given.get("privacy", ()),
            clock=self._clock,
        )

    def __repr__(self) -> str:
        return f"Tracker({self.base_urls!r})"


def _refuse_other_than_keyring(keyring: object) -> None:
    """Refuse what would mint links in the clear, and read those of strangers."""
    if not isinstance(keyring, Keyring):
        raise ConfigurationError(
            f"a tracker takes a Keyring, or a function that returns one, not "
            f"{type(keyring).__name__}: make one with Keyring.generate(), or from its JSON form "
            "with Keyring.from_json(text)"
        )


def _checked(settings: LinkSettings) -> LinkSettings:
    """Return ``settings`` as ``content_of`` takes them."""
    unknown = sorted(settings.keys() - LinkSettings.__annotations__.keys())
    if unknown:
        known = ", ".join(LinkSettings.__annotations__)
        raise TypeError(f"unknown setting {unknown[0]!r}: expected {known}")
    checked: LinkSettings = {**settings}
    if "expires_in" in checked:
        checked["expires_in"] = check_lifetime(checked["expires_in"])
    if "privacy" in checked:
        checked["privacy"] = check_privacy(checked["privacy"])
    if (webhook := checked.get("webhook_url")) is not None:
        checked["webhook_url"] = check_webhook_url(webhook)
    return checked
