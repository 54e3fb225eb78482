"""The transparent 1x1 PNG pixel, byte for byte the one of pytracking 0.2.2 (68 bytes)."""

TRACKING_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c0200"
    "00000b4944415478da6364600000000600023081d02f0000000049454e44ae426082"
)

PNG_MIME_TYPE = "image/png"


def get_open_tracking_pixel() -> tuple[bytes, str]:
    """Return ``(pixel, mime_type)``: the 68 bytes of the transparent PNG and ``"image/png"``."""
    return TRACKING_PIXEL, PNG_MIME_TYPE
