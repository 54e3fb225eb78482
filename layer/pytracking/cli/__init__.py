"""The commands of `python -m pytracking`; docs/cli.md shows each of them."""
