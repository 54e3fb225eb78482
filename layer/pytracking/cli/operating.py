"""What an operator does with a deployment from a terminal: replay hits, rotate keys and secrets.

``add_replay`` and ``add_key_commands`` hang these commands into the command line of the package.
Each sets ``run`` on its parser's namespace: a function of the parsed arguments that returns the
exit status and raises PytrackingError.
"""

import argparse
import dataclasses
import json
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial

from pytracking.cli.files import open_text, stdin_lines
from pytracking.cli.parsing import Subparsers
from pytracking.errors import ConfigurationError
from pytracking.tokens.keyring import Keyring

# Outputs and parameters of template.yaml, by what each stands for.
_OF_STACK = {
    "queue": "QueueUrl",
    "dead_letters": "DeadLetterQueueUrl",
    "link_keys": "LinkKeysSecretArn",
    "webhook_secrets": "WebhookSecretsSecretArn",
    "webhook_url": "WebhookUrl",
    "privacy": "PrivacyMode",
    "campaign_keys": "CampaignKeys",
    "store": "EventStore",
    "bus": "EventBusArn",
}


def add_replay(commands: Subparsers) -> None:
    """Add the command ``replay``."""
    parser = commands.add_parser(
        "replay",
        help="bring hits back into delivery, from the dead letters or from the log",
        description=(
            "Brings hits back into delivery with the ids they have had since they came in. "
            "Without --yes it changes nothing and says what it would do."
        ),
        examples=["replay --stack pytracking", "replay --stack pytracking --log hits.log --yes"],
    )
    _add_stack(parser)
    parser.add_argument("--queue", metavar="URL", help="the queue of hits")
    parser.add_argument("--dead-letters", metavar="URL", help="the queue of dead letters")
    parser.add_argument(
        "--log",
        metavar="FILE",
        help="take hits from lines of the functions' log instead; - is standard input",
    )
    parser.add_argument(
        "--link-keys",
        metavar="SECRET",
        help="the secret with the link keys; or set PYTRACKING_LINK_KEYS to its JSON",
    )
    parser.add_argument(
        "--webhook-url", metavar="URL", help="for hits that were never decoded and name no webhook"
    )
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        choices=["store", "bus"],
        help="such hits are owed to the event store or bus too; --stack knows which there are",
    )
    parser.add_argument(
        "--moved",
        nargs=2,
        action="append",
        default=[],
        metavar=("OLD", "NEW"),
        help="hits of the webhook OLD go to NEW; once for each webhook that has moved",
    )
    parser.add_argument("--yes", action="store_true", help="do it; without, it is a dry run")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")
    parser.set_defaults(run=run_replay)


def add_key_commands(commands: Subparsers) -> None:
    """Add the commands ``rotate`` and ``webhook-secret``, below ``keys``."""
    rotate = commands.add_parser(
        "rotate",
        help="change to a new key in two steps, while the old ones stay valid",
        description=(
            "Link keys: the new key opens links first, and mints them from --finish on, ten "
            "minutes later; every link ever sent stays valid. Webhook secrets: webhooks are signed "
            "with old and new, until --finish drops the old ones."
        ),
        examples=[
            "keys rotate link-keys --stack pytracking",
            "keys rotate webhook-secrets --stack pytracking --finish",
        ],
    )
    rotate.add_argument("what", choices=["link-keys", "webhook-secrets"])
    _add_stack(rotate)
    rotate.add_argument("--secret", metavar="SECRET", help="ARN or name of the secret")
    rotate.add_argument(
        "--finish",
        action="store_true",
        help=(
            "the second step. Link keys: mint with the new key. Webhook secrets: sign with the "
            "current one alone, once receivers have it"
        ),
    )
    rotate.set_defaults(run=run_rotate)
    show = commands.add_parser(
        "webhook-secret",
        help="print the secret by which receivers verify webhooks",
        description="Prints it in the form that every Standard Webhooks package takes.",
        examples=["keys webhook-secret --stack pytracking"],
    )
    _add_stack(show)
    show.add_argument("--secret", metavar="SECRET", help="ARN or name of the secret")
    show.set_defaults(run=run_webhook_secret)


def run_replay(arguments: argparse.Namespace) -> int:
    """Replay hits as the arguments say, and print a report."""
    from pytracking.environment import Settings
    from pytracking.operations.replay import Requeuer, replay_dead_letters, replay_log
    from pytracking.operations.stack import client
    from pytracking.privacy import PrivacyPolicy

    given = _complete(arguments, "queue", *(() if arguments.log else ("dead_letters",)))
    requeue = Requeuer(
        keyring=_keyring(given.get("link_keys")),
        webhook_url=given.get("webhook_url"),
        privacy=PrivacyPolicy.of(
            Settings.from_environment(
                PYTRACKING_PRIVACY=given.get("privacy", ""),
                PYTRACKING_CAMPAIGN_KEYS=given.get("campaign_keys", ""),
            )
        ),
        moved=_moved(arguments.moved),
        others=_others(arguments.also, given),
    )
    if arguments.log and requeue.keyring is None:
        raise ConfigurationError(
            "hits in the log are still sealed: name the link keys by --link-keys or --stack"
        )
    run = partial(
        replay_log if arguments.log else replay_dead_letters,
        requeue,
        client("sqs"),
        queue_url=given["queue"],
        dry_run=not arguments.yes,
        progress=_Progress(),
    )
    if not arguments.log:
        report = run(dead_letter_queue_url=given["dead_letters"])
    elif arguments.log == "-":
        report = run(lines=stdin_lines("the log"))
    else:
        with open_text(arguments.log, "the log") as lines:
            report = run(lines=lines)
    if arguments.json:
        # not asdict, which takes a Counter for a list of pairs
        fields = {field.name: getattr(report, field.name) for field in dataclasses.fields(report)}
        print(json.dumps({"read": report.read, **fields}))
        return 0
    print(report)
    if report.dry_run:
        print("Nothing was changed. Run it again with --yes to replay.")
    return 0


