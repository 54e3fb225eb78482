"""The module name of pytracking 0.2.2, so that ``from pytracking.tracking import ...`` works."""

from pytracking.configuration import Configuration, get_configuration
from pytracking.links import (
    get_click_tracking_result,
    get_click_tracking_url,
    get_click_tracking_url_path,
    get_open_tracking_result,
    get_open_tracking_url,
    get_open_tracking_url_path,
)
from pytracking.parameters import DEFAULT_TIMEOUT_SECONDS
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL, get_open_tracking_pixel
from pytracking.results import TrackingResult, TrackingResultJSON

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
