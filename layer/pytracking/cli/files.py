"""Files as shells write them, and standard input and output."""

import codecs
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from pytracking.errors import ConfigurationError

# as PowerShell writes files
_UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_bytes(file: str, what: str) -> bytes:
    """Return what is in a file, ``the keyring`` for one; ``-`` is standard input.

    Raises:
        ConfigurationError: it cannot be read.
    """
    if file == "-":
        _say_if_terminal(what)
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise ConfigurationError(f"cannot read {what} {file!r}: {_reason(error)}") from error


def stdin_lines(what: str) -> Iterator[str]:
    """Yield the lines of standard input as they come, without blank ones."""
    _say_if_terminal(what)
    for raw in sys.stdin.buffer:
        whole = raw
        if raw.startswith(_UTF_16_MARKS):  # a byte 0x0A ends no line in it
            whole += sys.stdin.buffer.read()
        yield from filter(None, map(str.strip, text_of(whole).splitlines()))


def open_bytes(file: str, what: str) -> io.BufferedReader:
    """Open a file to be read, or standard input for ``-``.

    Raises:
        ConfigurationError: it cannot be read.
    """
    if file == "-":
        _say_if_terminal(what)
        given = sys.stdin.buffer
        return given if isinstance(given, io.BufferedReader) else io.BufferedReader(given)  # type: ignore[arg-type]
    try:
        return Path(file).open("rb")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read {what} {file!r}: {_reason(error)}") from error


def text_of(data: bytes) -> str:
    """Return text as it was written by any shell: UTF-8 or UTF-16, with a byte order mark or not.

    What is not text in that encoding becomes U+FFFD.
    """
    return data.decode(encoding_of(data), "replace")


def open_text(file: str, what: str) -> TextIO:
    """Open a text that any shell wrote, to be read line by line, as ``text_of`` reads it.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        with Path(file).open("rb") as raw:
            encoding = encoding_of(raw.read(4))
        return Path(file).open(encoding=encoding, errors="replace")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot read {what} {file!r}: {_reason(error)}") from error


def write_bytes(file: str | None, data: bytes) -> None:
    """Write a file, or standard output where ``file`` is None.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    if file is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(file).write_bytes(data)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot write {file!r}: {_reason(error)}") from error


def replace_bytes(file: Path, data: bytes) -> None:
    """Put ``data`` into a file, all of it or, where that fails, none."""
    fresh = file.with_name(f"{file.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(file)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def write_secret(file: str, text: str) -> None:
    """Write a new file that only its owner can read (mode 0600).

    Raises:
        ConfigurationError: it is there already, or cannot be written.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as new:
            new.write(text)
    except FileExistsError as error:
        if Path(file).is_dir():
            raise ConfigurationError(f"cannot write {file!r}: it is a directory") from error
        raise ConfigurationError(
            f"{file!r} exists already: links made with the keys in it would be lost; name another"
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"cannot write {file!r}: {_reason(error)}") from error


def encoding_of(data: bytes) -> str:
    """Return the encoding of a text that begins with ``data``."""
    return "utf-16" if data.startswith(_UTF_16_MARKS) else "utf-8-sig"


def _say_if_terminal(what: str) -> None:
    if sys.stdin is None:
        raise ConfigurationError(f"cannot read {what}: standard input is closed")
    if sys.stdin.isatty():
        end = "Ctrl-Z and Enter" if os.name == "nt" else "Ctrl-D"
        print(f"reading {what} from the terminal; {end} ends it", file=sys.stderr)


def _reason(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)
