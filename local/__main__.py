"""`python -m local`: serve the functions of template.yaml, and the live page, on 127.0.0.1."""

import argparse
import asyncio
import contextlib
import errno
import json
import logging
import os
import shlex
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import get_args

import uvicorn
from pytracking import Tracker
from pytracking.cli import files
from pytracking.delivery.signatures import new_secret, secret_bytes
from pytracking.environment import DoNotTrack
from pytracking.errors import ConfigurationError, InvalidKey, PytrackingError
from pytracking.targets import check_webhook_url
from pytracking.tokens.keyring import Keyring
from starlette.applications import Starlette
from starlette.routing import Mount

from local import template
from local.event_lines import EventLines
from local.gateway import Gateway
from local.journal import Journal
from local.live import RECEIVER_PATH, Live, Run
from local.minting import LocalMinter
from local.queues import Queues
from local.receiver import Receiver
from local.store import LocalStore

ADDRESS = "127.0.0.1"
DEFAULT_PORT = 8000
ROOT = Path(__file__).resolve().parent.parent
DEFAULT_TEMPLATE = ROOT / "template.yaml"
# Settings taken from the user's environment; every other PYTRACKING_ variable is set here.
_PASSED_THROUGH = ("PYTRACKING_PRIVACY", "PYTRACKING_FALLBACK_URL")
_WATCH_SECONDS = 0.1  # between two looks into the queues
_STOP_SECONDS = 2  # how long answers under way may take once the gateway stops


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the gateway until Ctrl-C; return the exit status."""
    options = _parser().parse_args(_options(sys.argv[1:] if arguments is None else arguments))
    try:
        listener = socket.create_server((ADDRESS, options.port))
    except (OSError, OverflowError) as error:
        print(_explain(error, options.port), file=sys.stderr)
        return 1
    with listener, tempfile.TemporaryDirectory(prefix="pytracking-run-") as scratch:
        try:
            _serve(listener, options, Path(options.events or scratch))
        except PytrackingError as error:
            print(f"Cannot start: {error}", file=sys.stderr)
            return 1
    return 0


def _serve(listener: socket.socket, options: argparse.Namespace, events: Path) -> None:
    origin = f"http://{ADDRESS}:{listener.getsockname()[1]}"
    deployed = template.load(options.template)
    run = Run(
        origin=origin,
        webhook=options.webhook or origin + RECEIVER_PATH,
        own_webhook=options.webhook is not None,
        secret=options.secret or new_secret(),
        keyring=_keyring(options.keys),
        speed=options.speed,
        command=_command(listener, options),
    )
    # What cannot be used is refused before anything is served.
    secret_bytes(run.secret)
    check_webhook_url(run.webhook, allow_http=True)
    tracker = Tracker(origin, run.keyring)
    store = LocalStore(events)
    queues = Queues(deployed, run.speed, store)
    _set_environment(
        PYTRACKING_LINK_KEYS=run.keyring.to_json(),
        PYTRACKING_WEBHOOK_SECRETS=json.dumps({"current": run.secret}),
        PYTRACKING_WEBHOOK_URL=run.webhook,
        **({"PYTRACKING_DO_NOT_TRACK": options.dnt} if options.dnt else {}),
        PYTRACKING_OPEN_BASE_URL=tracker.base_urls.open,
        PYTRACKING_CLICK_BASE_URL=tracker.base_urls.click,
        **queues.environment(),
    )
    environments = {n: queues.new_environment(f) for n, f in deployed.functions.items()}
    for name in {route.function for route in deployed.routes}:
        environments[name].load()
    queues.feed()

    journal = Journal(EventLines().show)
    receiver = Receiver(run.secret, journal.called)
    minter = LocalMinter(tracker)
    live = Live(run, journal, receiver, minter, queues, store)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        queues.start()
        watching = asyncio.create_task(_watch(journal, queues, store))
        print(_greeting(run, minter.ready_made, events), flush=True)
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
        receiver.set_mood("fail")  # nothing hangs from here on, whatever is still delivered
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # what is cut off is no fault

    _Server(config, let_go).run(sockets=[listener])


async def _watch(journal: Journal, queues: Queues, store: LocalStore) -> None:
    """Report the contents of queues and store to the journal while the gateway runs."""
    stored = 0
    while True:
        begun = time.monotonic()
        journal.observe(queues.standing())
        if store.stored != stored:
            stored = store.stored
            journal.publish("stored", {"stored": stored})
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
        self.should_exit = True


def _set_environment(**settings: str) -> None:
    """Give the functions their variables, and nothing that leads to a real AWS account."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PYTRACKING_")) and name not in _PASSED_THROUGH:
            del os.environ[name]
    os.environ.update(
        AWS_SAM_LOCAL="true",
        AWS_REGION="us-east-1",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID="local",
        AWS_SECRET_ACCESS_KEY="local",  # noqa: S106 - opens nothing: the queue is ours
        AWS_EC2_METADATA_DISABLED="true",
        POWERTOOLS_METRICS_DISABLED="true",
        POWERTOOLS_LOG_LEVEL="ERROR",  # a dead letter has its own line in the terminal
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
    parser.add_argument("--webhook", help="your own receiver, in place of the built-in one")
    parser.add_argument("--keys", help="file of link keys: links outlive a restart")
    parser.add_argument("--secret", help="webhook signing secret, whsec_... (default: a new one)")
    parser.add_argument("--events", help="folder to keep the events in (default: a temporary one)")
    parser.add_argument(
        "--dnt",
        choices=get_args(DoNotTrack),
        help="how an open under Do Not Track is recorded (default: as the template says)",
    )
    return parser


def _options(arguments: Sequence[str]) -> list[str]:
    """Read make's way of giving options, `WEBHOOK=...`, as `--webhook=...`.

    An option that is given empty is one that is not given. PYTHON is the Makefile's own.
    """
    options = []
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if name.startswith("-") or not equals:
            options.append(argument)
        elif value and name != "PYTHON":
            options.append(f"--{name.lower()}={value}")
    return options


def _keyring(file: str | None) -> Keyring:
    if file is None:
        return Keyring.generate()
    if not Path(file).exists():
        make_one = f"keys new --output {shlex.quote(file)}"
        raise ConfigurationError(
            f"no key file at {file}; create one: "
            f"PYTHONPATH=layer .venvs/run/bin/python -m pytracking {make_one}"
        )
    try:
        return Keyring.from_json(files.text_of(files.read_bytes(file, "the keys")))
    except InvalidKey as error:
        raise ConfigurationError(f"{file!r} does not hold link keys: {error}") from error


def _command(listener: socket.socket, options: argparse.Namespace) -> str:
    """Return what starts this gateway again as it is, at the same address: a page waits there."""
    port = listener.getsockname()[1]  # with PORT=0, the one that was found free
    is_own = options.template != DEFAULT_TEMPLATE  # which make does not know of
    given = {
        "TEMPLATE": str(options.template) if is_own else None,
        "PORT": port if port != DEFAULT_PORT else None,
        "SPEED": options.speed if options.speed != 1 else None,
        **{n.upper(): getattr(options, n) for n in ("webhook", "keys", "secret", "dnt", "events")},
    }
    words = [shlex.quote(f"{name}={value}") for name, value in given.items() if value]
    start = "PYTHONPATH=layer .venvs/run/bin/python -m local" if is_own else "make run"
    return " ".join([start, *words])


def _speed(text: str) -> float:
    try:
        speed = float(text)
    except ValueError:
        speed = 0
    if not 1 <= speed <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 100000")
    return int(speed) if speed.is_integer() else speed


def _explain(error: Exception, port: int) -> str:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program. Choose another one, such as "
            f"`make run PORT={port + 1}`; PORT=0 takes any free one."
        )
    reason = str(error).rstrip(".")
    return f"Cannot listen on port {port}: {reason}. Choose another one: `make run PORT=8080`."


def _greeting(run: Run, links: dict[str, str], events: Path) -> str:
    return (
        f"\nServing template.yaml at {run.origin} - Ctrl-C ends it.\n\n"
        f"  Live page   {run.origin}/\n"
        f"  Pixel link  {links['open']}\n"
        f"  Click link  {links['click']}\n"
        f"  Webhook     {run.webhook}\n"
        f"  Secret      {run.secret}\n"
        f"  Events      {events}\n\n"
        "Open the two links and watch their webhooks arrive on the page.\n"
    )


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before the server listens, or while it ends
        sys.exit(130)
