"""Open and click tracking links that carry everything inside themselves.

The public API and the plain and Fernet wire formats are those of pytracking 0.2.2.
"""

from typing import TYPE_CHECKING, Any

from pytracking.configuration import DEFAULT_TIMEOUT_SECONDS, Configuration
from pytracking.errors import (
    ConfigurationError,
    InvalidKey,
    InvalidLink,
    InvalidPayload,
    InvalidTarget,
    InvalidWebhook,
    LinkExpired,
    MissingDependency,
    PytrackingError,
    WebhookError,
)
from pytracking.links import Link
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL, get_open_tracking_pixel
from pytracking.results import TrackingResult
from pytracking.tokens.keyring import Keyring
from pytracking.tracker import Tracker
from pytracking.tracking import (
    get_click_tracking_result,
    get_click_tracking_url,
    get_click_tracking_url_path,
    get_open_tracking_result,
    get_open_tracking_url,
    get_open_tracking_url_path,
)

if TYPE_CHECKING:
    from pytracking.events import Event
    from pytracking.receiving import verify_webhook

__version__ = "1.0.0"

__all__ = [
    "DEFAULT_TIMEOUT_SECONDS",
    "PNG_MIME_TYPE",
    "TRACKING_PIXEL",
    "Configuration",
    "ConfigurationError",
    "Event",
    "InvalidKey",
    "InvalidLink",
    "InvalidPayload",
    "InvalidTarget",
    "InvalidWebhook",
    "Keyring",
    "Link",
    "LinkExpired",
    "MissingDependency",
    "PytrackingError",
    "Tracker",
    "TrackingResult",
    "WebhookError",
    "get_click_tracking_result",
    "get_click_tracking_url",
    "get_click_tracking_url_path",
    "get_open_tracking_pixel",
    "get_open_tracking_result",
    "get_open_tracking_url",
    "get_open_tracking_url_path",
    "verify_webhook",
]

_RECEIVERS = {"Event": "pytracking.events", "verify_webhook": "pytracking.receiving"}


def __getattr__(name: str) -> Any:
    """Return what receivers need; senders and functions, which do not, never load it."""
    if name not in _RECEIVERS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_RECEIVERS[name]), name)
