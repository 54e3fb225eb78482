"""Links travel both ways between this package and PyPI's pytracking 0.2.2.

The original runs in a process and an environment of its own, as it has the same import name.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytracking
from hypothesis import given
from hypothesis import strategies as st

from tests.support.environments import python_of

KEY = "XdhWbQZnqCIPLBL0ViPIW2vBTsmUNxAS-7mOtTdu6ZM="
BASES = {
    "base_open_tracking_url": "https://t.example.com/o/",
    "base_click_tracking_url": "https://t.example.com/c/",
}

Call = Callable[..., Any]

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
metadata = st.none() | st.dictionaries(text, json_values, max_size=6)
path_text = st.text(st.sampled_from("abc/XYZ019-._~%=&+été東京"), max_size=30)
urls = st.builds("https://shop.example.org/{}?q={}".format, path_text, path_text)
configurations = st.fixed_dictionaries(
    {
        "default_metadata": metadata,
        "include_default_metadata": st.booleans(),
        "webhook_url": st.none() | st.just("https://hooks.example.net/t?k=é"),
        "include_webhook_url": st.booleans(),
        "encryption_bytestring_key": st.sampled_from([None, KEY]),
    }
)


@pytest.fixture(scope="module")
def original() -> Iterator[Call]:
    """A function that calls the original's function of that name."""
    worker = subprocess.Popen(
        [python_of("original"), Path(__file__).with_name("original_worker.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert worker.stdin is not None
    assert worker.stdout is not None
    stdin, stdout = worker.stdin, worker.stdout

    def call(function: str, *args: Any, **kwargs: Any) -> Any:
        stdin.write(json.dumps({"function": function, "args": args, "kwargs": kwargs}) + "\n")
        stdin.flush()
        return json.loads(stdout.readline())

    yield call
    stdin.close()
    worker.wait(timeout=10)
    stdout.close()


def ours(function: str, *args: Any, **kwargs: Any) -> Any:
    answer = getattr(pytracking, function)(*args, **kwargs)
    if isinstance(answer, pytracking.TrackingResult):
        return answer.to_json_dict()._asdict()
    return answer


def _without_timestamp(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "timestamp"}


def _mint(mint: Call, url: str | None, data: Any, settings: dict[str, Any]) -> str:
    if url is None:
        link: str = mint("get_open_tracking_url", data, **settings)
    else:
        link = mint("get_click_tracking_url", url, data, **settings)
    return link


@pytest.mark.parametrize("here", [True, False])
@given(url=st.none() | urls, data=metadata, settings=configurations)
def test_a_link_minted_by_either_decodes_alike_in_both(
    original: Call, here: bool, url: str | None, data: Any, settings: dict[str, Any]
) -> None:
    settings = {**settings, **BASES}
    decode = "get_open_tracking_result" if url is None else "get_click_tracking_result"
    link = _mint(ours if here else original, url, data, settings)
    found = _without_timestamp(ours(decode, link, {"user_agent": "UA"}, **settings))
    assert found == _without_timestamp(original(decode, link, {"user_agent": "UA"}, **settings))
    assert found["tracked_url"] == url


@given(url=st.none() | urls, data=metadata, settings=configurations)
def test_a_plain_link_is_the_same_bytes_from_both(
    original: Call, url: str | None, data: Any, settings: dict[str, Any]
) -> None:
    settings = {**settings, **BASES, "encryption_bytestring_key": None}
    assert _mint(ours, url, data, settings) == _mint(original, url, data, settings)
