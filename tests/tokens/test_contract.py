"""What every format keeps: one suite, run on plain, Fernet and sealed tokens alike."""

import base64
import json
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st
from pytracking import InvalidLink, InvalidPayload
from pytracking.tokens.formats import Formats

from tests.tokens.every_format import (
    FERNET,
    FERNET_KEY,
    NOW,
    PLAIN,
    SEALED,
    STORED,
    Author,
    deflated_token,
    documents,
    dumped,
    fernet_token,
    plain_token,
    sealed_token,
)

each_format = pytest.mark.parametrize(
    "made", [PLAIN, FERNET, SEALED, STORED], ids=["plain", "fernet", "sealed", "stored"]
)
each_author = pytest.mark.parametrize(
    ("made", "author"),
    [
        (PLAIN, plain_token),
        (FERNET, fernet_token),
        (SEALED, sealed_token),
        (SEALED, deflated_token),
    ],
    ids=["plain", "fernet", "sealed", "deflated"],
)


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


class Lazy(dict[str, Any]):
    """Shows members that it does not hold, as a mapping over a database may."""

    def __init__(self, depth: int) -> None:
        super().__init__(a=1)
        self.depth = depth

    def items(self) -> Any:
        return [("a", Lazy(self.depth - 1) if self.depth else 1)]


UNWRITABLE["nested 300 deep by its items alone"] = Lazy(300)


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
    "objects nested 201 deep": b'{"metadata":' + b'{"a":' * 200 + b"1" + b"}" * 201,
    "a lone surrogate as a key": b'{"metadata":{"\\ud800":1}}',
    "a surrogate in UTF-8": b'{"metadata":{"a":"\xed\xa0\x80"}}',
    "equal keys": b'{"metadata":{},"metadata":{"a":1}}',
    "equal keys inside": b'{"metadata":{"a":1,"a":1}}',
    "equal keys, one escaped": b'{"metadata":{"a":1,"\\u0061":2}}',
    "UTF-16": '{"metadata":{}}'.encode("utf-16"),
    "a string": b'"text"',
    "a number": b"1",
    "two values": b"{}{}",
    "a line break behind": b"{}\n",
    "a space before": b" {}",
    "a comment": b"{}//",
    "a control character": b'{"metadata":{"a":"\x02"}}',
    "the mark of a UUID": b'{"metadata":{"a":"\x01"}}',
    "a byte order mark": b'\xef\xbb\xbf{"metadata":{}}',
    "no UTF-8": b'{"metadata":{"a":"\xff"}}',
    "null": b"null",
    "an array": b"[]",
    "text behind": b"{}x",
    "a URL that is no string": b'{"url":["https://a.example/"]}',
    "a URL that is null": b'{"url":null}',
    "metadata that are no object": b'{"metadata":[]}',
    "metadata that are a string": b'{"metadata":"a"}',
    "metadata that are null": b'{"metadata":null}',
    "a webhook that is no string": b'{"webhook":1}',
    "a time that is a string": b'{"iat":"1"}',
    "a time that is a boolean": b'{"iat":true}',
    "an expiry that is a float": b'{"exp":1e300}',
    "an expiry that is null": b'{"exp":null}',
    "privacy that is a string": b'{"privacy":"no_ip"}',
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
        (b'{"exp":1762999999}', "expired at 2025-11-13 02:13:19 UTC"),
        (b'{"iat":100000000000000000000}', "in the future, at 100000000000000000000 seconds"),
        (b'{"iat":1763005401}', "made in the future, at 2025-11-13 03:43:21 UTC"),
    ],
)
def test_the_message_says_since_when_or_until_when_in_utc(
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
@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"{}     ",
        b'{"metadata":{"a":' + b"[" * 198 + b"]" * 198 + b"}}",
        b'{"metadata":{"a":"' + b"[" * 5_000 + b'"}}',
        b'{"metadata":{"a":"\\"' + b"[{" * 5_000 + b'\\\\"}}',
        b'{"metadata":{"a":[' + b",".join([b"[]"] * 5_000) + b"]}}",
        b'{"metadata":{"n":' + b"1" * 4_000 + b"}}",
        b'{"metadata":{"a":"\\ud83c\\udf38 \\u00e9 \\uD83C\\uDF38"}}',
        b'{"metadata":{"n":1.5e308,"m":-0.0}}',
        b'{"metadata":{}, "unknown": [1, 2]}',
        b'{"url":"https://a.example/"}',
        b'{"iat":-5,"privacy":[]}',
    ],
    ids=lambda body: body[:30],
)
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
    with pytest.raises(InvalidLink, match="expired at 1970-01-01 02:30:00 UTC"):
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


# The encodings of plain and Fernet tokens


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
