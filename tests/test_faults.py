"""docs/faults.md says which test proves what, and nothing in it is out of date."""

import pytest

from tests.support.faults import PAGE, ROOMS, Rows, collect, page


@pytest.fixture(scope="module")
def rows() -> Rows:
    return collect()


def test_every_fault_has_a_test(rows: Rows) -> None:
    wanted = {(room, row) for room, (_, faults) in ROOMS.items() for row in faults}
    assert wanted - rows.keys() == set()


def test_no_test_claims_to_prove_what_is_not_in_the_list(rows: Rows) -> None:
    listed = {(room, row) for room, (_, faults) in ROOMS.items() for row in faults}
    assert {key: rows[key] for key in rows.keys() - listed} == {}


def test_the_page_says_what_the_marks_say(rows: Rows) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(rows), "run: python -m tests.support.faults"
