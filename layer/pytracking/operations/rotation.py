"""New link keys and new webhook secrets, without a moment in which anything fails.

Both take two steps. Link keys: the new key is first added to those that links are opened with, and
mints only once every function has read it. Webhook secrets: webhooks are signed with the old and
the new one, until receivers have the new one.

Nothing that somebody else writes at the same time is lost. Secrets Manager has no conditional
write, but refuses two different texts under one version id; so the id of each new version is made
of the id of the version that it replaces, and of two rotations one fails, and begins again:
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html
"""

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from pytracking.delivery.signatures import new_secret, parse_secrets
from pytracking.errors import RotationError
from pytracking.operations.stack import aws_errors
from pytracking.tokens.keyring import Keyring

READ_BY_ALL = timedelta(minutes=10)
"""Time after which every function has read a new key: twice the age at which they read it anew."""

ATTEMPTS = 20
"""Most tries to write a secret while others write it, too."""

_VERSIONS = uuid.UUID("7a2f1d0e-6f0f-5c5b-9a3e-0c2b8f1f7d11")


class _Version(NamedTuple):
    id: str
    text: str
    created: datetime


def rotate_link_keys(
    secrets_manager: Any, secret_id: str, on_conflict: Callable[[], None] | None = None
) -> Keyring:
    """Add a new link key to those that links are opened with, and return the new keyring.

    Links are still minted with the present key, until :func:`finish_link_rotation`. The form of
    the secret stays: the layers of older versions, which senders' functions may use, read it.

    Args:
        on_conflict: called when somebody else changed the secret at the same time; both changes
            are kept.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no keyring.
    """
    text = _change(
        secrets_manager,
        secret_id,
        lambda version: Keyring.from_json(version.text).extended().to_json(),
        on_conflict,
    )
    return Keyring.from_json(text)


def finish_link_rotation(
    secrets_manager: Any,
    secret_id: str,
    on_conflict: Callable[[], None] | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Keyring:
    """Mint with the key that :func:`rotate_link_keys` added, and return the new keyring.

    Every link ever sent stays valid.

    Raises:
        RotationError: no key was added, or less than ten minutes ago, so that a function may not
            have read it yet; or the secret could not be read or written.
        InvalidKey: the secret holds no keyring.
    """

    def finished(version: _Version) -> str:
        keyring = Keyring.from_json(version.text)
        retired = json.loads(keyring.to_json())["retired"]
        before = _previous(secrets_manager, secret_id)
        if not retired or before is None or retired[0] in _secrets_of(before):
            raise RotationError(
                f"the secret {secret_id} has no new key that waits: its last change added none. "
                "Begin with `keys rotate link-keys`"
            )
        if (left := version.created + READ_BY_ALL - now()) > timedelta():
            raise RotationError(
                f"the new key was added at {version.created.astimezone(UTC):%H:%M:%S} UTC and "
                f"functions may not have read it yet: finish in {left.seconds // 60 + 1} minutes"
            )
        return keyring.promoted().to_json()

    return Keyring.from_json(_change(secrets_manager, secret_id, finished, on_conflict))


def rotate_webhook_secrets(
    secrets_manager: Any, secret_id: str, on_conflict: Callable[[], None] | None = None
) -> str:
    """Put a new webhook secret in front of those in a secret, and return it.

    From five minutes later at most, webhooks carry a signature by each secret: receivers verify
    with the old one or the new one, until :func:`finish_webhook_rotation`.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no webhook secrets.
    """
    made = new_secret()

    def rotated(version: _Version) -> str:
        current, retired = parse_secrets(version.text)
        return json.dumps({"current": made, "retired": [current, *retired]})

    _change(secrets_manager, secret_id, rotated, on_conflict)
    return made


def finish_webhook_rotation(
    secrets_manager: Any, secret_id: str, on_conflict: Callable[[], None] | None = None
) -> int:
    """Stop signing with all webhook secrets but the current one; return how many were dropped.

    Receivers that still verify with a dropped secret refuse all webhooks from then on.

    Raises:
        RotationError: the secret could not be read or written.
        InvalidKey: the secret holds no webhook secrets.
    """
    dropped = 0

    def finished(version: _Version) -> str:
        nonlocal dropped
        current, retired = parse_secrets(version.text)
        dropped = len(retired)
        return json.dumps({"current": current, "retired": []}) if retired else version.text

    _change(secrets_manager, secret_id, finished, on_conflict)
    return dropped


def read_link_keys(secrets_manager: Any, secret_id: str) -> Keyring:
    """Return the keyring in a secret.

    Raises:
        RotationError: the secret could not be read.
        InvalidKey: the secret holds no keyring.
    """
    return Keyring.from_json(_read(secrets_manager, secret_id).text)


def read_webhook_secrets(secrets_manager: Any, secret_id: str) -> tuple[str, ...]:
    """Return the webhook secrets in use, the current one first.

    Raises:
        RotationError: the secret could not be read.
        InvalidKey: the secret holds no webhook secrets.
    """
    current, retired = parse_secrets(_read(secrets_manager, secret_id).text)
    return (current, *retired)


def _change(
    secrets_manager: Any,
    secret_id: str,
    change: Callable[[_Version], str],
    on_conflict: Callable[[], None] | None,
) -> str:
    """Write what ``change`` makes of a secret, unless another wrote meanwhile: then of theirs."""
    seen: Counter[str] = Counter()
    for attempt in range(ATTEMPTS):
        version = _read(secrets_manager, secret_id)
        text = change(version)
        if text == version.text:
            return text
        # A version that was brought back by hand has had its successor: it gets a second one.
        successor = uuid.uuid5(_VERSIONS, f"{version.id} {seen[version.id]}")
        if _write(secrets_manager, secret_id, text, str(successor)):
            return text
        seen[version.id] += 1
        if on_conflict:
            on_conflict()
        time.sleep(0.05 * attempt)
    raise RotationError(
        f"the secret {secret_id} was changed by others {ATTEMPTS} times meanwhile; it is as they "
        "left it. Run this again"
    )


def _read(secrets_manager: Any, secret_id: str, **stage: str) -> _Version:
    with aws_errors(RotationError, f"the secret {secret_id} could not be read"):
        answer = secrets_manager.get_secret_value(SecretId=secret_id, **stage)
    text = answer.get("SecretString")
    if not isinstance(text, str):
        raise RotationError(f"the secret {secret_id} holds bytes, not a text")
    return _Version(answer["VersionId"], text, answer["CreatedDate"])


def _previous(secrets_manager: Any, secret_id: str) -> Keyring | None:
    """Return the keyring of the version before; None where there is none."""
    from botocore.exceptions import ClientError

    try:
        return Keyring.from_json(_read(secrets_manager, secret_id, VersionStage="AWSPREVIOUS").text)
    except RotationError as error:
        cause = error.__cause__
        code = cause.response["Error"]["Code"] if isinstance(cause, ClientError) else None
        if code != "ResourceNotFoundException":
            raise
        return None


def _secrets_of(keyring: Keyring) -> list[str]:
    document = json.loads(keyring.to_json())
    return [document["current"], *document["retired"]]


def _write(secrets_manager: Any, secret_id: str, text: str, version_id: str) -> bool:
    """Write a new version; return False when another has written under its id before."""
    what = f"the secret {secret_id} could not be written; it is as it was"
    with aws_errors(RotationError, what):
        try:
            secrets_manager.put_secret_value(
                SecretId=secret_id, SecretString=text, ClientRequestToken=version_id
            )
        except secrets_manager.exceptions.ResourceExistsException:
            return False
    return True
