"""The transparent 1x1 PNG pixel, byte for byte the one of pytracking 0.2.2 (68 bytes)."""

from base64 import b64decode

TRACKING_PIXEL = b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
)

PNG_MIME_TYPE = "image/png"


def get_open_tracking_pixel() -> tuple[bytes, str]:
    """Return ``(pixel, mime_type)``: the 68 bytes of the transparent PNG and ``"image/png"``."""
    return TRACKING_PIXEL, PNG_MIME_TYPE
