"""The link keys of a running function through rotations, outages and mistakes."""

import json

import pytest
from pytracking import Configuration
from pytracking.aws import secrets
from pytracking.aws.secrets import (
    FIRST_FETCH_SECONDS,
    FIRST_RETRY_SECONDS,
    REFRESH_FETCH_SECONDS,
    REFRESH_SECONDS,
    RETRY_SECONDS,
    SAMPLE_SECRET,
    LinkKeys,
)
from pytracking.environment import Settings
from pytracking.errors import AwsError, ConfigurationError, InvalidLink, KeysUnavailable
from pytracking.tokens.keyring import Keyring

from tests.support.timing import Clock

HOUR = 3600


def settings(**changes):
    environment = {"PYTRACKING_LINK_KEYS_SECRET": "link-keys", **changes}
    return Settings.from_environment(environment)


def link(keyring, kind="open", **metadata):
    configuration = Configuration(keyring=keyring)
    url = "https://example.com/" if kind == "click" else None
    document = configuration.get_data_to_embed(url, metadata or {"n": 1})
    return configuration.get_url_encoded_data_str(document)


def other_ids(keyring):
    """Return a keyring none of whose key ids is one of ``keyring``."""
    while True:
        candidate = Keyring.generate()
        if not candidate.opening.keys() & keyring.opening.keys():
            return candidate


def read(keys, token):
    """Read a link as the functions do."""
    return keys.read(token, "open")


class SecretsManager:
    """Stands in for the service: gives a text, or fails as told; counts how often it is asked."""

    def __init__(self, text):
        self.text = text
        self.error = None
        self.asked = 0
        self.timeouts = []

    def __call__(self, timeout):
        self.asked += 1
        self.timeouts.append(timeout)
        if self.error:
            raise self.error
        return self.text

    def break_down(self):
        self.error = AwsError("secretsmanager: no answer", code="NoAnswer", retryable=True)

    def recover(self, text=None):
        self.error = None
        self.text = text or self.text


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def ring():
    return Keyring.generate()


@pytest.fixture
def secret(ring):
    return SecretsManager(ring.to_json())


@pytest.fixture
def keys(secret, clock):
    return LinkKeys(settings(), secret, clock)


@pytest.fixture
def reports(monkeypatch):
    """What was logged and counted: lists of (reason) and of metric names."""
    lines, metrics = [], []
    for log in ("log_error", "log_warning"):
        monkeypatch.setattr(
            secrets, log, lambda message, log=log, **fields: lines.append((log, message, fields))
        )
    monkeypatch.setattr(secrets, "count", lambda *names: metrics.extend(names))
    return lines, metrics


def test_keys_are_fetched_once_for_many_links(keys, secret, ring):
    for n in range(5):
        assert read(keys, link(ring, n=n)).metadata == {"n": n}
    assert secret.asked == 1


@pytest.mark.fault("answering", 6)
def test_the_last_good_keys_serve_through_hours_without_secrets_manager(
    keys, secret, ring, clock, reports
):
    read(keys, link(ring))
    secret.break_down()
    for _ in range(6 * HOUR // 30):
        clock.now += 30
        assert read(keys, link(ring)).metadata == {"n": 1}
    lines, metrics = reports
    assert [log for log, _, _ in lines] == ["log_warning"]
    assert metrics == []  # the keys in hand serve: nobody has to be woken
    assert secret.asked <= 1 + 6 * HOUR / RETRY_SECONDS


@pytest.mark.fault("answering", 7)
def test_without_any_keys_yet_nothing_is_decoded_and_the_next_try_is_soon(
    keys, secret, ring, clock, reports
):
    secret.break_down()
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            read(keys, link(ring))
    assert secret.asked == 1
    lines, metrics = reports
    assert [log for log, _, _ in lines] == ["log_error"]
    assert metrics == ["KeyFailures"]
    secret.recover()
    clock.now += FIRST_RETRY_SECONDS
    assert read(keys, link(ring)).metadata == {"n": 1}


@pytest.mark.fault("answering", 8)
def test_after_a_rotation_old_and_new_links_live_at_once(keys, secret, ring, clock):
    old = link(ring)
    read(keys, old)
    rotated = ring.extended().promoted()
    secret.recover(rotated.to_json())
    clock.now += RETRY_SECONDS
    new = link(rotated)
    assert read(keys, new).metadata == {"n": 1}
    assert read(keys, old).metadata == {"n": 1}
    assert secret.asked == 2


@pytest.mark.fault("answering", 8)
def test_an_unknown_key_id_makes_keys_be_fetched_at_most_once_a_minute(keys, secret, ring, clock):
    stranger = other_ids(ring)
    read(keys, link(ring))
    asked = []
    for _ in range(10 * 60):
        clock.now += 1
        with pytest.raises(InvalidLink):
            read(keys, link(stranger))
        asked.append(secret.asked)
    assert asked[-1] <= 1 + 10 * 60 / RETRY_SECONDS
    assert asked[-1] >= 2


def test_a_forgery_under_a_known_key_id_fetches_nothing(keys, secret, ring, clock):
    token = link(ring)
    read(keys, token)
    clock.now += RETRY_SECONDS
    for damaged in (
        token[:-4] + "AAAA",
        token[:10],
        "",
        "x",
        "gAAAAA",
        "pA",
        "p\u00e4\u00f6\u00fc",
    ):
        with pytest.raises(InvalidLink):
            read(keys, damaged)
    assert secret.asked == 1


def test_a_key_that_was_removed_opens_nothing_after_the_next_refresh(keys, secret, ring, clock):
    rotated = ring.extended().promoted()
    secret.recover(rotated.to_json())
    read(keys, link(ring))
    secret.recover(Keyring(json.loads(rotated.to_json())["current"]).to_json())
    clock.now += REFRESH_SECONDS + 1
    with pytest.raises(InvalidLink):
        read(keys, link(ring))
    assert read(keys, link(rotated)).metadata == {"n": 1}


@pytest.mark.fault("answering", 9)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "[]",
        "{}",
        '{"current": "too short"}',
        '{"current": 7}',
        '{"current": "%s", "fernet": ["no key"]}' % ("x" * 32),
        json.dumps({"current": SAMPLE_SECRET}),
    ],
)
def test_a_malformed_new_secret_leaves_the_last_good_keys_and_one_error_line(
    text, keys, secret, ring, clock, reports
):
    read(keys, link(ring))
    secret.recover()
    secret.text = text
    for _ in range(10):
        clock.now += REFRESH_SECONDS + 1
        assert read(keys, link(ring)).metadata == {"n": 1}
    lines, metrics = reports
    assert [(log, message) for log, message, _ in lines] == [("log_error", "link keys not read")]
    assert metrics == ["KeyFailures"] * 10
    assert "too short" not in str(lines)
    assert SAMPLE_SECRET not in str(lines)