def run_rotate(arguments: argparse.Namespace) -> int:
    """Rotate link keys or webhook secrets, and say what holds now."""
    from pytracking.delivery.signatures import receiver_secret
    from pytracking.operations import rotation
    from pytracking.operations.stack import client

    name = arguments.what.replace("-", "_")
    secret = arguments.secret or _complete(arguments, name)[name]
    manager = client("secretsmanager")
    if arguments.what == "link-keys" and arguments.finish:
        rotation.finish_link_rotation(manager, secret, _say_conflict)
        print("Links are sealed with the new key. All earlier links stay valid.")
    elif arguments.what == "link-keys":
        rotation.rotate_link_keys(manager, secret, _say_conflict)
        print("A new key was added. Links are still sealed with the present one; all stay valid.")
        print("In ten minutes every function opens links of the new key: run this with --finish.")
    elif arguments.finish:
        dropped = rotation.finish_webhook_rotation(manager, secret, _say_conflict)
        print(f"{dropped} old secrets dropped. Webhooks are signed with the current one alone.")
    else:
        made = rotation.rotate_webhook_secrets(manager, secret, _say_conflict)
        print("Webhooks are signed with the old and the new secret in 5 minutes, at the latest.")
        print(f"Give receivers the new one, then run this with --finish: {receiver_secret(made)}")
    return 0


def _say_conflict() -> None:
    print("The secret was changed by another at the same time; both are kept.", file=sys.stderr)


def run_webhook_secret(arguments: argparse.Namespace) -> int:
    """Print the secret that receivers verify with."""
    from pytracking.delivery.signatures import receiver_secret
    from pytracking.operations.rotation import read_webhook_secrets
    from pytracking.operations.stack import client

    secret = arguments.secret or _complete(arguments, "webhook_secrets")["webhook_secrets"]
    print(receiver_secret(read_webhook_secrets(client("secretsmanager"), secret)[0]))
    return 0


class _Progress:
    """A line on a terminal that counts, at most ten times a second; nothing elsewhere."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int | None) -> None:
        if sys.stderr.isatty() and time.monotonic() >= self._next:
            self._next = time.monotonic() + 0.1
            of = f" of about {total}" if total else ""
            print(f"\r{done}{of} hits ", end="", file=sys.stderr, flush=True)


def _add_stack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--stack",
        metavar="NAME",
        help="a deployed stack, whose outputs and parameters stand for what is not given",
    )


def _complete(arguments: argparse.Namespace, *needed: str) -> Mapping[str, str]:
    """Return what the arguments name of a deployment, completed by what its stack says.

    Raises:
        ConfigurationError: one of those needed is neither given nor known of the stack.
    """
    given = {name: getattr(arguments, name, None) for name in _OF_STACK}
    if arguments.stack:
        from pytracking.operations.stack import described

        said = described(arguments.stack)
        given = {name: value or said.get(_OF_STACK[name]) for name, value in given.items()}
    for name in needed:
        if not given[name]:
            option = "--" + name.replace("_", "-") if hasattr(arguments, name) else "--secret"
            raise ConfigurationError(f"{option} is needed, or --stack with the stack's name")
    return {name: value for name, value in given.items() if value}


def _others(also: Sequence[str], given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the destinations beside the webhook, as given or as the stack has them."""
    has = {"store": given.get("store") == "enabled", "bus": bool(given.get("bus"))}
    return tuple(name for name in has if has[name] or name in also)


def _moved(pairs: Sequence[Sequence[str]]) -> dict[str, str]:
    """Return new addresses by old ones.

    Raises:
        ConfigurationError: an old address is given twice.
        InvalidTarget: nothing can be delivered to a new one.
    """
    from pytracking.environment import Settings
    from pytracking.targets import check_webhook_url

    allow_http = Settings.from_environment().allow_http_webhooks
    moved = {old: check_webhook_url(new, allow_http=allow_http) for old, new in pairs}
    if len(moved) < len(pairs):
        raise ConfigurationError("--moved names one old address twice")
    return moved


def _keyring(secret: str | None) -> Keyring | None:
    from pytracking.environment import Settings
    from pytracking.operations.rotation import read_link_keys
    from pytracking.operations.stack import client

    if text := Settings.from_environment().link_keys:
        return Keyring.from_json(text)
    return read_link_keys(client("secretsmanager"), secret) if secret else None
