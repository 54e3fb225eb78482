"""What every format keeps: one suite, run on plain, Fernet and sealed tokens alike."""

import base64
import json
import struct
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pytracking import InvalidLink, InvalidPayload, Keyring
from pytracking.tokens import Kind
from pytracking.tokens.fernet import FernetCodec
from pytracking.tokens.formats import Formats, formats
from pytracking.tokens.keyring import derive_key
from pytracking.tokens.plain import PlainCodec

SECRET = "the keyring of the contract of formats"
FERNET_KEY = "cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4="
NOW = 1_763_000_000.0

PLAIN = Formats(None, None, "utf-8", True)
FERNET = Formats(None, FERNET_KEY, "utf-8", True)
SEALED = Formats(Keyring(SECRET), None, "utf-8", True)
STORED = Formats(Keyring(SECRET), None, "utf-8", False)


def plain_token(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


def fernet_token(text: bytes) -> str:
    return Fernet(FERNET_KEY).encrypt(text).decode()


def sealed_token(text: bytes) -> str:
    key_id, cipher = derive_key(SECRET.encode())
    header = bytes([0xA4, key_id])
    raw = header + cipher.encrypt(b"\x00" + text, [header + b"o"])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


Author = Callable[[bytes], str]
each_format = pytest.mark.parametrize(
    "made", [PLAIN, FERNET, SEALED, STORED], ids=["plain", "fernet", "sealed", "stored"]
)
each_author = pytest.mark.parametrize(
    ("made", "author"),
    [(PLAIN, plain_token), (FERNET, fernet_token), (SEALED, sealed_token)],
    ids=["plain", "fernet", "sealed"],
)

text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text
    | st.uuids().map(str),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)
documents = st.fixed_dictionaries(
    {},
    optional={
        "url": text,
        "metadata": st.dictionaries(text, json_values, max_size=6),
        "webhook": text,
        "iat": st.integers(0, int(NOW)),
        "exp": st.integers(int(NOW) + 1, 2**40),
        "privacy": st.lists(st.sampled_from(["no_ip", "no_agent", "aggregate"])),
    },
)


def dumped(document: Any) -> str:
    """Return text that differs where documents do: 1 and 1.0 and True, -0.0, the order of keys."""
    return json.dumps(document)


@each_format
@given(document=documents)
def test_whatever_json_holds_comes_back_as_it_was(made: Formats, document: dict[str, Any]) -> None:
    token = made.encode(document, "open")
    found, canonical = made.decode(token, "open", NOW)
    assert dumped(found) == dumped(document)
    assert canonical == token


UNWRITABLE = {
    "NaN": float("nan"),
    "infinity": float("inf"),
    "negative infinity": [float("-inf")],
    "a lone surrogate": "\ud800",
    "a lone low surrogate": ["a\udc00b"],
    "a lone surrogate as a key": {"\ud800": 1},
    "two surrogates the wrong way round": "\udc00\ud800",
    "bytes": b"x",
    "a set": {1},
    "an object": object(),
    "a tuple as a key": {(1, 2): 3},
    "an integer of 5,000 digits": 10**5_000,
    "nested 5,000 deep": json.loads("[" * 200 + "]" * 200),
}
deep: list[Any] = []
for _ in range(5_000):
    deep = [deep]
UNWRITABLE["nested 5,000 deep"] = deep
endless: list[Any] = []
endless.append(endless)
UNWRITABLE["itself"] = endless


@each_format
@pytest.mark.parametrize("value", UNWRITABLE.values(), ids=UNWRITABLE)
def test_what_json_cannot_hold_is_refused_when_minting_by_one_clear_error(
    made: Formats, value: Any
) -> None:
    with pytest.raises(InvalidPayload, match=r"cannot be written as JSON: .+ Expected str"):
        made.encode({"metadata": {"value": value}}, "open")


def nested(depth: int) -> Any:
    return json.loads("[" * depth + "]" * depth)


