"""What a type checker and a debugger see of the public names."""

import importlib
import inspect
import typing
from collections.abc import Callable
from dataclasses import fields
from types import FunctionType

import pytest
import pytracking
from pytracking import Configuration, Keyring, Link, Tracker
from pytracking.base_urls import BaseUrls
from pytracking.events import Event
from pytracking.html import Options, find_links
from pytracking.mails.options import OptionKeywords
from pytracking.mails.problems import Problem
from pytracking.tracking import Keywords

MODULES = (
    *("", ".asgi", ".base_urls", ".campaign", ".delivery.addresses", ".delivery.client"),
    *(".delivery.signatures", ".django", ".email", ".errors", ".events", ".html", ".links"),
    *(".mails.list_headers", ".tokens.keyring"),
    *(".receiving", ".results", ".targets", ".text", ".tracker", ".tracking", ".visitors"),
    ".webhook",
)


def _public() -> dict[str, object]:
    """Return the names in each module's `__all__`, or else those defined there."""
    found = {}
    for module in (importlib.import_module(f"pytracking{name}") for name in MODULES):
        defined = [
            name
            for name, value in vars(module).items()
            if name[0] != "_" and getattr(value, "__module__", None) == module.__name__
        ]
        for name in getattr(module, "__all__", defined):
            found[f"{module.__name__}.{name}"] = getattr(module, name)
    return found


PUBLIC = _public()
CLASSES = dict.fromkeys(  # in one order in every process
    value
    for value in PUBLIC.values()
    if inspect.isclass(value) and value.__module__.startswith("pytracking.")
)

SERVICES = (  # they do things, and hold no data of a caller's
    "Tracker",
    "Campaign",
    "Application",
    "BatchingQueue",
    "Client",
    "Signer",
    "TrackingView",
    "OpenTrackingView",
    "ClickTrackingView",
)


def _callables() -> dict[str, Callable[..., object]]:
    found = {name: value for name, value in PUBLIC.items() if isinstance(value, FunctionType)}
    for cls in CLASSES:
        for name, member in vars(cls).items():
            function = getattr(member, "__func__", None) or getattr(member, "fget", member)
            if isinstance(function, FunctionType) and (name[0] != "_" or name == "__init__"):
                found[f"{cls.__name__}.{name}"] = function
    return found


CALLABLES = _callables()


def test_the_walk_finds_what_is_public() -> None:
    assert {
        "pytracking.verify_webhook",
        "pytracking.html.adapt_html",
        "pytracking.email.check_message",
        "Tracker.html",
        "Tracker.from_environment",
        "Configuration.__init__",
        "ClickTrackingView.get",
        "Event.time",
    } <= CALLABLES.keys()


@pytest.mark.parametrize("name", CALLABLES)
def test_the_hints_of_a_public_function_resolve(name: str) -> None:
    hints = typing.get_type_hints(CALLABLES[name])
    parameters = {*inspect.signature(CALLABLES[name]).parameters} - {"self", "cls"}
    assert name.endswith("__init__") or "return" in hints
    assert parameters <= hints.keys()


def test_what_holds_data_shows_itself_and_compares() -> None:
    for cls in CLASSES:
        if issubclass(cls, Exception) or typing.is_typeddict(cls) or cls.__name__ in SERVICES:
            continue
        assert cls.__repr__ is not object.__repr__, cls
        assert cls.__eq__ is not object.__eq__, cls


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (lambda: BaseUrls.under("https://t.example"), "open='https://t.example/o/'"),
        (lambda: Link("click", "https://a.example/", {"a": 1}), "metadata={'a': 1}"),
        (lambda: Event("open", "5f2b", 1_763_942_400, {"a": 1}), "metadata={'a': 1}"),
        (lambda: pytracking.TrackingResult(True, metadata={"a": 1}), "metadata={'a': 1}"),
        (lambda: pytracking.TrackingResult(True).to_json_dict(), "is_open_tracking=True"),
        (lambda: find_links('<a href="https://a.example/">')[0], "href='https://a.example/'"),
        (lambda: Problem("part 1", "too long"), "part 1"),
        (lambda: Options(parts=("html",)), "parts=('html',)"),
        (lambda: Configuration(webhook_url="https://w.example/"), "https://w.example/"),
        (lambda: Keyring("a" * 32), "1 secret"),
    ],
)
def test_what_is_made_alike_is_equal_and_reads_as_what_it_holds(
    make: Callable[[], object], shown: str
) -> None:
    assert make() == make()
    assert make() != object()
    assert shown in repr(make())


def test_no_secret_key_or_link_is_shown() -> None:
    ring = Keyring.generate()
    secret = ring.to_json().split('"')[3]
    configuration = Configuration(keyring=ring, encryption_bytestring_key="A" * 43 + "=")
    link = configuration.get_open_tracking_url({"a": 1})
    result = pytracking.get_open_tracking_result(link, configuration=configuration)
    tracker = Tracker("https://t.example", ring)
    for shown in map(repr, (result, configuration, tracker, tracker.read(link))):
        assert secret not in shown
        assert "A" * 43 not in shown
        assert link not in shown


def test_the_keywords_of_rewriting_are_its_options() -> None:
    hints = typing.get_type_hints(OptionKeywords)
    assert hints == typing.get_type_hints(Options)
    assert [*hints] == [field.name for field in fields(Options)]


def test_the_keywords_of_the_old_functions_are_the_parameters_of_a_configuration() -> None:
    parameters = {field.name for field in fields(Configuration) if field.init}
    assert parameters == typing.get_type_hints(Keywords).keys()
