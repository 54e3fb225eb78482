"""Events against AWS's documented payloads, field by field.

The documented ones are those of "Create AWS Lambda proxy integrations for HTTP APIs in API
Gateway" (API Gateway developer guide), with the parts left out that only client certificates,
authorizers and stage variables bring.
"""

import base64
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import events

NOW = 1_583_348_638.390  # the documented timeEpoch, 1583348638390


def request(**changes: Any) -> events.HttpRequest:
    given: dict[str, Any] = {
        "method": "POST",
        "path": "/my/path",
        "query": "parameter1=value1&parameter1=value2&parameter2=value",
        "headers": [
            ("Host", "id.execute-api.us-east-1.amazonaws.com"),
            ("User-Agent", "agent"),
            ("Header1", "value1"),
            ("Header2", "value1"),
            ("HEADER2", "value2"),
            ("Cookie", "cookie1; cookie2"),
            ("Content-Type", "text/plain"),
        ],
        "body": b"Hello from Lambda",
        "source_ip": "203.0.113.9",
    }
    return events.HttpRequest(**{**given, **changes})


def made(version: str = "2.0", route_key: str = "$default", **changes: Any) -> dict[str, Any]:
    parameters = changes.pop("path_parameters", {"parameter1": "value1"})
    return events.event(request(**changes), route_key, parameters, version=version, now=NOW)


