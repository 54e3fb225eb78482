"""What `make deploy` makes of the choices it is given."""

from local.deployment import PARAMETERS, overrides, summary
from tests.support import sam


def test_every_choice_is_a_parameter_of_the_template() -> None:
    assert set(PARAMETERS.values()) <= set(sam.source()["Parameters"])


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
