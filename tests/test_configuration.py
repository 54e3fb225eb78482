"""Configuration: immutable, derived cheaply, strict about names."""

import copy
import pickle
import threading
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pytracking import (
    Configuration,
    ConfigurationError,
    InvalidKey,
    InvalidLink,
    InvalidPayload,
    TrackingResult,
    get_click_tracking_url,
    get_open_tracking_result,
    get_open_tracking_url,
)
from pytracking.tracking import get_configuration

BASES = {
    "base_open_tracking_url": "https://t.example/o/",
    "base_click_tracking_url": "https://t.example/c/",
}
KEY = b"XdhWbQZnqCIPLBL0ViPIW2vBTsmUNxAS-7mOtTdu6ZM="


def test_the_defaults_are_those_of_the_original() -> None:
    configuration = Configuration()
    assert configuration.webhook_url is None
    assert configuration.webhook_timeout_seconds == 5
    assert configuration.include_webhook_url is False
    assert configuration.base_open_tracking_url is None
    assert configuration.base_click_tracking_url is None
    assert configuration.default_metadata is None
    assert configuration.include_default_metadata is False
    assert configuration.encryption_bytestring_key is None
    assert configuration.encoding == "utf-8"
    assert configuration.append_slash is False


def test_parameters_may_be_given_by_position_in_the_originals_order() -> None:
    configuration = Configuration("https://w.example/", 2, True, "https://o/", "https://c/")
    assert configuration.webhook_url == "https://w.example/"
    assert configuration.webhook_timeout_seconds == 2
    assert configuration.include_webhook_url is True
    assert configuration.base_open_tracking_url == "https://o/"
    assert configuration.base_click_tracking_url == "https://c/"


def test_an_attribute_cannot_be_changed_or_deleted() -> None:
    configuration = Configuration(webhook_url="https://w.example/")
    with pytest.raises(AttributeError):
        configuration.webhook_url = None  # type: ignore[misc]
    with pytest.raises(AttributeError):
        del configuration.webhook_url  # type: ignore[misc]
    assert configuration.webhook_url == "https://w.example/"


def test_changing_the_callers_dict_or_the_attribute_changes_no_link() -> None:
    defaults = {"list": "a"}
    configuration = Configuration(default_metadata=defaults, include_default_metadata=True)
    link = configuration.get_open_tracking_url(None)
    defaults["list"] = "b"
    with pytest.raises(TypeError):
        configuration.default_metadata["list"] = "c"  # type: ignore[index]
    assert configuration.get_open_tracking_url(None) == link


def test_a_derived_configuration_has_the_new_values_and_leaves_its_parent_alone() -> None:
    parent = Configuration(webhook_url="https://w.example/", default_metadata={"list": "a"})
    child = parent.merge_with_kwargs(
        {"webhook_url": "https://v.example/", "default_metadata": {"list": "b"}}
    )
    assert (child.webhook_url, child.default_metadata) == ("https://v.example/", {"list": "b"})
    assert (parent.webhook_url, parent.default_metadata) == ("https://w.example/", {"list": "a"})


def test_nothing_to_merge_gives_the_configuration_itself() -> None:
    configuration = Configuration()
    assert configuration.merge_with_kwargs({}) is configuration
    assert get_configuration(configuration, {}) is configuration
    assert get_configuration(None, {}).webhook_url is None


@pytest.mark.parametrize(
    "make",
    [
        lambda name: Configuration(**name),
        lambda name: Configuration().merge_with_kwargs(name),
        lambda name: get_open_tracking_url({}, **name),
    ],
)
def test_an_unknown_keyword_is_refused_and_the_nearest_is_named(
    make: Callable[[dict[str, str]], object],
) -> None:
    with pytest.raises(TypeError, match=r"'webhok_url'.*'webhook_url'") as caught:
        make({"webhok_url": "https://w.example/"})
    assert caught.value.__context__ is None


def test_the_fernet_of_its_key_is_at_hand_as_in_the_original() -> None:
    encryption_key = Configuration(encryption_bytestring_key=KEY).encryption_key
    assert encryption_key is not None
    token = Configuration(encryption_bytestring_key=KEY).get_open_tracking_url({"a": 1})
    assert encryption_key.decrypt(token) == b'{"metadata": {"a": 1}}'
    assert Configuration().encryption_key is None


