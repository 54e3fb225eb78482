"""Subclasses of ``Configuration``: each step of minting and decoding may be theirs, as in 0.2.2."""

import pickle
from collections.abc import Mapping
from typing import Any

import pytest
from pytracking import (
    Configuration,
    InvalidTarget,
    Keyring,
    TrackingResult,
    get_click_tracking_result,
    get_click_tracking_url,
    get_open_tracking_result,
    get_open_tracking_url,
)
from pytracking.html import adapt_html

BASES = {
    "base_open_tracking_url": "https://t.example/o/",
    "base_click_tracking_url": "https://t.example/c/",
}
RING = Keyring.generate()


class Ours(Configuration):
    """A configuration that asks for nothing, and stamps each link."""

    def __init__(self, stamp: int = 7) -> None:
        super().__init__(**BASES, webhook_url="https://w.example/", include_webhook_url=True)
        self.stamp = stamp

    def get_data_to_embed(
        self, url_to_track: str | None, extra_metadata: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        data = super().get_data_to_embed(url_to_track, extra_metadata)
        data.setdefault("metadata", {})["stamp"] = self.stamp
        return data


def test_a_subclass_with_parameters_of_its_own_is_derived_and_pickled() -> None:
    for configuration in (Ours(8), pickle.loads(pickle.dumps(Ours(8)))):
        link = get_click_tracking_url("https://a.example/", {}, configuration, append_slash=True)
        assert link.endswith("/")
        result = get_click_tracking_result(link, configuration=configuration)
        assert (result.webhook_url, result.metadata) == ("https://w.example/", {"stamp": 8})


class Steps(Configuration):
    """A configuration that marks what passes through each step."""

    def get_url_encoded_data_str(self, data_to_embed: dict[str, Any]) -> str:  # type: ignore[override]
        return super().get_url_encoded_data_str({**data_to_embed, "metadata": {"by": "encoding"}})

    def get_open_tracking_url_from_data_str(self, data_str: str) -> str:
        return super().get_open_tracking_url_from_data_str(data_str) + "?from=open"

    def get_click_tracking_url_from_data_str(self, data_str: str) -> str:
        return super().get_click_tracking_url_from_data_str(data_str) + "?from=click"

    def get_tracking_result(
        self, encoded_url_path: str, request_data: Mapping[str, Any] | None, is_open: bool
    ) -> TrackingResult:
        return super().get_tracking_result(encoded_url_path, {"is_open": is_open}, is_open)


def test_each_step_of_a_subclass_is_taken() -> None:
    for key in ({}, {"keyring": RING}):
        configuration = Steps(**BASES, **key)
        opened = get_open_tracking_url({"a": 1}, configuration)
        clicked = get_click_tracking_url("https://a.example/", {"a": 1}, configuration)
        assert opened.endswith("?from=open")
        assert clicked.endswith("?from=click")
        for decode in (get_open_tracking_result, get_click_tracking_result):
            result = decode(opened, configuration=configuration)
            assert (result.metadata, result.request_data) == ({"by": "encoding"}, {"is_open": True})
            result = decode(clicked, configuration=configuration)
            assert (result.tracked_url, result.request_data) == (
                "https://a.example/",
                {"is_open": False},
            )


class Strict(Configuration):
    """A configuration that lets no link lead to one host."""

    def check_target(self, url: str) -> str:
        if "bad.example" in url:
            raise InvalidTarget(f"{url} is not for our mails")
        return super().check_target(url)


def test_the_check_of_a_subclass_holds_for_links_and_for_mails() -> None:
    configuration = Strict(**BASES)
    with pytest.raises(InvalidTarget, match="not for our mails"):
        get_click_tracking_url("https://bad.example/", {}, configuration)
    html = '<a href="https://good.example/">1</a><a href="https://bad.example/">2</a>'
    rewritten = adapt_html(html, {}, True, False, configuration)
    assert "https://bad.example/" in rewritten
    assert "https://good.example/" not in rewritten


def test_the_three_steps_of_the_original_make_links_of_their_kind() -> None:
    configuration = Configuration(**BASES, keyring=RING)
    document = configuration.get_data_to_embed("https://a.example/", {"a": 1})
    token = configuration.get_url_encoded_data_str(document)
    link = configuration.get_click_tracking_url_from_data_str(token)
    assert link == configuration.get_click_tracking_url("https://a.example/", {"a": 1})
    token = configuration.get_url_encoded_data_str(configuration.get_data_to_embed(None, {"a": 1}))
    link = configuration.get_open_tracking_url_from_data_str(token)
    assert link == configuration.get_open_tracking_url({"a": 1})
