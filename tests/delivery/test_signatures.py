"""Signatures, judged by the stock Standard Webhooks package as the receiver."""

import json
import time
from datetime import UTC, datetime

import pytest
import standardwebhooks
from hypothesis import given
from hypothesis import strategies as st
from pytracking.delivery.signatures import Signer, new_secret, receiver_secret
from pytracking.errors import InvalidKey, InvalidWebhook

NEW = "whsec_" + "A" * 42 + "g="
OLD = "whsec_" + "B" * 42 + "g="
RANDOM = "f7Gk2mQ9xZ4vB8nL1pR6tY3wC5hJ0sDa"  # what Secrets Manager generates: 32 characters
BODY = b'{"id":"a"}'


def signed(signer: Signer, body: bytes = BODY, at: float | None = None) -> dict[str, str]:
    return signer.headers("msg_1", int(time.time() if at is None else at), body)


@given(st.binary().map(lambda b: json.dumps(b.hex()).encode()))
def test_the_stock_receiver_verifies_what_is_signed_here(body: bytes) -> None:
    secret = new_secret()
    headers = signed(Signer([secret]), body)
    assert standardwebhooks.Webhook(secret).verify(body, headers) == json.loads(body)


@pytest.mark.parametrize("secret", [NEW, RANDOM, "é" * 32, "-_" * 40])
def test_the_stock_receiver_verifies_with_the_receivers_form_of_any_secret(secret: str) -> None:
    stock = standardwebhooks.Webhook(receiver_secret(secret))
    assert stock.verify(BODY, signed(Signer([secret]))) == {"id": "a"}


@pytest.mark.parametrize("known", [NEW, OLD])
def test_during_a_rotation_a_receiver_verifies_with_the_old_or_the_new_secret(known: str) -> None:
    headers = signed(Signer.from_json(json.dumps({"current": NEW, "retired": [OLD]})))
    assert standardwebhooks.Webhook(known).verify(BODY, headers) == {"id": "a"}
    assert len(headers["webhook-signature"].split(" ")) == 2


def test_after_a_rotation_a_receiver_that_kept_the_old_secret_verifies_no_more() -> None:
    headers = signed(Signer([NEW]))
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(OLD).verify(BODY, headers)


def test_what_the_stock_package_signs_is_verified_here() -> None:
    stock, at = standardwebhooks.Webhook(NEW), int(time.time())
    signature = stock.sign("msg_1", datetime.fromtimestamp(at, UTC), BODY.decode())
    headers = {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(at),
        "Webhook-Signature": f"v1a,ignored v1,wrong {signature}",
    }
    assert Signer([NEW]).verify(headers, BODY) == "msg_1"


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"webhook-id": "msg_2"}, "no signature"),
        ({"webhook-id": None}, "'webhook-id'"),
        ({"webhook-timestamp": None}, "'webhook-timestamp'"),
        ({"webhook-signature": None}, "'webhook-signature'"),
        ({"webhook-signature": ""}, "no signature"),
        ({"webhook-signature": "v1"}, "no signature"),
        ({"webhook-signature": "v1,é"}, "ASCII"),
        ({"webhook-timestamp": "soon"}, "whole seconds"),
        ({"webhook-timestamp": "-1"}, "whole seconds"),
        ({"webhook-timestamp": "1_7"}, "whole seconds"),
        ({"webhook-timestamp": "\u0661"}, "ASCII"),
        ({"webhook-timestamp": "9" * 5_000}, "whole seconds"),
    ],
)
def test_a_webhook_whose_headers_were_changed_is_refused(
    change: dict[str, str | None], complaint: str
) -> None:
    headers = {**signed(Signer([NEW])), **change}
    with pytest.raises(InvalidWebhook, match=complaint):
        Signer([NEW]).verify({k: v for k, v in headers.items() if v is not None}, BODY)


def test_a_webhook_whose_body_was_changed_is_refused() -> None:
    with pytest.raises(InvalidWebhook, match="no signature"):
        Signer([NEW]).verify(signed(Signer([NEW])), BODY + b" ")


@pytest.mark.parametrize(
    ("off", "accepted"), [(-301, False), (-299, True), (299, True), (301, False)]
)
def test_a_webhook_is_accepted_for_five_minutes_either_way(off: int, accepted: bool) -> None:
    signer = Signer([NEW])
    headers = signer.headers("msg_1", 1_700_000_000 + off, BODY)
    if accepted:
        assert signer.verify(headers, BODY, now=1_700_000_000) == "msg_1"
    else:
        with pytest.raises(InvalidWebhook, match="off"):
            signer.verify(headers, BODY, now=1_700_000_000)


@pytest.mark.parametrize(
    ("secret", "complaint"),
    [
        ("", "at least 32 random characters; this one has 0"),
        ("x" * 31, "this one has 31"),
        ("whsec_!!!", "base64"),
        ("whsec_" + 40 * "é", "base64"),
        (10 * "topsecret\ud800", "half a character"),
        ("whsec_c2hvcnQ=", "this one holds 5"),
        (None, "a text, not NoneType"),
        (b"x" * 32, "a text, not bytes"),
    ],
)
def test_an_unusable_secret_is_refused_and_the_error_says_why(
    secret: object, complaint: str
) -> None:
    with pytest.raises(InvalidKey, match=complaint) as caught:
        Signer([secret])  # type: ignore[list-item]
    assert "topsecret" not in f"{caught.value!r} {caught.value.__cause__!r}"


def test_a_signer_without_secrets_is_refused() -> None:
    with pytest.raises(InvalidKey, match="at least one"):
        Signer([])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "secret-in-clear-text",
        "[]",
        "{}",
        '{"current": 7}',
        f'{{"current": "{NEW}", "retired": "{OLD}"}}',
        f'{{"current": "{NEW}", "retired": [7]}}',
    ],
)
def test_a_malformed_secret_value_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(InvalidKey) as caught:
        Signer.from_json(text)
    assert "clear-text" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_single_secret_may_be_given_as_it_is() -> None:
    assert signed(Signer(NEW)) == signed(Signer([NEW]))


def test_an_id_with_a_dot_is_never_signed() -> None:
    with pytest.raises(ValueError, match="dot"):
        Signer([NEW]).headers("a.b", 1, BODY)


def test_a_signer_does_not_show_its_secrets() -> None:
    assert repr(Signer([NEW, OLD])) == "<Signer with 2 secrets>"


def test_a_new_secret_holds_32_random_bytes() -> None:
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert {len(secret) for secret in made} == {len("whsec_") + 44}
