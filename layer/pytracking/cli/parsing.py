"""A parser of command lines whose help has examples, and whose errors name what was meant."""

import argparse
import difflib
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn, Protocol

_CHOICE = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)", re.DOTALL)
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}  # in seconds
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?([smhdw]?)")  # 30d, 1.5h, 3600


class Subparsers(Protocol):
    """What commands are added to; argparse's own class for it is private."""

    choices: Any

    def add_parser(self, *args: Any, **kwargs: Any) -> "Parser":
        """Return the parser of a new command; the parameters are those of ``Parser``."""


class Parser(argparse.ArgumentParser):
    """Args: examples: command lines that the help shows, without ``pytracking`` in front."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        self._commands: Subparsers | None = None
        super().__init__(*args, **kwargs)
        self.formatter_class = argparse.RawDescriptionHelpFormatter
        self.examples = tuple(examples)
        self.set_defaults(parser=self)  # the one of the command that was chosen

    def format_help(self) -> str:
        """Return the help, with examples and where the documentation is."""
        lines = [f"  pytracking {example}\n" for example in self.examples]
        examples = f"\nexamples:\n{''.join(lines)}" if lines else ""
        return f"{super().format_help()}{examples}\ndocumentation: {_documentation()}\n"

    def print_help(self, file: Any = None) -> None:
        """Write the help; argparse's own would hide that nothing could be written."""
        (file or sys.stdout).write(self.format_help())

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Return what the arguments say; errors are those of the command that was chosen."""
        parsed, unknown = self.parse_known_args(arguments)
        if unknown:
            chosen: Parser = parsed.parser
            hints = {_closest(word.partition("=")[0], chosen.options()) for word in unknown}
            chosen.error(f"unrecognized arguments: {' '.join(unknown)}{''.join(sorted(hints))}")
        return parsed

    def add_commands(self, metavar: str) -> Subparsers:
        """Return what commands are added to; without one of them, the help is shown."""
        self.set_defaults(run=print_help)
        self._commands = self.add_subparsers(metavar=metavar)
        return self._commands

    def options(self) -> list[str]:
        """Return every long option."""
        return re.findall(r"--[a-z-]+", self.format_usage())

    def words(self, path: str = "") -> dict[str, list[str]]:
        """Return what may follow, by the words before it: ``{" keys": ["new", ...], ...}``."""
        commands = self._commands.choices if self._commands else {}
        found = {path: [*commands, *self.options()]}
        for name, parser in commands.items():
            found |= parser.words(f"{path} {name}")
        return found

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and how to get help; the exit status is 2."""
        if found := _CHOICE.search(message):
            message += _closest(found[1], re.findall(r"[\w-]+", found[2]))
        self.exit(2, f"error: {message}\nhelp: {self.prog} --help\n")


def duration(text: str) -> float:
    """Return the seconds that ``3600``, ``90m``, ``12h``, ``30d`` or ``2w`` stand for."""
    match = _DURATION.fullmatch(text)
    if not match:
        raise argparse.ArgumentTypeError(
            f"invalid duration {text!r}: must be a number of seconds, or of minutes, hours, days "
            "or weeks with m, h, d or w behind, such as 30d"
        )
    return float(match[1]) * _UNITS[match[2]]


def _closest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, 1)
    return f"; did you mean {near[0]}?" if near else ""


def _documentation() -> str:
    from importlib import metadata

    try:
        urls: list[str] = metadata.metadata("pytracking-serverless").get_all("Project-URL") or []
    except metadata.PackageNotFoundError:  # run from the source
        urls = []
    named = dict(url.split(", ", 1) for url in urls)
    return named.get("Documentation", "docs/cli.md in the source")


def print_help(arguments: argparse.Namespace) -> int:
    """Run a command that has further commands, of which none was given."""
    arguments.parser.print_help()
    return 0
