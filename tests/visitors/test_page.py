"""docs/visitors.md says what the code does."""

import re

import pytest
from pytracking.visitors import RULESET, SHADOWS, SIGNALS

from tests.docs.pages import text_of
from tests.visitors.report import PAGES, renewed

PAGE = text_of("docs/visitors.md")
ROWS = re.findall(
    r"^\| `([a-z-]+)` \| (\w+) \| (.+) \| (.+) \| (.+) \|$", PAGE.replace("\\|", ""), re.MULTILINE
)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_figures_and_the_ruleset_are_those_of_now(path):
    page = path.read_text(encoding="utf-8")
    assert f'"ruleset": "{RULESET}"' in page
    assert renewed(page) == page, "run `make verdicts`"


def test_every_signal_is_explained_in_the_order_in_which_it_decides_and_shadows_after_all():
    assert [(row[0], row[1]) for row in ROWS] == [*SIGNALS.items(), *SHADOWS.items()]


def test_every_signal_says_whom_it_could_wrong():
    assert all(row[4].strip() for row in ROWS)


@pytest.mark.parametrize(("name", "source"), [(row[0], row[3]) for row in ROWS])
def test_every_signal_has_a_source(name, source):
    assert re.fullmatch(r"(?:(?:, )?\[[^\]]+\]\(https://[^)]+\))+", source), name
