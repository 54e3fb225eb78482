"""The README's picture of the tree is the tree."""

import re

from tests.docs.pages import ROOT, text_of


def named_in_the_tree():
    """Return the paths in the block below "The tree", relative to the root."""
    block = text_of("README.md").partition("\n## The tree\n")[2].split("```")[1]
    folder = ""
    for line in block.strip().splitlines():
        names = [name.rstrip(",") for name in re.split(r"\s{2,}", line.strip())[0].split(", ")]
        if not line.startswith(" "):
            folder = names[0] if names[0].endswith("/") else ""
            yield from names
        else:
            yield from (folder + name for name in names)


def test_what_the_readme_names_is_there():
    assert not [name for name in named_in_the_tree() if not (ROOT / name).exists()]


def test_every_folder_of_the_tree_and_of_the_library_is_named():
    named = set(named_in_the_tree())
    folders = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and path.name[0] != "."}
    folders -= {"build/", "dist/", "site/"}  # made by targets, and ignored by git
    library = {
        f"layer/pytracking/{path.parent.name}/"
        for path in (ROOT / "layer" / "pytracking").glob("*/__init__.py")
    }
    top = {name for name in named if name.count("/") == 1 and name.endswith("/")}
    assert folders - {"layer/"} <= top | {"layer/"}
    assert library <= named


def test_every_module_of_the_library_is_named():
    package = ROOT / "layer" / "pytracking"
    modules = {f"layer/pytracking/{path.name}" for path in package.glob("[!_]*.py")}
    assert modules <= set(named_in_the_tree())
