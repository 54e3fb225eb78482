"""`python -m local`: serve the functions of template.yaml, and the live page, on 127.0.0.1."""

import argparse
import asyncio
import contextlib
import errno
import json
import os
import shlex
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import FrameType

import uvicorn
from pytracking.delivery.signatures import new_secret
from pytracking.errors import PytrackingError
from pytracking.tokens.keyring import Keyring
from starlette.applications import Starlette
from starlette.routing import Mount

from local import template
from local.functions import Environment
from local.gateway import Gateway
from local.journal import Journal
from local.live import RECEIVER_PATH, Live
from local.minting import LocalMinter
from local.queues import Queues
from local.receiver import Receiver

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8000
ROOT = Path(__file__).resolve().parent.parent
DEFAULT_TEMPLATE = ROOT / "template.yaml"
# Settings a user may bring along; every other PYTRACKING_ variable is this run's own.
_PASSED_THROUGH = ("PYTRACKING_PRIVACY", "PYTRACKING_FALLBACK_URL")
_WATCH_SECONDS = 0.1  # between two looks into the queues
_STOP_SECONDS = 2  # how long answers under way may take once the gateway is told to end


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gateway until Ctrl-C; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        listener = socket.create_server((ADDRESS, options.port))
    except (OSError, OverflowError) as error:
        print(_explain(error, options.port), file=sys.stderr)
        return 1
    with listener:
        try:
            _serve(listener, options.template, options.speed, _command(listener, options))
        except PytrackingError as error:
            print(f"Cannot start: {error}", file=sys.stderr)
            return 1
    return 0


def _serve(listener: socket.socket, template_path: Path, speed: float, command: str) -> None:
    origin = f"http://{ADDRESS}:{listener.getsockname()[1]}"
    deployed = template.load(template_path)
    keyring = Keyring.generate()
    webhook_secret = new_secret()
    minter = LocalMinter(deployed, keyring, origin)
    queues = Queues(deployed, speed)
    _set_environment(
        deployed,
        PYTRACKING_LINK_KEYS=keyring.to_json(),
        PYTRACKING_WEBHOOK_SECRETS=json.dumps({"current": webhook_secret}),
        PYTRACKING_WEBHOOK_URL=origin + RECEIVER_PATH,
        PYTRACKING_OPEN_BASE_URL=minter.configuration.base_open_tracking_url or "",
        PYTRACKING_CLICK_BASE_URL=minter.configuration.base_click_tracking_url or "",
        **queues.environment(),
    )
    environments = {name: Environment(f) for name, f in deployed.functions.items()}
    for name in {route.function for route in deployed.routes}:
        environments[name].load()
    queues.feed(lambda name: Environment(deployed.functions[name]))

    journal = Journal()
    receiver = Receiver(webhook_secret, journal.called)
    live = Live(journal, receiver, minter, queues, origin=origin, speed=speed, command=command)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        queues.start()
        watching = asyncio.create_task(_watch(journal, queues))
        print(_greeting(origin, minter.ready_made), flush=True)
        yield
        watching.cancel()
        queues.stop()

    app = Starlette(
        routes=[*live.routes(), Mount("/", Gateway(deployed, environments))], lifespan=lifespan
    )
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # there is no proxy: X-Forwarded-For is the visitor's own word
        timeout_graceful_shutdown=_STOP_SECONDS,
        ws="none",
    )

    def let_go() -> None:
        journal.end()
        receiver.release()

    _Server(config, let_go).run(sockets=[listener])


async def _watch(journal: Journal, queues: Queues) -> None:
    """Tell the journal what stands in the queues, as long as the gateway runs."""
    while True:
        begun = time.monotonic()
        journal.observe(queues.standing())
        # A long queue takes long to look through: nine tenths of the time belong to others.
        await asyncio.sleep(max(_WATCH_SECONDS, 9 * (time.monotonic() - begun)))


class _Server(uvicorn.Server):
    """uvicorn, ending on a signal without passing it on once more."""

    def __init__(self, config: uvicorn.Config, let_go: Callable[[], None]) -> None:
        super().__init__(config)
        self._let_go = let_go

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End; what never ends by itself, such as a page's stream, is let go first."""
        self._let_go()
        self.force_exit = self.should_exit
        self.should_exit = True


def _set_environment(deployed: template.Template, **settings: str) -> None:
    """Give the functions their variables, and nothing that leads to a real AWS account."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PYTRACKING_")) and name not in _PASSED_THROUGH:
            del os.environ[name]
    for function in deployed.functions.values():
        os.environ.update(function.environment)
    os.environ.update(
        AWS_SAM_LOCAL="true",
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - opens nothing: the queue is ours
        AWS_EC2_METADATA_DISABLED="true",
        POWERTOOLS_METRICS_DISABLED="true",
        POWERTOOLS_LOG_LEVEL="WARNING",
        PYTRACKING_ALLOW_HTTP_WEBHOOKS="true",
        **settings,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local",
        description="Serve the functions of template.yaml on 127.0.0.1, with a live page.",
    )
    parser.add_argument(
        "--port",
        type=int,
        default=os.environ.get("PORT") or DEFAULT_PORT,
        help=f"port to listen on; 0 takes a free one (default: $PORT, or {DEFAULT_PORT})",
    )
    parser.add_argument(
        "--speed",
        type=_speed,
        default=os.environ.get("SPEED") or "1",
        help="how many times faster than deployed the waits between attempts pass "
        "(default: $SPEED, or 1)",
    )
    parser.add_argument(
        "--template", type=Path, default=DEFAULT_TEMPLATE, help="the SAM template to serve"
    )
    return parser


def _command(listener: socket.socket, options: argparse.Namespace) -> str:
    """Return what starts this gateway again as it is, at the same address: a page waits there."""
    port = listener.getsockname()[1]  # with PORT=0, the one that was found free
    if options.template != DEFAULT_TEMPLATE:
        template_path = shlex.quote(str(options.template))
        arguments = f"--template {template_path} --port {port} --speed {options.speed}"
        return f"PYTHONPATH=layer .venvs/run/bin/python -m local {arguments}"
    words = ["make run"]
    if port != DEFAULT_PORT:
        words.append(f"PORT={port}")
    if options.speed != 1:
        words.append(f"SPEED={options.speed}")
    return " ".join(words)


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 1 <= speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number within 1 and 100000")
    return int(speed) if speed.is_integer() else speed


def _explain(error: Exception, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Choose another one, such as "
            f"`make run PORT={port + 1}`; PORT=0 takes any free one."
        )
    reason = str(error).rstrip(".")
    return f"Cannot listen on port {port}: {reason}. Choose another one: `make run PORT=8080`."


def _greeting(origin: str, links: dict[str, str]) -> str:
    return (
        f"\nServing template.yaml at {origin} - Ctrl-C ends it.\n\n"
        f"  Live page   {origin}/\n"
        f"  Pixel link  {links['open']}\n"
        f"  Click link  {links['click']}\n\n"
        "Open the two links and watch their webhooks arrive on the page.\n"
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before the server listens, or while it ends
        sys.exit(130)