def test_payload_2_0_has_the_documented_fields_and_values():
    event = made()
    assert re.fullmatch(r"[\w-]{15}=", event["requestContext"].pop("requestId"))
    assert re.fullmatch(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}", event["headers"].pop("x-amzn-trace-id"))
    assert event == {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my/path",
        "rawQueryString": "parameter1=value1&parameter1=value2&parameter2=value",
        "cookies": ["cookie1", "cookie2"],
        "headers": {
            "content-length": "17",
            "content-type": "text/plain",
            "header1": "value1",
            "header2": "value1,value2",
            "host": "id.execute-api.us-east-1.amazonaws.com",
            "user-agent": "agent",
            "x-forwarded-for": "203.0.113.9",
            "x-forwarded-port": "80",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": {"parameter1": "value1,value2", "parameter2": "value"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "id",
            "http": {
                "method": "POST",
                "path": "/my/path",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.9",
                "userAgent": "agent",
            },
            "routeKey": "$default",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "pathParameters": {"parameter1": "value1"},
        "body": "Hello from Lambda",
        "isBase64Encoded": False,
    }


def test_payload_2_0_leaves_out_what_the_request_does_not_have():
    event = made(method="GET", query="", headers=[("Host", "h")], body=b"", path_parameters={})
    assert not {"cookies", "queryStringParameters", "pathParameters", "body"} & event.keys()
    assert event["rawQueryString"] == ""
    assert event["isBase64Encoded"] is False
    assert event["headers"]["content-length"] == "0"
    assert event["requestContext"]["http"]["userAgent"] == ""


def test_payload_1_0_has_the_documented_fields_and_values():
    event = made("1.0", "GET /my/path", method="GET", path_parameters={})
    context = event["requestContext"]
    assert context.pop("requestId") == context.pop("extendedRequestId")
    headers = {
        "content-length": ["17"],
        "content-type": ["text/plain"],
        "cookie": ["cookie1; cookie2"],
        "header1": ["value1"],
        "header2": ["value1", "value2"],
        "host": ["id.execute-api.us-east-1.amazonaws.com"],
        "user-agent": ["agent"],
        "x-amzn-trace-id": event["multiValueHeaders"]["x-amzn-trace-id"],
        "x-forwarded-for": ["203.0.113.9"],
        "x-forwarded-port": ["80"],
        "x-forwarded-proto": ["http"],
    }
    assert event == {
        "version": "1.0",
        "resource": "/my/path",
        "path": "/my/path",
        "httpMethod": "GET",
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": {"parameter1": "value2", "parameter2": "value"},
        "multiValueQueryStringParameters": {
            "parameter1": ["value1", "value2"],
            "parameter2": ["value"],
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "authorizer": {"claims": None, "scopes": None},
            "domainName": "id.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "id",
            "httpMethod": "GET",
            "identity": {
                "accessKey": None,
                "accountId": None,
                "caller": None,
                "cognitoAuthenticationProvider": None,
                "cognitoAuthenticationType": None,
                "cognitoIdentityId": None,
                "cognitoIdentityPoolId": None,
                "principalOrgId": None,
                "sourceIp": "203.0.113.9",
                "user": None,
                "userAgent": "agent",
                "userArn": None,
            },
            "path": "/my/path",
            "protocol": "HTTP/1.1",
            "requestTime": "04/Mar/2020:19:03:58 +0000",
            "requestTimeEpoch": 1583348638390,
            "resourceId": None,
            "resourcePath": "/my/path",
            "stage": "$default",
        },
        "pathParameters": None,
        "stageVariables": None,
        "body": "Hello from Lambda",
        "isBase64Encoded": False,
    }


def test_paths_and_parameters_arrive_decoded_but_the_raw_query_does_not():
    event = made(
        path="/o/a%2Fb%20c", query="q=%2B%2B&q=a%20b", path_parameters={"token": "a%2Fb%20c"}
    )
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/o/a/b c"
    assert event["pathParameters"] == {"token": "a/b c"}
    assert event["rawQueryString"] == "q=%2B%2B&q=a%20b"
    assert event["queryStringParameters"] == {"q": "++,a b"}


def test_a_parameter_without_a_value_is_an_empty_string():
    assert made(query="a&b=")["queryStringParameters"] == {"a": "", "b": ""}


def test_cookies_leave_the_headers_and_several_headers_of_them_are_one_list():
    event = made(headers=[("Cookie", "a=1; b=2"), ("cookie", "c=3")])
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_a_forwarded_header_of_the_client_comes_first_and_never_names_the_source():
    event = made(headers=[("X-Forwarded-For", "198.51.100.7"), ("X-Forwarded-Proto", "gopher")])
    assert event["headers"]["x-forwarded-for"] == "198.51.100.7, 203.0.113.9"
    assert event["headers"]["x-forwarded-proto"] == "http"
    assert event["requestContext"]["http"]["sourceIp"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("content_type", "text"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("application/xml", True),
        ("application/javascript", True),
        ("application/x-www-form-urlencoded", False),
        ("image/png", False),
        (None, False),
    ],
)
def test_only_text_types_arrive_as_text(content_type: str | None, text: bool):
    headers = [] if content_type is None else [("Content-Type", content_type)]
    event = made(headers=headers, body=b"a=1")
    assert event["isBase64Encoded"] is not text
    assert event["body"] == ("a=1" if text else base64.b64encode(b"a=1").decode())


@given(st.binary(), st.text(), st.sampled_from(["1.0", "2.0"]))
def test_every_event_is_json(body: bytes, path: str, version: str):
    event = made(version, body=body, path="/" + path, headers=[("Host", "\xff"), ("X", path)])
    assert json.loads(json.dumps(event)) == event


def answered(answer: Any, version: str = "2.0") -> tuple[int, dict[str, str], bytes]:
    response = events.response(answer, version=version)
    return response.status, dict(response.headers), response.body


def test_an_answer_with_a_status_is_taken_as_it_is():
    status, headers, body = answered(
        {
            "statusCode": 302,
            "headers": {"Location": "https://a.example/", "X-N": 1},
            "body": "moved",
        }
    )
    assert re.fullmatch(r"[\w-]{15}=", headers.pop("apigw-requestid"))
    assert (status, body) == (302, b"moved")
    assert headers == {
        "location": "https://a.example/",
        "x-n": "1",
        "content-type": "text/plain; charset=utf-8",
    }


def test_a_base64_body_is_decoded():
    pixel = bytes(range(256))
    answer = {
        "statusCode": 200,
        "headers": {"content-type": "image/png"},
        "body": base64.b64encode(pixel).decode(),
        "isBase64Encoded": True,
    }
    status, headers, body = answered(answer)
    assert (status, headers["content-type"], body) == (200, "image/png", pixel)


@pytest.mark.parametrize(
    ("answer", "body"),
    [("Hello from Lambda!", b"Hello from Lambda!"), ({"message": "hi"}, b'{"message":"hi"}')],
)
def test_format_2_0_infers_a_200_from_an_answer_without_a_status(answer: Any, body: bytes):
    assert answered(answer) == (200, {"content-type": "application/json"}, body)


@pytest.mark.parametrize(
    "answer",
    [
        {"statusCode": "two hundred"},
        {"statusCode": 20},
        {"statusCode": None},
        {"statusCode": 200, "body": {"not": "a string"}},
        {"statusCode": 200, "body": "***", "isBase64Encoded": True},
        {"statusCode": 200, "headers": ["a", "b"]},
        {"statusCode": 200, "headers": {"a": ["b"]}},
        {"statusCode": 200, "headers": {"a": "b\r\nset-cookie: c"}},
    ],
)
@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_a_malformed_answer_is_an_internal_server_error(answer: Any, version: str):
    status, headers, body = answered(answer, version)
    assert (status, headers["content-type"]) == (500, "application/json")
    assert json.loads(body) == {"message": "Internal Server Error"}


@pytest.mark.parametrize("answer", [None, "text", {"message": "no status"}])
def test_format_1_0_infers_nothing(answer: Any):
    assert answered(answer, "1.0")[0] == 500


def test_cookies_of_2_0_and_repeated_headers_of_1_0_stay_separate():
    two = events.response({"statusCode": 200, "cookies": ["a=1", "b=2"]})
    assert [value for name, value in two.headers if name == "set-cookie"] == ["a=1", "b=2"]
    one = events.response(
        {"statusCode": 200, "headers": {"x": "0"}, "multiValueHeaders": {"X": ["1", "2"]}},
        version="1.0",
    )
    assert [value for name, value in one.headers if name == "x"] == ["1", "2"]


def test_headers_of_the_connection_are_never_taken_from_a_function():
    _, headers, _ = answered(
        {"statusCode": 200, "headers": {"Content-Length": "999", "Transfer-Encoding": "chunked"}}
    )
    assert not {"content-length", "transfer-encoding"} & headers.keys()