def test_a_new_failure_after_a_recovery_is_logged_anew(keys, secret, ring, clock, reports):
    read(keys, link(ring))
    for _ in range(2):
        secret.break_down()
        clock.now += REFRESH_SECONDS + 1
        read(keys, link(ring))
        secret.recover()
        clock.now += REFRESH_SECONDS + 1
        read(keys, link(ring))
    lines, _ = reports
    assert len(lines) == 2


def test_keys_in_the_settings_need_no_secrets_manager(ring):
    keys = LinkKeys(settings(PYTRACKING_LINK_KEYS=ring.to_json()), None)
    assert read(keys, link(ring)).metadata == {"n": 1}
    assert not keys.refresh()


def test_keys_in_the_settings_that_cannot_be_used_stop_the_start():
    with pytest.raises(ConfigurationError, match="PYTRACKING_LINK_KEYS cannot be used"):
        LinkKeys(settings(PYTRACKING_LINK_KEYS='{"current": "short"}'), None)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"current": SAMPLE_SECRET}),
        json.dumps({"current": "x" * 32, "retired": [SAMPLE_SECRET]}),
        json.dumps({"current": SAMPLE_SECRET}).replace("sample", "\\u0073ample"),
    ],
)
def test_the_published_sample_key_is_refused_where_a_deployment_would_use_it(text):
    with pytest.raises(ConfigurationError, match="published sample key"):
        LinkKeys(settings(PYTRACKING_LINK_KEYS=text), None)


def test_the_published_sample_key_serves_under_sam_local():
    sample = json.dumps({"current": SAMPLE_SECRET})
    keys = LinkKeys(settings(PYTRACKING_LINK_KEYS=sample, AWS_SAM_LOCAL="true"), None)
    assert read(keys, link(Keyring(SAMPLE_SECRET))).metadata == {"n": 1}


def test_fernet_links_of_an_earlier_pytracking_are_opened_too(keys, secret, ring):
    from cryptography.fernet import Fernet

    key = Fernet.generate_key()
    secret.text = json.dumps({**json.loads(ring.to_json()), "fernet": [key.decode()]})
    earlier = Configuration(encryption_bytestring_key=key)
    token = earlier.get_url_encoded_data_str({"metadata": {"n": 2}})
    assert read(keys, token).metadata == {"n": 2}


@pytest.mark.fault("answering", 50)
def test_a_fetch_has_three_seconds_while_there_are_no_keys_and_little_beside_good_ones(
    keys, secret, ring, clock
):
    read(keys, link(ring))
    clock.now += REFRESH_SECONDS + 1
    read(keys, link(ring))
    assert secret.timeouts == [FIRST_FETCH_SECONDS, REFRESH_FETCH_SECONDS] == [3.0, 0.4]


@pytest.mark.fault("answering", 53)
@pytest.mark.parametrize(
    "junk",
    [
        *("", "x", "anything", "hello.png", "pixel.png", "wp-login.php", "\ud800"),
        "A" * 9000,
        "\u00e9" * 99,
    ],
)
def test_without_keys_junk_is_no_link(junk, keys, secret, reports):
    secret.break_down()
    with pytest.raises(InvalidLink):
        read(keys, junk)


@pytest.mark.fault("answering", 53)
@pytest.mark.parametrize("damage", ["{}", "{}/", "<{}>", "{}?utm_source=x", " {}"])
def test_without_keys_every_token_that_keys_could_open_may_be_a_link(
    damage, keys, secret, ring, reports
):
    from cryptography.fernet import Fernet

    secret.break_down()
    earlier = Configuration(encryption_bytestring_key=Fernet.generate_key())
    shortest = Configuration(keyring=ring).get_url_encoded_data_str({})
    for token in (link(ring), shortest, earlier.get_url_encoded_data_str({"metadata": {}})):
        with pytest.raises(KeysUnavailable):
            read(keys, damage.format(token))


def test_a_missing_key_stops_the_start_and_says_how_to_make_one():
    for environment in ({}, {"PYTRACKING_LINK_KEYS": "", "PYTRACKING_LINK_KEYS_SECRET": ""}):
        with pytest.raises(ConfigurationError, match="python -m pytracking keys new"):
            LinkKeys.of(Settings.from_environment(environment))
