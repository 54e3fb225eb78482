"""What holds for every test."""

import sys
from functools import _lru_cache_wrapper

import pytest
from hypothesis import settings

# No deadline: a shared machine is slow at times, and speed is measured by `make bench`, not here.
settings.register_profile("default", deadline=None, print_blob=True)
settings.load_profile("default")


SLOW = (
    "compat/test_original_both_ways",  # an environment of its own
    "delivery/test_delivering",  # whole processes and real waits
    "delivery/test_processes",
    "delivery/test_replay",
    "delivery/test_soak",
    "docs/test_commands",  # runs what the pages say
    "docs/test_receivers_sql",
    "docs/test_secret_in_a_file",
    "docs/test_site",
    "functions/test_faults_process",
    "local/test_gateway",
    "local/test_make_run",
    "local/test_metadata",
    "local/test_page",  # a real browser
    "mails/test_templates",
    "release/",
    "template/test_build",  # builds the layer
    "template/test_runtime",
)
"""Beginnings of the files in tests/ that `make quick` leaves out, by what takes their time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the files in SLOW."""
    for item in items:
        if item.nodeid.removeprefix("tests/").startswith(SLOW):
            item.add_marker(pytest.mark.slow)


def pytest_sessionstart() -> None:
    """Start with empty caches: `make mutation` runs its sessions in forks of one that has filled
    them, where what the unchanged code prepared would hide what the changed code does."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "pytracking":
            for value in vars(module).values():
                if isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()