@each_format
def test_nesting_of_200_is_the_deepest(made: Formats) -> None:
    document = {"metadata": {"value": nested(198), "some": [[] for _ in range(300)]}}
    assert made.decode(made.encode(document, "open"), "open", NOW)[0] == document
    with pytest.raises(InvalidPayload, match="200"):
        made.encode({"metadata": {"value": nested(199)}}, "open")


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"metadata",
    "half of it": b'{"metadata":{',
    "nested 5,000 deep": b'{"metadata":{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "nested 201 deep": b'{"metadata":{"a":' + b"[" * 199 + b"]" * 199 + b"}}",
    "an integer of 5,000 digits": b'{"metadata":{"a":' + b"7" * 5_000 + b"}}",
    "NaN": b'{"metadata":{"a":NaN}}',
    "infinity": b'{"metadata":{"a":Infinity}}',
    "negative infinity": b'{"metadata":{"a":-Infinity}}',
    "a number beyond a float": b'{"metadata":{"a":1e999}}',
    "a negative number beyond a float": b'{"metadata":{"a":-1e999}}',
    "a lone surrogate": b'{"metadata":{"a":"\\ud800"}}',
    "a lone surrogate in capitals": b'{"metadata":{"a":"\\uDFFF"}}',
    "equal keys": b'{"metadata":{"a":1,"a":1}}',
    "a byte order mark": b'\xef\xbb\xbf{"metadata":{}}',
    "no UTF-8": b'{"metadata":{"a":"\xff"}}',
    "null": b"null",
    "an array": b"[]",
    "text behind": b"{}x",
    "a URL that is no string": b'{"url":["https://a.example/"]}',
    "a URL that is null": b'{"url":null}',
    "metadata that are no object": b'{"metadata":[]}',
    "a webhook that is no string": b'{"webhook":1}',
    "a time that is no integer": b'{"iat":1.5}',
    "an expiry that is a boolean": b'{"exp":true}',
    "privacy that is no list": b'{"privacy":{}}',
    "privacy that holds no string": b'{"privacy":[null]}',
}


@each_author
@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_content_that_is_no_links_is_refused_by_the_one_error(
    made: Formats, author: Author, body: bytes
) -> None:
    assert made.decode(author(b'{"metadata":{"a":1}}'), "open", NOW)[0] == {"metadata": {"a": 1}}
    with pytest.raises(InvalidLink):
        made.decode(author(body), "open", NOW)


@each_author
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not the JSON of a tracking link"),
        (b'{"url":5}', "'url' is not of type str"),
        (b'{"exp":"5"}', "'exp' is not of type int"),
        (b'{"privacy":[5]}', "'privacy' is not a list of strings"),
        (b'{"exp":1762999999}', "expired at 1762999999"),
        (b'{"iat":1763005401}', "made in the future, at 1763005401"),
    ],
)
def test_the_operator_is_told_what_is_wrong(
    made: Formats, author: Author, body: bytes, message: str
) -> None:
    with pytest.raises(InvalidLink, match=message):
        made.decode(author(body), "open", NOW)


@each_author
@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (b'{"metadata":{"a":NaN}}', "NaN is not JSON"),
        (b'{"metadata":{"a":1e999}}', "beyond what a float holds"),
        (b'{"metadata":{"a":1,"a":1}}', "two keys of one object are equal"),
        (b'{"metadata":{"a":' + b"[" * 500 + b"]" * 500 + b"}}", "deeper than 200"),
        (b"{}{}", "something follows"),
        (b'{"metadata":{"a":"\\ud800"}}', "surrogates not allowed"),
    ],
)
def test_the_cause_is_chained(made: Formats, author: Author, body: bytes, cause: str) -> None:
    with pytest.raises(InvalidLink) as caught:
        made.decode(author(body), "open", NOW)
    assert cause in str(caught.value.__cause__)


@each_author
@pytest.mark.parametrize("body", [b"{}", b'{"metadata":{"a":"\\ud83c\\udf38 \\u00e9"}}', b"{}  "])
def test_content_of_other_writers_is_taken(made: Formats, author: Author, body: bytes) -> None:
    assert made.decode(author(body), "open", NOW)[0] == json.loads(body)


@each_format
def test_expiry_and_issue_time_are_bounds(made: Formats) -> None:
    token = made.encode({"iat": 1_000, "exp": 9_000}, "open")
    for now in (1_000 - 5_400, 1_000, 8_999.9):
        assert made.decode(token, "open", now)[0] == {"iat": 1_000, "exp": 9_000}
    for now in (1_000 - 5_400.1, 9_000, 1e10):
        with pytest.raises(InvalidLink):
            made.decode(token, "open", now)


@each_format
def test_a_repaired_token_is_held_to_the_same_clock(made: Formats) -> None:
    token = made.encode({"exp": 9_000}, "open")
    assert made.decode(token + ".", "open", 8_999) == ({"exp": 9_000}, token)
    with pytest.raises(InvalidLink, match="expired at 9000"):
        made.decode(token + ".", "open", 9_000)


