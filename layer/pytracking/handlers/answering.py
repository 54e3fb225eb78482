"""What a function that answers visitors is made of: keys, an outbox, answers that never fail."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any

from pytracking.aws.observability import count, hits_metric, log_bug, log_error
from pytracking.aws.queue import SqsQueue
from pytracking.aws.secrets import LinkKeys
from pytracking.environment import Settings
from pytracking.errors import (
    InvalidLink,
    InvalidTarget,
    KeysUnavailable,
    LinkExpired,
    PytrackingError,
)
from pytracking.events import Event, How
from pytracking.handlers import http
from pytracking.handlers.http import READING, Answer, Request, read_request
from pytracking.handlers.outbox import Hit, Outbox, to_webhook
from pytracking.links import DECOY, Link
from pytracking.messages import new_id
from pytracking.privacy import STRICTEST, PrivacyPolicy
from pytracking.targets import check_target, check_webhook_url
from pytracking.tokens import KINDS_WITH_URL, Kind
from pytracking.visitors import classify

if TYPE_CHECKING:
    from pytracking.handlers.pages import Pages

ANSWER_SECONDS = 1.0
"""Most that all waiting for others may take before a visitor is answered."""

LEAST_SECONDS = 0.5
"""What the queue gets of it where waiting for the first keys has used it up."""

MAX_AGE_SECONDS = 100 * 365 * 86_400
"""Oldest that a link can be; what claims to be older does not say when it was made."""

UNKNOWN_REQUEST: Mapping[str, Any] = {"user_agent": None, "user_ip": None}
"""The ``request_data`` of a hit that says nothing of its visitor."""

Handler = Callable[[Any, object], dict[str, Any]]
Followed = Callable[[Request, Link, str], Answer]
"""Answers a request for a link that was read; the third is where a click goes, else ""."""
Unread = Callable[[Request, PytrackingError], Answer]
"""Answers a request whose link is invalid, whose target is, or that no key can read just now."""


class LinkEndpoint:
    """One function that answers visitors, set up once for each process.

    Raises:
        ConfigurationError: a setting is missing or cannot be used; the function must not start.
    """

    def __init__(self, kind: Kind, environment: Mapping[str, str] = os.environ) -> None:
        settings = Settings.from_environment(environment)
        self.kind = kind
        self._sender = settings.sender_name, settings.sender_url
        self.privacy = PrivacyPolicy.of(settings)
        self.viewer_address_secret = settings.viewer_address_secret
        self.shadow_signals = settings.shadow_signals
        self.hosts = settings.hosts
        self.files = _files(settings)
        check_webhook = partial(check_webhook_url, allow_http=settings.allow_http_webhooks)
        self.webhook_url = _checked("PYTRACKING_WEBHOOK_URL", settings.webhook_url, check_webhook)
        self.fallback_url = _checked("PYTRACKING_FALLBACK_URL", settings.fallback_url, check_target)
        self.counts = not settings.queue_url  # else deliver does, a batch at a time
        self.others = settings.event_destinations if settings.queue_url else ()
        if settings.queue_url:
            queue = SqsQueue(settings.queue_url, settings)
            queue.connect()
            self.outbox = Outbox(queue.send, others=self.others)
        else:
            self.outbox = Outbox(to_webhook(settings))
        self.keys = LinkKeys.of(settings)
        # Now, while a starting function has its processor to itself; a failure is tried again.
        self.keys.refresh()

    def answering(
        self, unread: Unread, *, otherwise: Answer, methods: Collection[str] = READING
    ) -> Callable[[Followed], Handler]:
        """Make a Lambda handler of a function that answers a request for a link.

        The handler understands every gateway's events, answers crawlers asking for robots.txt,
        browsers asking for an icon, and other methods than ``methods`` itself, and never raises:
        whatever goes wrong, a bug or a lack of memory, the visitor gets ``otherwise``. A hit is
        recorded last, when there is an answer that nothing can spoil.

        Args:
            unread: answers where the link cannot be read or followed.
            otherwise: the answer where something is wrong with us.
        """

        def decorate(followed: Followed) -> Handler:
            @wraps(followed)
            def handler(event: Any, context: object) -> dict[str, Any]:
                request, result = Request(), None
                try:
                    request = read_request(event, self.viewer_address_secret)
                    answer, link = http.well_known(request, methods) or self._file(request), None
                    if answer is None:
                        answer, link = self._answer(request, followed, unread)
                    result = http.render(answer, request)
                    if answer.records:
                        self.record(request, link)
                except Exception as error:
                    log_bug(error)
                    count("Bugs")
                return result or http.render(otherwise, request)

            return handler

        return decorate

    def _answer(
        self, request: Request, followed: Followed, unread: Unread
    ) -> tuple[Answer, Link | None]:
        link = None
        try:
            link, target = self.read(request)
            return followed(request, link, target), link
        except (InvalidLink, InvalidTarget, KeysUnavailable) as error:
            return unread(request, error), link

    def _file(self, request: Request) -> Answer | None:
        """Return the answer to a telephone that asks which apps may open links."""
        if request.method not in READING:
            return None
        return next((self.files[at] for at in self.files if request.path.endswith(at)), None)

    def read(self, request: Request) -> tuple[Link, str]:
        """Read the link that was followed.

        Returns:
            The link, and where a click goes, as a ``Location`` header takes it; else "".

        Raises:
            InvalidLink: it is not one of ours, or not any more.
            InvalidTarget: a browser must not be sent there, or it would come back here.
            KeysUnavailable: no link can be read just now.
        """
        own_bases = request.own_bases
        try:
            link = self.read_token(request.token)
            if link.target is None:
                return link, ""
            return link, check_target(link.target, own_bases=own_bases)
        except InvalidLink:
            count("InvalidLinks")
            raise
        except InvalidTarget:
            count("RefusedTargets")
            raise

    def read_token(self, token: str) -> Link:
        """Read the link of a token; one of clicks may be a guarded click's, under the same path.

        Raises:
            InvalidLink, KeysUnavailable: as ``read``.
        """
        try:
            return self.keys.read(token, self.kind)
        except LinkExpired:
            raise
        except InvalidLink:
            if self.kind != "click":
                raise
        return self.keys.read(token, "guarded")

    @cached_property
    def pages(self) -> Pages:
        """The pages with a button, loaded with the first link that has one."""
        from pytracking.handlers.pages import Pages, check_sender_url

        name, url = self._sender
        return Pages(name, _checked("PYTRACKING_SENDER_URL", url, check_sender_url))

    def fallback(self, request: Request) -> str | None:
        """Return the operator's page for links that cannot be used, if there is one."""
        url = self.fallback_url
        if url is None or request.may_be_for(url):
            return None
        try:
            return check_target(url, own_bases=request.own_bases)
        except InvalidTarget:  # it would come back here, and again, and again
            return None

    def record(
        self,
        request: Request,
        link: Link | None,
        how: How | None = None,
        value: str | int | None = None,
    ) -> str | None:
        """Hand a hit over, to the queue or the webhook, or at worst to the log.

        Args:
            link: None where no link can be read just now: then the token is kept as it came, for
                anyone who has the keys later. What the recipient agreed to stands in it, so of the
                visitor only the least is kept that any link could ask for.
            how: how somebody acted.
            value: what was chosen.

        Returns:
            The event's id; None where it is kept nowhere.
        """
        kind = link.kind if link else self.kind
        webhook = (link.webhook_url or self.webhook_url or "") if link else None
        if webhook == "" and not self.others:
            count("WithoutWebhook")
            if kind != "action":
                count(hits_metric(self.kind))
                return None
            webhook = None  # somebody acted, and is to be heard: it waits for an operator
        timeout = max(LEAST_SECONDS, ANSWER_SECONDS - (time.monotonic() - request.since))
        token = link.token if link else request.token
        hit = partial(self._hit, request, link or Link(kind), webhook, how, value)
        fate, (event, webhook) = self.outbox.record(hit, token, timeout)
        if fate != "sent":
            count("Fallbacks")
        if link is None:
            count("Undecoded")
        elif self.counts or fate != "sent" or webhook is None:
            count(hits_metric(self.kind))
        return None if fate == "lost" else event.id

    def _hit(
        self,
        request: Request,
        link: Link,
        webhook: str | None,
        how: How | None,
        value: str | int | None,
    ) -> Hit:
        """Return the event of a hit, cut for privacy; of one that a bug spoils, the least."""
        now = int(time.time())
        headers, data, host = request.headers, request.data(), request.host_among(self.hosts)
        age = None if link.issued_at is None else now - link.issued_at
        if age is not None and abs(age) > MAX_AGE_SECONDS:
            age = None
        try:
            verdict = classify(
                headers.get("user-agent"),
                headers,
                request.method,
                age,
                self.kind,
                decoy=link.metadata.get(DECOY) is True,
                address=request.client_ip,  # whole: it is cut afterwards
                shadows=self.shadow_signals,
                app=request.for_app,
            ).to_json()
            event = Event.of(
                link,
                data,
                verdict,
                identifier=new_id(),
                timestamp=now,
                how=how,
                value=value,
                host=host,
            )
            consent = self.privacy.consent_flags(link.privacy, headers, self.kind)
            kept = event.under(self.privacy, consent if link.token else STRICTEST)
            return Hit(replace(kept, privacy=consent), webhook)
        except Exception as error:  # no verdict may spoil the hit
            log_bug(error)
            count("Bugs")
            # which consent flags hold was not found out
            consent = () if link.kind in KINDS_WITH_URL else STRICTEST
            event = Event(link.kind, new_id(), now, {}, UNKNOWN_REQUEST, privacy=consent)
            return Hit(replace(event, how=how, value=value), None)


def _files(settings: Settings) -> Mapping[str, Answer]:
    if not (settings.apple_app_ids or settings.android_apps):
        return {}
    from pytracking.handlers.apps import files

    return files(settings)


def _checked(name: str, url: str | None, check: Callable[[str], str]) -> str | None:
    """Return a setting's URL; none where it cannot be used, which an alarm reports.

    The function starts all the same: a mistyped address must not cost every visitor the redirect.
    """
    try:
        return url and check(url)
    except InvalidTarget as error:
        log_error("setting not used", setting=name, reason=str(error))
        count("BadSettings")
        return None
