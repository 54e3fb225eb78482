"""The guarded client, against receivers that misbehave on real sockets."""

import gzip
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from pytracking.delivery import client as client_module
from pytracking.delivery.addresses import AddressRules, parse_networks
from pytracking.delivery.client import MAX_BODY_BYTES, MAX_IDLE, Client, Outcome
from pytracking.errors import InvalidTarget

from tests.delivery.authority import Authority
from tests.delivery.receivers import (
    OK,
    Receiver,
    Request,
    answering,
    answering_and_closing,
    closed_port,
    dripping,
    flooding,
    hanging,
    resetting,
    status,
)

LOCAL = AddressRules(allow_http=True, allowed_networks=parse_networks("127.0.0.0/8, ::1"))
BODY = b'{"id":"a"}'

# Deployed: 15 s. A second here, so that what never ends is cut soon; the bound tested is the same.
DEADLINE = 1.0
# What a test allows beyond the deadline, on a machine that does other things too.
SLACK = 2.0


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client(LOCAL, deadline=DEADLINE)
    yield made
    made.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def post(client: Client, url: str, body: bytes = BODY) -> Outcome:
    return client.post(url, body, {"webhook-id": "a"})


def test_a_post_carries_body_and_headers_to_the_receiver(client: Client) -> None:
    with Receiver(answering()) as receiver:
        outcome = post(client, receiver.url + "?x=1")
        (request,) = receiver.requests
    assert outcome == Outcome(200, "200 OK")
    assert outcome.delivered
    assert request.line == "POST /hook?x=1 HTTP/1.1"
    assert request.body == BODY
    assert request.headers["webhook-id"] == "a"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-length"] == str(len(BODY))


@pytest.mark.parametrize("code", [200, 201, 202, 204, 299])
def test_any_2xx_is_a_delivery(client: Client, code: int) -> None:
    with Receiver(status(code)) as receiver:
        assert post(client, receiver.url).delivered


@pytest.mark.fault("delivering", 15)
@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 502, 503, 599])
def test_an_error_status_is_a_failure_that_names_it(client: Client, code: int) -> None:
    with Receiver(status(code, "Retry-After: 7\r\n")) as receiver:
        outcome = post(client, receiver.url)
    assert (outcome.status, outcome.delivered, outcome.gone) == (code, False, False)
    assert outcome.retry_after == "7"


@pytest.mark.fault("delivering", 27)
def test_410_says_that_the_receiver_is_gone(client: Client) -> None:
    with Receiver(status(410)) as receiver:
        assert post(client, receiver.url).gone


@pytest.mark.fault("delivering", 26)
@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_its_target_is_never_contacted(
    client: Client, code: int
) -> None:
    with Receiver(answering()) as target:
        location = f"Location: {target.url}\r\n"
        with Receiver(status(code, location)) as receiver:
            outcome = post(client, receiver.url)
            assert len(receiver.requests) == 1
        assert target.connections == 0
    assert (outcome.status, outcome.delivered) == (code, False)


@pytest.mark.fault("delivering", 15)
def test_a_refused_connection_is_a_failure(client: Client) -> None:
    with closed_port() as port:
        outcome = post(client, f"http://127.0.0.1:{port}/")
    assert outcome.status is None
    assert "refused" in outcome.reason


@pytest.mark.fault("delivering", 15)
def test_a_reset_connection_is_a_failure(client: Client) -> None:
    with Receiver(resetting) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status is None
    assert "reset" in outcome.reason


@pytest.mark.fault("delivering", 15)
def test_a_silent_receiver_is_given_up_after_the_read_timeout() -> None:
    impatient = Client(LOCAL, read_timeout=0.2, deadline=10)
    with Receiver(hanging) as receiver:
        started = time.monotonic()
        outcome = post(impatient, receiver.url)
        assert time.monotonic() - started < 5
    assert outcome.status is None
    assert "timed out" in outcome.reason


@pytest.mark.fault("delivering", 22)
@pytest.mark.parametrize(
    "script",
    [
        dripping(b"HTTP/1.1 200 OK\r\nX-Drip: ", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\n", b"X-Drip: x\r\n"),
        dripping(b"", b"HTTP/1.1 200 OK"),
        dripping(b"HTTP/1.1 103 Early Hints\r\nLink: ", b"x"),
        dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n", every=0.3),
        hanging,
    ],
    ids=["header", "headers", "status line", "interim header", "interim answers", "nothing"],
)
def test_an_answer_that_never_ends_is_cut_at_the_deadline_and_is_no_success(
    client: Client, script: object
) -> None:
    with Receiver(script) as receiver:  # type: ignore[arg-type]
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome == Outcome(None, f"cut off after {DEADLINE:g} s without an answer")
    assert DEADLINE * 0.9 < took < DEADLINE + SLACK


def test_a_post_can_be_given_less_time_than_the_deadline() -> None:
    with Receiver(hanging) as receiver:
        outcome = Client(LOCAL, deadline=30).post(receiver.url, BODY, {}, 0.2)
    assert outcome == Outcome(None, "cut off after 0.2 s without an answer")


@pytest.mark.fault("delivering", 22)
@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["until close", "by length", "chunk", "chunk size"],
)
def test_a_dripping_body_is_cut_and_the_answer_stands(client: Client, beginning: bytes) -> None:
    with Receiver(dripping(beginning, b"0")) as receiver:
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome.status == 200
    assert took < DEADLINE + SLACK


