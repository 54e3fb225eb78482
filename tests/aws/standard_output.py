"""Standard output as it is at the moment of writing, which pytest exchanges for each phase."""

import sys


class StandardOutput:
    """A stream for a logger that outlives a test."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)

    def flush(self) -> None:
        sys.stdout.flush()
