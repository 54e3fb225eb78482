"""The signer against botocore's, the reference."""

import datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as ReferenceCredentials
from hypothesis import given
from hypothesis import strategies as st
from pytracking.aws.sigv4 import Credentials, signed_headers
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError

NOW = 1795486474.0
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=", min_size=1)


def reference(headers, body, credentials, region, service):
    """Return the headers botocore sends for the same request."""
    request = AWSRequest("POST", f"https://{headers['host']}/", data=body, headers=headers)
    moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    signer = SigV4Auth(
        ReferenceCredentials(credentials.access_key, credentials.secret_key, credentials.token),
        service,
        region,
    )
    with mock.patch("botocore.auth.get_current_datetime", return_value=moment.replace(tzinfo=None)):
        signer.add_auth(request)
    return {name.lower(): value for name, value in request.headers.items()}


@given(
    body=st.binary(max_size=200),
    access_key=WORDS,
    secret_key=WORDS,
    token=st.none() | WORDS,
    region=st.sampled_from(["eu-west-1", "us-east-1", "cn-north-1"]),
    service=st.sampled_from(["sqs", "secretsmanager"]),
)
def test_every_request_is_signed_as_botocore_signs_it(
    body, access_key, secret_key, token, region, service
):
    credentials = Credentials(access_key, secret_key, token)
    headers = {
        "host": f"{service}.{region}.amazonaws.com",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.SendMessage",
    }
    signed = signed_headers(
        headers, body, credentials=credentials, region=region, service=service, now=NOW
    )
    assert signed == reference(headers, body, credentials, region, service)


def test_credentials_are_those_lambda_puts_into_the_environment():
    environment = {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    }
    assert Credentials.of(Settings.from_environment(environment)) == Credentials(
        "AKIDEXAMPLE", "secret", "token"
    )


def test_missing_credentials_are_named():
    with pytest.raises(ConfigurationError, match="AWS_ACCESS_KEY_ID"):
        Credentials.of(Settings.from_environment({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"}))


def test_the_text_form_of_credentials_hides_what_is_secret():
    shown = repr(Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI", "session"))
    assert "wJalrXUtnFEMI" not in shown
    assert "session" not in shown
