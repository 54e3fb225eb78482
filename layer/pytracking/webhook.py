"""``send_webhook``: POST one tracking result where its caller says, as pytracking 0.2.2 did."""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Unpack

from pytracking.configuration import Configuration, Keywords, get_configuration
from pytracking.errors import ConfigurationError, InvalidPayload, MissingDependency, WebhookError
from pytracking.results import TrackingResult

try:
    from urllib3 import BaseHTTPResponse, PoolManager
    from urllib3.exceptions import HTTPError
except ImportError as error:
    raise MissingDependency("webhooks need the urllib3 package: pip install urllib3") from error


def send_webhook(
    tracking_result: TrackingResult,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> BaseHTTPResponse:
    """POST ``tracking_result`` as JSON to its ``webhook_url`` and return the response.

    The body is ``{"is_open_tracking", "is_click_tracking", "metadata", "request_data",
    "timestamp"}``, plus ``"tracked_url"`` for a click. Any status is returned, none is raised;
    redirects are not followed and proxies of the environment are not used. The URL is called as
    it is given: anyone who takes webhook URLs from strangers uses the guarded delivery client.

    Args:
        configuration: its ``webhook_timeout_seconds`` bounds connecting and each read.
        kwargs: parameters of ``Configuration`` that override those of ``configuration``.

    Raises:
        ConfigurationError: the result names no webhook.
        InvalidPayload: the metadata or request data cannot be written as JSON.
        WebhookError: no answer came (refused, timed out, no such host, bad TLS).
    """
    timeout = get_configuration(configuration, kwargs).webhook_timeout_seconds
    url = tracking_result.webhook_url
    if not url:
        raise ConfigurationError("the tracking result has no webhook_url to post to")
    try:
        body = json.dumps(_payload(tracking_result), allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidPayload(f"the tracking result cannot be written as JSON: {error}") from error
    try:
        return _pool().request(
            "POST",
            url,
            body=body,
            headers={"Content-Type": "application/json"},
            timeout=timeout,
            retries=False,
            redirect=False,
        )
    except HTTPError as error:
        raise WebhookError(f"the webhook {url} could not be called: {error}") from error


def _payload(result: TrackingResult) -> dict[str, Any]:
    payload = result.to_json_dict()._asdict()
    del payload["webhook_url"]
    tracked_url = payload.pop("tracked_url")
    return {**payload, "tracked_url": tracked_url} if tracked_url else payload


@cache
def _pool() -> PoolManager:
    return PoolManager()