@each_format
def test_every_other_spelling_is_refused_or_repaired_to_the_canonical_one(made: Formats) -> None:
    document = {"metadata": {"id": 7_654_321}}
    token = made.encode(document, "open")
    for position in range(len(token) + 1):
        for char in " \n=/.!\x00+~%-_A0é":
            for damaged in (
                token[:position] + char + token[position:],
                token[:position] + char + token[position + 1 :],
            ):
                try:
                    found, canonical = made.decode(damaged, "open", NOW)
                except InvalidLink:
                    continue
                if made is not PLAIN:  # anyone can change a plain token
                    assert (found, canonical) == (document, token)


@pytest.mark.parametrize("made", [FERNET, SEALED, STORED], ids=["fernet", "sealed", "stored"])
@given(text=st.text())
def test_no_text_but_a_token_opens(made: Formats, text: str) -> None:
    with pytest.raises(InvalidLink):
        made.decode(text, "open", NOW)


@pytest.mark.parametrize("made", [FERNET, SEALED, STORED], ids=["fernet", "sealed", "stored"])
@pytest.mark.parametrize("kind", ["open", "click"])
def test_a_token_of_another_format_is_refused(made: Formats, kind: Kind) -> None:
    document = {"url": "https://a.example/", "metadata": {}}
    for other in (PLAIN, FERNET, SEALED, STORED):
        token = other.encode(document, kind)
        if token[0] == made.encode(document, kind)[0]:
            assert made.decode(token, kind, NOW)[0] == document
        else:
            with pytest.raises(InvalidLink):
                made.decode(token, kind, NOW)
            with pytest.raises(InvalidLink):
                PLAIN.decode(made.encode(document, kind), kind, NOW)


def test_the_first_character_tells_the_format() -> None:
    document = {"url": "https://a.example/"}
    found = [made.encode(document, "click")[0] for made in (PLAIN, FERNET, SEALED, STORED)]
    assert found == ["e", "g", "p", "p"]


def test_a_ring_with_fernet_keys_opens_both_and_mints_sealed() -> None:
    both = Formats(Keyring(SECRET, (), [FERNET_KEY]), None, "utf-8", True)
    also = Formats(Keyring(SECRET), FERNET_KEY, "utf-8", True)
    document = {"metadata": {"id": 1}}
    for made in (both, also):
        assert made.encode(document, "open") == SEALED.encode(document, "open")
        for other in (FERNET, SEALED):
            assert made.decode(other.encode(document, "open"), "open", NOW)[0] == document
        with pytest.raises(InvalidLink):
            made.decode(PLAIN.encode(document, "open"), "open", NOW)
        with pytest.raises(InvalidLink):
            made.decode(SEALED.encode(document, "open"), "click", NOW)
        with pytest.raises(InvalidLink):
            made.decode(fernet_token(b'{"exp":1}'), "open", NOW)


def test_the_configured_key_and_the_rings_keys_all_open() -> None:
    other_key = Fernet.generate_key().decode()
    made = Formats(Keyring(SECRET, (), [other_key]), FERNET_KEY, "utf-8", True)
    for key in (FERNET_KEY, other_key):
        token = Fernet(key).encrypt(b'{"metadata":{}}').decode()
        assert made.decode(token, "open", NOW)[0] == {"metadata": {}}


def test_the_formats_of_the_same_keys_are_prepared_once() -> None:
    made = formats(Keyring(SECRET), None, "utf-8", True)
    assert formats(Keyring(SECRET), None, "utf-8", True) is made
    assert formats(Keyring(SECRET), None, "utf-8", False) is not made


# Plain and Fernet tokens, beside the libraries they come from


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32-be", "latin-1", "cp037"])
@pytest.mark.parametrize("key", [None, FERNET_KEY], ids=["plain", "fernet"])
def test_other_encodings_of_the_json_are_kept(key: str | None, encoding: str) -> None:
    made = Formats(None, key, encoding, True)
    document = {"metadata": {"clé": "été 東京 🌸"}}
    token = made.encode(document, "open")
    raw = Fernet(key).decrypt(token) if key else base64.urlsafe_b64decode(token)
    assert raw == json.dumps(document).encode(encoding)
    assert made.decode(token, "open", NOW)[0] == document