@pytest.mark.fault("delivering", 22)
def test_a_flood_of_interim_answers_is_no_success(client: Client) -> None:
    with Receiver(flooding(b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome == Outcome(None, "HTTPException: more than 8 interim answers")


@pytest.mark.fault("delivering", 22)
def test_a_tls_handshake_that_drips_is_cut_at_the_deadline(authority: Authority) -> None:
    def drip(conn: socket.socket) -> None:
        # The head of a handshake record of 16 kB, then its content byte by byte.
        conn.sendall(b"\x16\x03\x03\x40\x00")
        while True:
            conn.sendall(b"\x02")
            time.sleep(0.05)

    client = Client(LOCAL, deadline=DEADLINE, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving("127.0.0.1"), on_connect=drip) as receiver:
        started = time.monotonic()
        outcome = post(client, receiver.url)
        took = time.monotonic() - started
    assert outcome.status is None
    assert took < DEADLINE + SLACK


@pytest.mark.fault("delivering", 23)
@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        b"HTTP/1.1 103 Early Hints\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n",
        b"\r\n\r\n",
        b"220 smtp.test ESMTP\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
    ],
)
def test_an_answer_that_breaks_off_before_its_headers_end_is_no_success(
    client: Client, answer: bytes
) -> None:
    with Receiver(answering_and_closing(answer)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status is None
    assert not outcome.delivered


@pytest.mark.fault("delivering", 23)
def test_an_answer_that_breaks_off_under_tls_is_no_success(authority: Authority) -> None:
    client = Client(LOCAL, deadline=DEADLINE, ssl_context=authority.trusting())
    cut = answering_and_closing(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n")
    with Receiver(cut, tls=authority.serving("127.0.0.1")) as receiver:
        assert post(client, receiver.url).status is None


@pytest.mark.fault("delivering", 24)
@pytest.mark.parametrize("code", [100, 102, 103])
def test_the_answer_is_the_one_after_an_interim_answer(client: Client, code: int) -> None:
    interim = f"HTTP/1.1 {code} Wait\r\nLink: </x>; rel=preload\r\n\r\n".encode()
    with Receiver(answering(interim * 2 + OK)) as receiver:
        assert post(client, receiver.url) == Outcome(200, "200 OK")
        assert post(client, receiver.url) == Outcome(200, "200 OK")
        assert receiver.connections == 1


@pytest.mark.fault("delivering", 24)
def test_switching_protocols_is_no_success(client: Client) -> None:
    upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"
    with Receiver(answering(upgrade)) as receiver:
        assert post(client, receiver.url).status == 101


@pytest.mark.fault("delivering", 25)
@pytest.mark.parametrize(
    "beginning",
    [
        b"HTTP/1.1 500 X\r\n\r\n",
        b"HTTP/1.1 500 X\r\nContent-Length: 1000000000\r\n\r\n",
        b"HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
    ],
    ids=["until close", "by length", "chunked"],
)
def test_at_most_4_kib_of_an_endless_body_are_read(client: Client, beginning: bytes) -> None:
    sent = 0

    def flood(conn: socket.socket, request: Request) -> None:
        nonlocal sent
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        conn.sendall(beginning)
        while True:
            sent += conn.send(b"x" * 4096)

    with Receiver(flood) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.status == 500
    assert outcome.excerpt == "x" * MAX_BODY_BYTES
    # Beyond what is read there are only the kernel's buffers, which take a few hundred kB.
    assert sent < 10_000_000


@pytest.mark.fault("delivering", 25)
def test_a_compressed_body_is_not_inflated(client: Client) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    head = f"HTTP/1.1 500 X\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    with Receiver(answering(head.encode() + bomb)) as receiver:
        outcome = post(client, receiver.url)
    assert outcome.excerpt.encode("latin-1") == bomb[:MAX_BODY_BYTES]


@pytest.mark.fault("delivering", 28)
@pytest.mark.parametrize(("host", "expired"), [("127.0.0.1", True), ("other.test", False)])
def test_with_a_bad_certificate_no_byte_of_the_request_is_sent(
    authority: Authority, host: str, expired: bool
) -> None:
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving(host, expired=expired)) as receiver:
        outcome = post(client, receiver.url)
        assert receiver.connections == 1
        assert receiver.bytes_received == 0
    assert outcome.status is None
    assert outcome.reason.startswith("certificate refused")


@pytest.mark.fault("delivering", 28)
def test_an_authority_that_is_not_the_systems_is_refused(authority: Authority) -> None:
    client = Client(LOCAL, deadline=10)
    with Receiver(answering(), tls=authority.serving("127.0.0.1")) as receiver:
        assert post(client, receiver.url).reason.startswith("certificate refused")
        assert receiver.bytes_received == 0


@pytest.mark.fault("addresses", 5)
def test_the_vetted_address_is_dialled_with_the_hosts_name_and_certificate(
    authority: Authority,
) -> None:
    lookups: list[tuple[str, int]] = []

    def look_up(host: str, port: int) -> list[str]:
        lookups.append((host, port))
        return ["127.0.0.1"]

    names: list[str | None] = []
    tls = authority.serving("hooks.example.com")
    tls.sni_callback = lambda sock, name, context: names.append(name)
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting(), lookup=look_up)
    with Receiver(answering(), tls=tls) as receiver:
        outcome = post(client, f"https://hooks.example.com:{receiver.port}/hook")
        (request,) = receiver.requests
    client.close()
    assert outcome.delivered
    assert lookups == [("hooks.example.com", receiver.port)]
    assert names == ["hooks.example.com"]
    assert request.headers["host"] == f"hooks.example.com:{receiver.port}"


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["::ffff:127.0.0.1"], []]
)
def test_a_host_that_leads_inside_is_refused_before_anything_is_dialled(
    addresses: list[str],
) -> None:
    with Receiver(answering()) as receiver:
        client = Client(AddressRules(allow_http=True), lookup=lambda host, port: addresses)
        outcome = post(client, f"http://a.test:{receiver.port}/")
        assert receiver.connections == 0
    assert outcome.status is None
    assert outcome.reason.startswith("ForbiddenAddress")


