"""What holds for every test."""

import json
import os
import ssl
import sys
from collections.abc import Iterator
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No deadline: a shared machine is slow at times, and speed is measured by `make bench`, not here.
settings.register_profile("few", deadline=None, print_blob=True, max_examples=25)
settings.register_profile("thorough", settings.get_profile("few"), max_examples=500)
settings.load_profile("few")  # CI takes the other once a week: --hypothesis-profile=thorough

# The schema asks for no IRI; jsonschema compiles their whole grammar when it is imported, in 2 s.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

SLOW = (
    "cli/test_as_a_command",  # processes, full disks
    "cli/test_recipients",  # whole processes, killed and full disks
    "cli/test_try_webhook",  # real waits
    "compat/test_original_both_ways",  # an environment of its own
    "delivery/test_client_answers",  # real waits
    "delivery/test_delivering",  # whole processes and real waits
    "delivery/test_destinations",  # real waits
    "delivery/test_descriptors",
    "delivery/test_processes",
    "delivery/test_replay",
    "delivery/test_slow_lane",
    "delivery/test_soak",
    "docs/test_commands",  # runs what the pages say
    "docs/test_deploy_workflow",  # asks the SAM command line
    "docs/test_ports",  # Node and PHP
    "docs/test_receivers",  # a program a language, a database
    "docs/test_secret_in_a_file",
    "docs/test_site",
    "functions/test_asgi",  # whole processes
    "functions/test_direct",  # real waits
    "functions/test_faults",  # real waits
    "functions/test_silence",
    "fuzz/",  # an environment of its own
    "local/test_gateway",  # whole processes
    "local/test_make_run",
    "local/test_numbers",
    "local/test_receiver",
    "local/test_run",
    "mails/test_templates",
    "operations/test_deployment",
    "operations/test_scaling",
    "release/",
    "report/",  # a whole engine
    "template/test_conditions",  # lints each combination of choices
    "template/test_domain",
)
"""Beginnings of the files in tests/ that `make quick` leaves out, by what takes their time."""


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import nothing of a slow file where no slow test is wanted: that alone takes seconds."""
    name = collection_path.relative_to(Path(__file__).parent).as_posix()
    left_out = config.option.markexpr == "not slow" and name.startswith(SLOW)
    return True if left_out and collection_path.is_file() else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the files in SLOW, and put them first: no worker begins a long one last."""
    for item in items:
        if item.nodeid.removeprefix("tests/").startswith(SLOW):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True, scope="session")
def _every_event_is_held_to_the_schema() -> Iterator[None]:
    """Have the stock validator look at every event that any test makes in its process."""
    from pytracking.events import Event

    try:
        from jsonschema import Draft202012Validator
    except ImportError:  # the environments of tests/minimal
        yield
        return
    schema = Path(__file__).parents[1] / "docs" / "event.schema.json"
    validator = Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))
    to_json = Event.to_json

    def validated(event: Event) -> object:
        body = to_json(event)
        validator.validate(json.loads(json.dumps(body)))
        return body

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Event, "to_json", validated)
        yield


@pytest.fixture(autouse=True, scope="session")
def _the_machines_authorities_are_left_unread() -> Iterator[None]:
    """Reading them takes 20 ms a context; a test's servers have authorities of their own.

    A test that names others in SSL_CERT_FILE has those read.
    """
    of_the_machine = os.environ.get("SSL_CERT_FILE")
    load_default_certs = ssl.SSLContext.load_default_certs

    def load(context: ssl.SSLContext, *purpose: Any) -> None:
        if os.environ.get("SSL_CERT_FILE") != of_the_machine:
            load_default_certs(context, *purpose)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_default_certs", load)
        yield


def pytest_sessionstart() -> None:
    """Start with empty caches: `make mutation` runs its sessions in forks of one that has filled
    them, where what the unchanged code prepared would hide what the changed code does."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] == "pytracking":
            for value in vars(module).values():
                if isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()