@pytest.mark.parametrize("author", [plain_token, fernet_token])
def test_text_of_another_encoding_is_refused(author: Author) -> None:
    key = None if author is plain_token else FERNET_KEY
    for encoding, raw in (("utf-8", b"\xff{}"), ("utf-16", b"\x00\xd8\x00"), ("ascii", b"\xe9")):
        with pytest.raises(InvalidLink, match=f"no text in {encoding}"):
            Formats(None, key, encoding, True).decode(author(raw), "open", NOW)


@given(documents)
def test_plain_tokens_are_those_of_the_original_byte_for_byte(document: dict[str, Any]) -> None:
    expected = base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
    assert PLAIN.encode(document, "open") == expected


@given(documents)
def test_fernet_tokens_go_both_ways_between_cryptography_and_us(document: dict[str, Any]) -> None:
    fernet = Fernet(FERNET_KEY)
    token = FERNET.encode(document, "open")
    assert fernet.decrypt(token) == json.dumps(document).encode()
    theirs = fernet.encrypt(json.dumps(document).encode()).decode()
    assert dumped(FERNET.decode(theirs, "open", NOW)[0]) == dumped(document)


def test_fernet_tokens_hold_the_time_they_were_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 1_234_567_890.9)
    token = FERNET.encode({}, "open")
    assert Fernet(FERNET_KEY).extract_timestamp(token) == 1_234_567_890


def test_no_two_fernet_tokens_share_an_initialisation_vector() -> None:
    tokens = {base64.urlsafe_b64decode(FERNET.encode({}, "open"))[9:25] for _ in range(100)}
    assert len(tokens) == 100


def resigned(raw: bytes) -> str:
    """Return an authentic Fernet token around anything, made by the holder of the key."""
    import hmac

    key = base64.urlsafe_b64decode(FERNET_KEY)
    return base64.urlsafe_b64encode(raw + hmac.digest(key[:16], raw, "sha256")).decode()


def test_fernet_content_that_is_not_fernets_is_refused_even_when_authentic() -> None:
    whole = base64.urlsafe_b64decode(fernet_token(b'{"metadata":{"text":"more than a block"}}'))
    signed = whole[:-32]
    assert FERNET.decode(resigned(signed), "open", NOW)
    for wrong in (
        b"",
        b"\x80",
        signed[:25],
        signed[:-1],
        signed + b"\x00",
        b"\x81" + signed[1:],
        signed[:-16],  # the padding went with the last block
    ):
        with pytest.raises(InvalidLink):
            FERNET.decode(resigned(wrong), "open", NOW)


@pytest.mark.parametrize("padding", [b"\x00" * 16, b"\x11" * 16, b"\x01\x02", b"\x03\x02\x03"])
def test_fernet_padding_that_is_not_pkcs7_is_refused(padding: bytes) -> None:
    from cryptography.hazmat.primitives.ciphers import Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    key, iv = base64.urlsafe_b64decode(FERNET_KEY)[16:], bytes(16)
    padded = b"{}".ljust(32 - len(padding)) + padding
    encrypted = Cipher(AES(key), CBC(iv)).encryptor().update(padded)
    with pytest.raises(InvalidLink, match="PKCS #7"):
        FERNET.decode(resigned(b"\x80" + struct.pack(">Q", 0) + iv + encrypted), "open", NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "e",
        "e30",
        "e30==",
        "e3A=",  # p, not {
        "e31=",  # bits that are not zero
        "e 30=",
        "e3+=",
        "e3/=",
        "=e30",
        "e30=e30=",
    ],
)
def test_a_plain_token_has_one_spelling(token: str) -> None:

    codec = PlainCodec()
    assert codec.decode("e30=", "open", NOW) == {}
    with pytest.raises(InvalidLink):
        codec.decode(token, "open", NOW)


def test_fernet_tokens_of_many_threads_at_once_open_with_the_library_they_come_from() -> None:
    codec, stock = FernetCodec([FERNET_KEY]), Fernet(FERNET_KEY)
    ivs = set()

    def exchange(number: int) -> None:
        document = {"metadata": {"n": [number] * (number % 50)}}
        token = codec.encode(document, "open")
        assert json.loads(stock.decrypt(token)) == document
        theirs = stock.encrypt(json.dumps(document).encode()).decode()
        assert codec.decode(theirs, "open", NOW) == document
        ivs.add(base64.urlsafe_b64decode(token)[9:25])

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            list(threads.map(exchange, range(2_000)))
    finally:
        sys.setswitchinterval(interval)
    assert len(ivs) == 2_000
