"""What `make deploy` makes of the choices it is given."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support import sam
from tools import deployment, emulator
from tools.deployment import PARAMETERS, overrides, summary

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which nobody ever ran `aws configure`."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.mark.usefixtures("no_account")
@pytest.mark.parametrize(
    ("region", "missing"), [("", "You must specify a region"), ("eu-west-1", "credentials")]
)
def test_a_machine_without_an_account_is_told_before_anything_is_built(
    region: str,
    missing: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if region:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setattr(emulator, "sam", lambda *_a, **_k: pytest.fail("something was built"))
    assert deployment.main() == 1
    told = capsys.readouterr().err
    assert missing in told
    assert "aws configure" in told
    assert told.count("\n") == 1


@pytest.mark.usefixtures("no_account")
def test_the_region_is_the_one_that_was_configured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    calls: list[tuple[str, dict[str, str]]] = []
    monkeypatch.setattr(emulator, "sam", lambda *a, **k: calls.append((a[0], k)))
    found = {"OpenBaseUrl": "https://t.example.com/o/", "ClickBaseUrl": "https://t.example.com/c/"}
    monkeypatch.setattr(deployment, "outputs", lambda _stack: found)
    assert deployment.main() == 0
    assert calls == [("build", {}), ("deploy", {"AWS_DEFAULT_REGION": "eu-central-1"})]
    assert capsys.readouterr().out.startswith("Opens:  https://t.example.com/o/")


@pytest.mark.parametrize(("given", "asked"), [((), "pytracking"), (("STACK=mine",), "mine")])
def test_make_doctor_asks_for_the_stack_that_make_deploy_makes(
    given: tuple[str, ...], asked: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "STACK"}
    run = subprocess.run(
        ["make", "--dry-run", "doctor", *given],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"--stack '{asked}'" in run.stdout


def test_each_parameter_of_the_template_can_be_chosen() -> None:
    assert sorted(PARAMETERS.values()) == sorted(sam.source()["Parameters"])


@pytest.mark.parametrize(("variable", "parameter"), PARAMETERS.items())
def test_the_guide_names_each_choice_beside_its_parameter(variable: str, parameter: str) -> None:
    assert f"| `{parameter}` | `{variable}` |" in (ROOT / "docs" / "operators.md").read_text()


def test_choices_become_parameters_and_what_is_not_chosen_keeps_its_value() -> None:
    environment = {"DOMAIN": "track.example.com", "ZONE": "Z1", "EMAIL": "", "HOME": "/root"}
    assert overrides(environment) == ["DomainName=track.example.com", "HostedZoneId=Z1"]


def test_the_summary_names_both_base_urls() -> None:
    found = {"OpenBaseUrl": "https://t.example.com/o/", "ClickBaseUrl": "https://t.example.com/c/"}
    assert summary(found).splitlines() == [
        "Opens:  https://t.example.com/o/",
        "Clicks: https://t.example.com/c/",
    ]


def test_the_summary_says_which_record_a_domain_outside_route_53_needs() -> None:
    found = {
        "OpenBaseUrl": "https://t.example.com/o/",
        "ClickBaseUrl": "https://t.example.com/c/",
        "DomainTarget": "d-1.execute-api.us-east-1.amazonaws.com",
    }
    assert summary(found).splitlines()[2] == (
        "Make this record in your DNS: t.example.com CNAME d-1.execute-api.us-east-1.amazonaws.com"
    )