def test_a_key_that_is_no_fernet_key_is_refused_when_it_is_configured() -> None:
    with pytest.raises(InvalidKey, match="44 characters"):
        Configuration(encryption_bytestring_key=b"secret")


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))]
)
def test_a_copy_equals_the_configuration_and_mints_what_it_minted(
    copied: Callable[[Configuration], Configuration],
) -> None:
    configuration = Configuration(
        default_metadata={"list": "a"},
        include_default_metadata=True,
        encryption_bytestring_key=KEY,
        **BASES,
    )
    link = configuration.get_open_tracking_url({"a": 1})
    made = copied(configuration)
    assert made == configuration
    result = get_open_tracking_result(link, configuration=made)
    assert result.metadata == {"list": "a", "a": 1}
    link = made.get_open_tracking_url({"b": 2})
    result = get_open_tracking_result(link, configuration=configuration)
    assert result.metadata == {"list": "a", "b": 2}


def test_its_text_names_its_urls_and_not_its_key() -> None:
    configuration = Configuration(
        webhook_url="https://w.example/",
        base_open_tracking_url="https://t.example/o/",
        base_click_tracking_url="https://t.example/c/",
        encryption_bytestring_key=KEY,
    )
    assert str(configuration) == (
        "<pytracking.Configuration> Open Tracking URL: https://t.example/o/ "
        "Click Tracking URL: https://t.example/c/ Webhook URL: https://w.example/"
    )


# What callers do with theirs


def test_what_comes_back_can_be_changed_without_changing_the_next() -> None:
    given: dict[str, Any] = {"tags": ["a"], "who": {"id": 1}}
    configuration = Configuration(**BASES, default_metadata=given)
    link = configuration.get_open_tracking_url({"n": 1})
    for _ in range(2):
        metadata = get_open_tracking_result(link, configuration=configuration).metadata
        assert metadata == {"tags": ["a"], "who": {"id": 1}, "n": 1}
        metadata["tags"].append("b")
        metadata["who"]["id"] = 2
    given["tags"].append("c")
    assert get_open_tracking_result(link, configuration=configuration).metadata == {
        "tags": ["a"], "who": {"id": 1}, "n": 1,
    }  # fmt: skip


def test_what_it_shows_can_be_changed_without_changing_what_it_does() -> None:
    configuration = Configuration(**BASES, default_metadata={"tags": ["a"], "who": ({"id": 1},)})
    assert configuration.default_metadata is not None
    configuration.default_metadata["tags"].append("b")
    link = configuration.get_open_tracking_url(None)
    derived = configuration.merge_with_kwargs({"append_slash": True})
    for made in (derived, pickle.loads(pickle.dumps(configuration))):
        assert made.default_metadata == {"tags": ["a"], "who": ({"id": 1},)}
    for _ in range(2):
        metadata = get_open_tracking_result(link, configuration=configuration).metadata
        assert metadata == {"tags": ["a"], "who": ({"id": 1},)}
        metadata["who"][0]["id"] = 2


def test_empty_default_metadata_is_copied_too() -> None:
    given: dict[str, Any] = {}
    configuration = Configuration(default_metadata=given)
    given["late"] = 1
    assert configuration.default_metadata == {}
    assert configuration.merge_with_kwargs({"append_slash": True}).default_metadata == {}
    assert Configuration().default_metadata is None


def test_the_document_to_embed_is_the_callers_to_change() -> None:
    metadata = {"a": 1}
    for configuration in (
        Configuration(),
        Configuration(default_metadata={"nested": {}}, include_default_metadata=True),
    ):
        embedded = configuration.get_data_to_embed(None, metadata)["metadata"]
        embedded["c"] = 3
        embedded.get("nested", {})["d"] = 4
        assert metadata == {"a": 1}
        again = configuration.get_data_to_embed(None, metadata)["metadata"]
        assert again in ({"a": 1}, {"a": 1, "nested": {}})


def test_metadata_may_be_pairs_as_in_the_original() -> None:
    for settings in ({}, {"default_metadata": {"b": 1}, "include_default_metadata": True}):
        link = get_open_tracking_url([("a", 1)], **BASES, **settings)  # type: ignore[arg-type]
        assert get_open_tracking_result(link, **BASES).metadata["a"] == 1


def test_default_metadata_given_as_a_keyword_is_that_of_this_call() -> None:
    for value in (1, True, 1.0):
        link = get_open_tracking_url(
            {}, default_metadata=(("vip", value),), include_default_metadata=True, **BASES
        )
        found = get_open_tracking_result(link, **BASES).metadata["vip"]
        assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("nothing", [None, False, {}])
def test_no_configuration_is_the_default_one(nothing: Any) -> None:
    link = get_open_tracking_url({"a": 1}, nothing)
    assert get_open_tracking_result(link, None, nothing).metadata == {"a": 1}


