"""Addresses of a host, and connections to them, within a deadline."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable, Sequence

from pytracking.delivery.deadline import Deadline

Lookup = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of a host, in the order the system prefers.

    Raises:
        OSError: the host has none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(sockaddr[0]) for *_, sockaddr in found]


def dial(addresses: Sequence[str], port: int, seconds: float) -> socket.socket:
    """Connect to the first of the addresses that takes it, within so many seconds in all.

    Raises:
        OSError: none of them could be connected to.
    """
    failure: OSError = TimeoutError("no time was left to connect")
    deadline = Deadline(seconds)
    for tried, address in enumerate(addresses):
        # An address that swallows packets must leave time for the next one.
        timeout = deadline.remaining() / (len(addresses) - tried)
        if timeout <= 0:
            break
        try:
            # A literal address: nothing is looked up a second time.
            sock = socket.create_connection((address, port), timeout)
        except OSError as error:
            failure = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise failure


def out_of_descriptors(error: BaseException) -> bool:
    """Return whether a connection failed because this process may open no further file.

    A look-up that fails says so by no number of its own, so there it is tried.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.EMFILE, errno.ENFILE):
            return True
        if isinstance(cause, socket.gaierror):
            try:
                socket.socket().close()
            except OSError:
                return True
        cause = cause.__cause__ or cause.__context__
    return False
