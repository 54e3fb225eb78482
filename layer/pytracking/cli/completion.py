"""`completion`: what a shell completes after ``pytracking``."""

import argparse

from pytracking.cli.parsing import Parser, Subparsers

_BASH = """_pytracking() {{
  local path="" words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$path ${{COMP_WORDS[i]}}" in
      {paths}) path="$path ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$path" in
{words}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _pytracking pytracking
"""
_ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit\n"


def add_completion(commands: Subparsers, root: Parser) -> None:
    """Add the command ``completion``, for every command below ``root``."""
    parser = commands.add_parser(
        "completion",
        help="print a script by which a shell completes commands and options",
        description="Prints a script for bash or zsh to evaluate when it starts.",
        examples=["completion bash >> ~/.bashrc", "completion zsh >> ~/.zshrc"],
    )
    parser.add_argument("shell", choices=["bash", "zsh"])
    parser.set_defaults(run=lambda arguments: _run(arguments, root))


def _run(arguments: argparse.Namespace, root: Parser) -> int:
    known = {path: " ".join(words) for path, words in root.words().items()}
    paths = "|".join(f'"{path}"' for path in known if path)
    words = "\n".join(f'    "{path}") words="{known[path]}" ;;' for path in known)
    script = _BASH.format(paths=paths, words=words)
    print((_ZSH if arguments.shell == "zsh" else "") + script, end="")
    return 0