@pytest.mark.parametrize("base", ["/suivi-é/", "//münchen.example/c/", "https://t.example/a é/"])
def test_a_base_that_no_target_can_be_under_hinders_nothing(base: str) -> None:
    bases = {"base_open_tracking_url": base, "base_click_tracking_url": base}
    for link in (
        get_open_tracking_url({"a": 1}, **bases),
        get_click_tracking_url("https://a.example/", {"a": 1}, **bases),
    ):
        assert get_open_tracking_result(link, **bases).metadata == {"a": 1}


def test_a_key_may_be_a_bytearray() -> None:
    key = Fernet.generate_key()
    link = get_open_tracking_url({"a": 1}, encryption_bytestring_key=bytearray(key))  # type: ignore[arg-type]
    assert get_open_tracking_result(link, encryption_bytestring_key=key).metadata == {"a": 1}


@pytest.mark.parametrize("metadata", ["abc", 5, [1], [("a", 1, 2)]])
def test_metadata_that_is_no_mapping_is_refused_with_what_it_is(metadata: Any) -> None:
    kind = type(metadata).__name__
    for settings in ({}, {"default_metadata": {"b": 1}, "include_default_metadata": True}):
        with pytest.raises(InvalidPayload, match=f"is a dict, not {kind}"):
            get_open_tracking_url(metadata, **settings)
        with pytest.raises(InvalidPayload, match=f"is a dict, not {kind}"):
            get_click_tracking_url("https://a.example/", metadata, **settings)
    with pytest.raises(ConfigurationError, match=f"default_metadata is a dict, not {kind}"):
        Configuration(default_metadata=metadata)


def test_default_metadata_nested_too_deeply_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(5_000):
        nested = {"a": nested}
    with pytest.raises(ConfigurationError, match="too deeply"):
        Configuration(default_metadata=nested)


@pytest.mark.parametrize("privacy", [["no_cookies"], "no_ip", [None]])
def test_an_unknown_consent_flag_or_one_alone_is_refused_with_the_known_ones(privacy: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"privacy .* no_ip, no_agent, aggregate"):
        Configuration(privacy=privacy)


@pytest.mark.parametrize(
    ("name", "value"), [("clock", 5), ("privacy", None), ("encoding", []), ("encoding", "a\0b")]
)
def test_an_invalid_value_is_refused_when_it_is_configured(name: str, value: Any) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Configuration(**{name: value})


def test_its_clock_stamps_links_and_judges_them() -> None:
    now = 1_800_000_000.5
    configuration = Configuration(
        **BASES, expires_in=60, include_issue_time=True, clock=lambda: now
    )
    link = configuration.get_open_tracking_url({"a": 1})
    result = get_open_tracking_result(link, configuration=configuration)
    assert (result.issued_at, result.expires_at) == (1_800_000_000, 1_800_000_061)
    assert result.timestamp == 1_800_000_000
    now += 61
    with pytest.raises(InvalidLink, match="expired"):
        get_open_tracking_result(link, configuration=configuration)
    assert get_open_tracking_result(link, **BASES, clock=lambda: 1_800_000_060).metadata == {"a": 1}


@pytest.mark.parametrize(
    "seconds", [0, -1, 10**400, 1e308, 1e11, float("nan"), float("inf"), True, "60"]
)
def test_a_lifetime_that_is_no_reasonable_number_of_seconds_is_refused(seconds: Any) -> None:
    with pytest.raises(ConfigurationError, match="expires_in"):
        Configuration(expires_in=seconds)


def test_a_result_and_a_configuration_may_be_kept_in_a_set() -> None:
    made = [Configuration(default_metadata={"a": [1]}, webhook_url="https://a.example/")] * 2
    assert len({pickle.loads(pickle.dumps(one)) for one in made}) == 1
    assert len({TrackingResult(token="a"), TrackingResult(token="a"), TrackingResult()}) == 2


@pytest.mark.parametrize("held", [threading.Lock(), (one for one in "ab")])
def test_default_metadata_that_cannot_be_copied_is_refused_with_the_reason(held: object) -> None:
    with pytest.raises(ConfigurationError, match="cannot be copied: cannot pickle"):
        Configuration(default_metadata={"a": held})


def test_a_base_url_that_is_none_is_refused_with_the_reason() -> None:
    with pytest.raises(ConfigurationError, match="base URL"):
        get_open_tracking_url({}, base_open_tracking_url="https://[x/")
    with pytest.raises(ConfigurationError, match="base URL"):
        get_open_tracking_result("eyJ9", {}, base_open_tracking_url="https://[x/")
