"""The functions' settings: what is missing or mistaken stops the start, and says what to do."""

import pytest
from pytracking.errors import ConfigurationError
from pytracking.handlers.settings import Settings

KEYS = {"PYTRACKING_LINK_KEYS": '{"current": "..."}'}


def test_a_missing_key_stops_the_start_and_says_how_to_make_one():
    with pytest.raises(ConfigurationError, match="python -m pytracking keys new"):
        Settings.from_environment({})


def test_variables_that_are_declared_and_empty_count_as_absent():
    names = (
        "PYTRACKING_WEBHOOK_URL",
        "PYTRACKING_FALLBACK_URL",
        "PYTRACKING_QUEUE_URL",
        "PYTRACKING_LINK_KEYS_SECRET",
        "PYTRACKING_PRIVACY",
        "PYTRACKING_DO_NOT_TRACK",
        "PYTRACKING_CAMPAIGN_KEYS",
        "PYTRACKING_ALLOW_HTTP_WEBHOOKS",
        "AWS_SAM_LOCAL",
    )
    empty = Settings.from_environment({**KEYS, **dict.fromkeys(names, "")})
    assert empty == Settings.from_environment(KEYS)
    assert empty.queue_url is None


def test_empty_keys_are_no_keys():
    with pytest.raises(ConfigurationError, match="no link keys"):
        Settings.from_environment({"PYTRACKING_LINK_KEYS": "", "PYTRACKING_LINK_KEYS_SECRET": ""})


@pytest.mark.parametrize("privacy", ["full", "truncated", "none"])
def test_each_privacy_mode_is_taken(privacy):
    assert (
        Settings.from_environment({**KEYS, "PYTRACKING_PRIVACY": privacy}).privacy.mode == privacy
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PYTRACKING_PRIVACY", "some"),
        ("PYTRACKING_DO_NOT_TRACK", "yes"),
        ("PYTRACKING_ALLOW_HTTP_WEBHOOKS", "yes"),
        ("AWS_SAM_LOCAL", "1"),
    ],
)
def test_a_value_that_cannot_be_meant_is_named(name, value):
    with pytest.raises(ConfigurationError, match=f"{name} is '{value}'"):
        Settings.from_environment({**KEYS, name: value})
