"""The events that the pages show have the shape of those that are sent."""

import json
import re

import pytest
from pytracking.events import Event
from pytracking.links import Link
from pytracking.visitors import classify
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from tests.docs.pages import ROOT, text_of


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
    samples = samples_of(page)
    assert samples
    assert [shape(sample) for sample in samples] == [shape(sent())] * len(samples)
