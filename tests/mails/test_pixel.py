"""Where the pixel stands, and what it is."""

from typing import Any

import lxml.html
import pytest

from tests.mails.senders import OPEN, adapted

PIXEL = "<img>"


def with_pixel(text: str, **kwargs: Any) -> str:
    new = adapted(text, open_tracking=True, **kwargs)
    before, mark, rest = new.partition(f'<img src="{OPEN}')
    assert mark
    return before + PIXEL + rest.partition(">")[2]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<body>a</body></html>", "<body>a<img></body></html>"),
        ("<BODY>a</BODY\n></html>", "<BODY>a<img></BODY\n></html>"),
        ("<body>a</body>b</body></html>", "<body>a</body>b<img></body></html>"),
        ("<body>a</html>\n", "<body>a<img></html>\n"),
        ("a", "a<img>"),
        ("", "<img>"),
        ("<body>a<!-- </body> -->", "<body>a<!-- </body> --><img>"),
        ("<body>a</body><!-- </body> -->", "<body>a<img></body><!-- </body> -->"),
        ("<script>'</body>'</script>", "<script>'</body>'</script><img>"),
        ("<p title='</body>'>a", "<p title='</body>'>a<img>"),
        ("<body>a<!-- unclosed", "<body>a<img><!-- unclosed"),
        ("a<style>unclosed", "a<img><style>unclosed"),
        ("a<plaintext>b</body>", "a<img><plaintext>b</body>"),
        ("a<a href='unclosed", "a<img><a href='unclosed"),
    ],
)
def test_the_pixel_stands_at_the_end_of_the_body(before: str, after: str) -> None:
    assert with_pixel(before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "<html><head></head><body bgcolor=red>a</body>",
            "<html><head></head><body bgcolor=red><img>a</body>",
        ),
        ("<body>a<body>b", "<body><img>a<body>b"),
        ("a<p>b", "<img>a<p>b"),
        ("<!doctype html>\n<!-- x --><p>b", "<!doctype html>\n<!-- x --><img><p>b"),
        (
            "<html><head><title><body></title><style>x</style></head>\n<p>b",
            "<html><head><title><body></title><style>x</style></head>\n<img><p>b",
        ),
        ("<header>a", "<img><header>a"),
        ("<title>unclosed", "<img><title>unclosed"),
    ],
)
def test_the_pixel_stands_at_the_top_of_the_body_when_asked_to(before: str, after: str) -> None:
    assert with_pixel(before, pixel="top") == after


def test_the_pixel_has_an_empty_alt_a_size_and_no_place_in_the_layout() -> None:
    image = lxml.html.fragment_fromstring(adapted("", open_tracking=True))
    assert image.tag == "img"
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("", "1", "1")
    assert "position:absolute!important" in image.get("style")
