"""What the gateway reads from a SAM template, and how it picks a route."""

from pathlib import Path

import pytest
from pytracking.errors import ConfigurationError

from local import template

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Handler: app.handler
    Timeout: 10
    MemorySize: !Ref Memory
    Environment:
      Variables: {SHARED: everywhere, OWN: overridden, UNKNOWN: !Ref Parameter}
Resources:
  Hits:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 360
      RedrivePolicy: {deadLetterTargetArn: !GetAtt [Dead, Arn], maxReceiveCount: 7}
  Dead: {Type: AWS::SQS::Queue}
  OpenFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/open/
      Environment: {Variables: {OWN: open, ANSWER: 42, SECRET: !GetAtt Keys.Arn, URL: !Ref Hits}}
      Events:
        Any:
          Type: HttpApi
          Properties: {Path: "/o/{token}", Method: ANY}
        Get:
          Type: HttpApi
          Properties: {Path: "/o/{token}", Method: get, PayloadFormatVersion: "2.0"}
        Robots:
          Type: HttpApi
          Properties: {Path: /robots.txt, Method: GET, PayloadFormatVersion: "1.0"}
        Files:
          Type: HttpApi
          Properties: {Path: "/o/{rest+}", Method: GET}
        Rest:
          Type: HttpApi
  DeliverFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/deliver/
      Timeout: 60
      Handler: other.handle
      Events:
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt Hits.Arn
            BatchSize: 5
            FunctionResponseTypes: [ReportBatchItemFailures]
"""


@pytest.fixture
def loaded(tmp_path: Path) -> template.Template:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return template.load(path)


def test_functions_take_globals_and_override_them(loaded: template.Template, tmp_path: Path):
    opened, deliver = loaded.functions["OpenFunction"], loaded.functions["DeliverFunction"]
    assert opened.folder == tmp_path / "functions/open"
    assert (opened.handler, opened.timeout_seconds, opened.memory_mb) == ("app.handler", 10, 128)
    assert (deliver.handler, deliver.timeout_seconds) == ("other.handle", 60)


def test_only_literal_variables_are_taken_over(loaded: template.Template):
    environment = loaded.functions["OpenFunction"].environment
    assert environment == {"SHARED": "everywhere", "OWN": "open", "ANSWER": "42"}


def test_references_are_kept_by_name(loaded: template.Template):
    references = loaded.functions["OpenFunction"].references
    assert references == {"UNKNOWN": "Parameter", "URL": "Hits"}


def test_queues_carry_their_visibility_and_their_dead_letters(loaded: template.Template):
    assert loaded.queues == {
        "Hits": template.QueueResource("Hits", 360, "Dead", 7),
        "Dead": template.QueueResource("Dead", 30, None, 10),
    }


def test_the_queue_of_an_event_source_is_named_by_its_logical_id(loaded: template.Template):
    assert loaded.functions["DeliverFunction"].sources == (template.QueueSource("Hits", 5),)
    assert loaded.functions["OpenFunction"].sources == ()


@pytest.mark.parametrize(
    ("method", "path", "key", "variables"),
    [
        ("GET", "/o/abc", "GET /o/{token}", {"token": "abc"}),
        ("GET", "/o/a%2Fb", "GET /o/{token}", {"token": "a%2Fb"}),
        ("POST", "/o/abc", "ANY /o/{token}", {"token": "abc"}),
        ("GET", "/o/a/b/c", "GET /o/{rest+}", {"rest": "a/b/c"}),
        ("GET", "/robots.txt", "GET /robots.txt", {}),
        ("GET", "/robotsXtxt", "$default", {}),
        ("DELETE", "/nowhere", "$default", {}),
        ("GET", "/o/", "$default", {}),
    ],
)
def test_the_most_specific_route_wins(
    loaded: template.Template, method: str, path: str, key: str, variables: dict[str, str]
):
    matched = loaded.match(method, path)
    assert matched is not None
    assert (matched[0].key, matched[1]) == (key, variables)


def test_payload_versions_are_read_and_2_0_is_the_default(loaded: template.Template):
    versions = {route.key: route.payload_version for route in loaded.routes}
    assert versions["GET /robots.txt"] == "1.0"
    assert versions["$default"] == "2.0"


@pytest.mark.parametrize("text", ["", "[]", "Resources: []", "Resources: {a: [}"])
def test_what_is_no_template_is_refused_by_name(tmp_path: Path, text: str):
    path = tmp_path / "template.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"template\.yaml"):
        template.load(path)


def test_a_missing_template_is_refused(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="cannot read"):
        template.load(tmp_path / "absent.yaml")
