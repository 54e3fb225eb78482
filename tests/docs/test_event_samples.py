"""The events that the pages show, and the samples, have the shape of those that are sent."""

import json
import re

import pytest
from jsonschema import Draft202012Validator, ValidationError
from pytracking.events import Event
from pytracking.links import Link
from pytracking.visitors import classify
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.docs.pages import ROOT, text_of
from tools import events as generator
from tools import samples

SCHEMA = json.loads(text_of("docs/event.schema.json"))
FILES = sorted((ROOT / "events" / "webhooks").glob("*.json"))


def shape(value):
    """Return the names in an object, at every level; what metadata holds is the sender's."""
    if not isinstance(value, dict):
        return None
    return {name: name == "metadata" or shape(inner) for name, inner in value.items()}


def sent():
    verdict = classify("Mozilla/5.0 ...", {}, "GET", 5400, "click")
    request_data = {"user_agent": "Mozilla/5.0 ...", "user_ip": "203.0.113.7", "method": "GET"}
    link = Link("click", "https://a.example/")
    identifier = "5f2b9c0e8d7a4f6b9c0e8d7a4f6b9c0e"
    return Event.of(
        link, request_data, verdict.to_json(), identifier=identifier, timestamp=0
    ).to_json()


def samples_of(page):
    if page == "docs/receivers.md":
        return [json.loads(text) for text in re.findall(r"```json\n(.*?)```", text_of(page), re.S)]
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(ROOT / page)
    for example in document.examples():
        example.evaluate()
    return [document.namespace["event"]]


@pytest.mark.parametrize("page", ["README.md", "docs/receivers.md", "docs/migrating.md"])
def test_a_sample_has_the_names_of_an_event(page):
    found = samples_of(page)
    assert found
    assert [shape(sample) for sample in found] == [shape(sent())] * len(found)
    for sample in found:
        Draft202012Validator(SCHEMA).validate(sample)


def test_the_schema_is_what_its_generator_writes():
    Draft202012Validator.check_schema(SCHEMA)
    assert text_of("docs/event.schema.json") == samples.written(generator.schema())


def test_the_page_s_tables_are_what_their_generator_writes():
    page = text_of("docs/events.md")
    assert generator.page(page) == page


def test_the_samples_are_what_their_generator_writes():
    written = {path.name: path.read_text(encoding="utf-8") for path in FILES}
    assert written == {name: samples.written(sample) for name, sample in samples.webhooks().items()}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_sample_validates_and_is_read_as_it_was_written(path):
    sample = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMA).validate(sample)
    event = Event.from_json(sample)
    assert event.to_json() == sample
    assert event.type == path.name.removesuffix(".json").partition("-")[0]


@pytest.mark.parametrize(
    "change",
    [
        {"type": "email.bounced"},
        {"schema": 2},
        {"timestamp": "soon"},
        {"link_id": 7},
        {"visitor": {"class": "human"}},
        {"tracked_url": None},
    ],
)
def test_the_schema_refuses_what_is_no_event(change):
    with pytest.raises(ValidationError):
        Draft202012Validator(SCHEMA).validate(sent() | change)


def test_the_schema_lets_members_be_added():
    more = {"later": 1, "visitor": {**sent()["visitor"], "later": 1}}
    Draft202012Validator(SCHEMA).validate(sent() | more)
