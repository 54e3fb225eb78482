"""What `make deploy` makes of the choices it is given."""

import os
import shlex
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.support import sam
from tests.support.programs import ended
from tools import deployment, domain, emulator
from tools.deployment import PARAMETERS, quoted, summary

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
def test_a_machine_without_an_account_learns_so_before_anything_is_built(
    region: str, missing: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if region:
        monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setattr(emulator, "sam", lambda *_a, **_k: pytest.fail("something was built"))
    assert deployment.main([]) == 1
    told = capsys.readouterr().err
    assert missing in told
    assert "aws configure" in told
    assert told.count("\n") == 1


class Account:
    """AWS, as far as a deployment looks before it leaps; and SAM's command line."""

    def __init__(self) -> None:
        self.stack: dict[str, str] | None = None
        self.zone: dict[str, Any] = {
            "HostedZone": {"Name": "example.com.", "Config": {"PrivateZone": False}},
            "DelegationSet": {"NameServers": ["ns-1.awsdns-1.org", "ns-2.awsdns-2.com"]},
        }
        self.delegated_to: set[str] | None = {"ns-1.awsdns-1.org"}
        self.concurrency = 1000
        self.planned = [
            {
                "Action": "Modify",
                "LogicalResourceId": "Queue",
                "ResourceType": "AWS::SQS::Queue",
                "Replacement": "True",
            }
        ]
        self.runs: list[tuple[str, ...]] = []
        self.regions: set[str] = set()

    def client(self, _service: str, **_options: Any) -> "Account":
        return self

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's
        if self.stack is None:
            message = f"Stack with id {StackName} does not exist"
            raise ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "x")
        found = [{"ParameterKey": k, "ParameterValue": v} for k, v in self.stack.items()]
        return {"Stacks": [{"Parameters": found}]}

    def get_hosted_zone(self, Id: str) -> Any:  # noqa: N803
        return self.zone

    def get_account_settings(self) -> Any:
        return {"AccountLimit": {"ConcurrentExecutions": self.concurrency}}

    def get_paginator(self, _name: str) -> Any:
        changes = [{"ResourceChange": one} for one in self.planned]
        pages = [{"Changes": changes}]
        return type("Paginator", (), {"paginate": lambda _self, **_arguments: pages})()

    def sam(self, *arguments: str, **environment: str) -> str:
        self.runs.append(arguments)
        self.regions |= {environment.get("AWS_DEFAULT_REGION", "eu-central-1")}
        if "--no-execute-changeset" in arguments and self.planned:
            return "created: arn:aws:cloudformation:eu-central-1:1:changeSet/samcli-deploy1/a-b-c\n"
        return ""

    @property
    def deployed(self) -> bool:
        """Whether something was really changed."""
        return any(run[0] == "deploy" and "--no-execute-changeset" not in run for run in self.runs)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, no_account: None, tmp_path: Path) -> Account:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "config").write_text("[default]\nregion = eu-central-1\n")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    account = Account()
    monkeypatch.setattr(boto3, "client", account.client)
    monkeypatch.setattr(emulator, "sam", account.sam)
    monkeypatch.setattr(deployment, "name_servers", lambda _zone: account.delegated_to)
    found = {"OpenBaseUrl": "https://t.example.com/o/", "ClickBaseUrl": "https://t.example.com/c/"}
    monkeypatch.setattr(deployment, "described", lambda _stack: found)
    return account


IN_ZONE = ("DOMAIN=t.example.com", "ZONE=Z1")


