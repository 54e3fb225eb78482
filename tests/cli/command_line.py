"""The command line, run in this process with settings of the tests."""

import io
import json
import os
import sys
from pathlib import Path
from unittest import mock

from pytracking.__main__ import main
from pytracking.tokens.keyring import Keyring

ROOT = Path(__file__).parents[2]
OPEN, CLICK = "https://t.example.com/o/", "https://t.example.com/c/"
KEYS = Keyring.generate().to_json()
HTML = '<p><a href="https://x.test/">x</a></p>'


def run(*arguments, stdin=b"", **environment):
    """Run the command line; return its exit status, its output and its complaints.

    A variable given as None is not set.
    """
    settings = {
        "PYTRACKING_OPEN_BASE_URL": OPEN,
        "PYTRACKING_CLICK_BASE_URL": CLICK,
        "PYTRACKING_LINK_KEYS": KEYS,
        **environment,
    }
    given = io.TextIOWrapper(io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode()))
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with (
        mock.patch.dict(os.environ, {k: v for k, v in settings.items() if v is not None}),
        mock.patch.multiple(sys, stdin=given, stdout=out, stderr=err),
    ):
        try:
            status = main(arguments)
        except SystemExit as exit_:
            status = exit_.code
    out.flush()
    return status, out.buffer.getvalue().decode("utf-8", "surrogateescape"), err.getvalue()


def output(*arguments, **kwargs):
    status, out, err = run(*arguments, **kwargs)
    assert (status, err) == (0, "")
    return out


def decoded(link, **kwargs):
    return json.loads(output("decode", "--json", link, **kwargs))
