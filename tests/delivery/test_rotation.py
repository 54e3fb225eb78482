"""Rotation of link keys and webhook secrets, in moto's Secrets Manager over HTTP."""

import json
import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytracking
import standardwebhooks
from pytracking.delivery.signatures import Signer, receiver_secret
from pytracking.errors import InvalidKey, InvalidLink, RotationError
from pytracking.operations.rotation import (
    finish_link_rotation,
    finish_webhook_rotation,
    read_link_keys,
    read_webhook_secrets,
    rotate_link_keys,
    rotate_webhook_secrets,
)
from pytracking.tokens.keyring import Keyring

from tests.delivery.stack import GENERATED
from tests.support.aws import sdk

BODY = b"{}"


@pytest.fixture
def manager(moto: str) -> Iterator[Any]:
    client = sdk("secretsmanager", moto)
    yield client
    client.close()


def create(manager: Any, document: object) -> str:
    text = document if isinstance(document, str) else json.dumps(document)
    answer = manager.create_secret(Name=uuid.uuid4().hex, SecretString=text)
    return str(answer["ARN"])


def value(manager: Any, arn: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(manager.get_secret_value(SecretId=arn)["SecretString"])
    return document


def mint(keyring: Keyring) -> str:
    return pytracking.get_open_tracking_url(
        {"n": 1}, base_open_tracking_url="https://t.test/o/", keyring=keyring
    )


def opens(keyring: Keyring, url: str) -> bool:
    try:
        pytracking.get_open_tracking_result(
            url, base_open_tracking_url="https://t.test/o/", keyring=keyring
        )
    except InvalidLink:
        return False
    return True


def later() -> datetime:
    """Eleven minutes from now, when a new key may mint."""
    return datetime.now(UTC) + timedelta(minutes=11)


@pytest.mark.fault("answering", 8, 51)
def test_every_link_opens_at_any_moment_of_any_number_of_rotations(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED, "retired": [], "fernet": []})
    links = [mint(read_link_keys(manager, arn))]
    for _ in range(3):
        stale = read_link_keys(manager, arn)  # a function's, which has not read anew
        added = rotate_link_keys(manager, arn)
        assert value(manager, arn)["current"] == json.loads(stale.to_json())["current"]
        links.append(mint(added))
        assert all(opens(stale, link) for link in links)
        finished = finish_link_rotation(manager, arn, now=later)
        links.append(mint(finished))
        assert all(opens(added, link) for link in links), "a function of before the second step"
        assert all(opens(finished, link) for link in links)
    now = value(manager, arn)
    assert (len(now["retired"]), now["retired"][-1]) == (3, GENERATED)


@pytest.mark.parametrize("minutes", [0, 5, 9.9])
def test_a_new_key_does_not_mint_before_all_have_read_it(manager: Any, minutes: float) -> None:
    arn = create(manager, {"current": GENERATED})
    rotate_link_keys(manager, arn)
    before = value(manager, arn)
    early = datetime.now(UTC) + timedelta(minutes=minutes)
    with pytest.raises(RotationError, match="may not have read it yet: finish in"):
        finish_link_rotation(manager, arn, now=lambda: early)
    assert value(manager, arn) == before


def test_what_was_not_begun_cannot_be_finished(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED, "retired": ["r" * 40]})
    with pytest.raises(RotationError, match="Begin with"):
        finish_link_rotation(manager, arn, now=later)
    rotate_link_keys(manager, arn)
    done = finish_link_rotation(manager, arn, now=later)
    with pytest.raises(RotationError, match="Begin with"):
        finish_link_rotation(manager, arn, now=later)
    assert read_link_keys(manager, arn) == done


def test_an_older_layer_reads_the_secret_between_the_two_steps(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED, "retired": [], "fernet": []})
    rotate_link_keys(manager, arn)
    assert set(value(manager, arn)) == {"current", "retired", "fernet"}


class AtTheSameTime:
    """Secrets Manager, where all who rotate read before any of them writes, the first time."""

    def __init__(self, manager: Any, parties: int) -> None:
        self._manager = manager
        self._together = threading.Barrier(parties)
        self._come = 0
        self.parties = parties
        self.exceptions = manager.exceptions

    def get_secret_value(self, **arguments: Any) -> Any:
        answer = self._manager.get_secret_value(**arguments)
        if "VersionStage" not in arguments and self._come < self.parties:
            self._come += 1
            self._together.wait(20)
        return answer

    def put_secret_value(self, **arguments: Any) -> Any:
        return self._manager.put_secret_value(**arguments)


