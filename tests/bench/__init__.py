"""Benchmarks, run by `make bench` and never by the tests.

A section is a module of this package with a function ``run(rounds) -> Section``; its name in
``SECTIONS`` puts it into the report.
"""

SECTIONS = (
    "codec",
    "growth",
    "imports",
    "answering",
    "asgi",
    "coldstart",
    "mails",
    "delivery",
    "visitors",
    "numbers",
)
"""The modules to run, in the order of the report."""
