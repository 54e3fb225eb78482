"""Rotation of link keys and webhook secrets, in moto's Secrets Manager over HTTP."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
import pytracking
import standardwebhooks
from pytracking.delivery.signatures import Signer, receiver_secret
from pytracking.errors import InvalidKey, InvalidLink
from pytracking.operations.rotation import (
    RotationError,
    finish_webhook_rotation,
    read_link_keys,
    read_webhook_secrets,
    rotate_link_keys,
    rotate_webhook_secrets,
)
from pytracking.tokens.keyring import Keyring

# As the template's GenerateSecretString makes them: 64 letters and digits.
GENERATED = "Vq3sT8wLx2Kd9ZbNf5RmYc7GhJp4AeUo1iXtQzWvBnMk6SjDyHrCgFlPaE0Iu2O8"
BODY = b"{}"


@pytest.fixture
def manager(moto: str) -> Iterator[Any]:
    client = boto3.client(
        "secretsmanager",
        endpoint_url=moto,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
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


def test_after_a_rotation_of_link_keys_old_and_new_links_are_opened(manager: Any) -> None:
    arn = create(manager, {"current": GENERATED, "retired": [], "fernet": []})
    before = read_link_keys(manager, arn)
    links = [mint(before)]
    for _ in range(3):
        links.append(mint(rotate_link_keys(manager, arn)))
    now = read_link_keys(manager, arn)
    assert [opens(now, link) for link in links] == [True] * 4
    # A function that has not read the ring again opens all but the newer links.
    assert [opens(before, link) for link in links] == [True, False, False, False]
    assert value(manager, arn)["current"] != GENERATED
    assert GENERATED in value(manager, arn)["retired"]


def test_fernet_keys_survive_a_rotation(manager: Any) -> None:
    fernet = "A" * 43 + "="
    arn = create(manager, {"current": GENERATED, "retired": [], "fernet": [fernet]})
    rotate_link_keys(manager, arn)
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
    import time

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
