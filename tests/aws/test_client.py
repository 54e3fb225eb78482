"""Calls to AWS against servers that misbehave, on real sockets."""

import socket
import ssl
import threading
import time
from contextlib import contextmanager

import pytest
from pytracking.aws import client as api_module
from pytracking.errors import AwsError, ConfigurationError

from tests.aws import raw_server
from tests.aws.raw_server import RawServer, fail, ok
from tests.delivery.authority import Authority
from tests.delivery.receivers import Receiver, answering
from tests.support.timing import wait_for_threads


def call(api, timeout=1.0):
    return api.call("SendMessage", {"MessageBody": "{}"}, timeout=timeout)


def test_a_call_is_one_signed_post_of_json(sqs):
    with RawServer(ok) as server:
        assert call(sqs(server.url)) == {"MessageId": "1"}
    [request] = server.requests
    assert request.line == "POST / HTTP/1.1"
    assert request.json == {"MessageBody": "{}"}
    assert request.headers["x-amz-target"] == "AmazonSQS.SendMessage"
    assert request.headers["content-type"] == "application/x-amz-json-1.0"
    assert request.headers["host"] == server.url.removeprefix("http://")
    assert "/eu-west-1/sqs/aws4_request" in request.headers["authorization"]


@pytest.mark.fault("answering", 1)
@pytest.mark.parametrize(
    "first",
    [
        fail(500),
        fail(503, "ServiceUnavailable"),
        fail(429, "TooManyRequests"),
        fail(400, "ThrottlingException"),
        *raw_server.BROKEN,
        lambda connection: connection.answer(200, ["not", "an", "object"]),
    ],
)
def test_what_may_pass_is_tried_once_more(first, sqs):
    with RawServer(first, ok) as server:
        assert call(sqs(server.url)) == {"MessageId": "1"}
    assert len(server.requests) == 2


@pytest.mark.fault("answering", 1)
def test_a_second_failure_is_the_last(sqs):
    with RawServer(fail(500)) as server, pytest.raises(AwsError, match="status 500") as caught:
        call(sqs(server.url))
    assert caught.value.retryable
    assert len(server.requests) == 2


@pytest.mark.fault("answering", 4)
@pytest.mark.parametrize(
    ("status", "code"),
    [(403, "AccessDeniedException"), (400, "QueueDoesNotExist"), (400, "InvalidMessageContents")],
)
def test_a_refusal_is_not_repeated(status, code, sqs):
    with (
        RawServer(fail(status, code)) as server,
        pytest.raises(AwsError, match=f"{status}, {code}") as caught,
    ):
        call(sqs(server.url))
    assert caught.value.code == code
    assert not caught.value.retryable
    assert len(server.requests) == 1


@pytest.mark.fault("answering", 2)
@pytest.mark.parametrize("behaviour", raw_server.NEVER_DONE)
def test_the_deadline_holds_whatever_the_server_does(behaviour, sqs):
    with RawServer(behaviour) as server:
        start = time.monotonic()
        with pytest.raises(AwsError, match="no answer within"):
            call(sqs(server.url), timeout=0.4)
        assert time.monotonic() - start < 0.6


@pytest.mark.fault("answering", 2)
def test_a_queue_that_hangs_once_is_tried_again_within_the_same_deadline(sqs):
    with RawServer(raw_server.hang, ok) as server:
        start = time.monotonic()
        assert call(sqs(server.url)) == {"MessageId": "1"}
        assert time.monotonic() - start < 1.0


@pytest.mark.fault("answering", 2)
def test_a_name_look_up_that_hangs_is_given_up(monkeypatch, sqs):
    release = threading.Event()

    def hanging_lookup(*arguments, **options):
        release.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", hanging_lookup)
    start = time.monotonic()
    with pytest.raises(AwsError, match="no answer within"):
        call(sqs("http://queue.example.com"), timeout=0.3)
    assert time.monotonic() - start < 0.5
    release.set()


@pytest.mark.fault("answering", 2)
def test_nothing_is_sent_any_more_when_a_look_up_comes_back_too_late(monkeypatch, sqs):
    look_up = socket.getaddrinfo
    release = threading.Event()

    def slow_lookup(*arguments, **options):
        release.wait(10)
        return look_up(*arguments, **options)

    with RawServer(ok) as server:
        monkeypatch.setattr(socket, "getaddrinfo", slow_lookup)
        with pytest.raises(AwsError, match="no answer within"):
            call(sqs(server.url), timeout=0.2)
        release.set()
        wait_for_threads()
        assert server.requests == []


def test_nobody_listening_is_an_error_at_once(sqs):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    start = time.monotonic()
    with pytest.raises(AwsError, match="ConnectionRefusedError") as caught:
        call(sqs(f"http://127.0.0.1:{port}"))
    assert caught.value.code == "NoAnswer"
    assert time.monotonic() - start < 0.5


@pytest.mark.fault("answering", 2)
def test_a_tls_handshake_that_never_comes_is_given_up(sqs):
    with RawServer(ok) as server:  # it waits for a request in clear
        start = time.monotonic()
        with pytest.raises(AwsError, match="no answer within"):
            call(sqs(server.url.replace("http:", "https:")), timeout=0.3)
        assert time.monotonic() - start < 0.6


@pytest.fixture(autouse=True)
def _authorities_are_read_anew():
    yield
    api_module._trusting.cache_clear()


