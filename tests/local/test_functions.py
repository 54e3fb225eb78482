"""An execution environment of a function: what it loads, and what it lets through."""

from pathlib import Path
from typing import Any

import pytest
from pytracking.errors import ConfigurationError

from local.functions import Environment, InvocationError
from local.template import Function


def environment(folder: Path, code: str, handler: str = "app.handler") -> Environment:
    folder.mkdir(exist_ok=True)
    (folder / "app.py").write_text(code)
    return Environment(Function(folder.name, folder, handler, 5, 128, {}, {}, ()))


def test_two_functions_have_an_app_module_each(tmp_path: Path):
    code = "state = []\ndef handler(event, context):\n    state.append({0!r})\n    return state"
    first = environment(tmp_path / "first", code.format("first"))
    second = environment(tmp_path / "second", code.format("second"))
    assert [first.call({}), second.call({}), first.call({})] == [
        ["first"],
        ["second"],
        ["first", "first"],
    ]


def test_two_environments_of_one_function_share_nothing(tmp_path: Path):
    code = "state = []\ndef handler(event, context):\n    state.append(1)\n    return len(state)"
    one, other = (environment(tmp_path / "f", code) for _ in range(2))
    assert [one.call({}), one.call({}), other.call({})] == [1, 2, 1]


def test_an_event_is_the_functions_own_to_change(tmp_path: Path):
    changing = environment(tmp_path / "f", "def handler(e, c):\n    e['a']['b'] = 2\n    return e")
    event: dict[str, Any] = {"a": {"b": 1}}
    assert changing.call(event) == {"a": {"b": 2}}
    assert event == {"a": {"b": 1}}


@pytest.mark.parametrize("code", ["raise KeyError('x')", "return {1, 2}", "return b'bytes'"])
def test_what_fails_says_which_function_and_why_with_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], code: str
):
    failing = environment(tmp_path / "odd", f"def handler(event, context):\n    {code}")
    with pytest.raises(InvocationError, match="odd failed"):
        failing.call({})
    assert "Traceback" in capsys.readouterr().err


def test_the_context_is_lambdas(tmp_path: Path):
    code = (
        "def handler(event, context):\n"
        "    return [context.function_name, context.memory_limit_in_mb,\n"
        "            context.invoked_function_arn, context.function_version]"
    )
    assert environment(tmp_path / "mine", code).call({}) == [
        "mine",
        128,
        "arn:aws:lambda:us-east-1:123456789012:function:mine",
        "$LATEST",
    ]


@pytest.mark.parametrize("handler", ["other.handler", "app.other"])
def test_a_handler_that_is_missing_is_named(tmp_path: Path, handler: str):
    with pytest.raises(ConfigurationError, match=f"names the handler {handler}, but"):
        environment(tmp_path / "f", "", handler).load()
