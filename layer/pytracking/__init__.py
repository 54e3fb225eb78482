"""Open and click tracking links that carry everything inside themselves.

The public API and the plain and Fernet wire formats are those of pytracking 0.2.2. Each name
loads at its first use: functions that answer visitors need few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from pytracking.campaign import Campaign as Campaign  # not in __all__: it loads cryptography
    from pytracking.configuration import DEFAULT_TIMEOUT_SECONDS, Configuration
    from pytracking.events import Event
    from pytracking.links import Link
    from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL, get_open_tracking_pixel
    from pytracking.receiving import verify_webhook
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

_MODULES = {
    "campaign": "Campaign",
    "configuration": "Configuration DEFAULT_TIMEOUT_SECONDS",
    "events": "Event",
    "links": "Link",
    "pixel": "PNG_MIME_TYPE TRACKING_PIXEL get_open_tracking_pixel",
    "receiving": "verify_webhook",
    "results": "TrackingResult",
    "tokens.keyring": "Keyring",
    "tracker": "Tracker",
    "tracking": "get_click_tracking_result get_click_tracking_url get_click_tracking_url_path "
    "get_open_tracking_result get_open_tracking_url get_open_tracking_url_path",
}
_LOADED_LATER = {name: module for module, names in _MODULES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name, or a module that ``import pytracking`` has always brought along."""
    if name in _LOADED_LATER:
        value = getattr(import_module(f"pytracking.{_LOADED_LATER[name]}"), name)
    elif name in _MODULES:
        value = import_module(f"pytracking.{name}")
    else:
        raise AttributeError(f"module 'pytracking' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