def test_the_plan_is_shown_before_anything_changes_in_the_region_that_was_configured(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stack = {"AlarmEmail": "old@example.com", "DeliverConcurrency": "20"}
    assert deployment.main(["EMAIL=new@example.com", *IN_ZONE]) == 0
    assert [run[0] for run in account.runs] == ["build", "deploy", "deploy"]
    assert account.regions == {"eu-central-1"}
    shown = capsys.readouterr().out
    assert "AlarmEmail: new@example.com (was old@example.com)" in shown
    assert "zone example.com: public and delegated" in shown
    assert "modify  Queue (AWS::SQS::Queue), replaced" in shown
    assert "Opens:  https://t.example.com/o/" in shown


def test_where_nothing_changes_nothing_is_deployed(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.planned = []
    assert deployment.main([]) == 0
    assert not account.deployed
    assert "Nothing changes." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("zone", "delegated_to", "domain", "reason"),
    [
        ({"Name": "example.com.", "Config": {"PrivateZone": True}}, None, "t.example.com", "priv"),
        ({"Name": "example.org."}, None, "t.example.com", "is not in the hosted zone"),
        ({"Name": "example.com."}, None, "badexample.com", "is not in the hosted zone"),
        ({"Name": "example.com."}, set(), "t.example.com", "is not delegated"),
        ({"Name": "example.com."}, {"ns.other.net"}, "t.example.com", "is not delegated"),
    ],
)
def test_a_domain_whose_certificate_would_never_come_is_refused_before_a_build(
    account: Account,
    zone: dict[str, Any],
    delegated_to: set[str] | None,
    domain: str,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account.zone["HostedZone"] = zone
    account.delegated_to = delegated_to
    assert deployment.main([f"DOMAIN={domain}", "ZONE=Z1"]) == 2
    assert account.runs == []
    assert reason in capsys.readouterr().err


def test_a_machine_that_cannot_look_up_name_servers_deploys_and_says_so(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.delegated_to = None
    assert deployment.main([*IN_ZONE]) == 0
    assert "could not be looked up" in capsys.readouterr().out


def test_an_account_that_runs_few_functions_at_once_is_warned_of(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.concurrency = 10
    assert deployment.main([]) == 0
    assert "warning: this account runs 10 functions at once" in capsys.readouterr().out


@pytest.mark.parametrize("unknown", ["DOMIAN=t.example.com", "DOMAIN", "domain=t", "=x", ""])
def test_an_unknown_choice_is_refused(
    account: Account, unknown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert deployment.main([unknown]) == 2
    assert account.runs == []
    assert f"unknown choice {unknown!r}" in capsys.readouterr().err


def test_a_shells_own_variables_choose_nothing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*PARAMETERS, "STACK"):
        monkeypatch.setenv(name, "from-the-shell")
    assert deployment.main([]) == 0
    assert "from-the-shell" not in str(account.runs)


def test_make_hands_on_its_own_command_line_and_nothing_of_the_shell() -> None:
    choices = ("DOMAIN=t.example.com", "EMAIL=", "WEBHOOK=https://a/?b='c")
    shell = {**os.environ, "ZONE": "from-the-shell", "EMAIL": "from-the-shell"}
    run = ended(["make", "--dry-run", "deploy", *choices], cwd=ROOT, env=shell, check=True)
    assert "from-the-shell" not in run.stdout
    (line,) = [line for line in run.stdout.splitlines() if "tools.deployment" in line]
    given = shlex.split(line)
    assert {*choices} <= {*given}


@pytest.mark.parametrize(("given", "asked"), [((), "pytracking"), (("STACK=mine",), "mine")])
def test_make_doctor_asks_for_the_stack_that_make_deploy_makes(
    given: tuple[str, ...], asked: str
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "STACK"}
    run = ended(["make", "--dry-run", "doctor", *given], cwd=ROOT, env=environment, check=True)
    assert f"--stack '{asked}'" in run.stdout


def test_each_parameter_of_the_template_can_be_chosen() -> None:
    assert sorted(PARAMETERS.values()) == sorted(sam.source()["Parameters"])


@pytest.mark.parametrize(("variable", "parameter"), PARAMETERS.items())
def test_the_guide_names_each_choice_beside_its_parameter(variable: str, parameter: str) -> None:
    assert f"| `{parameter}` | `{variable}` |" in (ROOT / "docs" / "operators.md").read_text()


def test_choices_become_parameters_and_what_is_not_chosen_keeps_its_value(account: Account) -> None:
    assert deployment.main(["DOMAIN=track.example.com", "ZONE=Z1", "STACK=mine"]) == 0
    assert account.runs[-1] == (
        *("deploy", "--stack-name", "mine", "--parameter-overrides"),
        *('DomainName="track.example.com"', 'HostedZoneId="Z1"'),
    )


def test_an_empty_choice_goes_back_to_the_default(
    account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stack = {"AlarmEmail": "ops@example.com", "MaxRequestsPerSecond": "5"}
    assert deployment.main(["EMAIL=", "MAX_REQUESTS="]) == 0
    (deployed,) = [run for run in account.runs if run[0] == "deploy" and run[-1][-1] == '"']
    assert deployed[-2:] == ('AlarmEmail=""', 'MaxRequestsPerSecond="0"')
    assert "AlarmEmail: empty (was ops@example.com)" in capsys.readouterr().out


@pytest.mark.parametrize("value", ["https://a.example/x?a=b&c=d#e", "a b,c", 'a"b', "a\\b"])
def test_sam_reads_a_choice_as_it_was_given(value: str) -> None:
    code = (
        "import sys; from samcli.cli.types import CfnParameterOverridesType as T;"
        "print(T().convert((sys.argv[1],), None, None)['WebhookUrl'], end='')"
    )
    read = ended(
        [emulator.SAM / "bin" / "python", "-c", code, quoted("WebhookUrl", value)], check=True
    )
    assert read.stdout == value


def test_the_summary_names_both_base_urls_and_the_record_that_a_domain_elsewhere_needs() -> None:
    found = {"OpenBaseUrl": "https://t.example.com/o/", "ClickBaseUrl": "https://t.example.com/c/"}
    shown = ["Opens:  https://t.example.com/o/", "Clicks: https://t.example.com/c/"]
    assert summary(found).splitlines() == shown
    record = "Make this record in your DNS: t.example.com CNAME d-1.example.com"
    assert summary({**found, "DomainTarget": "d-1.example.com"}).splitlines() == [*shown, record]


@pytest.mark.fault("answering", 106)
@pytest.mark.parametrize("choice", ["DOMAIN=new.example.com", "DOMAIN="])
def test_a_domain_that_links_were_sent_under_is_not_given_up(
    account: Account, choice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    account.stack = {"DomainName": "t.example.com", "HostedZoneId": "Z1"}
    assert deployment.main([choice]) == 2
    assert account.runs == []
    assert "keep DOMAIN=t.example.com" in (told := capsys.readouterr().err)
    assert "make domain DOMAIN=" in told


def test_a_stack_without_a_domain_may_get_one_and_one_with_it_keeps_it(account: Account) -> None:
    account.stack = {"DomainName": ""}
    assert deployment.main([*IN_ZONE]) == 0
    account.stack = {"DomainName": "t.example.com", "HostedZoneId": "Z1"}
    assert deployment.main(["WEBHOOK=https://a.example/"]) == 0
    assert deployment.main([*IN_ZONE]) == 0


OUTPUTS = {
    "pytracking": {
        "ApiId": "a1",
        "AlarmTopicArn": "arn:topic",
        "OpenBaseUrl": "https://t.example.com/o/",
        "OtherDomains": "u.example.com",
    },
    "pytracking-v-example-com": {
        "OpenBaseUrl": "https://v.example.com/o/",
        "ClickBaseUrl": "https://v.example.com/c/",
    },
    "older": {"OpenBaseUrl": "https://t.example.com/o/"},
}


@pytest.fixture
def added(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(domain, "described", lambda stack: OUTPUTS[stack])
    return account


def test_a_further_domain_is_a_stack_of_its_own_for_the_same_api(
    added: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    assert domain.main(["DOMAIN=v.example.com", "ZONE=Z1"]) == 0
    ((command, *arguments),) = added.runs
    assert command == "deploy"
    assert "pytracking-v-example-com" in arguments
    assert 'ApiId="a1"' in arguments
    assert 'AlarmTopicArn="arn:topic"' in arguments
    assert 'DomainName="v.example.com"' in arguments
    shown = capsys.readouterr().out
    assert "https://v.example.com/c/" in shown
    assert "make deploy STACK=pytracking DOMAINS=u.example.com,v.example.com" in shown


@pytest.mark.parametrize(
    ("choices", "reason"),
    [
        (["ZONE=Z1"], "DOMAIN= is missing"),
        (["DOMAIN=v.example.com"], "needs a certificate"),
        (["DOMAIN=v.example.com", "ZONE=Z1", "STACK=older"], "deploy this version"),
        (["DOMAIN=t.example.com", "ZONE=Z1"], "is the domain of the stack"),
        (["DOMAIN=v.example.org", "ZONE=Z1"], "is not in the hosted zone"),
        (["DOMAIN=v.example.com", "ZONE=Z1", "WEBHOOK=x"], "unknown choice"),
    ],
)
def test_a_further_domain_that_would_not_work_is_refused_before_anything_changes(
    added: Account, choices: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert domain.main(choices) == 2
    assert added.runs == []
    assert reason in capsys.readouterr().err
