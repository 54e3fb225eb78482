"""The site builds without a warning, needs nobody else's servers, and names all that is public."""

import os
import re
import subprocess

import pytest
import pytracking

from tests.docs.pages import ROOT
from tests.support.environments import python_of


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder with the site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [
            *(python_of("docs"), "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"),
            *("--conf-dir", "docs", "--doctree-dir", folder / "doctrees", ".", folder / "html"),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "layer")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return folder / "html"


def test_a_page_asks_nobody_else_for_anything(site):
    loaded = re.compile(
        r"<(?:script|img|iframe)[^>]*\ssrc=\"(https?:)?//|"
        r"<link(?=[^>]*\srel=\"(?:stylesheet|icon|preload|preconnect))[^>]*\shref=\"(https?:)?//|"
        r"(?:url\(|@import )['\"]?(?:https?:)?//"
    )
    pages = [*site.rglob("*.html"), *site.rglob("*.css")]
    assert len(pages) > 10
    assert not [
        page.name
        for page in pages
        if loaded.search(page.read_text(encoding="utf-8", errors="replace"))
    ]


def test_opening_the_folder_leads_to_the_first_page(site):
    target = re.search(r"url=([^\"]+)\"", (site / "index.html").read_text(encoding="utf-8"))
    assert target
    assert (site / target[1]).is_file()


def test_every_public_name_is_in_the_reference(site):
    page = (site / "docs" / "reference.html").read_text(encoding="utf-8")
    described = set(re.findall(r'id="pytracking\.(?:\w+\.)*(\w+)"', page))
    assert set(pytracking.__all__) <= described
