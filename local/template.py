"""The part of template.yaml that a local gateway needs: functions, their routes, their queue.

Only what SAM documents for `AWS::Serverless::Function` is read. Intrinsic functions are not
resolved: `!Ref Queue` is `{"Ref": "Queue"}` here.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pytracking.errors import ConfigurationError

_VARIABLE = re.compile(r"\{([\w.-]+)(\+?)\}")  # "{token}", greedy: "{proxy+}"
_LAMBDA_TIMEOUT_SECONDS = 3  # Lambda's own default when neither function nor Globals name one
_LAMBDA_MEMORY_MB = 128  # likewise
_SQS_VISIBILITY_SECONDS = 30  # SQS's own default
_SQS_BATCH_SIZE = 10  # likewise of an event source
_MAX_RECEIVE_COUNT = 10  # SQS's own default of a redrive policy


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the HTTP API: `GET /o/{token}` and the function that answers it."""

    method: str  # upper case, or "ANY"
    path: str  # as in the template, or "$default"
    function: str  # logical id
    payload_version: str  # "2.0" or "1.0"

    @property
    def key(self) -> str:
        """The route key as events carry it: `GET /o/{token}`, or `$default`."""
        return self.path if self.path == "$default" else f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A queue that feeds a function, by its logical id, and how many messages at a time."""

    queue: str
    batch_size: int


@dataclass(frozen=True, slots=True)
class QueueResource:
    """An SQS queue; `dead_letters` is the logical id of the queue its redrive policy names."""

    name: str
    visibility_timeout: int  # seconds
    dead_letters: str | None
    max_receive_count: int


@dataclass(frozen=True, slots=True)
class Function:
    """One function: where its code is, how it is called, and what its environment declares."""

    name: str
    folder: Path
    handler: str  # "app.handler"
    timeout_seconds: int
    memory_mb: int
    environment: Mapping[str, str]  # literal values only
    references: Mapping[str, str]  # variables that are `!Ref X`, by the logical id X
    sources: tuple[QueueSource, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Functions and queues by logical id, and every route, most specific first."""

    functions: Mapping[str, Function]
    queues: Mapping[str, QueueResource]
    routes: tuple[Route, ...]

    def match(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route for a request; the path is still percent-encoded.

        Returns the route and its path variables, undecoded; None when API Gateway would answer
        404. A full match comes before a greedy one, `$default` comes last, a named method
        before ANY ("Working with routes for HTTP APIs" in the API Gateway developer guide).
        """
        for route in self.routes:
            if route.method not in (method, "ANY"):
                continue
            variables = _match_path(route.path, path)
            if variables is not None:
                return route, variables
        return None


def load(path: Path) -> Template:
    """Read a SAM template; raises ConfigurationError when it is not one."""
    try:
        # A SafeLoader all the same: the tags make dicts, never Python objects.
        document = yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"cannot read the SAM template {path}: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("Resources"), dict):
        raise ConfigurationError(f"{path} is not a SAM template: it has no Resources mapping")
    defaults = document.get("Globals", {}).get("Function", {})
    functions: dict[str, Function] = {}
    queues: dict[str, QueueResource] = {}
    routes: list[Route] = []
    for name, resource in document["Resources"].items():
        properties = resource.get("Properties") or {}
        if resource.get("Type") == "AWS::SQS::Queue":
            queues[name] = _queue(name, properties)
        elif resource.get("Type") == "AWS::Serverless::Function":
            variables = {**_variables(defaults), **_variables(properties)}
            properties = {**defaults, **properties}
            events = list((properties.get("Events") or {}).values())
            functions[name] = Function(
                name=name,
                folder=path.parent / properties["CodeUri"],
                handler=properties["Handler"],
                timeout_seconds=_number(properties.get("Timeout"), _LAMBDA_TIMEOUT_SECONDS),
                memory_mb=_number(properties.get("MemorySize"), _LAMBDA_MEMORY_MB),
                environment={n: str(v) for n, v in variables.items() if not isinstance(v, dict)},
                references={
                    n: str(v["Ref"])
                    for n, v in variables.items()
                    if isinstance(v, dict) and "Ref" in v
                },
                sources=tuple(_sources(events)),
            )
            routes.extend(_routes(name, events))
    return Template(functions, queues, tuple(sorted(routes, key=_specificity)))


class _Loader(yaml.SafeLoader):
    """SafeLoader that reads CloudFormation's short forms: `!Ref X` as `{"Ref": "X"}`."""


def _intrinsic(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: node.value}


_Loader.add_multi_constructor("!", _intrinsic)


def _routes(function: str, events: list[Any]) -> Iterator[Route]:
    for event in events:
        properties = event.get("Properties", {})
        if event["Type"] == "HttpApi":
            path = properties.get("Path", "$default")
            method = str(properties.get("Method", "ANY")).upper()
            version = str(properties.get("PayloadFormatVersion", "2.0"))
            yield Route("ANY" if method in ("*", "ANY") else method, path, function, version)


def _sources(events: list[Any]) -> Iterator[QueueSource]:
    for event in events:
        if event["Type"] == "SQS":
            properties = event["Properties"]
            size = _number(properties.get("BatchSize"), _SQS_BATCH_SIZE)
            yield QueueSource(_logical_id(properties["Queue"]), size)


def _queue(name: str, properties: Mapping[str, Any]) -> QueueResource:
    redrive = properties.get("RedrivePolicy") or {}
    target = redrive.get("deadLetterTargetArn")
    return QueueResource(
        name=name,
        visibility_timeout=_number(properties.get("VisibilityTimeout"), _SQS_VISIBILITY_SECONDS),
        dead_letters=target and _logical_id(target),
        max_receive_count=_number(redrive.get("maxReceiveCount"), _MAX_RECEIVE_COUNT),
    )


def _logical_id(arn: Mapping[str, Any]) -> str:
    """Return the resource that an ARN names: Queue of `!GetAtt Queue.Arn`."""
    [value] = arn.values()
    return str(value[0]) if isinstance(value, list) else str(value).partition(".")[0]


def _variables(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    return (properties.get("Environment") or {}).get("Variables") or {}


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) else default


def _specificity(route: Route) -> tuple[bool, bool, int, bool]:
    """Sort key: `$default` last, greedy late, fewer variables first, a named method before ANY."""
    variables = _VARIABLE.findall(route.path)
    greedy = any(plus for _, plus in variables)
    return route.path == "$default", greedy, len(variables), route.method == "ANY"


def _match_path(pattern: str, path: str) -> dict[str, str] | None:
    if pattern == "$default":
        return {}
    expression = ""
    position = 0
    for variable in _VARIABLE.finditer(pattern):
        expression += re.escape(pattern[position : variable.start()])
        expression += "(.+)" if variable[2] else "([^/]+)"
        position = variable.end()
    expression += re.escape(pattern[position:])
    match = re.fullmatch(expression, path, re.DOTALL)
    if match is None:
        return None
    return dict(zip((name for name, _ in _VARIABLE.findall(pattern)), match.groups(), strict=True))