@pytest.mark.fault("delivering", 29)
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "127.1", "localhost", "[::1]"]
)
def test_the_loopback_is_refused_however_it_is_spelt(host: str) -> None:
    with Receiver(answering()) as receiver:
        client = Client(AddressRules(allow_http=True))
        outcome = post(client, f"http://{host}:{receiver.port}/")
        assert receiver.connections == 0
    assert outcome.reason.startswith("ForbiddenAddress")


@pytest.mark.fault("delivering", 29)
def test_a_look_up_that_hangs_ends_at_its_timeout() -> None:
    release = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        release.wait(30)
        return []

    client = Client(LOCAL, lookup=hang, lookup_timeout=0.2)
    started = time.monotonic()
    outcome = post(client, "https://a.test/")
    took = time.monotonic() - started
    release.set()
    assert "look-up" in outcome.reason
    assert took < 5


def test_a_host_that_is_not_found_is_a_failure(client: Client) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert "not known" in post(Client(LOCAL, lookup=fail), "https://a.test/").reason


def test_the_next_address_is_dialled_when_the_first_refuses() -> None:
    with Receiver(answering()) as receiver:
        # Nothing listens on the IPv6 loopback's port.
        client = Client(LOCAL, lookup=lambda host, port: ["::1", "127.0.0.1"])
        assert post(client, f"http://a.test:{receiver.port}/").delivered
    client.close()


def test_an_ipv6_address_is_posted_to_under_tls(authority: Authority) -> None:
    client = Client(LOCAL, deadline=10, ssl_context=authority.trusting())
    with Receiver(answering(), tls=authority.serving("::1"), host="::1") as receiver:
        outcome = post(client, f"https://[::1]:{receiver.port}/hook")
        (request,) = receiver.requests
    client.close()
    assert outcome.delivered
    assert request.headers["host"] == f"[::1]:{receiver.port}"


