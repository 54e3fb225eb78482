"""`make fuzz`, for a second: the fuzzer starts, and finds nothing in its corpus."""

import platform

import pytest

from tests.support.environments import ROOT, folder_of
from tests.support.programs import ended


@pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"),
    reason="atheris has wheels for Linux on x86_64 alone",
)
def test_make_fuzz_ends_well():
    folder_of("fuzz")
    run = ended(["make", "--old-file=.venv/.stamp", "fuzz", "FUZZ=1"], cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert "Done" in run.stderr
