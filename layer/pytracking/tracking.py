"""The functions of pytracking 0.2.2, under its own module name: mint a link, decode a link."""

from collections.abc import Mapping
from typing import Any, Unpack

from pytracking.configuration import (
    DEFAULT_TIMEOUT_SECONDS,
    Configuration,
    Keywords,
    get_configuration,
)
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL, get_open_tracking_pixel
from pytracking.results import TrackingResult, TrackingResultJSON
from pytracking.tokens import Kind

__all__ = [
    "DEFAULT_TIMEOUT_SECONDS",
    "PNG_MIME_TYPE",
    "TRACKING_PIXEL",
    "Configuration",
    "TrackingResult",
    "TrackingResultJSON",
    "get_click_tracking_result",
    "get_click_tracking_url",
    "get_click_tracking_url_path",
    "get_configuration",
    "get_open_tracking_pixel",
    "get_open_tracking_result",
    "get_open_tracking_url",
    "get_open_tracking_url_path",
]


def get_open_tracking_url(
    metadata: Mapping[str, Any] | None = None,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> str:
    """Return an open link (the address of a tracking pixel) that carries ``metadata``.

    Args:
        metadata: what JSON can hold; given back, unchanged, when the link is decoded.
        configuration: how to mint; the default one when None.
        kwargs: parameters of ``Configuration`` that override those of ``configuration``.

    Raises:
        InvalidPayload: ``metadata`` is not a mapping, or JSON cannot hold it.
    """
    return get_configuration(configuration, kwargs).get_open_tracking_url(metadata)


def get_click_tracking_url(
    url_to_track: str,
    metadata: Mapping[str, Any] | None = None,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> str:
    """Return a click link that redirects to ``url_to_track``.

    Args:
        url_to_track: where the click goes, an absolute http or https URL.
        metadata, configuration, kwargs: as for ``get_open_tracking_url``.

    Raises:
        InvalidTarget: ``url_to_track`` is not a URL that a redirect may go to.
        InvalidPayload: as ``get_open_tracking_url``.
    """
    configuration = get_configuration(configuration, kwargs)
    return configuration.get_click_tracking_url(url_to_track, metadata)


def get_open_tracking_result(
    encoded_url_path: str,
    request_data: Mapping[str, Any] | None = None,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> TrackingResult:
    """Decode an open link.

    Args:
        encoded_url_path: the token of a link, or a full link under either configured base URL, as
            it came out of a mail. A full link under the click base is decoded as the click it is.
        request_data: attached to the result as it is, e.g. the user agent.
        configuration: how to decode; the default one when None.
        kwargs: parameters of ``Configuration`` that override those of ``configuration``.

    Raises:
        InvalidLink: damaged, forged, expired, or of a format that is not accepted.
    """
    return _result(encoded_url_path, request_data, get_configuration(configuration, kwargs), "open")


def get_click_tracking_result(
    encoded_url_path: str,
    request_data: Mapping[str, Any] | None = None,
    configuration: Configuration | None = None,
    **kwargs: Unpack[Keywords],
) -> TrackingResult:
    """Decode a click link; parameters and errors as for ``get_open_tracking_result``."""
    return _result(
        encoded_url_path, request_data, get_configuration(configuration, kwargs), "click"
    )


def _result(
    path_or_url: str,
    request_data: Mapping[str, Any] | None,
    configuration: Configuration,
    kind: Kind,
) -> TrackingResult:
    token, kind_of_base = configuration.base_urls.split(path_or_url)
    is_open = (kind_of_base or kind) == "open"
    return configuration.get_tracking_result(token, request_data, is_open)


def get_open_tracking_url_path(
    url: str, configuration: Configuration | None = None, **kwargs: Unpack[Keywords]
) -> str:
    """Return the token of a full open link.

    Raises:
        InvalidLink: ``url`` is not under ``base_open_tracking_url``.
        ConfigurationError: there is no ``base_open_tracking_url``.
    """
    return get_configuration(configuration, kwargs).get_open_tracking_url_path(url)


def get_click_tracking_url_path(
    url: str, configuration: Configuration | None = None, **kwargs: Unpack[Keywords]
) -> str:
    """Return the token of a full click link; errors as for ``get_open_tracking_url_path``."""
    return get_configuration(configuration, kwargs).get_click_tracking_url_path(url)
