"""`keys new`, `link` and `decode`."""

import argparse
import json
import re
import sys
import time
from typing import Any

from pytracking import Configuration, Tracker
from pytracking.actions import ACTIONS, Value
from pytracking.base_urls import BaseUrls
from pytracking.cli.configuring import (
    KEYS_VARIABLE,
    add_minting_options,
    add_reading_options,
    configuration_from,
    keyring_from,
    metadata_from,
    require_to_mint,
)
from pytracking.cli.files import stdin_lines, write_secret
from pytracking.cli.parsing import Subparsers
from pytracking.errors import ConfigurationError, InvalidLink
from pytracking.links import Link, link_of, read_as
from pytracking.tokens import Kind
from pytracking.tokens.document import utc
from pytracking.tokens.formats import Formats
from pytracking.tokens.keyring import Keyring


def add_keys_new(commands: Subparsers) -> None:
    """Add ``keys new``."""
    parser = commands.add_parser(
        "new",
        help="make a keyring",
        description="Prints a new keyring as JSON. Keep it where secrets are kept.",
        examples=["keys new --output keys.json"],
    )
    parser.add_argument(
        "--output", metavar="FILE", help="write a new file that only you can read (mode 0600)"
    )
    parser.set_defaults(run=_run_keys_new)


def add_link(commands: Subparsers) -> None:
    """Add ``link open``, ``link click`` and ``link action``."""
    parser = commands.add_parser(
        "link",
        help="mint a link",
        description="Prints a tracking link.",
        examples=["link click https://shop.example.com/sale --keys keys.json"],
    )
    kinds = parser.add_commands("KIND")
    opened = kinds.add_parser(
        "open",
        help="the address of a pixel",
        examples=["""link open --keys keys.json --metadata '{"customer_id": 1}'"""],
    )
    clicked = kinds.add_parser(
        "click",
        help="a link that leads to a URL",
        examples=[
            "link click https://shop.example.com/sale --keys keys.json",
            "link click https://shop.example.com/sale --keys keys.json --expires-in 30d",
        ],
    )
    clicked.add_argument("url", metavar="URL")
    clicked.add_argument(
        "--guarded", action="store_true", help="show a page with a button first; only it clicks"
    )
    acted = kinds.add_parser(
        "action",
        help="a link to a page whose button acts",
        examples=[
            "link action unsubscribe --keys keys.json",
            "link action rate --value 1 --value 2 --value 3 --keys keys.json",
        ],
    )
    acted.add_argument("what", metavar="WHAT", choices=ACTIONS, help=", ".join(ACTIONS))
    acted.add_argument(
        "--value", action="append", type=_value, help="a rating to choose from; may be repeated"
    )
    acted.add_argument("--lang", help="language of the page, such as de; default: the browser's")
    for kind, subparser in (("open", opened), ("click", clicked), ("action", acted)):
        add_minting_options(subparser)
        subparser.add_argument("--json", action="store_true", help='print {"url": "..."}')
        subparser.set_defaults(run=_run_link, kind=kind)


def add_decode(commands: Subparsers) -> None:
    """Add ``decode``."""
    parser = commands.add_parser(
        "decode",
        help="show what a link says",
        description="Reads links, or their tokens, and prints what they say.",
        examples=[
            "decode https://track.example.com/c/pAAA --keys keys.json",
            "decode --json < links.txt",
        ],
    )
    parser.add_argument(
        "links", metavar="LINK", nargs="*", help="without any: lines of standard input"
    )
    add_reading_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object for each link")
    parser.set_defaults(run=_run_decode)


def _run_keys_new(arguments: argparse.Namespace) -> int:
    keys = Keyring.generate().to_json()
    if arguments.output:
        write_secret(arguments.output, keys + "\n")
    else:
        print(keys)
    return 0


def _run_link(arguments: argparse.Namespace) -> int:
    configuration = configuration_from(arguments)
    base: Kind = "open" if arguments.kind == "open" else "click"  # that of actions is beside it
    require_to_mint(arguments, configuration, base)
    metadata = metadata_from(arguments)
    if arguments.kind == "open":
        url = configuration.get_open_tracking_url(metadata)
    elif arguments.kind == "action":
        url = _tracker(configuration).action_url(
            arguments.what, metadata, values=arguments.value, lang=arguments.lang
        )
    elif arguments.guarded:
        url = _tracker(configuration).click_url(arguments.url, metadata, guarded=True)
    else:
        url = configuration.get_click_tracking_url(arguments.url, metadata)
    print(json.dumps({"url": url}) if arguments.json else url)
    return 0


def _tracker(configuration: Configuration) -> Tracker:
    """What mints links that pytracking 0.2.2 has not; they are always sealed."""
    if configuration.keyring is None:
        raise ConfigurationError("such links are sealed: --keys is needed, --plain makes none")
    click = configuration.base_click_tracking_url or ""
    return Tracker(
        BaseUrls(configuration.base_open_tracking_url or click, click),
        configuration.keyring,
        webhook_url=configuration.webhook_url,
        expires_in=configuration.expires_in,
        privacy=configuration.privacy,
    )


def _value(text: str) -> Value:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else text


def _run_decode(arguments: argparse.Namespace) -> int:
    keyring = keyring_from(arguments.keys)
    status = 0
    for link in arguments.links or stdin_lines("links"):
        try:
            fields = _fields(_decoded(link, keyring))
        except InvalidLink as error:
            status = 1
            fields = {"error": str(error)}
            if keyring is None:
                fields["error"] += f" (only plain links are read without --keys or {KEYS_VARIABLE})"
        if arguments.json:
            print(json.dumps(fields))
        elif "error" in fields:
            print(f"{link}: {fields['error']}", file=sys.stderr)
        else:
            print("\n".join(f"{name}: {_shown(value)}" for name, value in fields.items()))
    return status


def _decoded(link: str, keyring: Keyring | None) -> Link:
    """A link of any kind, whatever base it is under."""
    token = re.split("[?#]", link)[0].rstrip("/").rpartition("/")[2] if "://" in link else link
    formats = Formats(keyring)
    return read_as(None, lambda kind: link_of(*formats.decode(token, kind, time.time()), kind))


def _fields(link: Link) -> dict[str, Any]:
    return {
        "kind": link.kind,
        "tracked_url": link.target,
        **(link.action.content() if link.action else {}),
        "metadata": link.metadata,
        "webhook_url": link.webhook_url,
        "issued_at": link.issued_at,
        "expires_at": link.expires_at,
        "privacy": list(link.privacy),
        "link_id": link.id,
    }


def _shown(value: Any) -> str:
    if isinstance(value, int):
        return f"{value} ({utc(value)})"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
