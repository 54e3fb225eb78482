"""Every example of pytracking 0.2.2's own README runs as it is written there.

Only the made-up links of the examples are replaced, by real ones minted for them.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import pytracking

from tests.delivery.receivers import Receiver, answering

README = Path(__file__).with_name("original_readme.md").read_text()
MADE_UP_LINK = "https://trackingdomain.com/path/e30203jhd9239754jh21387293jhf989sda="
BASE = "https://trackingdomain.com/path/"


def _compiles(code: str) -> bool:
    try:
        compile(code, "README", "exec")
    except SyntaxError:
        return False
    return True


def _examples() -> list[str]:
    """Return the code of each example: from its first import to the last line that is Python."""
    lines = README.splitlines()
    starts = [
        number
        for number, line in enumerate(lines)
        if line == "import pytracking" or line.startswith("import pytracking ")
    ]
    examples = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        while not _compiles("\n".join(lines[start:end])):
            end -= 1  # noqa: PLW2901 - prose after the code is dropped, line by line
        examples.append("\n".join(lines[start:end]).strip())
    return examples


OPEN, CLICK, PIXEL, ENCRYPTED, WEBHOOK = _examples()


def run(example: str, link: str = MADE_UP_LINK) -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(example.replace(MADE_UP_LINK, link), names)
    return names


def test_every_example_of_the_readme_is_found() -> None:
    assert len(_examples()) == 5
    assert all("pytracking." in example for example in _examples())


@pytest.mark.parametrize(
    ("example", "kind", "target"),
    [(OPEN, "open", None), (CLICK, "click", "http://www.example.com/?query=value")],
    ids=["open", "click"],
)
def test_tracking_data_comes_from_a_full_url(example: str, kind: str, target: str | None) -> None:
    settings = {"webhook_url": "http://requestb.in/123", "include_webhook_url": True}
    mint = getattr(pytracking, f"get_{kind}_tracking_url")
    given = [target] if target else []
    link = mint(*given, {"customer_id": 1}, **{f"base_{kind}_tracking_url": BASE}, **settings)
    result = run(example, link)["tracking_result"]
    assert (result.is_open_tracking, result.is_click_tracking) == (kind == "open", kind == "click")
    assert result.metadata == {"customer_id": 1}
    assert result.webhook_url == "http://requestb.in/123"
    assert result.tracked_url == target


def test_the_pixel_is_a_png_of_68_bytes() -> None:
    names = run(PIXEL)
    assert names["pixel_byte_string"].startswith(b"\x89PNG\r\n\x1a\n")
    assert len(names["pixel_byte_string"]) == 68
    assert names["mime_type"] == "image/png"


def test_an_encrypted_click_link_is_a_click_for_the_open_decoder_too() -> None:
    # The example decodes a link it calls full_url: the one it has just minted.
    example = ENCRYPTED.replace("# Decode", "full_url = click_tracking_url")
    names = run(example)
    result = names["tracking_result"]
    assert result.is_click_tracking
    assert not result.is_open_tracking
    assert result.tracked_url == "http://www.example.com/?query=value"
    assert result.metadata == {"customer_id": 1}
    assert result.webhook_url == "http://requestb.in/123"
    token = names["click_tracking_url"].removeprefix(BASE)
    assert "customer_id" not in token
    assert token.startswith("gAAAA")


def test_a_webhook_gets_the_body_that_the_comment_shows() -> None:
    with Receiver(answering()) as receiver:
        link = pytracking.get_click_tracking_url(
            "http://www.example.com/?query=value",
            {"customer_id": 1},
            base_click_tracking_url=BASE,
            webhook_url=receiver.url,
            include_webhook_url=True,
        )
        result = run(WEBHOOK, link)["tracking_result"]
        (received,) = receiver.requests
    assert received.line.startswith("POST ")
    assert received.headers["content-type"] == "application/json"
    assert json.loads(received.body) == {
        "is_open_tracking": False,
        "is_click_tracking": True,
        "metadata": {"customer_id": 1},
        "request_data": None,
        "tracked_url": "http://www.example.com/?query=value",
        "timestamp": result.timestamp,
    }
