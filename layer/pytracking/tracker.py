"""``Tracker``: the base URL and the keys in one object, which mints, rewrites and reads.

tracker = pytracking.Tracker("https://track.example.com", keyring)
tracker.click_url("https://shop.example/sale", {"customer": 1})
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar, Unpack

from pytracking.actions import Action, Value, What, check_unsubscribe
from pytracking.base_urls import BaseUrls, check_base_url
from pytracking.configuration import Configuration
from pytracking.errors import ConfigurationError, InvalidLink, LinkExpired
from pytracking.links import Link, read_link
from pytracking.mails.options import OptionKeywords, TrackedKeywords
from pytracking.targets import check_webhook_url
from pytracking.tokens import KIND_BYTES, Kind
from pytracking.tokens.keyring import Keyring

if TYPE_CHECKING:
    from email.message import Message

AnyMessage = TypeVar("AnyMessage", bound="Message")


FETCH_SECONDS = 5.0
"""Most that fetching the keys may take; unlike a visitor, a sender can wait."""


class LinkSettings(TypedDict, total=False):
    """What may be set for all links of a ``Tracker``, or for one.

    Attributes:
        webhook_url: webhook URL to embed in each link, https; the deployment's own when missing.
        expires_in: lifetime of the link in seconds (default: no expiry).
        privacy: consent flags of the recipient, of ``PRIVACY_FLAGS``.
        issue_time: put the time of minting into the link (default: True): verdicts on visitors
            and the time to the first open need it.
    """

    webhook_url: str | None
    expires_in: float | None
    privacy: Iterable[str]
    issue_time: bool


class Tracker:
    """Mints sealed links, rewrites mails and reads links.

    Make one per process and keep it. Any thread may use it.

    Args:
        base_url: the address of the stack, ``https://track.example.com``; links are under ``/o/``
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
            if base_url.action:
                check_base_url(base_url.action, "of action links")
            self.base_urls = base_url
        else:
            check_base_url(base_url, "of links, e.g. https://track.example.com")
            self.base_urls = BaseUrls.under(base_url)
        self._keyring = keyring if callable(keyring) else lambda: keyring
        self._unkeyed = Configuration(
            base_open_tracking_url=self.base_urls.open,
            base_click_tracking_url=self.base_urls.click,
            include_issue_time=True,
            clock=clock,
        ).merge_with_kwargs(_keywords(settings))
        self._keyed = self._unkeyed

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

    def open_url(
        self, metadata: Mapping[str, Any] | None = None, **settings: Unpack[LinkSettings]
    ) -> str:
        """Return an open link, the address of a tracking pixel, that carries ``metadata``.

        Raises:
            InvalidPayload: JSON cannot hold ``metadata``, or it is not a mapping.
            KeysUnavailable: no keys could be fetched yet; try again in a few seconds.
        """
        return self.configuration(**settings).get_open_tracking_url(metadata)

    def click_url(
        self,
        url: str,
        metadata: Mapping[str, Any] | None = None,
        *,
        guarded: bool = False,
        **settings: Unpack[LinkSettings],
    ) -> str:
        """Return a click link that redirects to ``url`` and carries ``metadata``.

        Args:
            url: the target.
            metadata: of the link.
            guarded: show a page with a button first, which alone is the click. For what works
                once (to sign in, to reset a password), so that no scanner uses it up.
            settings: of this link.

        Raises:
            InvalidTarget: ``url`` is not a URL that a redirect may go to.
            InvalidPayload, KeysUnavailable: as ``open_url``.
        """
        configuration = self.configuration(**settings)
        if not guarded:
            return configuration.get_click_tracking_url(url, metadata)
        configuration.check_target(url)
        content = configuration.get_data_to_embed(url, metadata)
        token = configuration.get_url_encoded_data_str(content, "guarded")
        return configuration.get_click_tracking_url_from_data_str(token)

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
            ConfigurationError: there is no base URL for action links; an unsubscribe link that
                works for less than 60 days, or names nobody (``aggregate``).
            InvalidPayload: an unknown action, or values that it cannot have; or as ``open_url``.
            KeysUnavailable: as ``open_url``.
        """
        configuration = self.configuration(**settings)
        if not self.base_urls.action:
            raise ConfigurationError(
                "no base URL of action links: give BaseUrls its action, e.g. "
                "https://track.example.com/a/"
            )
        if what == "unsubscribe":
            check_unsubscribe(configuration.expires_in, configuration.privacy)
        action = Action.asked(what, values, lang)
        content = {**configuration.get_data_to_embed(None, metadata), **action.content()}
        token = configuration.get_url_encoded_data_str(content, "action")
        return self.base_urls.prefixes["action"] + token

    def html(
        self,
        html: str | bytes,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[TrackedKeywords],
    ) -> str:
        """Return a mail's HTML with tracked links and the pixel; as ``html.adapt_html``."""
        from pytracking.html import adapt_html

        return adapt_html(html, metadata, configuration=self.configuration(), **options)

    def text(
        self,
        text: str,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[OptionKeywords],
    ) -> str:
        """Return a plain text with tracked links; as ``text.adapt_text``."""
        from pytracking.text import adapt_text

        return adapt_text(text, metadata, configuration=self.configuration(), **options)

    def message(
        self,
        message: AnyMessage,
        metadata: Mapping[str, Any] | None = None,
        **options: Unpack[TrackedKeywords],
    ) -> AnyMessage:
        """Return a mail with tracked links and the pixel; as ``email.adapt_message``."""
        from pytracking.email import adapt_message

        return adapt_message(message, metadata, configuration=self.configuration(), **options)

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
        keyring, now = self._keyring(), self._unkeyed.clock() if self._unkeyed.clock else None
        failure = InvalidLink("the token is empty")
        for one in _KINDS_AS.get(kind, KINDS):
            try:
                return read_link(token, one, keyring, now=now)
            except LinkExpired:
                raise
            except InvalidLink as error:
                failure = error
        raise failure

    def configuration(self, **settings: Unpack[LinkSettings]) -> Configuration:
        """Return the present configuration, for functions of pytracking that take one.

        Raises:
            KeysUnavailable: no keys could be fetched yet.
        """
        keyring = self._keyring()
        if self._keyed.keyring is not keyring:
            self._keyed = self._unkeyed.merge_with_kwargs({"keyring": keyring})
        return self._keyed.merge_with_kwargs(_keywords(settings))

    def __repr__(self) -> str:
        return f"Tracker({self.base_urls!r})"


KINDS: tuple[Kind, ...] = tuple(KIND_BYTES)

_KINDS_AS: Mapping[Kind | None, tuple[Kind, ...]] = {
    **{kind: (kind,) for kind in KINDS},
    "click": ("click", "guarded"),  # they share a base
}


def _keywords(settings: LinkSettings) -> dict[str, Any]:
    """Return the parameters of ``Configuration`` that ``settings`` are."""
    unknown = sorted(settings.keys() - LinkSettings.__annotations__.keys())
    if unknown:
        known = ", ".join(LinkSettings.__annotations__)
        raise TypeError(f"unknown setting {unknown[0]!r}: expected {known}")
    keywords: dict[str, Any] = {
        name: settings[name] for name in ("expires_in", "privacy") if name in settings
    }
    if "issue_time" in settings:
        keywords["include_issue_time"] = settings["issue_time"]
    if "webhook_url" in settings:
        webhook = settings["webhook_url"]
        keywords["webhook_url"] = None if webhook is None else check_webhook_url(webhook)
        keywords["include_webhook_url"] = True
    return keywords
