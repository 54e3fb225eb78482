"""Verdicts agree with the labels that other people gave, on the half less looked at."""

import pytest

from tests.visitors.corpus import (
    confusion,
    false_positives,
    precision,
    read,
    recall,
)

MACHINES, PEOPLE, REQUESTS = read("machines"), read("people"), read("requests")


def second_half(requests):
    return [request for request in requests if request.second_half]


def test_the_corpus_is_large_enough_and_every_line_has_a_source():
    assert len(MACHINES) >= 300
    assert len(PEOPLE) >= 300
    assert all(request.source for request in [*MACHINES, *PEOPLE, *REQUESTS])
    assert len({request.agent for request in [*MACHINES, *PEOPLE]}) == len(MACHINES) + len(PEOPLE)


def test_machines_of_known_families_are_found():
    assert recall(second_half(MACHINES)) >= 0.95


def test_machines_that_no_list_of_ours_holds_are_found_too():
    strangers = [one for one in second_half(MACHINES) if "crawler-user-agents" not in one.source]
    assert len(strangers) >= 150
    assert recall(strangers) >= 0.95


def test_browsers_and_mail_clients_of_today_are_people():
    current = [one for one in PEOPLE if one.current]
    assert len(current) >= 1000
    assert false_positives(current) == []
    assert all(one.verdict().cls == "human" for one in second_half(current))


def test_of_a_hundred_alarms_at_least_99_are_machines():
    assert precision(second_half([*MACHINES, *PEOPLE])) >= 0.99


def test_no_mail_client_is_a_machine():
    clients = [one for one in PEOPLE if "test_ua.yaml" in one.source]
    assert len(clients) >= 20
    assert false_positives(clients) == []


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: f"{one.label}-{one.agent[:30]}")
def test_a_request_gets_the_class_that_its_source_says(request_):
    assert request_.verdict().cls == request_.label


def test_every_class_is_in_the_corpus():
    assert {label for label, _ in confusion(REQUESTS)} == {
        "human",
        "proxy",
        "prefetch",
        "scanner",
        "bot",
    }