@contextmanager
def tls_server(context):
    """Answer each request by TLS; give the address, and what was received."""
    answer = b'HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n{"MessageId":"1"}'
    with Receiver(answering(answer), tls=context) as server:
        yield f"https://127.0.0.1:{server.port}", server.requests


def test_a_server_whose_certificate_no_authority_signed_gets_nothing(tmp_path, sqs):
    with tls_server(Authority(tmp_path).serving("127.0.0.1")) as (url, received):
        with pytest.raises(AwsError, match="SSLCertVerificationError"):
            call(sqs(url), timeout=5.0)
        assert received == []


def test_an_endpoint_that_only_the_machine_trusts_is_called_by_the_second_try(
    tmp_path, monkeypatch, sqs
):
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with tls_server(authority.serving("127.0.0.1")) as (url, received):
        api = sqs(url)
        assert call(api, timeout=5.0) == {"MessageId": "1"}
        assert call(api, timeout=5.0) == {"MessageId": "1"}
        api.close()
    assert len(received) == 2


def test_what_amazon_signed_for_needs_nothing_of_the_machine(tmp_path, monkeypatch, sqs):
    authority = Authority(tmp_path)
    roots = api_module.get_data("pytracking.aws", api_module.AMAZON_ROOTS)
    roots += authority.bundle.read_bytes()
    monkeypatch.setattr(api_module, "get_data", lambda package, name: roots)
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", None)
    with tls_server(authority.serving("127.0.0.1")) as (url, _):
        api = sqs(url)
        assert call(api, timeout=5.0) == {"MessageId": "1"}
        api.close()


def test_the_authorities_of_amazon_are_five_and_valid_for_years_to_come():
    context = ssl.create_default_context(
        cadata=api_module.get_data("pytracking.aws", api_module.AMAZON_ROOTS).decode()
    )
    authorities = context.get_ca_certs()
    assert {dict(part[0] for part in one["subject"])["commonName"] for one in authorities} == {
        *(f"Amazon Root CA {number}" for number in range(1, 5)),
        "Starfield Services Root Certificate Authority - G2",
    }
    ends = (ssl.cert_time_to_seconds(one["notAfter"]) for one in authorities)
    assert min(ends) - time.time() > 5 * 365 * 86_400


def test_a_connection_is_kept_for_the_next_call(sqs):
    with RawServer(ok) as server:
        api = sqs(server.url)
        for _ in range(3):
            call(api)
    assert server.connections == 1


def test_a_connection_opened_ahead_serves_the_first_call(sqs):
    with RawServer(ok) as server:
        api = sqs(server.url)
        api.connect()
        wait_for_threads()
        call(api)
    assert server.connections == 1


def test_a_connection_that_cannot_be_opened_ahead_is_tried_by_the_first_call(sqs):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    api = sqs(f"http://127.0.0.1:{port}")
    api.connect()
    wait_for_threads()
    with pytest.raises(AwsError, match="ConnectionRefusedError"):
        call(api)


@pytest.mark.fault("answering", 13)
def test_a_connection_that_ended_while_idle_is_replaced(sqs):
    with RawServer(ok) as server:
        api = sqs(server.url)
        call(api)
        server.drop_connections()
        time.sleep(0.05)
        call(api)
        assert server.connections == 2
        assert len(server.requests) == 2  # noticed before sending, so nothing was sent twice


@pytest.mark.fault("answering", 13)
def test_a_connection_idle_through_a_freeze_is_not_trusted(monkeypatch, sqs):
    with RawServer(ok) as server:
        api = sqs(server.url)
        call(api)
        real = time.time
        monkeypatch.setattr(api_module.time, "time", lambda: real() + 3600)
        call(api)
        assert server.connections == 2


@pytest.mark.fault("answering", 13)
def test_a_connection_reset_at_the_moment_of_use_is_replaced(sqs):
    with RawServer(ok, raw_server.reset, ok) as server:
        api = sqs(server.url)
        call(api)
        assert call(api) == {"MessageId": "1"}
        assert server.connections == 2


@pytest.mark.fault("answering", 3)
def test_a_message_whose_receipt_is_lost_is_sent_again(sqs):
    with RawServer(raw_server.lose_the_answer, ok) as server:
        call(sqs(server.url))
    assert [request.json for request in server.requests] == [{"MessageBody": "{}"}] * 2


def test_an_answer_larger_than_any_is_not_read_to_its_end(sqs):
    def endless(connection):
        connection.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
        try:
            for _ in range(100):
                connection.sock.sendall(b" " * 100_000)
        except OSError:
            pass

    with RawServer(endless) as server, pytest.raises(AwsError, match="status 200"):
        call(sqs(server.url), timeout=2)


def test_the_proxies_of_the_environment_are_not_used(monkeypatch, sqs):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with RawServer(ok) as server:
        assert call(sqs(server.url)) == {"MessageId": "1"}


@pytest.mark.parametrize("url", ["sqs.eu-west-1.amazonaws.com", "ftp://host", "https://", ""])
def test_an_address_that_is_none_is_refused_at_the_start(url, sqs):
    with pytest.raises(ConfigurationError, match="expected https"):
        sqs(url)


def test_a_missing_region_is_named(sqs):
    with pytest.raises(ConfigurationError, match="AWS_REGION"):
        sqs("https://sqs", {})
