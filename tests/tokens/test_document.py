"""How the document inside a token is written."""

import base64
import enum
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytracking import InvalidLink, InvalidPayload
from pytracking.links import link_id
from pytracking.targets import check_target
from pytracking.tokens import base64url, document

NOW = 1_763_000_000.0

VALUES = [
    {},
    {"a": [1, -2.5, 1e22, True, False, None, 'é\u2028\x01"\\/'], "b": {"c": {}}},
    {1: "integer keys become strings, as json.dumps has it", None: 2, False: 3, 1.5: 4},
    {"tuple": (1, 2)},
]


@pytest.mark.parametrize("value", VALUES)
def test_json_is_written_as_json_dumps_writes_it(value: dict[str, Any]) -> None:
    assert document.dump(value) == json.dumps(value)
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    assert document.dump_compact(value) == compact.encode()


def test_the_error_says_what_was_wrong_and_what_is_expected() -> None:
    for dump in (document.dump, document.dump_compact):
        with pytest.raises(InvalidPayload) as caught:
            dump({"metadata": {"when": object()}})
        assert "object is not JSON serializable. Expected str, int" in str(caught.value)
        assert isinstance(caught.value.__cause__, TypeError)


pieces = st.sampled_from(['"a"', '"b"', ":", ",", "{", "}", "[", "]", " ", "\t", "1", '"\\":"'])


@given(st.lists(pieces, max_size=14).map("".join))
def test_equal_keys_are_found_in_any_text(middle: str) -> None:
    text = '{"metadata":{"a":1' + middle + "}}"

    def refuse_equal(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    try:
        expected = json.loads(text, object_pairs_hook=refuse_equal)
    except (ValueError, AssertionError):
        expected = None
    try:
        found = document.load(text, NOW)
    except InvalidLink:
        found = None
    assert found == expected


@given(st.binary())
def test_base64_has_one_spelling_padded_and_one_unpadded(raw: bytes) -> None:
    padded = base64url.encode(raw)
    assert padded == base64.urlsafe_b64encode(raw).decode()
    assert base64url.decode(padded, True) == raw
    assert base64url.decode(padded.rstrip("="), False) == raw


digits = st.text("AQgwEB8-_=+/\n é", max_size=9)


@given(digits)
def test_what_is_not_that_spelling_is_malformed(text: str) -> None:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raw = b"nothing that is spelled so"
    padded = base64.urlsafe_b64encode(raw).decode()
    for is_padded, spelling in ((True, padded), (False, padded.rstrip("="))):
        if text == spelling:
            assert base64url.decode(text, is_padded) == raw
            continue
        with pytest.raises(base64url.MalformedToken):
            base64url.decode(text, is_padded)


def test_a_link_id_is_a_fixed_function_of_the_token() -> None:
    # sha256(b"pytracking/link-id/v1" + b"pAAA"), in url-safe base64
    import hashlib

    digest = hashlib.sha256(b"pytracking/link-id/v1pAAA").digest()
    assert link_id("pAAA") == base64.urlsafe_b64encode(digest)[:22].decode()
    assert len(link_id("pAAA")) == 22
    assert link_id("pAAB") != link_id("pAAA")


class Page(str, enum.Enum):  # noqa: UP042 - StrEnum has the text as its str()
    SHOP = "https://shop.example.com/"


def test_a_str_that_shows_itself_as_another_is_written_as_the_text_it_is() -> None:
    assert document.dump({"url": check_target(Page.SHOP)}) == '{"url": "https://shop.example.com/"}'
