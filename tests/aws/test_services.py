"""The two services, as an independent implementation of them (moto, over HTTP) takes our calls."""

import uuid

import pytest
from pytracking.aws import queue as queue_module
from pytracking.aws import secrets
from pytracking.aws.client import JsonApi
from pytracking.aws.queue import QueueEntry, SqsQueue
from pytracking.aws.secrets import secret_text
from pytracking.environment import Settings
from pytracking.errors import AwsError, InvalidKey
from pytracking.messages import Message, parse

from tests.aws.raw_server import RawServer
from tests.support.aws import moto_server, sdk

HIT = Message("0123456789abcdef0123456789abcdef", "https://hooks.example.com/", {"metadata": {}})
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def moto():
    with moto_server() as endpoint:
        yield endpoint


@pytest.fixture
def environment(moto):
    return {
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": moto,
    }


@pytest.fixture
def settings(environment):
    return Settings.from_environment(environment)


@pytest.fixture
def boto(moto):
    """Makes the SDK's own clients, the other side of each test."""
    made = []

    def client(service):
        made.append(sdk(service, moto, REGION))
        return made[-1]

    yield client
    for client in made:
        client.close()


@pytest.fixture(autouse=True)
def _closing(monkeypatch):
    made = []

    class Kept(JsonApi):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(queue_module, "JsonApi", Kept)
    monkeypatch.setattr(secrets, "JsonApi", Kept)
    yield
    for api in made:
        api.close()


def test_sqs_takes_a_hit_and_gives_it_back_whole(settings, boto):
    queue_url = boto("sqs").create_queue(QueueName=f"hits-{uuid.uuid4()}")["QueueUrl"]
    SqsQueue(queue_url, settings).send(QueueEntry(HIT.to_json()), 5.0)
    [message] = boto("sqs").receive_message(QueueUrl=queue_url)["Messages"]
    assert parse(message["Body"]) == HIT


@pytest.mark.fault("answering", 4)
def test_sqs_says_that_a_queue_is_missing_and_it_is_not_tried_again(settings, moto):
    queue_url = f"{moto}/123456789012/missing"
    with pytest.raises(AwsError, match="QueueDoesNotExist") as caught:
        SqsQueue(queue_url, settings).send(QueueEntry(HIT.to_json()), 5.0)
    assert not caught.value.retryable


def test_sqs_takes_a_batch_larger_than_one_call(settings, boto):
    queue_url = boto("sqs").create_queue(QueueName="many")["QueueUrl"]
    entries = [QueueEntry(f"{number}" * 1000, 0, "https://a.test:443") for number in range(23)]
    entries += [QueueEntry("x" * 200_000), QueueEntry("y" * 200_000)]
    assert SqsQueue(queue_url, settings).send_batch(entries, 5.0) == {}
    attributes = boto("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=["All"])
    assert attributes["Attributes"]["ApproximateNumberOfMessages"] == "25"


@pytest.mark.fault("delivering", 20)
def test_of_a_batch_what_sqs_did_not_confirm_is_named_with_its_reason(environment):
    def take_two(connection):
        connection.answer(
            200,
            {
                "Successful": [{"Id": "0"}, {"Id": "3"}],
                "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}],
            },
        )

    with RawServer(take_two) as server:
        queue = SqsQueue(
            f"{server.url}/1/q",
            Settings.from_environment({**environment, "AWS_ENDPOINT_URL": server.url}),
        )
        refused = queue.send_batch([QueueEntry("x")] * 4, 5.0)
    assert refused == {1: "InternalError", 2: "not confirmed"}


@pytest.mark.fault("delivering", 20)
def test_of_a_batch_that_no_queue_takes_everything_is_named(settings, moto):
    refused = SqsQueue(f"{moto}/123456789012/missing", settings).send_batch([QueueEntry("x")], 5.0)
    assert "QueueDoesNotExist" in refused[0]


def test_secrets_manager_gives_the_current_text_of_a_secret(settings, boto):
    arn = boto("secretsmanager").create_secret(Name="link-keys", SecretString="{}")["ARN"]
    fetch = secret_text(arn, settings)
    assert fetch(5.0) == "{}"
    boto("secretsmanager").put_secret_value(SecretId=arn, SecretString='{"current": "x"}')
    assert fetch(5.0) == '{"current": "x"}'


def test_a_secret_that_holds_bytes_is_no_keyring(settings, boto):
    boto("secretsmanager").create_secret(Name="binary", SecretBinary=b"\x00")
    with pytest.raises(InvalidKey, match="holds no text"):
        secret_text("binary", settings)(5.0)


def test_a_secret_that_is_missing_is_an_error_of_aws(settings):
    with pytest.raises(AwsError, match="ResourceNotFoundException") as caught:
        secret_text("missing", settings)(5.0)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("settings", "domain"),
    [
        (Settings(region="eu-west-1"), "eu-west-1.amazonaws.com"),
        (Settings(default_region="cn-north-1"), "cn-north-1.amazonaws.com.cn"),
        # AWS::URLSuffix, as the template hands it on
        (
            Settings(region="eusc-de-east-1", aws_domain="amazonaws.eu"),
            "eusc-de-east-1.amazonaws.eu",
        ),
    ],
)
@pytest.mark.parametrize("service", ["secretsmanager", "firehose", "events"])
def test_a_service_is_found_in_the_partition_of_its_region(service, settings, domain):
    assert JsonApi(service, settings).url == f"https://{service}.{domain}"
