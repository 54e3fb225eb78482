"""The functions' settings: what is missing or mistaken stops the start, and says what to do."""

import pytest
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError

KEYS = {"PYTRACKING_LINK_KEYS": '{"current": "..."}'}


def test_variables_that_are_declared_and_empty_count_as_absent():
    names = (
        *("PYTRACKING_WEBHOOK_URL", "PYTRACKING_FALLBACK_URL", "PYTRACKING_QUEUE_URL"),
        *("PYTRACKING_LINK_KEYS_SECRET", "PYTRACKING_PRIVACY", "PYTRACKING_DO_NOT_TRACK"),
        *("PYTRACKING_CAMPAIGN_KEYS", "PYTRACKING_ALLOW_HTTP_WEBHOOKS", "AWS_SAM_LOCAL"),
    )
    empty = Settings.from_environment({**KEYS, **dict.fromkeys(names, "")})
    assert empty == Settings.from_environment(KEYS)
    assert empty.queue_url is None


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


SECRETS = {
    "PYTRACKING_LINK_KEYS": "a link key nobody may see",
    "PYTRACKING_WEBHOOK_SECRETS": "a webhook secret nobody may see",
    "AWS_SECRET_ACCESS_KEY": "a secret access key nobody may see",
    "AWS_SESSION_TOKEN": "a session token nobody may see",
}


@pytest.mark.fault("answering", 53)
@pytest.mark.parametrize("show", [repr, str, "{!r:.5000}".format])
def test_no_secret_is_shown(show):
    assert "nobody may see" not in show(Settings.from_environment(SECRETS))
