"""Every ```python block of every page runs, from top to bottom of its page."""

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

from tests.docs.pages import PAGES, ROOT, text_of

WITH_EXAMPLES = [page for page in PAGES if "```python" in text_of(page)]


@pytest.mark.parametrize("page", WITH_EXAMPLES)
def test_the_examples_of_a_page_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    document = Sybil(parsers=[PythonCodeBlockParser(), SkipParser()]).parse(ROOT / page)
    examples = list(document.examples())
    assert examples
    for example in examples:
        example.evaluate()


def test_no_example_is_skipped():
    assert not [
        page for page in PAGES if "<!--- skip" in text_of(page) or "% skip" in text_of(page)
    ]
