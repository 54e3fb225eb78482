"""What a function that answers visitors is made of: keys, an outbox, answers that never fail."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import partial, wraps
from typing import Any
from urllib.parse import unquote, urlsplit

from pytracking import TrackingResult
from pytracking.aws.observability import count, hits_metric, log_bug, log_error
from pytracking.aws.services import Queue
from pytracking.delivery.messages import Message, Undecoded, new_id
from pytracking.errors import InvalidLink, InvalidTarget
from pytracking.handlers import responses
from pytracking.handlers.events import event_body
from pytracking.handlers.keys import LinkKeys
from pytracking.handlers.outbox import Outbox, Send, to_queue
from pytracking.handlers.requests import Request, read_request
from pytracking.handlers.responses import Answer
from pytracking.handlers.settings import Settings
from pytracking.privacy import STRICTEST
from pytracking.targets import check_target, check_webhook_url
from pytracking.tokens import Kind, is_of_kind
from pytracking.visitors import Verdict, classify

ANSWER_SECONDS = 1.0
"""Most that all waiting for others may take before a visitor is answered."""

MAX_HIDDEN_FOLDERS = 2
"""Most folders of a path that may be the gateway's own: a stage, and a base path before it."""

# a1b2c3.execute-api.eu-west-1.amazonaws.com: what AWS itself calls an API, a function URL and a
# load balancer
_HOST_OF_AWS = re.compile(r"\.(execute-api|lambda-url|elb)\.")

Handler = Callable[[Any, object], dict[str, Any]]


class Tracker:
    """One tracking function, set up once for each process.

    Args:
        kind: what its links are.
        environment: the variables that the template sets.

    Raises:
        ConfigurationError: a setting is missing or cannot be meant; the function must not start.
    """

    def __init__(self, kind: Kind, environment: Mapping[str, str] = os.environ) -> None:
        settings = Settings.from_environment(environment)
        self.kind = kind
        self.privacy = settings.privacy
        check_webhook = partial(check_webhook_url, allow_http=settings.allow_http_webhooks)
        self.webhook_url = _usable("PYTRACKING_WEBHOOK_URL", settings.webhook_url, check_webhook)
        self.fallback_url = _usable("PYTRACKING_FALLBACK_URL", settings.fallback_url, check_target)
        self.outbox = Outbox(_send(settings, environment))
        self.keys = LinkKeys.of_environment(settings, environment)
        # Now, while a starting function has its processor to itself; a failure is tried again.
        self.keys.refresh()

    def answering(self, otherwise: Answer) -> Callable[[Callable[[Hit], Answer]], Handler]:
        """Make a Lambda handler of a function that answers a hit.

        The handler understands every gateway's events, answers crawlers asking for robots.txt,
        browsers asking for an icon, and methods other than GET and HEAD itself, and never raises:
        whatever goes wrong, a bug or a lack of memory, the visitor gets ``otherwise``.
        """

        def decorate(answer: Callable[[Hit], Answer]) -> Handler:
            @wraps(answer)
            def handler(event: Any, context: object) -> dict[str, Any]:
                request = Request()
                try:
                    request = read_request(event)
                    reply = _well_known(request) or answer(Hit(self, request))
                    return responses.render(reply, request)
                except Exception as error:
                    log_bug(error)
                    count("Bugs")
                    return responses.render(otherwise, request)

            return handler

        return decorate


