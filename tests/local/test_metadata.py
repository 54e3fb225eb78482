"""Metadata that was typed is carried as it looks, or refused with the reason."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import metadata
from local.minting import Unmintable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        (" \n", None),
        ("{}", {}),
        ('{"n": 9007199254740993}', {"n": 9007199254740993}),
        ('{"n": 1.10, "m": 1e2, "o": -0.0}', {"n": 1.1, "m": 100.0, "o": -0.0}),
        ('{"n": 0.1, "m": 5e-324}', {"n": 0.1, "m": 5e-324}),
        ('{"a": {"n": 1}, "b": {"n": 1}}', {"a": {"n": 1}, "b": {"n": 1}}),
        ("[1]", [1]),  # that metadata is an object is said by who mints
    ],
)
def test_what_a_link_can_carry_is_read_as_it_looks(text: str, value: Any):
    assert metadata.read(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{not json", "no JSON from line 1, column 2 on"),
        ('{"a": 1,\n "b" 2}', "no JSON from line 2, column 6 on"),
        ('{"a": 1} 2', "no JSON from line 1, column 10 on"),
        ('{"\\ud800": 1, "\\ud800": 2}', r'the key "\ud800" twice'),
        ('{"n": NaN}', "holds NaN, which is no number of JSON"),
        ('{"n": -Infinity}', "holds -Infinity"),
        (
            '{"n": 1e999}',
            "holds 1e999, which no float holds: a link would carry inf",
        ),
        ('{"n": 1e99999999999999999999999}', "would carry inf"),
        ('{"n": 1e-999}', "would carry 0.0"),
        ('{"n": 1e-99999999999999999999999}', "would carry 0.0"),
        ('{"n": 0.1234567890123456789}', "would carry 0.12345678901234568; in quotes it stays"),
        ('{"n": 9007199254740993.0}', "would carry 9007199254740992.0"),
        ('{"n": ' + "1" * 5_000 + "}", "a number of 5000 digits"),
        ('{"a": 1, "b": {"a": 1, "a": 2}}', 'has the key "a" twice'),
    ],
)
def test_what_would_be_carried_as_something_else_is_refused(text: str, said: str):
    with pytest.raises(Unmintable, match="metadata") as refusal:
        metadata.read(text)
    assert said in str(refusal.value)
    assert refusal.value.field == "metadata"
    assert len(str(refusal.value)) < 200


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.dictionaries(st.text(), _VALUES))
def test_whatever_python_writes_is_read_and_shown_unchanged(given: dict[str, Any]):
    text = json.dumps(given)
    if "Infinity" not in text:
        assert metadata.read(text) == given
    for (name, shown), (key, value) in zip(metadata.pairs(given), given.items(), strict=True):
        assert name == key
        assert (shown if isinstance(value, str) else json.loads(shown)) == value


@pytest.mark.parametrize("value", [None, 1, "x", [], True])
def test_what_is_no_object_has_no_pairs(value: Any):
    assert metadata.pairs(value) == []
