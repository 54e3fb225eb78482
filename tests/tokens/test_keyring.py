"""Keyrings: which secrets are taken, how they rotate, what they show of themselves."""

import copy
import hmac
import json
import pickle

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from pytracking.errors import InvalidKey
from pytracking.tokens.keyring import MIN_SECRET_BYTES, Keyring, derive_key

from tests.support.sealing import decode, encode

SECRET = "correct horse battery staple, 32+"
OTHER = "another secret of enough characters"
DOCUMENT = {"metadata": {"customer_id": 7}}


def test_a_generated_keyring_has_one_secret_of_its_own():
    first, second = Keyring.generate(), Keyring.generate()
    assert first != second
    form = json.loads(first.to_json())
    assert form["retired"] == form["fernet"] == []
    assert len(form["current"]) == 43  # 256 bits as base64


def test_links_of_a_retired_secret_are_still_accepted():
    old = Keyring(SECRET)
    token = encode(DOCUMENT, "open", old)
    assert decode(token, "open", Keyring(OTHER, [SECRET])) == DOCUMENT


def test_rotation_keeps_every_secret_and_mints_with_a_new_one():
    old = Keyring(SECRET, [OTHER], [Fernet.generate_key()])
    new = old.extended().promoted()
    was, now = json.loads(old.to_json()), json.loads(new.to_json())
    assert now["retired"] == [was["current"], *was["retired"]]
    assert now["fernet"] == was["fernet"]
    assert now["current"] not in now["retired"]
    assert len(now["current"]) == 43


def test_a_ring_whose_key_ids_are_all_taken_still_rotates():
    secrets: dict[int, str] = {}
    number = 0
    while len(secrets) < 256:
        text = f"one of very many secrets, number {number}"
        secrets.setdefault(derive_key(text.encode())[0], text)
        number += 1
    current, *retired = secrets.values()
    ring = Keyring(current, retired).extended().promoted()
    assert len(ring.opening) == 256


def twin_of(secret: str) -> str:
    """Return another secret with the same key id."""
    key_id = derive_key(secret.encode())[0]
    tries = (f"a secret made to collide, number {number}" for number in range(10_000))
    return next(text for text in tries if derive_key(text.encode())[0] == key_id)


def test_two_secrets_with_one_key_id_both_open():
    twin = twin_of(SECRET)
    tokens = [encode(DOCUMENT, "open", Keyring(text)) for text in (SECRET, twin)]
    for ring in (Keyring(SECRET, [twin]), Keyring(twin, [SECRET])):
        assert [decode(token, "open", ring) for token in tokens] == [DOCUMENT, DOCUMENT]
        assert len(ring.opening) == 1


def test_a_new_secret_gets_a_key_id_of_its_own(monkeypatch):
    twin = twin_of(SECRET)
    made = iter([twin, twin, OTHER])
    monkeypatch.setattr("secrets.token_urlsafe", lambda size: next(made) if size == 32 else "")
    assert Keyring(SECRET).extended().promoted() == Keyring(OTHER, [SECRET])


