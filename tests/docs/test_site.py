"""The site builds without a warning, needs nobody else's servers, and names all that is public."""

import importlib
import inspect
import pkgutil
import re

import pytest
import pytracking

from tests.docs.sphinx import sphinx


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Return a folder with the site, built as `make docs` builds it."""
    folder = tmp_path_factory.mktemp("site")
    doctrees = ("--doctree-dir", folder / "doctrees")
    run = sphinx("--fail-on-warning", "--keep-going", *doctrees, ".", folder / "html")
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


@pytest.fixture(scope="module")
def described(site):
    """Return the full names of what the reference describes."""
    page = (site / "docs" / "reference.html").read_text(encoding="utf-8")
    return set(re.findall(r'id="(pytracking(?:\.\w+)+)"', page))


def public_modules():
    for found in pkgutil.walk_packages(pytracking.__path__, "pytracking."):
        if not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)


PUBLIC = [
    pytest.param(module, name, id=f"{module.__name__}.{name}")
    for module in (pytracking, *public_modules())
    for name in getattr(module, "__all__", ())
]


@pytest.mark.parametrize(
    ("module", "name"), [*PUBLIC, pytest.param(pytracking, "Keyring", id="pytracking.Keyring")]
)
def test_a_public_name_of_any_module_is_in_the_reference(described, module, name):
    namesakes = [one for one in described if one.rpartition(".")[2] == name]
    # Under this module's name, or under that of another module that has the same thing.
    assert any(pkgutil.resolve_name(one) is getattr(module, name) for one in namesakes)


@pytest.mark.parametrize(
    "cls", [pytracking.Configuration, pytracking.TrackingResult, pytracking.Tracker]
)
def test_every_public_method_and_property_of_a_class_is_in_the_reference(described, cls):
    members = {name for name, _ in inspect.getmembers(cls, callable) if name[0] != "_"}
    members |= {name for name, _ in inspect.getmembers(cls, inspect.isdatadescriptor)}
    public = {name for name in members if name[0] != "_"}
    prefix = next(one for one in described if one.endswith(f".{cls.__name__}"))
    assert public
    assert {f"{prefix}.{name}" for name in public} <= described
