"""The settings that commands share: from the environment, and from options that go before it."""

import argparse
import json
from typing import Any

from pytracking import Configuration
from pytracking.base_urls import check_base_url
from pytracking.cli.files import read_bytes, text_of
from pytracking.cli.parsing import duration
from pytracking.environment import Settings
from pytracking.errors import ConfigurationError, InvalidKey
from pytracking.links import PRIVACY_FLAGS
from pytracking.targets import check_webhook_url
from pytracking.tokens import Kind
from pytracking.tokens.keyring import Keyring

KEYS_VARIABLE = "PYTRACKING_LINK_KEYS"
MAKE_KEYS = "pytracking keys new --output keys.json"
_BASES = {
    "open": ("--open-base", "PYTRACKING_OPEN_BASE_URL"),
    "click": ("--click-base", "PYTRACKING_CLICK_BASE_URL"),
}


def add_reading_options(parser: argparse._ActionsContainer) -> None:
    """Options by which links are read."""
    parser.add_argument(
        "--keys",
        metavar="FILE",
        help=f"the keyring's JSON; default: {KEYS_VARIABLE}, which holds the JSON itself",
    )


def add_minting_options(parser: argparse.ArgumentParser) -> None:
    """Options by which links are minted."""
    keys = parser.add_mutually_exclusive_group()
    add_reading_options(keys)
    keys.add_argument(
        "--plain",
        action="store_true",
        help="mint links without a key: anyone can read and forge them",
    )
    for option, variable in _BASES.values():
        parser.add_argument(option, metavar="URL", help=f"default: {variable}")
    parser.add_argument(
        "--metadata", metavar="JSON", default="{}", help='an object, e.g. {"customer": 7}'
    )
    parser.add_argument("--webhook", metavar="URL", help="webhook URL to embed in each link")
    parser.add_argument(
        "--expires-in",
        metavar="TIME",
        type=duration,
        help="lifetime of the link, such as 3600 (seconds), 12h or 30d; default: no expiry",
    )
    parser.add_argument(
        "--privacy",
        metavar="FLAG",
        action="append",
        choices=PRIVACY_FLAGS,
        default=[],
        help=f"what the recipient does not agree to: {', '.join(PRIVACY_FLAGS)}; may be repeated",
    )


def configuration_from(arguments: argparse.Namespace) -> Configuration:
    """The configuration that the options and the environment describe.

    Raises:
        ConfigurationError: the keyring cannot be read or used, or a base is not a URL.
        InvalidTarget: the webhook is not an https URL to post to.
    """
    found = Settings.from_environment()
    settings: dict[str, Any] = {
        "base_open_tracking_url": arguments.open_base or found.open_base_url,
        "base_click_tracking_url": arguments.click_base or found.click_base_url,
        "expires_in": arguments.expires_in,
        "privacy": arguments.privacy,
        "include_issue_time": not arguments.plain,  # those are as pytracking 0.2.2 makes them
    }
    for kind, (option, variable) in _BASES.items():
        if url := settings[f"base_{kind}_tracking_url"]:
            check_base_url(url, f"in {option} or {variable}")
    if not arguments.plain:
        settings["keyring"] = keyring_from(arguments.keys)
    if arguments.webhook is not None:
        webhook = check_webhook_url(arguments.webhook)
        settings |= {"webhook_url": webhook, "include_webhook_url": True}
    return Configuration(**settings)


def keyring_from(file: str | None) -> Keyring | None:
    """The keyring in the file of --keys, or in the environment; None where neither is given.

    Raises:
        ConfigurationError: it cannot be read or used.
    """
    if file:
        keys = text_of(read_bytes(file, "the keyring"))
        if not keys.strip():  # as a failed `keys new > FILE` leaves it
            raise ConfigurationError(f"--keys {file!r} is empty; {MAKE_KEYS!r} makes a keyring")
    else:
        keys = (Settings.from_environment().link_keys or "").removeprefix("\ufeff")
        if not keys:
            return None
    try:
        return Keyring.from_json(keys)
    except InvalidKey as error:
        source = f"--keys {file!r}" if file else KEYS_VARIABLE
        raise ConfigurationError(
            f"{source} does not hold a keyring, which {MAKE_KEYS!r} makes"
        ) from error


def require_to_mint(
    arguments: argparse.Namespace, configuration: Configuration, kind: Kind, *otherwise: str
) -> None:
    """Refuse to mint links of a kind without its base URL, or without a key and --plain.

    Raises:
        ConfigurationError: the message names what is missing, and what else will do.
    """
    if not getattr(configuration, f"base_{kind}_tracking_url"):
        option, variable = _BASES[kind]
        alternatives = [variable, *otherwise]
        raise ConfigurationError(f"{option} is needed, or {', or '.join(alternatives)}")
    if configuration.keyring is None and not arguments.plain:
        raise ConfigurationError(
            f"--keys or {KEYS_VARIABLE} is needed ({MAKE_KEYS!r} makes a keyring), or --plain for "
            "links that anyone can read and forge"
        )


def metadata_from(arguments: argparse.Namespace) -> dict[str, Any]:
    """The metadata of --metadata.

    Raises:
        ConfigurationError: it is not a JSON object.
    """
    invalid = (
        f"invalid --metadata {arguments.metadata!r}: must be a JSON object such as "
        '{"customer_id": 1}'
    )
    try:
        metadata = json.loads(arguments.metadata)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{invalid} ({error})") from error
    if not isinstance(metadata, dict):
        raise ConfigurationError(invalid)
    return metadata
