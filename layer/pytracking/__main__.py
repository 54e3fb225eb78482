"""The command line: `python -m pytracking`, or `pytracking` where the package is installed.

Exit status: 0 where all went well, 1 where it did not (or `check` found something), 2 where the
command line itself is wrong.
"""

import argparse
import os
import sys
from collections.abc import Sequence

from pytracking import PytrackingError, __version__
from pytracking.cli.links import add_decode, add_keys_new, add_link
from pytracking.cli.mails import add_check, add_rewrite
from pytracking.cli.operating import add_key_commands, add_replay
from pytracking.cli.reporting import add_report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = _parser().parse_args(arguments)
    try:
        status: int = parsed.run(parsed)
        sys.stdout.flush()
    except (PytrackingError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # e.g. `| head`: nobody reads on
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="pytracking", description="Open and click tracking links for e-mail."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    keys = commands.add_parser("keys", aliases=["key"], help="make and change keys")
    key_commands = keys.add_subparsers(metavar="COMMAND", required=True)
    add_keys_new(key_commands)
    add_key_commands(key_commands)
    add_link(commands)
    add_decode(commands)
    add_rewrite(commands)
    add_check(commands)
    add_replay(commands)
    add_report(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