@pytest.mark.fault("addresses", 2)
def test_a_connection_that_ended_up_elsewhere_is_not_used(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with Receiver(answering()) as receiver:
        dial = socket.create_connection
        # What a transparent proxy or a rewritten route would do.
        monkeypatch.setattr(
            socket,
            "create_connection",
            lambda address, *rest: dial(("127.0.0.1", receiver.port), *rest),
        )
        client = Client(LOCAL, lookup=lambda host, port: ["127.0.0.2"])
        outcome = post(client, f"http://a.test:{receiver.port}/")
        assert receiver.requests == []
    assert outcome.reason == "ForbiddenAddress: dialled 127.0.0.2, connected to 127.0.0.1"


def test_proxies_of_the_environment_are_not_heeded(
    monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with Receiver(answering()) as proxy, Receiver(answering()) as receiver:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert post(client, receiver.url).delivered
        assert proxy.connections == 0


@pytest.mark.fault("delivering", 30)
def test_a_connection_is_kept_for_the_next_post(client: Client) -> None:
    with Receiver(answering()) as receiver:
        for _ in range(5):
            assert post(client, receiver.url).delivered
        assert receiver.connections == 1


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_that_the_receiver_closed_is_replaced(client: Client) -> None:
    with Receiver(answering_and_closing(OK)) as receiver:
        for _ in range(3):
            assert post(client, receiver.url).delivered
        # One more for each post that was read while its connection was being closed.
        assert 3 <= len(receiver.requests) <= 5
        assert {request.body for request in receiver.requests} == {BODY}


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_that_breaks_at_the_next_post_is_replaced(client: Client) -> None:
    def answer_once(conn: socket.socket, request: Request) -> None:
        if len(receiver.requests) == 2:
            resetting(conn, request)
        else:
            conn.sendall(OK)

    with Receiver(answer_once) as receiver:
        assert post(client, receiver.url).delivered
        assert post(client, receiver.url).delivered
        assert [request.body for request in receiver.requests] == [BODY] * 3
        assert receiver.connections == 2


@pytest.mark.fault("delivering", 30)
def test_a_kept_connection_is_not_used_once_it_is_old(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_module, "MAX_IDLE_SECONDS", 0)
    with Receiver(answering()) as receiver:
        post(client, receiver.url)
        post(client, receiver.url)
        assert receiver.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000,
    ],
    ids=["asked to close", "HTTP/1.0", "long body"],
)
def test_a_connection_that_cannot_be_reused_is_closed(client: Client, answer: bytes) -> None:
    with Receiver(answering(answer)) as receiver:
        assert post(client, receiver.url).delivered
        assert post(client, receiver.url).delivered
        assert receiver.connections == 2


def test_bytes_after_an_answer_are_not_taken_for_the_next_answer(client: Client) -> None:
    with Receiver(
        answering(OK + b"HTTP/1.1 500 Smuggled\r\nContent-Length: 0\r\n\r\n")
    ) as receiver:
        for _ in range(3):
            outcome = post(client, receiver.url)
            assert outcome.status == 200
            time.sleep(0.05)


def test_an_early_refusal_of_a_long_body_is_read(client: Client) -> None:
    answer = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n"

    def refuse(conn: socket.socket) -> None:
        conn.recv(100)
        conn.sendall(answer)
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(65_536):
            pass

    with Receiver(answering(), on_connect=refuse) as receiver:
        assert post(client, receiver.url, b"x" * 10_000_000).status == 413


def test_a_url_that_is_no_endpoint_raises(client: Client) -> None:
    with pytest.raises(InvalidTarget):
        post(client, "https://user@a.test/")


def test_a_header_that_would_split_the_request_is_refused(client: Client) -> None:
    with Receiver(answering()) as receiver:
        with pytest.raises(ValueError, match="header"):
            client.post(receiver.url, BODY, {"webhook-id": "a\r\nX-Injected: 1"})
        assert receiver.requests == []


def test_no_more_connections_are_kept_than_a_batch_needs() -> None:
    client = Client(LOCAL, deadline=30)
    together = threading.Barrier(MAX_IDLE + 2, timeout=20)

    def wait_for_all(conn: socket.socket, request: Request) -> None:
        together.wait()
        conn.sendall(OK)

    with Receiver(wait_for_all) as receiver:
        for _ in range(2):
            threads = [
                threading.Thread(target=post, args=(client, receiver.url))
                for _ in range(MAX_IDLE + 2)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        # The second round uses what was kept of the first, and two more.
        assert receiver.connections == MAX_IDLE + 2 + 2
    client.close()


def test_a_kept_connection_that_falls_silent_is_cut_at_the_deadline(client: Client) -> None:
    def answer_once(conn: socket.socket, request: Request) -> None:
        if len(receiver.requests) == 1:
            conn.sendall(OK)
        else:
            hanging(conn, request)

    with Receiver(answer_once) as receiver:
        assert post(client, receiver.url).delivered
        outcome = post(client, receiver.url)
        assert receiver.connections == 1
    assert outcome == Outcome(None, f"cut off after {DEADLINE:g} s without an answer")


def test_ten_threads_post_at_once(client: Client) -> None:
    def slow(conn: socket.socket, request: Request) -> None:
        time.sleep(0.1)
        conn.sendall(OK)

    outcomes: list[Outcome] = []
    with Receiver(slow) as receiver:
        threads = [
            threading.Thread(target=lambda: outcomes.append(post(client, receiver.url)))
            for _ in range(10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert [outcome.delivered for outcome in outcomes] == [True] * 10
