"""docs/visitors.md says what the code does."""

import re

import pytest
from pytracking.visitors import RULESET, SIGNALS

from tests.docs.pages import text_of
from tests.visitors.report import with_report

PAGE = text_of("docs/visitors.md")
ROWS = re.findall(r"^\| `([a-z-]+)` \| (\w+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)


def test_the_figures_are_those_of_now():
    assert with_report(PAGE) == PAGE, "run `python -m tests.visitors.report`"


def test_every_signal_is_explained_in_the_order_in_which_it_decides():
    assert [(name, cls) for name, cls, _, _ in ROWS] == list(SIGNALS.items())


@pytest.mark.parametrize(("name", "source"), [(row[0], row[3]) for row in ROWS])
def test_every_signal_has_a_source(name, source):
    assert re.fullmatch(r"(?:(?:, )?\[[^\]]+\]\(https://[^)]+\))+", source), name


def test_the_example_names_the_ruleset_of_now():
    assert f'"ruleset": "{RULESET}"' in PAGE
