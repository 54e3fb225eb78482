"""A sender: mints the links of one mail."""

from typing import Any

from pytracking.aws.minter import Minter

minter = Minter()


def handler(event: dict[str, Any], context: object) -> dict[str, str]:
    """Return the pixel's link and the tracked link of one recipient."""
    metadata = {"recipient": event["recipient"]}
    return {
        "pixel": minter.open(metadata),
        "link": minter.click(event["target"], metadata),
    }
