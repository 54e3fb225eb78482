"""API Gateway's part: a request that matches a route of the template becomes a function call."""

import asyncio
import sys
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local import events
from local.functions import Environment, InvocationError
from local.guard import read_body
from local.template import Template

INTEGRATION_TIMEOUT_SECONDS = 30  # an HTTP API's maximum; past it the answer is a 503
MAX_BODY_BYTES = 10 * 1024 * 1024  # an HTTP API's payload quota; past it the answer is a 413


class Gateway:
    """ASGI application that answers the template's routes and 404s everything else."""

    def __init__(self, template: Template, environments: Mapping[str, Environment]) -> None:
        self._template = template
        self._environments = environments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request (ASGI)."""
        request = Request(scope, receive)
        body = await read_body(request, MAX_BODY_BYTES)
        if body is None:
            answer = events.failure(413, "Request Entity Too Large")
        else:
            answer = await self._answer(_http_request(request, body))
        response = Response(answer.body, answer.status)
        response.raw_headers.extend(
            (name.encode("latin-1"), value.encode("latin-1", "replace"))
            for name, value in answer.headers
        )
        await response(scope, receive, send)

    async def _answer(self, request: events.HttpRequest) -> events.HttpResponse:
        matched = self._template.match(request.method, request.path)
        if matched is None:
            return events.NOT_FOUND
        route, variables = matched
        event = events.event(request, route.key, variables, version=route.payload_version)
        environment = self._environments[route.function]
        try:
            async with asyncio.timeout(INTEGRATION_TIMEOUT_SECONDS):
                answer = await environment.invoke(event)
        except InvocationError:
            return events.INTERNAL_SERVER_ERROR
        except TimeoutError:
            limit = environment.function.timeout_seconds
            print(f"{route.function} timed out after {limit} s", file=sys.stderr)
            if limit >= INTEGRATION_TIMEOUT_SECONDS:
                return events.SERVICE_UNAVAILABLE
            return events.INTERNAL_SERVER_ERROR
        return events.response(answer, version=route.payload_version)


def _http_request(request: Request, body: bytes) -> events.HttpRequest:
    return events.HttpRequest(
        method=request.method,
        path=request.scope["raw_path"].decode("latin-1"),
        query=request.scope["query_string"].decode("latin-1"),
        headers=[(n.decode("latin-1"), v.decode("latin-1")) for n, v in request.headers.raw],
        body=body,
        source_ip=request.client.host if request.client else "127.0.0.1",
        protocol=f"HTTP/{request.scope['http_version']}",
    )
