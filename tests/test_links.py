"""Minting and decoding links: the cases of the original, and the differences on purpose."""

from typing import Any

import pytest
from pytracking import (
    ConfigurationError,
    InvalidLink,
    PytrackingError,
    get_click_tracking_result,
    get_click_tracking_url,
    get_click_tracking_url_path,
    get_open_tracking_result,
    get_open_tracking_url,
    get_open_tracking_url_path,
)

TARGET = "https://shop.example.org/hello/?token=valueéé"
METADATA = {"id": 7, "segment": "b", "nested": {"colour": "blue"}}
DEFAULTS = {"active": True, "clé": "valeur", "segment": "a"}
MERGED = {**DEFAULTS, **METADATA}
REQUEST = {"user_agent": "Firefox", "user_ip": "127.0.0.1"}
WEBHOOK = "https://hooks.example.net/t"
KEY = b"XdhWbQZnqCIPLBL0ViPIW2vBTsmUNxAS-7mOtTdu6ZM="
# one base starts with the other, as in many deployments of the original
BASES = {
    "base_open_tracking_url": "https://t.example.com/t/open/",
    "base_click_tracking_url": "https://t.example.com/t/",
}

encrypted_or_not = pytest.mark.parametrize(
    "key", [{}, {"encryption_bytestring_key": KEY}], ids=["plain", "fernet"]
)


def test_without_a_base_url_a_link_is_its_token() -> None:
    assert get_open_tracking_url() == "e30="


@encrypted_or_not
def test_settings_known_when_decoding_need_not_be_in_the_link(key: dict[str, Any]) -> None:
    link = get_click_tracking_url(TARGET, METADATA, **BASES, **key)
    path = get_click_tracking_url_path(link, **BASES)
    result = get_click_tracking_result(
        path, REQUEST, default_metadata=DEFAULTS, webhook_url=WEBHOOK, **key
    )
    assert result.is_click_tracking
    assert not result.is_open_tracking
    assert result.tracked_url == TARGET
    assert result.webhook_url == WEBHOOK
    assert result.request_data == REQUEST
    assert result.metadata == MERGED


@encrypted_or_not
def test_settings_can_travel_inside_the_link(key: dict[str, Any]) -> None:
    travelling = {"include_webhook_url": True, "include_default_metadata": True}
    link = get_open_tracking_url(
        METADATA, webhook_url=WEBHOOK, default_metadata=DEFAULTS, **travelling, **BASES, **key
    )
    result = get_open_tracking_result(
        get_open_tracking_url_path(link, **BASES), **travelling, **key
    )
    assert result.is_open_tracking
    assert not result.is_click_tracking
    assert result.tracked_url is None
    assert result.webhook_url == WEBHOOK
    assert result.metadata == MERGED


def test_the_originals_json_form_has_its_seven_fields_in_order() -> None:
    result = get_open_tracking_result(get_open_tracking_url(METADATA), REQUEST).to_json_dict()
    assert result._fields == (
        *("is_open_tracking", "is_click_tracking", "tracked_url", "webhook_url", "metadata"),
        *("request_data", "timestamp"),
    )
    assert result[:6] == (True, False, None, None, METADATA, REQUEST)


def test_a_result_reads_as_text() -> None:
    result = get_click_tracking_result(get_click_tracking_url("https://a.example/"))
    assert str(result) == (
        "<pytracking.TrackingResult> is_open_tracking: False is_click_tracking: True "
        "tracked_url: https://a.example/"
    )


@pytest.mark.parametrize("decode", [get_open_tracking_result, get_click_tracking_result])
def test_a_full_link_is_of_the_kind_of_its_base_whichever_decoder_is_called(decode: Any) -> None:
    click = decode(get_click_tracking_url(TARGET, METADATA, **BASES), **BASES)
    assert (click.is_click_tracking, click.tracked_url) == (True, TARGET)
    opened = decode(get_open_tracking_url(METADATA, **BASES), **BASES)
    assert (opened.is_open_tracking, opened.metadata) == (True, METADATA)


def test_with_one_base_for_both_kinds_a_full_link_follows_the_called_function() -> None:
    same = {
        "base_open_tracking_url": "https://t.example/",
        "base_click_tracking_url": "https://t.example/",
    }
    link = get_open_tracking_url(METADATA, **same)
    assert get_open_tracking_result(link, **same).is_open_tracking
    assert get_click_tracking_result(link, **same).is_click_tracking


@pytest.mark.parametrize("appended", ["?utm_source=mail", "#top", "/?utm_source=mail&a=b#top"])
def test_what_others_append_to_a_full_link_is_dropped(appended: str) -> None:
    link = get_click_tracking_url(TARGET, METADATA, **BASES) + appended
    assert get_click_tracking_result(link, **BASES).metadata == METADATA


@pytest.mark.parametrize("around", [" {} ", "<{}>", '"{}".', "(\r\n{})", "\ufeff{}&gt;"])
def test_what_a_text_put_around_a_full_link_is_dropped(around: str) -> None:
    link = get_click_tracking_url(TARGET, METADATA, **BASES)
    damaged = around.format(link.replace("example", "exa=\r\nmple", 1))
    for given in (around.format(link), damaged):
        result = get_open_tracking_result(given, **BASES)
        assert (result.is_click_tracking, result.tracked_url) == (True, TARGET)


@pytest.mark.parametrize("times", [1, 900, 40_000])
def test_zero_width_spaces_inside_each_other_are_taken_out_once_and_no_more(times: int) -> None:
    nested = "x://" + "%e2%80" * times + "%8b" * times
    for text in (nested, nested + "y" * 290_000, "https://t.example.com/t/" + nested):
        with pytest.raises(InvalidLink):
            get_open_tracking_result(text, **BASES)
        with pytest.raises(InvalidLink):
            get_open_tracking_result(text)


def test_a_path_alone_follows_the_called_function() -> None:
    path = get_open_tracking_url(METADATA)
    assert get_open_tracking_result(path).is_open_tracking
    assert get_click_tracking_result(path).is_click_tracking
    assert get_click_tracking_result("/" + path).metadata == METADATA


@pytest.mark.parametrize(
    ("base", "start"),
    [
        ("https://t.example/path", "https://t.example/path/"),
        ("https://t.example/path/", "https://t.example/path/"),
        ("https://t.example", "https://t.example/"),
        ("https://t.example/a/../path/", "https://t.example/path/"),
    ],
)
def test_a_base_keeps_its_last_segment_with_or_without_a_final_slash(base: str, start: str) -> None:
    link = get_open_tracking_url(METADATA, base_open_tracking_url=base)
    assert link.startswith(start + "ey")
    assert get_open_tracking_result(link, base_open_tracking_url=base).metadata == METADATA


def test_the_path_of_a_link_needs_its_base_url() -> None:
    with pytest.raises(ConfigurationError, match="base_open_tracking_url"):
        get_open_tracking_url_path("https://t.example/o/e30=")
    with pytest.raises(InvalidLink, match="base_click_tracking_url"):
        get_click_tracking_url_path("https://elsewhere.example/e30=", **BASES)


@encrypted_or_not
@pytest.mark.parametrize(
    "damaged", ["", "e", "/", "!", "not a token", "é", "\x00", "eyJ1", "W10=", "bnVsbA==", "gAAAA"]
)
def test_a_damaged_link_raises_one_error_with_its_cause(key: dict[str, Any], damaged: str) -> None:
    with pytest.raises(InvalidLink) as caught:
        get_open_tracking_result(damaged, **key)
    assert isinstance(caught.value, PytrackingError)
    assert isinstance(caught.value, ValueError)
