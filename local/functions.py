"""Lambda's side of an invocation: each function's `app.py` loaded once, called one at a time."""

import asyncio
import contextlib
import importlib.util
import json
import os
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, cast

from pytracking.errors import ConfigurationError

from local.template import Function


@dataclass(slots=True)
class Context:
    """What Lambda passes to a handler: the attributes and the method that it documents.

    Attributes:
        timeout_seconds: how long the invocation may take, from now.
    """

    timeout_seconds: float
    function_name: str = "deliver"
    memory_limit_in_mb: int = 256
    function_version: str = "$LATEST"
    aws_request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    log_group_name: str = "local"
    log_stream_name: str = "local"
    _since: float = field(init=False, default_factory=time.monotonic)

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN, in AWS's documentation account."""
        return f"arn:aws:lambda:us-east-1:123456789012:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until Lambda would end the invocation; never negative."""
        return max(0, int((self._since + self.timeout_seconds - time.monotonic()) * 1000))


Handler = Callable[[dict[str, Any], Context], Any]


class InvocationError(Exception):
    """The function raised, or returned what is not JSON; its traceback is on stderr."""


class Environment:
    """One execution environment of one function.

    As on Lambda, the module is loaded once, at the first call or by `load()`, and serves one
    event at a time. Each function's `app` is a module of its own, although they share a process.
    """

    def __init__(self, function: Function, variables: Mapping[str, str] = {}) -> None:
        """`variables` are those of the function alone, besides the template's literal ones."""
        self.function = function
        self._variables = variables
        self._handler: Handler | None = None
        self._busy = threading.Lock()

    def load(self) -> None:
        """Import the function's code now, so that a setting that is missing shows at start."""
        with self._busy:
            self._loaded()

    async def invoke(self, event: dict[str, Any]) -> Any:
        """Call the handler in a thread and return its answer, as JSON would carry it.

        Raises InvocationError as Lambda reports a function error, TimeoutError after the
        function's timeout. As on Lambda, what timed out is not used again: the next call loads
        the code anew. Its thread is left behind, since nothing can stop it.
        """
        answer: Future[Any] = Future()
        answer.set_running_or_notify_cancel()  # from here on, a time-out cannot cancel it

        def work() -> None:
            try:
                answer.set_result(self.call(event))
            except Exception as error:
                answer.set_exception(error)

        # No executor: it would wait at exit for what hangs.
        threading.Thread(target=work, name=self.function.name, daemon=True).start()
        try:
            return await asyncio.wait_for(
                asyncio.wrap_future(answer), self.function.timeout_seconds
            )
        except TimeoutError:
            self._handler, self._busy = None, threading.Lock()
            raise

    def call(self, event: dict[str, Any]) -> Any:
        """Call the handler in this thread; both event and answer pass through JSON."""
        with self._busy:
            context = Context(
                self.function.timeout_seconds,
                function_name=self.function.name,
                memory_limit_in_mb=self.function.memory_mb,
            )
            try:
                answer = self._loaded()(json.loads(json.dumps(event)), context)
                return json.loads(json.dumps(answer))
            except Exception as error:
                traceback.print_exc()
                raise InvocationError(f"{self.function.name} failed: {error!r}") from error

    def _loaded(self) -> Handler:
        if self._handler is None:
            module_name, _, attribute = self.function.handler.rpartition(".")
            handler = getattr(self._import(module_name), attribute, None)
            if handler is None:
                raise ConfigurationError(
                    f"{self.function.name} names the handler {self.function.handler}, "
                    f"but {module_name}.py has no {attribute}"
                )
            self._handler = cast("Handler", handler)
        return self._handler

    def _import(self, module_name: str) -> ModuleType:
        path = self.function.folder / f"{module_name}.py"
        name = f"local_function_{self.function.name}.{module_name}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None or not path.is_file():
            raise ConfigurationError(
                f"{self.function.name} names the handler {self.function.handler}, "
                f"but there is no {path}"
            )
        module = importlib.util.module_from_spec(spec)
        variables = {**self.function.environment, **os.environ, **self._variables}
        with _first_on_path(str(self.function.folder)), _variables(variables):
            spec.loader.exec_module(module)
        return module


@contextlib.contextmanager
def _first_on_path(folder: str) -> Iterator[None]:
    """Let a function import its own siblings, as /var/task comes first on Lambda."""
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


@contextlib.contextmanager
def _variables(own: Mapping[str, str]) -> Iterator[None]:
    """Give a function its variables while it is loaded: it reads them then, and once."""
    shared = dict(os.environ)
    os.environ.update(own)
    try:
        yield
    finally:
        for name in own.keys() - shared.keys():
            del os.environ[name]
        os.environ.update(shared)
