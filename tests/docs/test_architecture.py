"""docs/architecture.md is the structure there is: its table is held against the real imports."""

import ast
import builtins
import re
import sys
from collections import Counter

import pytest
from pytracking import errors

from tests.docs.pages import ROOT, text_of
from tests.support.programs import python

LAYER = ROOT / "layer"
OURS = ("pytracking", "functions", "local", "tools")
ROW = re.compile(
    r"^\| `(?P<part>\w+)` \| (?P<where>[^|]+) \| [^|]+\|(?P<ours>[^|]*)\|(?P<theirs>[^|]*)\|$",
    re.MULTILINE,
)


def names_in(cell):
    return set(re.findall(r"`([^`]+)`", cell))


TABLE = [row.groupdict() for row in ROW.finditer(text_of("docs/architecture.md"))]
PARTS = {row["part"]: names_in(row["where"]) for row in TABLE}


def part_of(path):
    """Return the part that a file belongs to; a folder of the table ends in a slash."""
    place = path.relative_to(ROOT).as_posix().removeprefix("layer/pytracking/")
    (part,) = {
        part
        for part, places in PARTS.items()
        for one in places
        if place == one or (one.endswith("/") and place.startswith(one))
    }
    return part


def module_file(module):
    base = (LAYER if module.split(".")[0] == "pytracking" else ROOT) / module.replace(".", "/")
    return next(
        (path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None
    )


def imported_by(path):
    """Return the modules a file imports, at its top or inside its functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            for alias in node.names:  # `from package import module` imports the module
                inner = f"{node.module}.{alias.name}"
                is_module = node.module.split(".")[0] in OURS and module_file(inner)
                yield inner if is_module else node.module


FILES = [
    path
    for folder in (LAYER / "pytracking", *(ROOT / name for name in OURS[1:]))
    for path in sorted(folder.rglob("*.py"))
]


def arrows(of_part):
    """Return what the files of a part import: other parts, and packages of other people."""
    ours, theirs = set(), set()
    for path in FILES:
        if part_of(path) != of_part:
            continue
        for module in imported_by(path):
            package = module.split(".")[0]
            if package in OURS:
                ours.add(part_of(module_file(module)))
            elif package not in sys.stdlib_module_names and package != "app":
                theirs.add(package)
    return ours - {of_part}, theirs


def test_every_file_belongs_to_one_part():
    assert {part_of(path) for path in FILES} == PARTS.keys()


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["part"])
def test_a_part_imports_what_the_table_says_and_nothing_else(row):
    assert arrows(row["part"]) == (names_in(row["ours"]), names_in(row["theirs"]))


def test_the_library_never_looks_back():
    outside = {"functions", "local", "tools"}
    above = {"handlers": outside, "functions": {"local", "tools"}, "aws": outside | {"handlers"}}
    upper = {"asgi", "aws", "command", "handlers", "operations", "reporting"}
    for part in PARTS.keys() - upper - outside:
        above[part] = upper | outside
    above["tracker"] -= {"aws"}  # Tracker.from_environment fetches a stack's keys
    for part, never in above.items():
        assert not arrows(part)[0] & never, part


def test_there_is_no_circle_between_parts():
    left = {part: arrows(part)[0] for part in PARTS}
    while free := {part for part, needs in left.items() if not needs & left.keys()}:
        left = {part: needs for part, needs in left.items() if part not in free}
    assert not left


def test_variables_are_read_in_environment_py_alone():
    reading = re.compile(r"os\.environ(\[|\.get)|getenv")
    found = [
        path.name
        for path in (LAYER / "pytracking").rglob("*.py")
        if reading.search(path.read_text())
    ]
    assert found == []


def classes(*folders):
    """Yield each class of these folders, with the file it is in."""
    for path in FILES:
        if path.relative_to(ROOT).parts[0] in folders:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ClassDef):
                    yield node, path


def test_no_two_classes_share_a_name():
    names = Counter(node.name for node, _ in classes("layer", *OURS[1:]))
    assert [name for name, number in names.items() if number > 1] == []


def drawn(cls, depth=1):
    """Return the lines of an error's branch, as the docstring of errors.py draws them."""
    foreign = [base.__name__ for base in cls.__bases__ if base.__module__ == "builtins"]
    known = "" if foreign == ["Exception"] or not foreign else f" ({', '.join(foreign)})"
    yield "  " * (depth + 1) + cls.__name__ + known
    for below in cls.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from drawn(below, depth + 1)


def test_the_tree_of_errors_is_drawn_as_it_is():
    named = [value for value in vars(errors).values() if isinstance(value, type)]
    own = [cls for cls in named if cls.__module__ == errors.__name__]
    assert all(issubclass(cls, BaseException) for cls in own)
    roots = [cls for cls in own if not any(base in own for base in cls.__bases__)]
    tree = [line for root in roots for line in drawn(root)]
    assert [line for line in errors.__doc__.splitlines() if line[:4] == "    "] == tree


def test_every_exception_of_the_layer_is_in_the_tree():
    exceptions = {
        name
        for name, value in {**vars(builtins), **vars(errors)}.items()
        if isinstance(value, type) and issubclass(value, BaseException)
    }
    elsewhere = [
        f"{path.name}: {node.name}"
        for node, path in classes("layer")
        if path.name != "errors.py"
        and {ast.unparse(base).rpartition(".")[2] for base in node.bases} & exceptions
    ]
    assert elsewhere == []


def test_importing_the_library_loads_nothing_heavy():
    heavy = ("cryptography", "urllib3", "boto3", "botocore", "lxml", "aws_lambda_powertools")
    script = "import sys, pytracking; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = python("-c", script).split()
    assert "pytracking" in loaded
    assert not set(loaded) & set(heavy)
