"""Every combination of what an operator may choose gives a template that is whole."""

import itertools
import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support import sam
from tests.template.resolve import references, refusals, resolve

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1a2b"
DOMAINS = {
    "no domain": {},
    "domain with a certificate": {"CertificateArn": CERTIFICATE},
    "domain with a zone": {"HostedZoneId": "Z2FDTNDATAQYW2"},
    "domain and further ones": {"CertificateArn": CERTIFICATE, "OtherDomains": "t.example.org"},
    "domain with both": {"CertificateArn": CERTIFICATE, "HostedZoneId": "Z2FDTNDATAQYW2"},
}
SWITCHES = {
    "alarms by mail": {"AlarmEmail": "ops@example.com"},
    "no access logs": {"AccessLogs": "disabled"},
    "a limit on requests": {"MaxRequestsPerSecond": 100},
    "links function": {"LinksFunctionMode": "enabled"},
    "event store": {"EventStore": "enabled"},
    "event bus": {"EventBusArn": "arn:aws:events:us-east-1:123456789012:event-bus/hits"},
}


def combinations(counts: Sequence[int] = range(len(SWITCHES) + 1)) -> list[Any]:
    """Every domain setting with every set of so many switches, as named pytest parameters."""
    found = []
    for domain, chosen in DOMAINS.items():
        name = {"DomainName": "t.example.com"} if chosen else {}
        for count in counts:
            for switches in itertools.combinations(SWITCHES, count):
                parameters = {**name, **chosen}
                for switch in switches:
                    parameters |= SWITCHES[switch]
                found.append(pytest.param(parameters, id=", ".join((domain, *switches))))
    return found


@pytest.mark.parametrize("parameters", combinations())
def test_nothing_refers_to_what_is_not_there(
    template: dict[str, Any], parameters: dict[str, Any]
) -> None:
    assert refusals(template, parameters) == []
    deployed = resolve(template, parameters)
    there = set(deployed["Resources"]) | set(template["Parameters"])
    assert references([deployed["Resources"], deployed["Outputs"]]) - {
        "__ApiId__",
        "__Stage__",
    } <= (there)


# Nothing and everything, with each way to a certificate: the linter takes its seconds a template.
@pytest.mark.parametrize(
    "parameters", [combinations((0,))[0], *combinations((len(SWITCHES),))[1:3]]
)
def test_what_is_deployed_passes_the_linter(
    template: dict[str, Any], parameters: dict[str, Any]
) -> None:
    deployed = resolve(template, parameters)
    given = {
        name: {**parameter, "Default": parameters.get(name, parameter["Default"])}
        for name, parameter in deployed["Parameters"].items()
    }
    # W2001: a parameter that only a condition read is not used any more
    assert sam.findings(json.dumps({**deployed, "Parameters": given}), "W2001") == []


def test_a_domain_gets_its_mapping_and_links_under_the_apis_own_host_stay_valid(
    template: dict[str, Any],
) -> None:
    for chosen in DOMAINS.values():
        name = {"DomainName": "t.example.com"} if chosen else {}
        resources = resolve(template, {**name, **chosen})["Resources"]
        assert "disableExecuteApiEndpoint" not in json.dumps(resources["TrackingApi"])
        assert ("Domain" in resources) is ("DomainMapping" in resources) is bool(chosen)
        assert ("DomainRecord" in resources) is ("HostedZoneId" in chosen)
        makes_one = bool(chosen) and "CertificateArn" not in chosen
        assert ("Certificate" in resources) is makes_one


def test_the_base_urls_are_the_domains_where_there_is_one(template: dict[str, Any]) -> None:
    def host(parameters: dict[str, Any]) -> Any:
        output = resolve(template, parameters)["Outputs"]["OpenBaseUrl"]["Value"]
        text, names = output["Fn::Sub"]
        assert text == "https://${Host}/o/"
        return names["Host"]

    assert host({"DomainName": "t.example.com", "HostedZoneId": "Z1"}) == {"Ref": "DomainName"}
    assert "execute-api" in host({})["Fn::Sub"]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"DomainName": "t.example.com"}, "DomainName needs CertificateArn, or HostedZoneId"),
        ({"CertificateArn": CERTIFICATE}, "need DomainName"),
        ({"HostedZoneId": "Z2FDTNDATAQYW2"}, "need DomainName"),
    ],
)
def test_a_choice_that_would_be_ignored_is_refused(
    template: dict[str, Any], parameters: dict[str, str], expected: str
) -> None:
    (refusal,) = refusals(template, parameters)
    assert expected in refusal


def test_the_template_itself_passes_the_linter() -> None:
    assert sam.findings(sam.TEMPLATE.read_text("utf-8")) == []
