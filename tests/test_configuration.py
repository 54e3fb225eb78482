"""Configuration: immutable, derived cheaply, strict about names."""

import copy
import pickle
from collections.abc import Callable

import pytest
from pytracking import Configuration, InvalidKey
from pytracking.tracking import get_configuration

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
    with pytest.raises(AttributeError, match="merge_with_kwargs"):
        configuration.webhook_url = None
    with pytest.raises(AttributeError, match="immutable"):
        del configuration.webhook_url
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
    [lambda name: Configuration(**name), lambda name: Configuration().merge_with_kwargs(name)],
)
def test_an_unknown_keyword_is_refused_and_the_nearest_is_named(
    make: Callable[[dict[str, str]], Configuration],
) -> None:
    with pytest.raises(TypeError, match=r"'webhok_url'.*'webhook_url'"):
        make({"webhok_url": "https://w.example/"})


def test_the_fernet_of_its_key_is_at_hand_as_in_the_original() -> None:
    encryption_key = Configuration(encryption_bytestring_key=KEY).encryption_key
    assert encryption_key is not None
    token = Configuration(encryption_bytestring_key=KEY).get_open_tracking_url({"a": 1})
    assert encryption_key.decrypt(token) == b'{"metadata": {"a": 1}}'
    assert Configuration().encryption_key is None


def test_a_key_that_is_no_fernet_key_is_refused_when_it_is_configured() -> None:
    with pytest.raises(InvalidKey, match="44 characters"):
        Configuration(encryption_bytestring_key=b"secret")


def test_a_copy_is_the_configuration_itself_and_a_pickle_mints_what_it_minted() -> None:
    configuration = Configuration(
        default_metadata={"list": "a"},
        include_default_metadata=True,
        base_open_tracking_url="https://t.example/o/",
    )
    assert copy.copy(configuration) is configuration
    assert copy.deepcopy(configuration) is configuration
    thawed = pickle.loads(pickle.dumps(configuration))
    assert thawed.get_open_tracking_url({"a": 1}) == configuration.get_open_tracking_url({"a": 1})


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
