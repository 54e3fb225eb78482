"""``send_webhook``: POST one tracking result where its caller says, as pytracking 0.2.2 did."""

from __future__ import annotations

import base64
import json
import ssl
from functools import cache
from threading import TIMEOUT_MAX
from typing import Any, Unpack
from urllib.parse import unquote

from pytracking.configuration import Configuration, Keywords, get_configuration
from pytracking.errors import ConfigurationError, InvalidPayload, WebhookError, dependency
from pytracking.results import TrackingResult, TrackingResultJSON

with dependency("webhooks need the urllib3 package: pip install urllib3"):
    from urllib3 import BaseHTTPResponse, PoolManager, Timeout
    from urllib3.exceptions import HTTPError
    from urllib3.util import Url, parse_url


def send_webhook(
    tracking_result: TrackingResult,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> BaseHTTPResponse:
    """POST ``tracking_result`` as JSON to its ``webhook_url`` and return the response.

    The body is ``{"is_open_tracking", "is_click_tracking", "metadata", "request_data",
    "timestamp"}``, plus ``"tracked_url"`` for a click. Any status is returned, none is raised;
    redirects are not followed and proxies of the environment are not used. The URL is called as
    it is given, its user and password as basic authentication (RFC 7617): anyone who takes webhook
    URLs from strangers uses the guarded delivery client. Each call has a connection of its own.

    Args:
        tracking_result: or anything with the seven fields of ``to_json_dict``, which returns one.
        configuration: its ``webhook_timeout_seconds`` bounds connecting and each read; a pair,
            the one and the other.
        kwargs: parameters of ``Configuration`` that override those of ``configuration``.

    Raises:
        ConfigurationError: the result names no webhook, or the timeout is none.
        InvalidPayload: the metadata or request data cannot be written as JSON.
        WebhookError: no answer came (refused, timed out, no such host, bad TLS).
    """
    timeout = _timeout(get_configuration(configuration, kwargs).webhook_timeout_seconds)
    url = tracking_result.webhook_url
    if not url:
        raise ConfigurationError("the tracking result has no webhook_url to post to")
    try:
        body = json.dumps(_payload(tracking_result), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidPayload(f"the tracking result cannot be written as JSON: {error}") from error
    try:
        called = parse_url(url.strip())
    except HTTPError as error:
        raise WebhookError(f"the webhook's URL cannot be read: {error}") from error
    url = called._replace(auth=None).url
    try:
        # of its own: one that a process kept may be closed by now, or a forked one's as well
        with PoolManager(ssl_context=_trust() if called.scheme == "https" else None) as pool:
            return pool.request(
                "POST",
                url,
                body=body,
                headers={"Content-Type": "application/json", **_authorization(called)},
                timeout=timeout,
                retries=False,
                redirect=False,
            )
    except HTTPError as error:
        raise WebhookError(f"the webhook {url} could not be called: {error}") from error


def _payload(result: TrackingResult) -> dict[str, Any]:
    payload = {name: getattr(result, name) for name in TrackingResultJSON._fields}
    del payload["webhook_url"]
    tracked_url = payload.pop("tracked_url")
    return {**payload, "tracked_url": tracked_url} if tracked_url else payload


def _timeout(given: Any) -> Timeout:
    both = given if isinstance(given, tuple) else (given, given)
    fit = len(both) == 2 and all(
        one is None or (type(one) in (int, float) and 0 < one <= TIMEOUT_MAX) for one in both
    )
    if not fit:
        raise ConfigurationError(
            f"invalid webhook_timeout_seconds {given!r}: must be seconds, more than 0, or None"
        )
    return Timeout(connect=both[0], read=both[1])


def _authorization(url: Url) -> dict[str, str]:
    if not url.auth:
        return {}
    return {"Authorization": f"Basic {base64.b64encode(unquote(url.auth).encode()).decode()}"}


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()  # reading the authorities takes 20 ms
