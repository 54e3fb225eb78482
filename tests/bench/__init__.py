"""Benchmarks, run by `make bench` and never by the tests.

A section is a module of this package with a function ``run(rounds) -> Section``; its name in
``SECTIONS`` puts it into the report.
"""

<<<<<<< HEAD
SECTIONS = ("codec", "growth", "imports", "answering", "mails")
=======
SECTIONS = ("codec", "growth", "imports", "delivery")
>>>>>>> 7f9d390 (Measure delivery: throughput, a dead neighbour, answers while a receiver hangs)
"""The modules to run, in the order of the report."""
