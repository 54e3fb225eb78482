"""How Sphinx makes the site: README, CHANGELOG, CONTRIBUTING and docs/ as they stand in the tree.

The source folder is the root of the tree, so that a link between these files works on the site as
it does in the tree; a link to any other file is offered for download.
"""

import re
from pathlib import Path

import pytracking
from sphinx.application import Sphinx

project = "pytracking"
author = "the pytracking authors"
version = release = pytracking.__version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = ["*.md", "docs/**", "events/README.md", "events/webhooks/README.md"]
exclude_patterns = [
    ".*",
    "**/.*",
    "build",
    "docs/conf.py",
    "functions",
    "layer",
    "local",
    "site",
    "tests",
]

# A reference that leads nowhere is a warning, and `make docs` treats warnings as errors.
nitpicky = True
nitpick_ignore_regex = [  # types of other people, documented elsewhere
    ("py:class", r"(collections|cryptography|django|email|ipaddress|ssl|urllib3)\..+"),
    ("py:class", r"BaseHTTPResponse|datetime(\.datetime)?"),
    ("py:class", r"(pytracking\.[a-z.]+\.)?(AnyMessage|Mail_co)"),  # type variables
    ("py:class", r"MailTemplate|pytracking\.asgi\.Application"),  # nobody makes one
    ("py:class", r"Kind"),  # an alias: described as data, and looked for as a class
]
default_role = "code"  # a name in single backquotes, as in the text of these pages
suppress_warnings = ["misc.highlighting_failure"]  # psql's \copy is not SQL
highlight_language = "none"  # a block names its language, or is output
myst_heading_anchors = 4  # links to headings, spelt as on the sites that show a repository
autodoc_typehints = "description"
autodoc_member_order = "bysource"
napoleon_use_rtype = False

# `make linkcheck` visits other sites, but for those that are examples. Anchors are looked for, but
# for those of pages that a script makes.
linkcheck_ignore = [
    r"https?://([\w-]+\.)*example(\.com|\.org)?\b",
    r"https?://(127\.0\.0\.1|localhost)\b",
]
linkcheck_anchors_ignore_for_url = [r"https://github\.com/"]
linkcheck_timeout = 15  # seconds

html_theme = "furo"
html_title = f"pytracking {version}"
html_show_sphinx = False
html_show_copyright = False  # LICENSE has it
html_copy_source = False


def add_contents(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the pages that docs/index.md links to into the sidebar, in its groups and order.

    The page of decisions lists those beside it, which would crowd a sidebar.
    """
    if docname == "docs/decisions/README":
        decisions = sorted(Path(app.srcdir, "docs", "decisions").glob("2*.md"))
        source[0] += "\n" + "".join(f"- [](./{decision.name})\n" for decision in decisions)
    elif docname.startswith("docs/decisions/"):
        source[0] = f"---\norphan: true\n---\n{source[0]}"
    if docname != root_doc:
        return
    for group in source[0].split("\n## ")[1:]:
        pages = re.findall(r"\]\(([\w./-]+)\.md\)", group)  # e.g. ](senders.md)
        caption = group.partition("\n")[0]
        source[0] += "\n".join(
            ["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```", ""]
        )


def write_entrance(app: Sphinx, error: Exception | None) -> None:
    """Send who opens the site's own folder to the first page."""
    if error is None:
        page = f"{root_doc}.html"
        Path(app.outdir, "index.html").write_text(
            f'<!doctype html><meta charset="utf-8"><title>{html_title}</title>'
            f'<meta http-equiv="refresh" content="0; url={page}"><a href="{page}">{page}</a>\n',
            encoding="utf-8",
        )


def setup(app: Sphinx) -> None:
    app.connect("source-read", add_contents)
    app.connect("build-finished", write_entrance)