def hkdf(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 with SHA-256 and no salt, written out."""
    pseudo_random_key = hmac.digest(bytes(32), secret, "sha256")
    block = output = b""
    for counter in (1, 2):
        block = hmac.digest(pseudo_random_key, block + info + bytes([counter]), "sha256")
        output += block
    return output[:length]


def test_the_key_id_and_the_key_are_derived_as_the_format_says():
    key_id, cipher = derive_key(b"k" * 32)
    assert key_id == hkdf(b"k" * 32, b"pytracking/link/v1/key-id", 1)[0] == 166
    key = hkdf(b"k" * 32, b"pytracking/link/v1/aes256-siv\x00" + bytes([key_id]), 64)
    assert AESSIV(key).decrypt(cipher.encrypt(b"plain", [b"ad"]), [b"ad"]) == b"plain"


@pytest.mark.parametrize("secret", ["s" * MIN_SECRET_BYTES, b"\xff" * MIN_SECRET_BYTES, "é" * 16])
def test_any_random_string_or_bytes_of_32_bytes_is_a_secret(secret):
    assert encode(DOCUMENT, "open", Keyring(secret))


@pytest.mark.parametrize("secret", ["", "s" * 31, b"s" * 31, None, 5, ["s" * 32], "\ud800" * 32])
def test_what_is_no_secret_is_refused(secret):
    with pytest.raises(InvalidKey) as caught:
        Keyring(secret)
    assert "sss" not in str(caught.value)
    with pytest.raises(InvalidKey, match="retired"):
        Keyring(SECRET, [secret])


def test_a_lone_string_is_not_taken_for_a_list_of_secrets():
    with pytest.raises(InvalidKey, match="retired must be a list"):
        Keyring(SECRET, OTHER)
    for fernet in (Fernet.generate_key(), 5):
        with pytest.raises(InvalidKey, match="fernet must be a list"):
            Keyring(SECRET, (), fernet)


@pytest.mark.parametrize("key", ["short", b"\xff" * 44, "A" * 43, SECRET])
def test_what_is_no_fernet_key_is_refused(key):
    with pytest.raises(InvalidKey):
        Keyring(SECRET, (), [key])


def test_a_fernet_key_may_be_bytes_or_text():
    key = Fernet.generate_key()
    assert Keyring(SECRET, (), [key]) == Keyring(SECRET, (), [key.decode()])


def test_a_secret_given_twice_counts_once():
    assert Keyring(SECRET, [OTHER, SECRET, OTHER]) == Keyring(SECRET, [OTHER])


def test_the_json_form_round_trips():
    ring = Keyring(SECRET, [OTHER, "ü" * 32], [Fernet.generate_key()])
    assert Keyring.from_json(ring.to_json()) == ring
    assert Keyring.from_json(ring.to_json().encode()) == ring
    assert list(json.loads(ring.to_json())) == ["current", "retired", "fernet"]


def test_retired_and_fernet_may_be_missing_from_the_json_form():
    assert Keyring.from_json(json.dumps({"current": SECRET})) == Keyring(SECRET)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[" * 100_000,
        "null",
        "[]",
        '"' + SECRET + '"',
        "{}",
        b"\xff\xfe",
        None,
        {"current": SECRET},
        json.dumps({"retired": [SECRET]}),
        json.dumps({"current": None}),
        json.dumps({"current": [SECRET]}),
        json.dumps({"current": SECRET[:31]}),
        json.dumps({"current": SECRET, "retired": OTHER}),
        json.dumps({"current": SECRET, "retired": {OTHER: 1}}),
        json.dumps({"current": SECRET, "retired": [None]}),
        json.dumps({"current": SECRET, "fernet": ["x"]}),
        json.dumps({"current": SECRET, "fernet": None}),
        json.dumps({"current": SECRET, "Retired": []}),
        f'{{"current": "{SECRET}", "current": "{SECRET}"}}',
        f'{{"current": "{SECRET}", "retired": ["{OTHER}"], "retired": []}}',
    ],
)
def test_json_that_is_no_keyring_is_refused_and_not_shown(text):
    with pytest.raises(InvalidKey) as caught:
        Keyring.from_json(text)
    error = caught.value
    while error is not None:  # nor do the errors behind it
        assert SECRET[:20] not in f"{error} {vars(error)}"
        error = error.__cause__


def test_bytes_that_are_no_text_have_no_json_form():
    with pytest.raises(InvalidKey, match="JSON cannot hold") as caught:
        Keyring(b"\xff" * 32).to_json()
    assert caught.value.__cause__ is None


def test_neither_repr_nor_str_shows_a_secret():
    fernet = Fernet.generate_key().decode()
    ring = Keyring(SECRET, [OTHER], [fernet])
    assert repr(ring) == str(ring) == "<pytracking Keyring: 2 secrets, 1 Fernet keys>"


def test_a_ring_is_true_and_equal_rings_have_equal_hashes():
    assert Keyring(SECRET)
    assert hash(Keyring(SECRET)) == hash(Keyring(SECRET.encode()))
    assert Keyring(SECRET) != Keyring(SECRET, [OTHER])
    assert Keyring(SECRET) != SECRET


@pytest.mark.parametrize(
    "clone", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))]
)
def test_a_used_ring_can_be_copied_and_pickled(clone):
    ring = Keyring(SECRET, [OTHER], [Fernet.generate_key()])
    token = encode(DOCUMENT, "open", ring)
    assert clone(ring) == ring
    assert decode(token, "open", clone(ring)) == DOCUMENT
