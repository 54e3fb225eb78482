"""The signer against botocore's, the reference."""

import datetime
from unittest import mock

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st
from pytracking.aws.sigv4 import signed_headers
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError

NOW = 1795486474.0
WORDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=", min_size=1)


def reference(headers, body, settings, region, service):
    """Return the headers botocore sends for the same request."""
    request = AWSRequest("POST", f"https://{headers['host']}/", data=body, headers=headers)
    moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    signer = SigV4Auth(
        Credentials(settings.access_key, settings.secret_key, settings.session_token),
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
    settings = Settings.from_environment(
        {
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
            "AWS_SESSION_TOKEN": token or "",
        }
    )
    headers = {
        "host": f"{service}.{region}.amazonaws.com",
        "content-type": "application/x-amz-json-1.0",
        "x-amz-target": "AmazonSQS.SendMessage",
    }
    signed = signed_headers(
        headers, body, settings=settings, region=region, service=service, now=NOW
    )
    assert signed == reference(headers, body, settings, region, service)


def test_missing_credentials_are_named():
    settings = Settings.from_environment({"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE"})
    with pytest.raises(ConfigurationError, match="AWS_SECRET_ACCESS_KEY"):
        signed_headers(
            {"host": "a"}, b"", settings=settings, region="eu-west-1", service="sqs", now=NOW
        )