@pytest.mark.fault("answering", 52)
@pytest.mark.parametrize("parties", [2, 5])
def test_rotations_at_the_same_time_lose_no_link_key(manager: Any, parties: int) -> None:
    arn = create(manager, {"current": GENERATED})
    together = AtTheSameTime(manager, parties)
    conflicts: list[None] = []
    with ThreadPoolExecutor(parties) as pool:
        made = list(
            pool.map(
                lambda _: rotate_link_keys(together, arn, lambda: conflicts.append(None)),
                range(parties),
            )
        )
    now = value(manager, arn)
    assert len(now["retired"]) == parties
    assert all(set(json.loads(one.to_json())["retired"]) <= {*now["retired"]} for one in made)
    assert conflicts, "nobody was told"


def test_rotations_at_the_same_time_lose_no_webhook_secret(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED})
    together = AtTheSameTime(manager, 3)
    with ThreadPoolExecutor(3) as pool:
        made = list(pool.map(lambda _: rotate_webhook_secrets(together, arn), range(3)))
    assert {*made, GENERATED} == set(read_webhook_secrets(manager, arn))


def test_a_version_that_was_brought_back_by_hand_can_be_rotated(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED})
    first = manager.get_secret_value(SecretId=arn)["VersionId"]
    rotate_webhook_secrets(manager, arn)
    second = manager.get_secret_value(SecretId=arn)["VersionId"]
    manager.update_secret_version_stage(
        SecretId=arn, VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=second
    )
    assert rotate_webhook_secrets(manager, arn) in read_webhook_secrets(manager, arn)


def test_fernet_keys_survive_a_rotation(manager: Any) -> None:
    fernet = "A" * 43 + "="
    arn = create(manager, {"current": GENERATED, "retired": [], "fernet": [fernet]})
    rotate_link_keys(manager, arn)
    finish_link_rotation(manager, arn, now=later)
    assert value(manager, arn)["fernet"] == [fernet]


def test_through_a_rotation_of_webhook_secrets_receivers_verify_with_old_or_new(
    manager: Any,
) -> None:
    arn = create(manager, {"current": GENERATED, "retired": []})
    old = receiver_secret(GENERATED)
    new = rotate_webhook_secrets(manager, arn)
    assert read_webhook_secrets(manager, arn) == (new, GENERATED)
    headers = signed(manager, arn)
    for secret in (old, new):
        standardwebhooks.Webhook(secret).verify(BODY, headers)
    assert finish_webhook_rotation(manager, arn) == 1
    headers = signed(manager, arn)
    standardwebhooks.Webhook(new).verify(BODY, headers)
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(old).verify(BODY, headers)


def signed(manager: Any, arn: str) -> dict[str, str]:
    signer = Signer.from_json(manager.get_secret_value(SecretId=arn)["SecretString"])
    return signer.headers("a", int(time.time()), BODY)


def test_finishing_twice_drops_nothing_more(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED, "retired": []})
    assert finish_webhook_rotation(manager, arn) == 0
    assert read_webhook_secrets(manager, arn) == (GENERATED,)


@pytest.mark.parametrize("text", ["not JSON", "{}", '{"current": "short"}'])
@pytest.mark.parametrize("rotate", [rotate_link_keys, rotate_webhook_secrets])
def test_a_secret_that_is_none_of_ours_is_not_overwritten(
    manager: Any, rotate: Any, text: str
) -> None:
    arn = create(manager, text)
    with pytest.raises(InvalidKey):
        rotate(manager, arn)
    assert manager.get_secret_value(SecretId=arn)["SecretString"] == text


@pytest.mark.parametrize("rotate", [rotate_link_keys, rotate_webhook_secrets])
def test_a_secret_that_does_not_exist_is_an_error_that_names_it(manager: Any, rotate: Any) -> None:
    with pytest.raises(RotationError, match="missing could not be read"):
        rotate(manager, "missing")


def test_a_secret_of_bytes_is_refused(manager: Any) -> None:
    arn = manager.create_secret(Name=uuid.uuid4().hex, SecretBinary=b"x")["ARN"]
    with pytest.raises(RotationError, match="bytes"):
        rotate_link_keys(manager, arn)
