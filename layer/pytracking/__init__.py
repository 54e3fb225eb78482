"""Open and click tracking links that carry everything inside themselves.

The public API and the plain and Fernet wire formats are those of pytracking 0.2.2.
"""

from pytracking.configuration import Configuration
from pytracking.errors import (
    ConfigurationError,
    InvalidKey,
    InvalidLink,
    InvalidPayload,
    InvalidTarget,
    LinkExpired,
    MissingDependency,
    PytrackingError,
    WebhookError,
)
from pytracking.parameters import DEFAULT_TIMEOUT_SECONDS
from pytracking.pixel import PNG_MIME_TYPE, TRACKING_PIXEL, get_open_tracking_pixel
from pytracking.results import TrackingResult
from pytracking.tracking import (
    get_click_tracking_result,
    get_click_tracking_url,
    get_click_tracking_url_path,
    get_open_tracking_result,
    get_open_tracking_url,
    get_open_tracking_url_path,
)

TYPE_CHECKING = False  # typing takes longer to import than all that importing us loads
if TYPE_CHECKING:
    from pytracking.tokens.keyring import Keyring as Keyring

__version__ = "1.0.0"

__all__ = [
    "DEFAULT_TIMEOUT_SECONDS",
    "PNG_MIME_TYPE",
    "TRACKING_PIXEL",
    "Configuration",
    "ConfigurationError",
    "InvalidKey",
    "InvalidLink",
    "InvalidPayload",
    "InvalidTarget",
    "LinkExpired",
    "MissingDependency",
    "PytrackingError",
    "TrackingResult",
    "WebhookError",
    "get_click_tracking_result",
    "get_click_tracking_url",
    "get_click_tracking_url_path",
    "get_open_tracking_pixel",
    "get_open_tracking_result",
    "get_open_tracking_url",
    "get_open_tracking_url_path",
]


def __getattr__(name: str) -> object:
    """Load ``Keyring``, and with it the cryptography package, when it is first asked for."""
    if name == "Keyring":
        from pytracking.tokens.keyring import Keyring  # noqa: PLC0415

        return Keyring
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
