"""Every link between pages leads somewhere: to a file, and to a heading of it."""

import re
from collections import Counter

import pytest

from tests.docs.pages import PAGES, ROOT, text_of

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")  # [text](target)


def without_code(text):
    text = re.sub(r"^( *)```.*?^\1```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "code", text)


def anchors_of(page):
    """Return the anchors of a page's headings, spelt as the sites that show repositories do."""
    seen = Counter()
    anchors = set()
    for heading in re.findall(r"^#{1,6} +(.+?)#*$", text_of(page), re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
        anchor = kept.replace(" ", "-")
        anchors.add(f"{anchor}-{seen[anchor]}" if seen[anchor] else anchor)
        seen[anchor] += 1
    return anchors


@pytest.mark.parametrize("page", PAGES)
def test_the_links_of_a_page_lead_somewhere(page):
    broken = []
    for target in LINK.findall(without_code(text_of(page))):
        if re.match(r"[a-z]+:", target):  # another site: not for a test to visit
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / page).parent / path if path else ROOT / page
        if not there.exists() or (
            anchor and anchor not in anchors_of(there.resolve().relative_to(ROOT).as_posix())
        ):
            broken.append(target)
    assert not broken


def test_a_heading_is_found_by_its_anchor():
    assert "60-seconds" in anchors_of("README.md")
    assert "no-such-heading" not in anchors_of("README.md")


def test_every_page_of_docs_is_in_the_table_of_contents():
    listed = set(re.findall(r"\]\(([\w./-]+\.md)\)", text_of("docs/index.md")))
    pages = {page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")}
    pages -= {page for page in pages if page.startswith("decisions/2")}  # listed by their folder
    assert pages - {"index.md"} == {name for name in listed if not name.startswith("../")}
