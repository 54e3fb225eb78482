"""The commands below ``keys``, on a stack in moto, and what every operator's command refuses."""

from datetime import timedelta

import pytest
from pytracking.errors import ConfigurationError, PytrackingError, RotationError
from pytracking.operations import rotation

from tests.delivery.stack import GENERATED, Stack, run

pytestmark = pytest.mark.usefixtures("operator")


def test_link_keys_are_rotated_by_two_commands(
    stack: Stack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rotate = ("keys", "rotate", "link-keys", "--stack", stack.name)
    run(*rotate)
    document = stack.secret("LinkKeysSecretArn")
    assert document["current"] == GENERATED
    (new,) = document["retired"]
    assert set(document) == {"current", "retired", "fernet"}
    assert "--finish" in (printed := capsys.readouterr().out)
    assert new not in printed
    with pytest.raises(RotationError, match="finish in 10 minutes"):
        run(*rotate, "--finish")
    assert stack.secret("LinkKeysSecretArn") == document
    monkeypatch.setattr(rotation, "READ_BY_ALL", timedelta(0))
    run(*rotate, "--finish")
    document = stack.secret("LinkKeysSecretArn")
    assert (document["current"], document["retired"]) == (new, [GENERATED])
    assert "stay valid" in (printed := capsys.readouterr().out)
    assert new not in printed


def test_webhook_secrets_are_rotated_by_one_command_and_finished_by_another(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    run("keys", "rotate", "webhook-secrets", "--stack", stack.name)
    document = stack.secret("WebhookSecretsSecretArn")
    assert document["retired"] == [GENERATED]
    assert document["current"] in capsys.readouterr().out
    run("keys", "rotate", "webhook-secrets", "--stack", stack.name, "--finish")
    assert stack.secret("WebhookSecretsSecretArn")["retired"] == []
    assert "1 old secrets dropped" in capsys.readouterr().out


def test_the_webhook_secret_is_printed_as_receivers_take_it(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    run("keys", "webhook-secret", "--secret", stack.outputs["WebhookSecretsSecretArn"])
    assert capsys.readouterr().out.startswith("whsec_")


def test_without_a_region_the_error_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(ConfigurationError, match="region"):
        run("keys", "webhook-secret", "--secret", "x")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["replay"], "--queue is needed, or --stack"),
        (["replay", "--queue", "https://sqs.test/q"], "--dead-letters is needed"),
        (["keys", "rotate", "link-keys"], "--secret is needed"),
        (["keys", "rotate", "webhook-secrets"], "--secret is needed"),
        (["keys", "webhook-secret"], "--secret is needed"),
        (["keys", "rotate", "link-keys", "--finish"], "--secret is needed"),
    ],
)
def test_what_is_missing_is_an_error_that_names_it(arguments: list[str], complaint: str) -> None:
    with pytest.raises(PytrackingError, match=complaint):
        run(*arguments)


def test_a_stack_that_does_not_exist_is_an_error_that_names_it(stack: Stack) -> None:
    with pytest.raises(ConfigurationError, match="'missing' could not be read"):
        run("replay", "--stack", "missing")
