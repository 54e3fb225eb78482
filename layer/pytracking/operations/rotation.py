"""New link keys and new webhook secrets, without a moment in which the old ones fail.

Rotating puts a new key in front and keeps the old one behind it. Links sealed with any key of the
ring stay valid; webhooks are signed with every secret of the list, so that receivers can change to
the new one whenever they like. Dropping the old ones is a step of its own.
"""

import contextlib
import json
from collections.abc import Iterator
from typing import Any

from pytracking.delivery.signatures import new_secret, parse_secrets
from pytracking.errors import PytrackingError
from pytracking.tokens.keyring import Keyring


class RotationError(PytrackingError):
    """A secret that could not be read or written. What it held before is still in use."""


def rotate_link_keys(secrets_manager: Any, secret_id: str) -> Keyring:
    """Put a new link key in front of those in a secret, and return the new keyring.

    Every link ever sent stays valid. Functions open links of the new key within a minute; whoever
    mints uses it as soon as it reads the secret again.

    Args:
        secrets_manager: boto3's Secrets Manager client.
        secret_id: the secret's ARN or name.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no keyring.
    """
    keyring = Keyring.from_json(_read(secrets_manager, secret_id)).rotated()
    _write(secrets_manager, secret_id, keyring.to_json())
    return keyring


def rotate_webhook_secrets(secrets_manager: Any, secret_id: str) -> str:
    """Put a new webhook secret in front of those in a secret, and return it.

    From five minutes later at most, webhooks carry a signature by each secret: receivers verify
    with the old one or the new one, until :func:`finish_webhook_rotation`.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no webhook secrets.
    """
    current, retired = parse_secrets(_read(secrets_manager, secret_id))
    made = new_secret()
    text = json.dumps({"current": made, "retired": [current, *retired]})
    _write(secrets_manager, secret_id, text)
    return made


def finish_webhook_rotation(secrets_manager: Any, secret_id: str) -> int:
    """Stop signing with all webhook secrets but the current one; return how many were dropped.

    Receivers that still verify with a dropped secret refuse all webhooks from then on.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no webhook secrets.
    """
    current, retired = parse_secrets(_read(secrets_manager, secret_id))
    if retired:
        _write(secrets_manager, secret_id, json.dumps({"current": current, "retired": []}))
    return len(retired)


def read_link_keys(secrets_manager: Any, secret_id: str) -> Keyring:
    """Return the keyring in a secret.

    Raises:
        RotationError: the secret could not be read.
        InvalidKey: the secret holds no keyring.
    """
    return Keyring.from_json(_read(secrets_manager, secret_id))


def read_webhook_secrets(secrets_manager: Any, secret_id: str) -> tuple[str, ...]:
    """Return the webhook secrets in use, the current one first.

    Raises:
        RotationError: the secret could not be read.
        InvalidKey: the secret holds no webhook secrets.
    """
    current, retired = parse_secrets(_read(secrets_manager, secret_id))
    return (current, *retired)


def _read(secrets_manager: Any, secret_id: str) -> str:
    with _aws_errors(f"the secret {secret_id} could not be read"):
        answer = secrets_manager.get_secret_value(SecretId=secret_id)
    text = answer.get("SecretString")
    if not isinstance(text, str):
        raise RotationError(f"the secret {secret_id} holds bytes, not a text")
    return text


def _write(secrets_manager: Any, secret_id: str, text: str) -> None:
    with _aws_errors(f"the secret {secret_id} could not be written; it is as it was"):
        secrets_manager.put_secret_value(SecretId=secret_id, SecretString=text)


@contextlib.contextmanager
def _aws_errors(what: str) -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - 150 ms

    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise RotationError(f"{what}: {error}") from error
