"""docs/variables.md has every variable that is read."""

from tests.docs.pages import text_of
from tools.variables import page


def test_the_page_is_what_its_generator_writes():
    assert text_of("docs/variables.md") == page()


def test_every_variable_that_the_template_sets_is_on_the_page():
    shown = text_of("docs/variables.md")
    template = text_of("template.yaml")
    names = {line.split(":")[0].strip() for line in template.splitlines()}
    set_ = {name for name in names if name.startswith(("PYTRACKING_", "POWERTOOLS_"))}
    assert set_
    assert [name for name in sorted(set_) if f"`{name}`" not in shown] == []