class Hit:
    """One request for a link: what it says, and where that is recorded.

    Its id is made here, once, and stays through queue, retries, dead letters and replay.
    """

    def __init__(self, tracker: Tracker, request: Request) -> None:
        self.id = new_id()
        self._tracker = tracker
        self._request = request
        self._deadline = time.monotonic() + ANSWER_SECONDS

    def decode(self) -> TrackingResult:
        """Return what the link says.

        Raises:
            InvalidLink: it is not one of ours, or not any more.
            KeysUnavailable: no link can be read just now.
        """
        kind, request = self._tracker.kind, self._request
        try:
            result = self._tracker.keys.decode(request.token, kind, request.data())
            if not is_of_kind(kind, result.tracked_url):
                raise InvalidLink(f"the link is not one of kind {kind}")
        except InvalidLink:
            count("InvalidLinks")
            raise
        return result

    def target(self, result: TrackingResult) -> str:
        """Return where a click goes, as a ``Location`` header takes it.

        Raises:
            InvalidTarget: a browser must not be sent there, or it would come back here.
        """
        request = self._request
        try:
            return check_target(str(result.tracked_url), own_bases=_own_bases(request))
        except InvalidTarget:
            count("RefusedTargets")
            raise

    def record(self, result: TrackingResult) -> None:
        """Hand the hit over, to the queue or the webhook, or at worst to the log."""
        kind = self._tracker.kind
        count(hits_metric(kind))
        webhook = result.webhook_url or self._tracker.webhook_url
        if not webhook:
            count("WithoutWebhook")
            return
        message: Message | Undecoded
        try:
            event = event_body(result, self.id, self._visitor(result).to_json())
            kept = self._tracker.privacy.event(event, self._wishes(result.privacy))
            message = Message(id=self.id, webhook=webhook, body=kept, counted=True)
        except Exception as error:  # the answer is known by now, and no verdict may spoil it
            log_bug(error)
            count("Bugs")
            nobody = {"user_agent": None, "user_ip": None}
            wishes = STRICTEST if kind == "open" else ()  # which of them hold was not found out
            token, now = self._request.token, int(time.time())
            message = Undecoded(self.id, kind, token, now, nobody, privacy=wishes)
        self._send(message)

    def record_undecoded(self) -> None:
        """Hand over the token as it came: whoever has the keys can decode it later.

        What the recipient agreed to stands in the token, where nobody can read it now. So of the
        visitor only the least is kept that any link could ask for.
        """
        count("Undecoded")
        privacy = self._tracker.privacy
        self._send(
            Undecoded(
                id=self.id,
                kind=self._tracker.kind,
                token=self._request.token,
                timestamp=int(time.time()),
                request_data=privacy.request_data(self._request.data(), STRICTEST),
                visitor=privacy.visitor(self._visitor(None).to_json(), STRICTEST),
                privacy=self._wishes(()),
            )
        )

    def fallback(self) -> str | None:
        """Return the operator's page for clicks on links that cannot be used, if there is one."""
        url = self._tracker.fallback_url
        if url and _is_asked_for(url, self._request):
            return None
        try:
            return url and check_target(url, own_bases=_own_bases(self._request))
        except InvalidTarget:  # it would come back here, and again, and again
            return None

    def _send(self, message: Message | Undecoded) -> None:
        self._tracker.outbox.record(
            message,
            kind=self._tracker.kind,
            token=self._request.token,
            timeout=max(0.1, self._deadline - time.monotonic()),
        )

    def _wishes(self, flags: Iterable[str]) -> tuple[str, ...]:
        tracker = self._tracker
        return tracker.privacy.wishes(flags, self._request.headers, tracker.kind)

    def _visitor(self, result: TrackingResult | None) -> Verdict:
        request = self._request
        age = None
        if result and result.issued_at is not None and result.timestamp is not None:
            age = result.timestamp - result.issued_at
        agent = request.headers.get("user-agent")
        return classify(agent, request.headers, request.method, age, self._tracker.kind)


def _well_known(request: Request) -> Answer | None:
    if request.token == "robots.txt":  # noqa: S105 - a file's name
        return responses.ROBOTS
    if request.token == "favicon.ico":  # noqa: S105 - a file's name
        return responses.NO_ICON
    if request.method not in ("GET", "HEAD"):
        return responses.METHOD_NOT_ALLOWED
    return None


def _is_asked_for(url: str, request: Request) -> bool:
    """Tell whether a request may be for ``url`` itself, so that a redirect would never end.

    Behind a CDN the host is the API's own, and nobody here knows under which name it was reached.
    So the ends of the paths decide; gateways put stages before a path, or take folders away. Two
    paths that are empty prove nothing, unless the hosts do not speak against it.
    """
    parts = urlsplit(url)
    asked, page = _last_segment(request.path), _last_segment(parts.path)
    hidden = bool(_HOST_OF_AWS.search(request.host))
    return asked == page and (page != "" or hidden or parts.netloc.lower() == request.host)


def _last_segment(path: str) -> str:
    """Return the last segment of a path that is not empty, decoded: `sorry` of `/c/Sorry%2F`."""
    return next((part for part in reversed(unquote(path).split("/")) if part), "").casefold()


def _own_bases(request: Request) -> tuple[str, ...]:
    """Return what links to this very function start with, as the visitor sees them."""
    if not (request.host and request.token):
        return ()
    folders = [part for part in request.path.rpartition(request.token)[0].split("/") if part]
    # Behind a domain of one's own, a gateway shows a stage and a base path that no visitor sees.
    return tuple(
        "/".join((f"https://{request.host}", *folders[hidden:], ""))
        for hidden in range(min(MAX_HIDDEN_FOLDERS, len(folders) - 1) + 1)
    ) or (f"https://{request.host}/",)


def _usable(name: str, url: str | None, check: Callable[[str], str]) -> str | None:
    """Return a setting's URL; none where it cannot be used, which an alarm reports.

    The function starts all the same: a mistyped address must not cost every visitor the redirect.
    """
    try:
        return url and check(url)
    except InvalidTarget as error:
        log_error("setting not used", setting=name, reason=str(error))
        count("BadSettings")
        return None


def _send(settings: Settings, environment: Mapping[str, str]) -> Send:
    if settings.queue_url:
        queue = Queue(settings.queue_url, environment)
        queue.connect()
        return to_queue(queue)
    from pytracking.handlers.direct import to_webhook

    return to_webhook(environment)
