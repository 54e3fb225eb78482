"""domain.yaml: one further domain of a stack's API, in every combination of its parameters."""

import itertools
import json
import re
from typing import Any

import pytest
from samtranslator.yaml_helper import yaml_parse

from tests.support import sam
from tests.template.resolve import references, refusals, resolve
from tools.emulator import ROOT

TEXT = (ROOT / "domain.yaml").read_text(encoding="utf-8")
TEMPLATE: dict[str, Any] = yaml_parse(TEXT)
for _parameter in TEMPLATE["Parameters"].values():
    _parameter.setdefault("Default", "")
GIVEN = {"ApiId": "a1b2c3d4e5", "DomainName": "track.example.org"}
ZONE = {"HostedZoneId": "Z2FDTNDATAQYW2"}
CERTIFICATE = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1a2b"}
TOPIC = {"AlarmTopicArn": "arn:aws:sns:us-east-1:123456789012:alarms"}
COMBINATIONS = [
    {**GIVEN, **domain, **topic}
    for domain, topic in itertools.product(
        [ZONE, CERTIFICATE, {**ZONE, **CERTIFICATE}], [{}, TOPIC]
    )
]
# What keeps a host answering: the resources that a changed name would otherwise replace
OF_A_DOMAIN = ["Certificate", "Domain", "DomainMapping", "DomainRecord", "DomainRecordIpv6"]


@pytest.mark.parametrize("parameters", COMBINATIONS, ids=", ".join)
def test_every_combination_is_whole_and_passes_the_linter(parameters: dict[str, str]) -> None:
    assert refusals(TEMPLATE, parameters) == []
    deployed = resolve(TEMPLATE, parameters)
    there = set(deployed["Resources"]) | set(deployed["Parameters"])
    assert references([deployed["Resources"], deployed["Outputs"]]) <= there
    described = {
        name: {**one, "Default": parameters.get(name, "")}
        for name, one in deployed["Parameters"].items()
    }
    text = json.dumps({**deployed, "Parameters": described})
    assert sam.findings(text, "W2001", "W1030") == []
    records = [name for name in deployed["Resources"] if name.startswith("DomainRecord")]
    assert len(records) == (2 if "HostedZoneId" in parameters else 0)
    assert ("DomainTarget" in deployed["Outputs"]) == ("HostedZoneId" not in parameters)
    assert ("Certificate" in deployed["Resources"]) == ("CertificateArn" not in parameters)
    alarm = deployed["Resources"]["CertificateAlarm"]["Properties"]
    assert ("AlarmActions" in alarm) == ("AlarmTopicArn" in parameters)


def test_a_domain_without_zone_and_certificate_is_refused() -> None:
    assert len(refusals(TEMPLATE, GIVEN)) == 1


@pytest.mark.fault("answering", 106)
@pytest.mark.parametrize("document", [TEMPLATE, sam.source()], ids=["domain", "template"])
@pytest.mark.parametrize("name", OF_A_DOMAIN)
def test_a_changed_domain_keeps_the_old_one_and_a_deleted_stack_keeps_none(
    document: dict[str, Any], name: str
) -> None:
    resource = document["Resources"][name]
    assert resource["UpdateReplacePolicy"] == "Retain"
    assert resource["DeletionPolicy"] == "Delete"


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("", True),
        ("track.example.org", True),
        ("track.example.org,t.example.net", True),
        ("track.example.org,", False),
        (",track.example.org", False),
        ("track.example.org, t.example.net", False),
        ("Track.example.org", False),
        ("https://track.example.org", False),
        ("localhost", False),
        ("track.example.org/o", False),
    ],
)
def test_further_domains_are_host_names_with_commas_between(value: str, taken: bool) -> None:
    pattern = sam.source()["Parameters"]["OtherDomains"]["AllowedPattern"]
    assert (re.fullmatch(pattern, value) is not None) is taken


def test_the_functions_know_every_domain_of_the_stack() -> None:
    variables = sam.source()["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["PYTRACKING_HOSTS"] == {"Fn::Sub": "${DomainName},${OtherDomains}"}
