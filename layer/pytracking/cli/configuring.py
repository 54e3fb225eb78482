"""The settings that commands share: from the environment, and from options that go before it."""

import argparse
import json
import os
from pathlib import Path
from typing import Any

from pytracking import Configuration
from pytracking.errors import ConfigurationError, InvalidTarget
from pytracking.targets import check_target
from pytracking.tokens import Kind

KEYS_VARIABLE = "PYTRACKING_LINK_KEYS"
_BASES = {
    "base_open_tracking_url": ("--open-base", "PYTRACKING_OPEN_BASE_URL"),
    "base_click_tracking_url": ("--click-base", "PYTRACKING_CLICK_BASE_URL"),
}


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    """Options by which links are read."""
    parser.add_argument(
        "--keys",
        metavar="FILE",
        help=f"the keyring's JSON; instead of it, {KEYS_VARIABLE} may hold it. Without, links "
        "are plain: readable and forgeable by anyone",
    )


def add_minting_options(parser: argparse.ArgumentParser) -> None:
    """Options by which links are minted."""
    add_reading_options(parser)
    for option, variable in _BASES.values():
        parser.add_argument(option, metavar="URL", help=f"default: {variable}")
    parser.add_argument(
        "--metadata", metavar="JSON", default="{}", help='an object, e.g. {"customer": 7}'
    )
    parser.add_argument("--webhook", metavar="URL", help="who is told, put into each link")
    parser.add_argument(
        "--expires-in", metavar="SECONDS", type=float, help="how long the links work; default: ever"
    )
    parser.add_argument(
        "--privacy",
        metavar="FLAG",
        action="append",
        default=[],
        help="what the recipient does not agree to: no_ip, no_agent, aggregate; may be repeated",
    )


def configuration_from(arguments: argparse.Namespace) -> Configuration:
    """The configuration that the options and the environment describe.

    Raises:
        ConfigurationError: the keyring's file cannot be read or is empty, or a base is no URL.
        InvalidKey: it holds no keyring.
    """
    settings: dict[str, Any] = {}
    for name, (option, variable) in _BASES.items():
        given = getattr(arguments, option.strip("-").replace("-", "_"), None)
        settings[name] = given or os.environ.get(variable) or None
        if settings[name] and hasattr(arguments, option.strip("-").replace("-", "_")):
            _check_base(settings[name], f"{option} or {variable}")
    if keys := _keys(arguments.keys):
        from pytracking.tokens.keyring import Keyring

        settings["keyring"] = Keyring.from_json(keys)
    if webhook := getattr(arguments, "webhook", None):
        settings |= {"webhook_url": webhook, "include_webhook_url": True}
    settings["expires_in"] = getattr(arguments, "expires_in", None)
    settings["privacy"] = tuple(getattr(arguments, "privacy", ()))
    return Configuration(**settings)


def require_base(configuration: Configuration, kind: Kind, *otherwise: str) -> None:
    """Refuse to mint links of a kind that has no base URL.

    Raises:
        ConfigurationError: it has none; the message names what gives it, and what else will do.
    """
    name = f"base_{kind}_tracking_url"
    if not getattr(configuration, name):
        option, variable = _BASES[name]
        alternatives = [variable, *otherwise]
        raise ConfigurationError(f"{option} is needed, or {', or '.join(alternatives)}")


def metadata_from(arguments: argparse.Namespace) -> dict[str, Any]:
    """The metadata of --metadata.

    Raises:
        ConfigurationError: it is no JSON object.
    """
    try:
        metadata = json.loads(arguments.metadata)
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"--metadata is not JSON: {error}") from error
    if not isinstance(metadata, dict):
        raise ConfigurationError(f'--metadata is not a JSON object like {{"a": 1}}: {metadata!r}')
    return metadata


def _keys(file: str | None) -> str | None:
    if not file:
        return os.environ.get(KEYS_VARIABLE)
    try:
        keys = Path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the keyring's file {file!r} cannot be read: {error}") from error
    if not keys.strip():  # as a failed `keys new > FILE` leaves it; plain links were not asked for
        raise ConfigurationError(
            f"the keyring's file {file!r} is empty: python -m pytracking keys new > {file}"
        )
    return keys


def _check_base(url: str, source: str) -> None:
    try:
        check_target(url)
    except InvalidTarget as error:
        raise ConfigurationError(f"{source} is no base URL: {error}") from error
