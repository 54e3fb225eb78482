"""The command line: `python -m pytracking`, or `pytracking` where the package is installed.

Exit status: 0 where all went well, 1 where it did not, 2 where the command line itself is wrong,
130 after Ctrl-C. `check` exits with 1 where it found something, and with 2 where it could not look.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from pytracking import PytrackingError, __version__
from pytracking.cli.completion import add_completion
from pytracking.cli.links import add_decode, add_keys_new, add_link
from pytracking.cli.mails import add_check, add_rewrite
from pytracking.cli.operating import add_key_commands, add_replay
from pytracking.cli.parsing import Parser
from pytracking.cli.recipients import add_links
from pytracking.cli.reporting import add_report
from pytracking.cli.try_webhook import add_try_webhook
from pytracking.cli.variables import misspelt


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    status_on_error = 1
    if sys.stderr is None:  # closed by who called: what is said there goes nowhere
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if sys.stdout is None:
        print("error: cannot write the output: standard output is closed", file=sys.stderr)
        return 1
    try:
        try:
            parsed = parser().parse(arguments)
            status_on_error = getattr(parsed, "status_on_error", 1)
            for sentence in misspelt(os.environ):
                print(f"warning: {sentence}", file=sys.stderr)
            status: int = parsed.run(parsed)
        finally:  # the help, too, may meet a full disk
            sys.stdout.flush()
    except (PytrackingError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return status_on_error
    except OSError as error:
        if error.filename:
            print(f"error: {error.filename!r}: {error.strerror}", file=sys.stderr)
            return status_on_error
        # standard output
        if not isinstance(error, BrokenPipeError):  # e.g. `| head`: nobody reads on
            print(f"error: cannot write the output: {error.strerror}", file=sys.stderr)
        # or else Python fails once more when it ends
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return status_on_error
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return status


def parser() -> Parser:
    """Return the parser of the whole command line."""
    root = Parser(
        prog="pytracking",
        description="Open and click tracking links for e-mail.",
        examples=[
            "keys new --output keys.json",
            "link click https://shop.example.com/sale --keys keys.json",
            "rewrite mail.html --keys keys.json --output tracked.html",
        ],
    )
    root.add_argument("--version", action="version", version=__version__)
    commands = root.add_commands("COMMAND")
    keys = commands.add_parser(
        "keys",
        aliases=["key"],
        help="make and change keys",
        description="Keys that links are sealed with, and secrets that webhooks are signed with.",
        examples=["keys new --output keys.json"],
    )
    key_commands = keys.add_commands("COMMAND")
    add_keys_new(key_commands)
    add_key_commands(key_commands)
    add_link(commands)
    add_links(commands)
    add_decode(commands)
    add_rewrite(commands)
    add_check(commands)
    add_replay(commands)
    add_report(commands)
    add_try_webhook(commands)
    add_completion(commands, root)
    return root


if __name__ == "__main__":
    sys.exit(main())
